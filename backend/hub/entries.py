"""What flows to subscribers: entries of a log, what is of the moment, and notices about the stream itself."""

import asyncio
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

# In `Entry.ends`: the topic ends, as a deleted room does. Such an entry is the last one of its log, and is never
# sent: everybody gets `Ended` in its place, and of the topic nothing else is left in memory.
EVERYONE = "*"


class Item:
    """Something that is rendered once for each sharing key. `frames` holds the renderings, or who is at it."""

    __slots__ = ("cursor", "frames")

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        self.frames: dict[Hashable, bytes | asyncio.Event] = {}

    def is_as(self, other: "Item") -> bool:
        """Whether it says the same, so that one rendering does for both."""
        return type(other) is type(self) and other.cursor == self.cursor


class Entry(Item):
    """One event of a log. The hub never looks into `payload`.

    A position (`seq`) alone can lie: after a restored backup the same number may name another event. So what
    a client keeps is `cursor`, which the log makes and checks.
    """

    __slots__ = ("ends", "erases", "payload", "seq", "size", "subject")

    def __init__(
        self,
        *,
        seq: int,
        cursor: str,
        payload: Any,
        size: int,
        subject: str | None = None,
        erases: bool = False,
        ends: str | None = None,
    ) -> None:
        super().__init__(cursor)
        self.seq = seq
        self.payload = payload
        # Bytes that it is charged for in the ring.
        self.size = size
        # What the event is about. A later one that `erases` takes all earlier ones about the same out of memory;
        # one about nothing takes all.
        self.subject = subject
        self.erases = erases
        # The principal whose access ends with this event, or EVERYONE.
        self.ends = ends


class CaughtUp(Item):
    """The subscriber has everything up to `cursor`. What was shown before it, and is in no log, it may have missed."""

    __slots__ = ()


class Shown(Item):
    """Something of the moment, which no log keeps. `cursor` is where those who are shown it are in the log."""

    __slots__ = ("payload",)

    def __init__(self, cursor: str, payload: Any) -> None:
        super().__init__(cursor)
        self.payload = payload


class Ended(Item):
    """Access ended with `entry`. `cursor` is there, or where a subscriber is who is not sent what comes before it."""

    __slots__ = ("entry",)

    def __init__(self, entry: Entry, cursor: str | None = None) -> None:
        super().__init__(entry.cursor if cursor is None else cursor)
        self.entry = entry

    def is_as(self, other: Item) -> bool:
        return super().is_as(other) and isinstance(other, Ended) and other.entry is self.entry


class Reset(Item):
    """The stream cannot be continued. `cursor` is the head or, found out on the way, where the subscriber is."""

    __slots__ = ("cause",)

    def __init__(self, cursor: str, cause: Literal["EXPIRED", "UNKNOWN_CURSOR"]) -> None:
        super().__init__(cursor)
        self.cause = cause


class Head(NamedTuple):
    """The last entry of a log. (0, "") where there is none."""

    seq: int
    cursor: str


class Log(Protocol):
    """The truth. `read` and `heads` are synchronous; the hub calls them through the crossing it was given."""

    def decode(self, hint: bytes) -> Entry:
        """The entry that a hint carries. Raises `ValueError` for anything else."""

    def read(self, topic: str, after: int, limit: int) -> Sequence[Entry]:
        """Entries `after + 1 ...` in order without a hole, at most `limit`; none if they are no longer kept.

        Of a topic that has ended, the last entry alone (`ends` is EVERYONE), if it is after `after`: the one entry
        that may follow a gap.
        """

    def heads(self, topics: Collection[str]) -> Mapping[str, Head]:
        """The last entry of each topic that exists, read from the primary: all that was committed before."""
