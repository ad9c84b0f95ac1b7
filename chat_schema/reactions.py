"""Reactions: adding and taking back."""

from typing import Annotated

import strawberry

from backend import database
from backend.chat import reactions
from backend.chat.messages import Accepted
from chat_schema.context import Info, Input
from chat_schema.messages import Message
from chat_schema.nodes import key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.scalars import Cursor


@strawberry.input(description="An emoji for a message.")
class AddReactionInput:
    message: strawberry.ID = strawberry.field(description="The message's id.")
    emoji: str = strawberry.field(description="One emoji.")


@strawberry.input(description="An emoji to take back from a message.")
class RemoveReactionInput:
    message: strawberry.ID = strawberry.field(description="The message's id.")
    emoji: str = strawberry.field(description="One emoji.")


@strawberry.type(description="The message has the reaction, or has it no more.")
class ReactionsUpdated:
    message: Message = strawberry.field(description="As it is now.")
    cursor: Cursor = strawberry.field(description="The position of its last change.")

    @classmethod
    def of(cls, accepted: Accepted) -> "ReactionsUpdated":
        return cls(message=Message.of(accepted.message), cursor=Cursor(accepted.cursor))


AddReactionResult = Annotated[
    ReactionsUpdated
    | InvalidProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("AddReactionResult", description="What came of `addReaction`."),
]
RemoveReactionResult = Annotated[
    ReactionsUpdated
    | InvalidProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("RemoveReactionResult", description="What came of `removeReaction`."),
]


@strawberry.type
class ReactionMutation:
    @strawberry.mutation(description="React to a message with an emoji; once with each.")
    async def add_reaction(self, info: Info, input: Input[AddReactionInput]) -> AddReactionResult:
        viewer, message_id = info.context.require_viewer(), key_of("Message", input.message, "message")
        add = reactions.add_reaction
        return ReactionsUpdated.of(await database.run(add, viewer=viewer, message_id=message_id, emoji=input.emoji))

    @strawberry.mutation(description="Take back one's own reaction.")
    async def remove_reaction(self, info: Info, input: Input[RemoveReactionInput]) -> RemoveReactionResult:
        viewer, message_id = info.context.require_viewer(), key_of("Message", input.message, "message")
        remove = reactions.remove_reaction
        return ReactionsUpdated.of(await database.run(remove, viewer=viewer, message_id=message_id, emoji=input.emoji))
