"""What is sent to a room's group of the channel layer, and under which name."""

from typing import Any

from channels.layers import BaseChannelLayer

EVENT = "room.event"  # Channels calls `room_event`


def group(room: str) -> str:
    return f"bench.room.{room}"


async def send(layer: BaseChannelLayer, room: str, frame: dict[str, Any]) -> None:
    """`frame` is `{"cursor", "message": {"id", "body", "sentAt", "author": {...}}}`."""
    await layer.group_send(group(room), {"type": EVENT, **frame})
