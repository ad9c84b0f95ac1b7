"""Tell a peer of an event in a room, as another process of its cluster would."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from channels.layers import BaseChannelLayer
from django.utils.module_loading import import_string
from redis.asyncio import Redis

from benchmarks.engine.peers.channels_site import groups
from benchmarks.engine.peers.peers import Peer

Publish = Callable[[str, dict[str, Any]], Awaitable[None]]  # the room, and the frame


@asynccontextmanager
async def publisher(peer: Peer, redis_url: str) -> AsyncIterator[Publish]:
    if peer.layer:
        layer: BaseChannelLayer = import_string(peer.layer)(hosts=[redis_url])
        yield partial(groups.send, layer)  # its connections end with the loop: both layers see to it
    else:
        async with Redis.from_url(redis_url) as redis:
            yield partial(_publish, redis)


async def _publish(redis: Redis, room: str, frame: dict[str, Any]) -> None:
    await redis.publish(groups.group(room), json.dumps(frame, separators=(",", ":")))
