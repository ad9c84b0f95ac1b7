"""A position and a socket: the pump that brings the one up to the head through the other."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from backend.hub import eager
from backend.hub.entries import EVERYONE, Ended, Entry, Item, Reset
from backend.hub.shared import Shared

if TYPE_CHECKING:
    from backend.hub.feed import Feed

logger = logging.getLogger(__name__)


class Sink(Protocol):
    """Where a subscriber's frames go. `send` may wait (then the subscriber lags) or raise (then it is closed)."""

    async def send(self, frames: Sequence[str]) -> None: ...

    async def complete(self) -> None: ...


class Subscriber:
    """What it has received is one integer, `position`. Live, lagging, resuming: all are `position < head`.

    `access_as_of` is the head in the snapshot that found the subscriber allowed to be here: an entry that ends
    its access counts only above that, so replaying an old departure ends nothing.
    """

    __slots__ = (
        "_busy",
        "_closed",
        "_cursor",
        "_greet_at",
        "_task",
        "access_as_of",
        "feed",
        "position",
        "principal",
        "shared",
        "sink",
    )

    def __init__(
        self,
        feed: "Feed",
        shared: Shared,
        sink: Sink,
        *,
        position: int,
        cursor: str,
        access_as_of: int,
        principal: str,
    ) -> None:
        self.feed = feed
        self.shared = shared
        self.sink = sink
        self.position = position
        self.principal = principal
        self.access_as_of = access_as_of
        self._cursor = cursor
        # CaughtUp comes once, at the head seen when subscribing.
        self._greet_at: int | None = access_as_of
        self._busy = False
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Bring the position up to the head, unless that is under way. Called whenever there may be more."""
        if not self._busy:
            self._busy = True
            self._task = eager.start(self._run())

    def close(self) -> None:
        """Stop, wherever it is. Whoever closes it sends no more frames."""
        if not self._closed:
            self._closed = True
            self.feed.drop(self)
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
            if self._greet_at is not None and self.position >= self._greet_at:
                self._greet_at = None
                await self._send([self.feed.caught_up(self._cursor)])
            elif self.position < self.feed.last:
                entries = self.feed.recent(self.position) or await self.feed.page(self.position)
                if entries and entries[0].seq == self.position + 1:
                    await self._advance(entries)
                else:
                    await self._end(Reset(self._cursor, "EXPIRED"))
            else:
                return

    async def _advance(self, entries: Sequence[Entry]) -> None:
        """Send some entries that follow the position, in batches, so that others get their turn between."""
        if self._greet_at is not None:
            entries = entries[: self._greet_at - self.position]
        for start in range(0, len(entries), self.feed.batch_size):
            batch = entries[start : start + self.feed.batch_size]
            for index, entry in enumerate(batch, start=1):
                if entry.ends in (self.principal, EVERYONE) and entry.seq > self.access_as_of:
                    await self._send(batch[:index])
                    await self._end(Ended(entry))
                    return
            await self._send(batch)
            if self._closed:
                return
            self.position = batch[-1].seq
            self._cursor = batch[-1].cursor
            if self.position < self.feed.last:
                await asyncio.sleep(0)

    async def _send(self, items: Sequence[Item]) -> None:
        frames = [await self.shared.frame(item) for item in items]
        if not self._closed:
            await self.sink.send(frames)

    async def _end(self, notice: Item) -> None:
        await self._send([notice])
        if not self._closed:
            self.close()
            await self.sink.complete()
