"""Where frames go: the border between the hub and whatever carries them to a client."""

from collections.abc import Hashable, Sequence
from typing import Any, Protocol


class Frames:
    """Some frames in order, which many sinks are given one after the other.

    `forms` is for the sinks: what one has made of the frames, the next of its kind need not make again.
    """

    __slots__ = ("forms", "payloads")

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self.payloads = payloads
        self.forms: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.payloads)


class Sink(Protocol):
    """What it has taken is on its way, and cannot be withdrawn; what it has no room for stays where it was.

    Whatever raises here closes the subscriber: its socket is gone, or about to be.
    """

    def write(self, frames: Frames) -> int:
        """Take as many of these as there is room for, at least the first if there is any, and return how many."""

    async def room(self) -> None:
        """Wait until there is room. Raises if there will be none."""

    async def complete(self) -> None:
        """Say that nothing else comes."""


async def deliver(sink: Sink, payload: bytes) -> None:
    """One frame, however long it takes."""
    frames = Frames((payload,))
    while not sink.write(frames):
        await sink.room()
