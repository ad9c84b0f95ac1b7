"""Run once for one key, hand to many: the renderings that equal subscriptions share."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from backend.hub import eager
from backend.hub.entries import Entry, Item
from backend.hub.limits import Limits
from backend.hub.sink import Frames

if TYPE_CHECKING:
    from backend.hub.subscriber import Subscriber

logger = logging.getLogger(__name__)

# The rendering of an item: made at once, or by whoever waits for it.
Render = Callable[[Item], bytes | Awaitable[bytes]]


class Place(NamedTuple):
    """Where a subscriber is: in the log, and in what is shown of the moment."""

    position: int
    cursor: str
    shown: int


class Batch(Frames):
    """What brings those who are at one place to another, in one write. Without frames while these are being made."""

    __slots__ = ("ends", "entries", "goal", "is_for_all", "is_under_way", "moment", "start")

    def __init__(
        self,
        payloads: Sequence[bytes],
        start: Place,
        goal: Place,
        *,
        entries: Sequence[Entry] = (),
        moment: Item | None = None,
        is_under_way: bool,
    ) -> None:
        super().__init__(payloads)
        self.start = start
        self.goal = goal
        # Of the log, or of the moment.
        self.entries = entries
        self.moment = moment
        self.is_under_way = is_under_way
        # Whose access ends in it.
        self.ends = {entry.ends for entry in entries if entry.ends is not None}
        # To be sent to whoever is where it starts.
        self.is_for_all = not (self.ends or is_under_way)

    def after(self, taken: int) -> Place:
        """Where those are who have taken so many of its frames."""
        if taken == len(self.payloads):
            return self.goal
        if not taken:
            return self.start
        last = self.entries[taken - 1]
        return Place(last.seq, last.cursor, self.start.shown)


class Shared:
    """The subscribers of one feed whose document, operation and variables are equal.

    `render` runs the document on an item and encodes the result. It may raise when what it needs (the database)
    is away: it is tried again, because an event that failed to render must not be lost.
    """

    def __init__(self, key: Hashable, render: Render, limits: Limits) -> None:
        self.key = key
        # In the order in which they came, so that what they do is the same in every run.
        self.subscribers: dict[Subscriber, None] = {}
        self._render = render
        self._limits = limits
        self._under_way: set[asyncio.Task[None]] = set()
        self._next_turn: asyncio.Handle | None = None

    def wake(self) -> None:
        """There may be more for its subscribers. What the first is sent, all who are where it was are sent."""
        batch: Batch | None = None
        for subscriber in tuple(self.subscribers):
            batch = subscriber.wake(batch)

    def wake_soon(self) -> None:
        """The same, when others have had their turn."""
        if self._next_turn is None:
            self._next_turn = asyncio.get_running_loop().call_soon(self._take_turn)

    def batch(self, entries: Sequence[Entry], start: Place) -> Batch:
        """As many of these, which follow each other, as are rendered and fit into one write: at least the first."""
        payloads, size = list[bytes](), 0
        for entry in entries:
            payload = self._at_once(entry)
            size += len(payload or ())
            if payload is None or (payloads and size > self._limits.batch_bytes):
                break
            payloads.append(payload)
        entries = entries[: len(payloads)]
        goal = Place(entries[-1].seq, entries[-1].cursor, start.shown) if entries else start
        return Batch(payloads, start, goal, entries=entries, is_under_way=not payloads)

    def moment(self, item: Item, start: Place) -> Batch:
        """What is of the moment. No frame if it is nothing any more to those who could be shown it."""
        payload = self._at_once(item)
        goal = start._replace(shown=start.shown + 1)
        return Batch([payload] if payload else [], start, goal, moment=item, is_under_way=payload is None)

    async def frame(self, item: Item) -> bytes:
        """The rendering of `item`: made by whoever comes first, waited for by the others."""
        while (held := item.frames.get(self.key)) is not None:
            if isinstance(held, bytes):
                return held
            await held.wait()
        frame = await self._made(item)
        self.let_go(item)
        return frame

    def close(self) -> None:
        """Its last subscriber has gone."""
        for task in self._under_way:
            task.cancel()
        if self._next_turn is not None:
            self._next_turn.cancel()

    def _at_once(self, item: Item) -> bytes | None:
        """The rendering of `item`; None if it takes a while: then all its subscribers are woken when it is there."""
        held = item.frames.get(self.key)
        if held is None:
            rendered = self._begun(item)
            if isinstance(rendered, bytes):
                item.frames[self.key] = rendered
                return rendered
            task = eager.start(self._prepare(item, rendered))
            if task is not None:
                self._under_way.add(task)
                task.add_done_callback(self._prepared)
            held = item.frames.get(self.key)
        return held if isinstance(held, bytes) else None

    def let_go(self, *items: Item) -> None:
        """They have been taken: their renderings are kept only if there are others who share them."""
        if len(self.subscribers) < 2:
            for item in items:
                item.frames.pop(self.key, None)

    async def _prepare(self, item: Item, rendered: Awaitable[bytes]) -> None:
        await self._made(item, rendered)

    def _take_turn(self) -> None:
        self._next_turn = None
        self.wake()

    def _prepared(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            self.wake()

    async def _made(self, item: Item, begun: Awaitable[bytes] | None = None) -> bytes:
        under_way = item.frames[self.key] = asyncio.Event()
        try:
            frame = await self._rendered(item, begun)
        except BaseException:  # cancelled: the next in line takes over
            if item.frames.get(self.key) is under_way:
                del item.frames[self.key]
            raise
        finally:
            under_way.set()
        if item.frames.get(self.key) is under_way:  # else it was erased meanwhile
            item.frames[self.key] = frame
        return frame

    async def _rendered(self, item: Item, begun: Awaitable[bytes] | None) -> bytes:
        delay = self._limits.retry_min
        while True:
            try:
                rendered = begun or self._render(item)
                return rendered if isinstance(rendered, bytes) else await rendered
            except Exception:
                logger.exception("rendering an event failed; trying again in %.2f s", delay)
            begun = None
            await asyncio.sleep(delay)
            delay = min(2 * delay, self._limits.retry_max)

    def _begun(self, item: Item) -> bytes | Awaitable[bytes]:
        try:
            return self._render(item)
        except Exception as error:  # for whoever waits for it, who tries again
            return _failing(error)


async def _failing(error: Exception) -> NoReturn:
    raise error
