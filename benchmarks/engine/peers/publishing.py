"""Tell a peer of events in rooms, as another process of its cluster would."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from channels.layers import BaseChannelLayer
from django.utils.module_loading import import_string
from redis.asyncio import Redis

from benchmarks.engine.peers.channels_site import groups
from benchmarks.engine.peers.peers import Peer

Event = tuple[str, dict[str, Any]]  # the room, and the frame
Publish = Callable[[Sequence[Event]], Awaitable[None]]


@asynccontextmanager
async def publisher(peer: Peer, redis_url: str) -> AsyncIterator[Publish]:
    if peer.layer:
        layer: BaseChannelLayer = import_string(peer.layer)(hosts=[redis_url])
        yield partial(_send, layer)  # its connections end with the loop: both layers see to it
    else:
        async with Redis.from_url(redis_url) as redis:
            yield partial(_publish, redis)


async def _send(layer: BaseChannelLayer, events: Sequence[Event]) -> None:
    for room, frame in events:
        await groups.send(layer, room, frame)  # a layer has no way to send more than one


async def _publish(redis: Redis, events: Sequence[Event]) -> None:
    """All in one round trip, as our own hub publishes what waits."""
    pipeline = redis.pipeline(transaction=False)
    for room, frame in events:
        pipeline.publish(groups.group(room), json.dumps(frame, separators=(",", ":")))
    await pipeline.execute()
