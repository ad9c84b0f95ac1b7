"""Who is typing: said by a client, and shown to whoever follows the room."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend import database
from backend.presence import typing
from chat_schema.context import Info, Input
from chat_schema.nodes import key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import User


@strawberry.type(
    description=(
        "Others type in the room, or no more. At most one a second; nobody is typing before the first, nor after a"
        " `CaughtUp`."
    )
)
class TypingChanged:
    fact: strawberry.Private[typing.Typing]

    @strawberry.field(
        description=(
            "All who are typing now, up to 20, in the order in which they began."
            " You too: this is the same for everybody."
        )
    )
    async def users(self) -> list[User]:
        return [User.of(each) for each in await database.run(typing.people, self.fact)]


@strawberry.input(description="Whether one is typing.")
class SetTypingInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")
    typing: bool = strawberry.field(description="False as soon as one has stopped; sending a message says so, too.")


@strawberry.type(description="The room is told, and nothing is stored.")
class TypingSet:
    expires_at: datetime = strawberry.field(description="Say it again before, for as long as one types.")


SetTypingResult = Annotated[
    TypingSet | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("SetTypingResult", description="What came of `setTyping`."),
]


@strawberry.type
class TypingMutation:
    @strawberry.mutation(
        description="Say that one is typing in a room, every few seconds, or that one has stopped. For who may send."
    )
    async def set_typing(self, info: Info, input: Input[SetTypingInput]) -> SetTypingResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        say = typing.set_typing
        return TypingSet(expires_at=await database.run(say, viewer=viewer, room_id=room_id, typing=input.typing))
