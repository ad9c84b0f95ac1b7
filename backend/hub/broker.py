"""What carries hints between processes. It may lose, repeat and reorder them; it may be down."""

from collections.abc import Sequence
from typing import Protocol


class Broker(Protocol):
    """One for each process and event loop. Every method may raise: the hub tries again."""

    async def publish(self, topic: str, *hints: bytes) -> None:
        """Hand hints to every process that has joined `topic`, this one too: in one message, so in this order."""

    async def join(self, topic: str) -> None:
        """Receive the hints of `topic` from now on. Joining twice is joining once."""

    async def leave(self, topic: str) -> None: ...

    async def receive(self) -> Sequence[tuple[str, bytes]]:
        """The next hints for this process in order, each with its topic: one at least, and what has come with it.

        Only one task calls it.
        """
