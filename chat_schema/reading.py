"""What one has read, and what one wants to be told of."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from backend import database
from backend.chat import reading
from chat_schema.context import Info, Input
from chat_schema.nodes import key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import LazyRoom

if TYPE_CHECKING:
    from chat_schema.rooms import Room


@strawberry.enum(description="What of a room one wants to be told of.")
class Notify(Enum):
    ALL = strawberry.enum_value("all", description="Every message.")
    MENTIONS = strawberry.enum_value("mentions", description="Messages that name one.")
    NONE = strawberry.enum_value("none", description="Nothing.")


@strawberry.input(description="How far one has read.")
class MarkReadInput:
    message: strawberry.ID = strawberry.field(description="The last message that was read.")


@strawberry.input(description="What one wants to be told of.")
class SetNotifyInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")
    notify: Notify = strawberry.field(description="Of what.")


@strawberry.type(description="It is read, up to there or further.")
class ReadMarked:
    room: LazyRoom = strawberry.field(description="Where: `viewer` has what is still unread.")


@strawberry.type(description="It is so.")
class NotifySet:
    room: LazyRoom = strawberry.field(description="Of which room.")


MarkReadResult = Annotated[
    ReadMarked | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("MarkReadResult", description="What came of `markRead`."),
]
SetNotifyResult = Annotated[
    NotifySet | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("SetNotifyResult", description="What came of `setNotify`."),
]


@strawberry.type
class ReadingMutation:
    @strawberry.mutation(description="Everything up to a message has been read; never less than before.")
    async def mark_read(self, info: Info, input: Input[MarkReadInput]) -> MarkReadResult:
        viewer, message_id = info.context.require_viewer(), key_of("Message", input.message, "message")
        room_id = await database.run(reading.mark_read, viewer=viewer, message_id=message_id)
        return ReadMarked(room=await _room(info, room_id))

    @strawberry.mutation(description="Say what of a room one wants to be told of.")
    async def set_notify(self, info: Info, input: Input[SetNotifyInput]) -> SetNotifyResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        notify = reading.Notify(str(input.notify.value))
        await database.run(reading.set_notify, viewer=viewer, room_id=room_id, notify=notify)
        return NotifySet(room=await _room(info, room_id))


async def _room(info: Info, room_id: int) -> "Room":
    from chat_schema.rooms import Room

    room = await info.context.rooms.load(room_id)
    assert room is not None, "it has just been read"
    return Room.of(room, info.context)
