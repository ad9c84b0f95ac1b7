"""What the hub stands on, made to misbehave: a log in memory, a wire between processes, a socket, a renderer."""

import asyncio
import gc
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from backend.hub import EVERYONE, CaughtUp, Ended, Entry, Frames, Head, Item, Reset, Shown

ROOM = "room.1"
SIZE = 100
"""What every entry is charged for in the ring, in bytes."""


@dataclass(frozen=True)
class Row:
    seq: int
    text: str = ""
    subject: str | None = None
    erases: bool = False
    ends: str | None = None
    era: int = 0

    @property
    def cursor(self) -> str:
        return cursor(self.seq, self.era)

    def entry(self) -> Entry:
        return Entry(
            seq=self.seq,
            cursor=self.cursor,
            payload=self.text,
            size=SIZE,
            subject=self.subject,
            erases=self.erases,
            ends=self.ends,
        )


class MemoryLog:
    """The truth, in memory. `write` and its hint are what a transaction and its commit are."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._pruned: dict[str, Row] = {}
        """The last entry of each topic that has been pruned up to its head."""
        self._era = 0

    def write(
        self,
        topic: str = ROOM,
        *,
        text: str = "",
        subject: str | None = None,
        erases: bool = False,
        ends: str | None = None,
    ) -> bytes:
        """Append an entry, and return its hint. One that erases blanks the texts of its subject."""
        rows = self._rows.setdefault(topic, [])
        if erases:
            rows[:] = [replace(row, text="") if row.subject == subject else row for row in rows]
        seq = self.head(topic) + 1
        row = Row(seq=seq, text=text, subject=subject, erases=erases, ends=ends, era=self._era)
        rows.append(row)
        return json.dumps(asdict(row)).encode()

    def write_many(self, number: int, topic: str = ROOM) -> list[bytes]:
        return [self.write(topic) for _ in range(number)]

    def end(self, topic: str = ROOM) -> bytes:
        """Append the last entry, which leaves nothing of the others."""
        hint = self.write(topic, erases=True, ends=EVERYONE)
        del self._rows[topic][:-1]
        return hint

    def forget(self, up_to: int, topic: str = ROOM) -> None:
        """Keep the entries after this one alone."""
        self._pruned[topic] = self._rows[topic][-1]
        self._rows[topic] = [row for row in self._rows[topic] if row.seq > up_to]

    def backup(self) -> Callable[[], None]:
        """What restores the log as it is now. What is written then is not what was written before."""
        rows = {topic: list(rows) for topic, rows in self._rows.items()}
        pruned = dict(self._pruned)

        def restore() -> None:
            self._rows = {topic: list(kept) for topic, kept in rows.items()}
            self._pruned = dict(pruned)
            self._era += 1

        return restore

    def head(self, topic: str = ROOM) -> int:
        last = self._last(topic)
        return last.seq if last else 0

    def cursor_at(self, seq: int, topic: str = ROOM) -> str:
        """As the log has it, or as it first was where the log has none."""
        rows = [*self._rows.get(topic, ()), self._last(topic)]
        return next((row.cursor for row in rows if row and row.seq == seq), cursor(seq))

    def _last(self, topic: str) -> Row | None:
        rows = self._rows.get(topic)
        return rows[-1] if rows else self._pruned.get(topic)

    # --- as the hub asks for it -----------------------------------------------------------------------------

    def decode(self, hint: bytes) -> Entry:
        return Row(**json.loads(hint)).entry()

    def read(self, topic: str, after: int, limit: int) -> Sequence[Entry]:
        rows = [row for row in self._rows.get(topic, ()) if row.seq > after][:limit]
        return [row.entry() for row in rows] if rows and (rows[0].seq == after + 1 or rows[0].ends == EVERYONE) else []

    def heads(self, topics: Collection[str]) -> Mapping[str, Head]:
        return {
            topic: Head(self.head(topic), self.cursor_at(self.head(topic), topic))
            for topic in topics
            if topic in self._rows
        }


class Crossing:
    """The way to the database: it may be down, and an answer may be old by the time it arrives."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.times: list[float] = []
        self.down = False
        self.takes = 0.0
        self.slow_for: object = None
        """Only calls with this argument take their time."""

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        self.calls.append((function.__name__, *args))
        self.times.append(asyncio.get_running_loop().time())
        if self.down:
            raise ConnectionError("the database is away")
        answer = function(*args)
        await asyncio.sleep(self.takes if self.slow_for is None or self.slow_for in args else 0)
        return answer

    def reads(self) -> list[list[Any]]:
        return [args for name, *args in self.calls if name == "read"]

    def sweeps(self) -> int:
        return sum(name == "heads" for name, *_ in self.calls)


