"""A channel layer whose hints get lost, come twice and overtake each other, for servers that are started on it."""

import asyncio
import os
import random
from typing import Any

from backend.pubsub_layer import PubSubChannelLayer

LOST, TWICE, LATE = 0.15, 0.15, 0.3
LATE_SECONDS = 0.1


class UnreliableLayer:
    """The real one, and between it and whoever publishes a network that keeps no promise."""

    def __init__(self, **config: Any) -> None:
        self._layer: Any = PubSubChannelLayer(**config)
        self._random = random.Random(os.environ["DELIVERY_SEED"])
        self._on_their_way: set[asyncio.Task[None]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._layer, name)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        fate = self._random.random()
        if fate < LOST:
            return
        if fate < LOST + TWICE:
            await self._layer.group_send(group, message)
        if fate < LOST + TWICE + LATE:
            task = asyncio.create_task(self._send_late(group, message))
            self._on_their_way.add(task)
            task.add_done_callback(self._on_their_way.discard)
            return
        await self._layer.group_send(group, message)

    async def _send_late(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(self._random.uniform(0, LATE_SECONDS))
        await self._layer.group_send(group, message)
