"""Whispers: words for one person who is there, which nothing keeps."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.presence import couriers, whispers
from chat_schema.context import Info, Input
from chat_schema.nodes import key_of
from chat_schema.problems import (
    ConflictProblem,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    RecipientOfflineProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import User
from chat_schema.rooms import Room


@strawberry.type(description="Words for one person. Never stored: nothing can be asked for by its id.")
class Whisper:
    fact: strawberry.Private[couriers.Whisper]
    id: strawberry.ID = strawberry.field(
        description="The same for each that was sent with one `key`: show it once, however often it comes."
    )
    body: str = strawberry.field(description="Plain text with its newlines, never HTML.")
    sent_at: datetime = strawberry.field(description="When.")

    @strawberry.field(description="Who said it.")
    async def sender(self, info: Info) -> User:
        return await _user(info, self.fact.sender_id)

    @strawberry.field(description="To whom.")
    async def recipient(self, info: Info) -> User:
        return await _user(info, self.fact.recipient_id)

    @strawberry.field(description="Where both were.")
    async def room(self, info: Info) -> Room:
        room = await info.context.rooms.load(self.fact.room_id)
        assert room is not None, "a room is kept, without a name"
        return Room.of(room, info.context)

    @classmethod
    def of(cls, whisper: couriers.Whisper) -> "Whisper":
        return cls(fact=whisper, id=strawberry.ID(whisper.id), body=whisper.body, sent_at=whisper.sent_at)


async def _user(info: Info, user_id: int) -> User:
    person = await info.context.people.load(user_id)
    assert person is not None, "people are kept, without a name"
    return User.of(person)


@strawberry.input(description="Something to say to one person.")
class SendWhisperInput:
    room: strawberry.ID = strawberry.field(description="Where: the id of a room that both are in.")
    recipient: strawberry.ID = strawberry.field(description="To whom: the user's id.")
    body: str = strawberry.field(description="1 to 4000 characters; newlines are kept.")
    key: strawberry.ID = strawberry.field(
        description=(
            "The client's idempotency key, 1 to 64 characters: with the same key nothing is shown twice on one device,"
            " so retrying is safe."
        )
    )


@strawberry.type(description="The whisper was handed over.")
class WhisperDelivered:
    whisper: Whisper = strawberry.field(description="As its recipient sees it.")
    connections: int = strawberry.field(
        description="How many `viewerEvents` of the recipient it was handed to: one for each of their devices."
    )


SendWhisperResult = Annotated[
    WhisperDelivered
    | RecipientOfflineProblem
    | InvalidProblem
    | ConflictProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("SendWhisperResult", description="What came of `sendWhisper`."),
]


@strawberry.type
class WhisperMutation:
    @strawberry.mutation(
        description=(
            "Say something to one person who is online in the room and follows `viewerEvents`; to anybody else it is a"
            " `RecipientOfflineProblem`. All of their devices get it, and the sender's own."
        )
    )
    async def send_whisper(self, info: Info, input: Input[SendWhisperInput]) -> SendWhisperResult:
        sent = await whispers.send_whisper(
            viewer=info.context.require_viewer(),
            room_id=key_of("Room", input.room, "room"),
            recipient_id=key_of("User", input.recipient, "recipient"),
            body=input.body,
            key=input.key,
        )
        return WhisperDelivered(whisper=Whisper.of(sent.whisper), connections=sent.connections)
