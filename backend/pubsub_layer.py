"""channels-redis' pub/sub layer, on which many messages cost one wait for Redis instead of one each.

redis-py takes ten times as long to wait for a message, or for the answer to a command, as to read or write one. So
what is published while Redis has not answered goes out together, and what has come together is taken together.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from django.conf import settings
from redis._parsers.hiredis import NOT_ENOUGH_DATA

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 0.5  # after which a wait begins anew, so that redis-py looks after its connection


class _Connection(RedisSingleShardConnection):  # type: ignore[misc]  # channels-redis has no types
    def __init__(self, host: Any, layer: RedisPubSubLoopLayer) -> None:
        super().__init__(host, layer)
        self._outgoing: list[tuple[str, bytes]] = []
        self._publishing: asyncio.Task[None] | None = None

    async def publish(self, channel: str, message: bytes) -> None:
        if self._publishing is None:
            self._publishing = asyncio.create_task(self._publish_all())
            self._publishing.add_done_callback(_look)
        self._outgoing.append((channel, message))
        try:
            await asyncio.shield(self._publishing)
        except asyncio.CancelledError:  # its time is over: it must not wait on for a Redis that does not answer
            with suppress(ValueError):
                self._outgoing.remove((channel, message))
            raise

    async def _publish_all(self) -> None:
        async with self._lock:
            outgoing, self._outgoing, self._publishing = self._outgoing, [], None
            self._ensure_redis()
            pipeline = self._redis.pipeline(transaction=False)
            for channel, message in outgoing:
                pipeline.publish(channel, message)
            # Cancelled, it gives up its connection: one that has gone silent would keep the lock, and all who wait.
            async with asyncio.timeout(settings.HUB["publish_timeout"]):
                await pipeline.execute()

    async def _do_receiving(self) -> None:
        while True:
            try:
                if self._pubsub and self._pubsub.subscribed:
                    await self._receive()
                else:
                    await asyncio.sleep(0.1)
            except Exception as error:  # redis-py connects again, and subscribes to what it was subscribed to
                logger.warning("reading from Redis failed (%r); again in a second", error)
                await asyncio.sleep(1)

    async def _receive(self) -> None:
        # On its own, so that what has come is kept here no longer than this: it may be about to be deleted.
        self._receive_message(await self._pubsub.get_message(True, timeout=_IDLE_SECONDS))
        for response in _arrived(self._pubsub):
            self._receive_message(await self._pubsub.handle_message(response, True))


def _arrived(pubsub: Any) -> Iterator[Any]:
    """What was read from the socket together with the message before."""
    while pubsub.connection.is_connected:
        response = pubsub.connection._parser._reader.gets()
        if response is NOT_ENOUGH_DATA:
            return
        yield response


def _look(task: asyncio.Task[None]) -> None:
    """Those who wait for it are told; if nobody does any more, it is nothing to complain about."""
    if not task.cancelled():
        task.exception()


class PubSubChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]  # as above
    def deserialize(self, message: bytes) -> Any:
        """None for what is no message: it must not take with it those that have come together with it."""
        try:
            return super().deserialize(message)
        except Exception as error:  # whatever the serializer raises
            logger.warning("a message from Redis cannot be read (%r)", error)
            return None

    def arrived(self, channel: str) -> list[Any]:
        """What can be received on a channel without waiting for it."""
        messages: asyncio.Queue[bytes] = self._get_layer().channels[channel]
        return [self.deserialize(messages.get_nowait()) for _ in range(messages.qsize())]

    def _get_layer(self) -> RedisPubSubLoopLayer:
        layer = super()._get_layer()
        if not isinstance(layer._shards[0], _Connection):
            layer._shards = [_Connection(shard.host, layer) for shard in layer._shards]
        return layer
