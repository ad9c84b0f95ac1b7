"""The hub's Broker on a Channels layer: in-memory, Redis core or Redis pub/sub."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)


class ChannelsBroker:
    """One channel for the whole process, joined to a group for each topic."""

    def __init__(self) -> None:
        layer = get_channel_layer()
        assert layer is not None, "CHANNEL_LAYERS has a default"
        self._layer: Any = layer  # the layers share an API, but no type
        self._channel: str | None = None
        self._opening = asyncio.Lock()

    async def publish(self, topic: str, *hints: bytes) -> None:
        await self._layer.group_send(topic, {"type": "hints", "topic": topic, "hints": hints})

    async def join(self, topic: str) -> None:
        await self._layer.group_add(topic, await self._own_channel())

    async def leave(self, topic: str) -> None:
        await self._layer.group_discard(topic, await self._own_channel())

    async def receive(self) -> Sequence[tuple[str, bytes]]:
        channel = await self._own_channel()
        hints: list[tuple[str, bytes]] = []
        while not hints:
            messages = [await self._layer.receive(channel)]
            if hasattr(self._layer, "arrived"):  # our own
                messages += self._layer.arrived(channel)
            hints = [hint for message in messages for hint in _unpacked(message)]
        return hints

    async def _own_channel(self) -> str:
        async with self._opening:
            if self._channel is None:
                # The pub/sub layer keeps a queue for every channel that it failed to open, for ever. This fails
                # without a trace, if it must, until Redis is there.
                await self._layer.group_send("probe", {"type": "hints"})
                self._channel = await self._layer.new_channel()
            return self._channel


def _unpacked(message: object) -> list[tuple[str, bytes]]:
    """The hints of a message. What another version or anybody else has sent there takes none of the others with it."""
    match message:
        case {"topic": str(topic), "hints": [*hints]} if all(isinstance(hint, bytes) for hint in hints):
            return [(topic, hint) for hint in hints]
    logger.warning("what came over the channel layer was no message of ours, and is passed over")
    return []
