"""What is measured: each a server of its own that many sockets follow rooms through.

A subject knows how to start its server and what a socket says to it; scenarios know nothing of either.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.engine.generator import Line
from benchmarks.engine.publishers import Publisher
from benchmarks.engine.stage import Stage

DOCUMENT = (
    "subscription($room: ID!) { roomEvents(room: $room) { cursor event { __typename "
    "... on MessageSent { message { id body sentAt author { id username displayName } } } } } }"
)


@dataclass(frozen=True)
class Audience:
    """A socket for each line, and who makes the events that all of them get."""

    lines: list[Line]
    publisher: Publisher


class Running(Protocol):
    """A subject's server, for as long as a scenario looks at it."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes whose time and memory count."""

    def audience(self, *, rooms: int, each: int) -> Audience:
        """So many rooms, with so many sockets each. To call again gives the same rooms."""


class Subject(Protocol):
    @property
    def name(self) -> str: ...

    def running(self, stage: Stage) -> AbstractContextManager[Running]: ...
