"""A position and a socket: the pump that brings the one up to the head through the other."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from backend.hub import eager
from backend.hub.entries import CaughtUp, Ended, Entry, Item, Reset
from backend.hub.shared import Shared

if TYPE_CHECKING:
    from backend.hub.topic import Topic

logger = logging.getLogger(__name__)


class Sink(Protocol):
    """Where a subscriber's frames go. `send` may wait (then the subscriber lags) or raise (then it is closed).

    It takes as many frames as it has room for, and the next one only when it has room again: what it has not taken
    yet may be withdrawn.
    """

    async def send(self, frames: Iterator[str]) -> None: ...

    async def complete(self) -> None: ...


class Subscriber:
    """What it has received is one integer, `position`. Live, lagging, resuming: all are `position < head`.

    `access_as_of` is the head in the snapshot that found the subscriber allowed to be here: an entry that ends
    its access counts only above that, so replaying an old departure ends nothing. Whoever lags when that comes is
    told at once, and not what was missed: it would be rendered as it is now, for somebody who may not see it.
    """

    __slots__ = (
        "_ahead",
        "_busy",
        "_closed",
        "_closing",
        "_cursor",
        "_greet_at",
        "_last_word",
        "_rendered",
        "_shown",
        "_task",
        "access_as_of",
        "position",
        "principal",
        "shared",
        "sink",
        "topic",
    )

    def __init__(
        self,
        topic: "Topic",
        shared: Shared,
        sink: Sink,
        *,
        closed: Callable[[], None],
        position: int,
        cursor: str,
        access_as_of: int,
        principal: str,
    ) -> None:
        self.topic = topic
        self.shared = shared
        self.sink = sink
        self.position = position
        self.principal = principal
        self.access_as_of = access_as_of
        self._cursor = cursor
        # CaughtUp comes once at the head seen when subscribing, and again if something that is in no log was missed.
        self._greet_at: int | None = access_as_of
        # What follows the position and is not on its way yet: at most a page.
        self._ahead: Sequence[Entry] = ()
        # What the sink has not taken yet.
        self._rendered: deque[tuple[Entry, str]] = deque()
        # The last that it was shown of what is in no log.
        self._shown = topic.live.last
        self._last_word: Item | None = None
        self._closing = closed
        self._busy = False
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Bring the position up to the head, unless that is under way. Called whenever there may be more."""
        if not self._busy:
            self._busy = True
            self._task = eager.start(self._run())

    def end(self, notice: Item) -> None:
        """Send this and nothing else any more, then complete."""
        self._ahead = ()
        self._rendered.clear()
        self._last_word = notice
        self.wake()

    def consider(self, entry: Entry) -> None:
        """An entry has come: if it ends access, and is not simply the next one, it is the end."""
        if self._is_ended_by(entry) and self.position < entry.seq - 1:
            # Where it is, and not where its access ended: whoever comes back goes on from there, and misses nothing.
            self.end(self.topic.notice(Ended(entry, self._cursor)))

    def forget(self, subject: str | None) -> None:
        """What is about this subject, or about whatever it is, is not sent any more: it is read again."""
        if subject is None or any(entry.subject == subject for entry in self._ahead):
            self._ahead = ()
        for index, (entry, _) in enumerate(self._rendered):
            if subject in (None, entry.subject):
                # What comes after it has to wait for it.
                while len(self._rendered) > index:
                    self._rendered.pop()
                self._ahead = ()
                break

    def close(self) -> None:
        """Stop, wherever it is. Whoever closes it sends no more frames."""
        if not self._closed:
            self._closed = True
            self._ahead = ()
            self._rendered.clear()
            self.topic.drop(self)
            self._closing()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._pump()
        except (Exception, asyncio.CancelledError):
            # A socket that fails is gone; its client resumes on another. Nobody else is concerned: not even a
            # wait that was cancelled under it may reach the feed that woke it.
            logger.debug("a subscriber's socket failed, or was closed", exc_info=True)
            self.close()
        finally:
            self._busy = False

    async def _pump(self) -> None:
        while not self._closed:
            if self._last_word is not None:
                await self._end(self._last_word)
            elif self._greet_at is not None and self.position >= self._greet_at:
                self._greet_at = None
                await self._greet()
            elif self._ahead:
                await self._advance()
            elif self.position < self.topic.last:
                if not await self._fetch():
                    return
            elif self._greet_at is None and self._shown < self.topic.live.last:
                await self._show()
            else:
                return

    async def _greet(self) -> None:
        self._shown = self.topic.live.last
        self.topic.greeted += 1
        frame = await self.shared.frame(self.topic.notice(CaughtUp(self._cursor)))
        if not self._closed and self._last_word is None:
            await self.sink.send(iter([frame]))

    async def _show(self) -> None:
        item = self.topic.live.after(self._shown, self._cursor)
        if item is None:
            await self._greet()
            return
        frame = await self.shared.frame(item)
        # Not if it was forgotten while it was rendered: it may hold what must not be told any more.
        if not self._closed and self._last_word is None and self.topic.live.after(self._shown, self._cursor) is item:
            self._shown += 1
            if frame:  # else it is nothing any more to those who could be shown it
                await self.sink.send(iter([frame]))

    async def _fetch(self) -> bool:
        """Get what follows the position. False if there is nothing before the feed says more."""
        entries = await self.topic.after(self.position, self._cursor)
        if entries is None or self._closed:
            return self._last_word is not None
        self._ahead = entries
        if not entries:
            self._last_word = self.topic.notice(Reset(self._cursor, "EXPIRED"))
        for entry in entries:
            self.consider(entry)
        return True

    async def _advance(self) -> None:
        """Send a batch of what is ahead, then let others have their turn."""
        ahead, size = self._ahead, self.topic.batch_size
        if self._greet_at is not None:
            size = min(size, self._greet_at - self.position)
        batch = ahead[:size]
        ending = batch[0] if self._is_ended_by(batch[0]) else None
        if ending is not None:
            batch = batch[:1]
        frames = [await self.shared.frame(entry) for entry in batch]
        if self._ahead is not ahead:  # erased, ended or closed while it was rendered
            return
        self._ahead = ahead[len(batch) :]
        self._rendered.extend(zip(batch, frames, strict=True))
        # A socket may take long: what is erased meanwhile must not be kept here.
        del ahead, batch, frames
        await self.sink.send(self._taken())
        if ending is not None:
            self._last_word = self.topic.notice(Ended(ending))
        elif self.position < self.topic.last:
            await asyncio.sleep(0)

    def _taken(self) -> Iterator[str]:
        while self._rendered:
            entry, frame = self._rendered.popleft()
            self.position, self._cursor = entry.seq, entry.cursor
            del entry
            yield frame

    def _is_ended_by(self, entry: Entry) -> bool:
        return entry.ends == self.principal and entry.seq > self.access_as_of

    async def _end(self, notice: Item) -> None:
        frame = await self.shared.frame(notice)
        if self._closed or self._last_word is not notice:
            return
        await self.sink.send(iter([frame]))
        if not self._closed:
            self.close()
            await self.sink.complete()
