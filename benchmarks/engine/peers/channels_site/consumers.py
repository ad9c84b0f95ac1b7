"""The chat of Channels' tutorial: one consumer a socket, one group a room, no GraphQL."""

from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from benchmarks.engine.peers.channels_site import groups


class ChatConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.group = groups.group(self.scope["url_route"]["kwargs"]["room"])
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def room_event(self, event: dict[str, Any]) -> None:
        sent = {"__typename": "MessageSent", "message": event["message"]}
        await self.send_json({"cursor": event["cursor"], "event": sent})
