"""The part of our schema that is measured, with the same shapes and nullability, as strawberry's pages do it."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, NewType

import strawberry
from channels.layers import get_channel_layer
from django.contrib.auth.models import User as Account
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.engine.peers.channels_site import groups
from benchmarks.engine.peers.channels_site.models import Membership
from benchmarks.engine.peers.channels_site.models import Message as StoredMessage
from benchmarks.engine.peers.channels_site.settings import TUNED

Cursor = NewType("Cursor", str)


@strawberry.type
class User:
    id: strawberry.ID
    username: str
    display_name: str


@strawberry.type
class Message:
    id: strawberry.ID
    author: User
    body: str
    sent_at: datetime


@strawberry.type
class MessageSent:
    message: Message


@strawberry.type
class MessageEdited:
    message: Message


@strawberry.type
class MessageDeleted:
    message_id: strawberry.ID


RoomEvent = Annotated[MessageSent | MessageEdited | MessageDeleted, strawberry.union("RoomEvent")]


@strawberry.type
class RoomFrame:
    cursor: Cursor
    event: RoomEvent


@strawberry.input
class SendMessageInput:
    room: strawberry.ID
    body: str


@strawberry.type
class Query:
    version: str = "1"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def send_message(self, info: strawberry.Info[Any, None], input: SendMessageInput) -> Message:
        sender = await info.context.request.auser()
        if not await Membership.objects.filter(room_id=input.room, user_id=sender.pk).aexists():
            raise PermissionError("You are not a member of this room.")
        stored = await StoredMessage.objects.acreate(room_id=input.room, author=sender, body=input.body)
        message = {
            "id": str(stored.pk),
            "body": stored.body,
            "sentAt": stored.sent_at.isoformat(),
            "author": {"id": str(sender.pk), "username": sender.username, "displayName": _display_name(sender)},
        }
        layer = get_channel_layer()
        assert layer
        await groups.send(layer, input.room, {"cursor": str(stored.pk), "message": message})
        return _message(message)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def room_events(
        self, info: strawberry.Info[Any, None], room: strawberry.ID
    ) -> AsyncGenerator[RoomFrame, None]:
        consumer = info.context["ws"]
        async with consumer.listen_to_channel(groups.EVENT, groups=[groups.group(room)]) as events:
            async for event in events:
                yield RoomFrame(cursor=event["cursor"], event=MessageSent(message=_message(event["message"])))


def _message(message: dict[str, Any]) -> Message:
    author = message["author"]
    return Message(
        id=message["id"],
        author=User(id=author["id"], username=author["username"], display_name=author["displayName"]),
        body=message["body"],
        sent_at=datetime.fromisoformat(message["sentAt"]),
    )


def _display_name(account: Account) -> str:
    return account.get_full_name() or account.username


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[ParserCache, ValidationCache] if TUNED else [],
    config=StrawberryConfig(scalar_map={Cursor: strawberry.scalar(name="Cursor")}),
)
