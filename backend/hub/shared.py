"""Run once for one key, hand to many: the renderings that equal subscriptions share."""

import logging
from asyncio import Event, sleep
from collections.abc import Awaitable, Callable, Hashable

from backend.hub.entries import Item

logger = logging.getLogger(__name__)

Render = Callable[[Item], Awaitable[str]]


class Shared:
    """The subscribers of one feed whose document, operation and variables are equal.

    `render` runs the document on an item and encodes the result. It may raise when what it needs (the database)
    is away: it is tried again, because an event that failed to render must not be lost.
    """

    def __init__(self, key: Hashable, render: Render, *, retry_min: float, retry_max: float) -> None:
        self.key = key
        self.size = 0
        self._render = render
        self._retry_min = retry_min
        self._retry_max = retry_max

    async def frame(self, item: Item) -> str:
        """The rendering of `item`: made by whoever comes first, waited for by the others."""
        while (held := item.frames.get(self.key)) is not None:
            if isinstance(held, str):
                return held
            await held.wait()
        under_way = item.frames[self.key] = Event()
        try:
            frame = await self._rendered(item)
        finally:  # also cancelled: the next in line takes over
            if item.frames.get(self.key) is under_way:
                del item.frames[self.key]
            under_way.set()
        if self.size > 1:  # else there is nobody to share it with
            item.frames[self.key] = frame
        return frame

    async def _rendered(self, item: Item) -> str:
        delay = self._retry_min
        while True:
            try:
                return await self._render(item)
            except Exception:
                logger.exception("rendering an event failed; trying again in %.2f s", delay)
            await sleep(delay)
            delay = min(2 * delay, self._retry_max)
