"""Who makes the events that are followed: the product's own writes, or whatever a peer listens for."""

from typing import Protocol


class Publisher(Protocol):
    """Events in two steps, so that what it takes to write one is not what is measured."""

    def prepare(self, first: int, count: int) -> None:
        """The events of these numbers, in each of the rooms that are followed."""

    def commit(self) -> None:
        """Let all of them go."""