class Wire:
    """What joins the brokers of some processes. `fate` says after how long the copies of a hint arrive."""

    def __init__(self) -> None:
        self.brokers: list[WireBroker] = []
        self.fate: Callable[[str, bytes], Iterable[float]] = lambda _topic, _hint: [0.0]
        self.down = False
        self.frozen = False

    def broker(self) -> "WireBroker":
        broker = WireBroker(self)
        self.brokers.append(broker)
        return broker

    def flush(self) -> None:
        """It comes back empty: nobody is joined to anything."""
        for broker in self.brokers:
            broker.joined.clear()

    async def reach(self) -> None:
        if self.frozen:
            await asyncio.get_running_loop().create_future()
        if self.down:
            raise ConnectionError("the channel layer is away")


class WireBroker:
    """A process's end of the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._received: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.joined: set[str] = set()
        self.refused: set[str] = set()
        self.joins: Counter[str] = Counter()
        self.leaves: Counter[str] = Counter()
        self.published: list[tuple[str, bytes]] = []
        self.messages: Counter[str] = Counter()
        self.join_takes = 0.0
        self.leave_takes = 0.0

    async def publish(self, topic: str, *hints: bytes) -> None:
        await self._wire.reach()
        self.published += [(topic, hint) for hint in hints]
        self.messages[topic] += 1
        for broker in self._wire.brokers:
            if topic in broker.joined:
                for hint in hints:
                    for delay in self._wire.fate(topic, hint):
                        asyncio.get_running_loop().call_later(delay, broker.deliver, topic, hint)

    def deliver(self, topic: str, hint: bytes) -> None:
        self._received.put_nowait((topic, hint))

    async def join(self, topic: str) -> None:
        self.joins[topic] += 1
        await asyncio.sleep(self.join_takes)
        await self._wire.reach()
        if topic in self.refused:
            raise ConnectionError("refused")
        self.joined.add(topic)

    async def leave(self, topic: str) -> None:
        self.leaves[topic] += 1
        await asyncio.sleep(self.leave_takes)
        await self._wire.reach()
        self.joined.discard(topic)

    async def receive(self) -> list[tuple[str, bytes]]:
        if self._wire.down:
            raise ConnectionError("the channel layer is away")
        return [await self._received.get(), *(self._received.get_nowait() for _ in range(self._received.qsize()))]


class Socket:
    """A sink that notes what it is sent, and may be slow or broken."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.writes: list[Sequence[str]] = []
        self.completions = 0
        self.error: BaseException | None = None
        self.on_send: Callable[[], None] = lambda: None
        self._open = asyncio.Event()
        self._open.set()

    def block(self) -> None:
        self._open.clear()

    def unblock(self) -> None:
        self._open.set()

    def write(self, frames: Frames) -> int:
        if self.error:
            raise self.error
        if not self._open.is_set():
            return 0
        write = [payload.decode() for payload in frames.payloads]
        self.frames += write
        self.writes.append(write)
        self.on_send()
        return len(write)

    async def room(self) -> None:
        await self._open.wait()
        if self.error:
            raise self.error

    async def complete(self) -> None:
        if self.error:
            raise self.error
        self.completions += 1
        await self._open.wait()


class Renderer:
    """Runs the document of one key: counted, and slow or failing on demand."""

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.error: Exception | None = None
        self.takes = 0.0
        self.times: list[float] = []
        self._open = asyncio.Event()
        self._open.set()

    def block(self) -> None:
        self._open.clear()

    def unblock(self) -> None:
        self._open.set()

    async def __call__(self, item: Item) -> bytes:
        self.times.append(asyncio.get_running_loop().time())
        self.rendered.append(frame(item))
        await self._open.wait()
        if self.takes:
            await asyncio.sleep(self.takes)
        if self.error:
            raise self.error
        return frame(item).encode()


def cursor(seq: int, era: int = 0) -> str:
    return f"c{seq}" + (f" of era {era}" if era else "")


def frame(item: Item) -> str:
    """The number of an entry and its text, or the name of a notice and its cursor."""
    match item:
        case Entry():
            return f"{item.seq}{item.payload}"
        case CaughtUp():
            return f"caught up {item.cursor}"
        case Reset():
            return f"reset {item.cause}"
        case Ended():
            return f"ended {item.cursor}"
        case Shown():
            return f"shown {item.payload} at {item.cursor}"
        case _:
            return item.cursor


def numbers(first: int, last: int) -> list[str]:
    """The frames of these entries."""
    return [str(seq) for seq in range(first, last + 1)]


def in_memory(text: str) -> list[Entry]:
    """Every entry anywhere in this process that holds `text`, itself or in a rendering."""
    gc.collect()
    entries = [each for each in gc.get_objects() if isinstance(each, Entry)]
    return [each for each in entries if text in str(each.payload) or text in str(each.frames)]
