"""Hints on their way out: bounded, and dropped rather than waited for. The log has what they would have said."""

import asyncio
import logging
from collections import deque

from backend.hub.broker import Broker

logger = logging.getLogger(__name__)

_TOGETHER = 32  # hints that are under way at the same time: one message for each topic


class Outbox:
    def __init__(self, broker: Broker, *, size: int, timeout: float) -> None:
        self._broker = broker
        self._timeout = timeout
        # Full: the oldest go first. They are the most likely to have been read from the log already.
        self._hints: deque[tuple[str, bytes]] = deque(maxlen=size)
        self._wake = asyncio.Event()

    def put(self, topic: str, *hints: bytes) -> None:
        self._hints.extend((topic, hint) for hint in hints)
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._hints:
                await self._publish_some()

    async def _publish_some(self) -> None:
        hints: dict[str, list[bytes]] = {}
        for _ in range(min(_TOGETHER, len(self._hints))):
            topic, hint = self._hints.popleft()
            hints.setdefault(topic, []).append(hint)
        # All of them to the end: what comes next must not overtake one that is under way.
        outcomes = await asyncio.gather(
            *(self._publish(topic, each) for topic, each in hints.items()), return_exceptions=True
        )
        failed = [(each, error) for each, error in zip(hints.values(), outcomes, strict=True) if error is not None]
        if failed:
            # Those behind them would wait as long each, and arrive when nobody needs them any more.
            dropped = len(self._hints) + sum(len(each) for each, _ in failed)
            logger.warning("publishing failed (%r); %d hints dropped", failed[0][1], dropped)
            self._hints.clear()

    async def _publish(self, topic: str, hints: list[bytes]) -> None:
        """In order: what a signal says may take back what the one before it said."""
        # Not `wait_for`: up to Python 3.11 it may forget that the task has been cancelled.
        async with asyncio.timeout(self._timeout):
            await self._broker.publish(topic, *hints)
