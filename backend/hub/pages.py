"""Reading a log in pages: once for all who ask at the same time, and again for as long as that fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from weakref import WeakSet

from backend.hub.entries import EVERYONE, Entry
from backend.hub.limits import Limits

logger = logging.getLogger(__name__)

Read = Callable[[int, int], Awaitable[Sequence[Entry]]]


@dataclass(eq=False, slots=True, weakref_slot=True)
class Page:
    """What the log has after a position, and what has become of it since it was asked for."""

    position: int
    entries: Sequence[Entry] = ()
    # The cursor of the entry at `position`, if the log still has that one.
    link: str | None = None
    # The subjects; None: all of them, and whatever it is about.
    erased: set[str | None] = field(default_factory=set)
    # Nobody asks any more.
    is_void: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def current(self) -> Sequence[Entry]:
        """The entries up to the first that has been erased since: the log, asked again, has it without contents."""
        if None in self.erased:
            return ()
        return list(takewhile(lambda entry: entry.subject not in self.erased, self.entries))


class Pages:
    """The pages of one log that are being read."""

    def __init__(self, topic: str, read: Read, limits: Limits, *, arrived: Callable[[Page], None]) -> None:
        self._topic = topic
        self._read = read
        self._limits = limits
        self._arrived = arrived
        self._under_way: dict[int, Page] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # Also those that are there while somebody who waited for one has not had its turn yet.
        self._pages: WeakSet[Page] = WeakSet()

    async def after(self, position: int) -> Page:
        page = self._under_way.get(position)
        if page is None:
            page = self._under_way[position] = Page(position)
            self._pages.add(page)
            task = asyncio.create_task(self._fetch(page))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await page.ready.wait()
        return page

    def erase(self, subject: str | None) -> None:
        for page in self._pages:
            page.erased.add(subject)

    def void(self) -> None:
        """Whoever waits has waited long enough: there is nothing to come."""
        for page in self._pages:
            page.is_void = True
            page.entries = ()
            page.ready.set()
        self._under_way.clear()
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        self.void()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _fetch(self, page: Page) -> None:
        delay = self._limits.retry_min
        while True:
            try:
                await self._try_fetch(page)
                break
            except Exception:
                logger.warning("reading the log of %s failed; again in %.2f s", self._topic, delay, exc_info=True)
            await asyncio.sleep(delay)
            delay = min(2 * delay, self._limits.retry_max)
        if not page.is_void:  # else it was cancelled, which a read may overlook
            del self._under_way[page.position]
            page.ready.set()
            self._arrived(page)

    async def _try_fetch(self, page: Page) -> None:
        """With the entry before it, which tells whether this is still the log that the position is in."""
        position, entries = page.position, list[Entry]()
        if position > 0:
            entries = [*await self._read(position - 1, self._limits.page_size + 1)]
        if entries and entries[0].seq == position:
            page.link = entries.pop(0).cursor
        elif not entries:  # no longer kept, but what follows it may be
            entries = [*await self._read(position, self._limits.page_size)]
        if entries and (entries[0].seq == position + 1 or entries[-1].ends == EVERYONE):
            page.entries = entries
