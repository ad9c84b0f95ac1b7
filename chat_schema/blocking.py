"""Blocking people, and thinking better of it."""

from typing import Annotated

import strawberry

from backend import database
from backend.accounts import blocks
from chat_schema.context import Info, Input
from chat_schema.nodes import key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import Viewer, viewer_of


@strawberry.input(description="Whom.")
class BlockUserInput:
    user: strawberry.ID = strawberry.field(description="Their id.")


@strawberry.input(description="Whom.")
class UnblockUserInput:
    user: strawberry.ID = strawberry.field(description="Their id.")


@strawberry.type(description="They cannot whisper to you.")
class UserBlocked:
    viewer: Viewer = strawberry.field(description="You: `blocked` has them.")


@strawberry.type(description="They can whisper to you.")
class UserUnblocked:
    viewer: Viewer = strawberry.field(description="You: `blocked` does not have them.")


BlockUserResult = Annotated[
    UserBlocked | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("BlockUserResult", description="What came of `blockUser`."),
]
UnblockUserResult = Annotated[
    UserUnblocked | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("UnblockUserResult", description="What came of `unblockUser`."),
]


@strawberry.type
class BlockingMutation:
    @strawberry.mutation(
        description=(
            "Be offline for the whispers of somebody, who is not told. In rooms, which are shared with others, both of"
            " you see and do what you did before."
        )
    )
    async def block_user(self, info: Info, input: Input[BlockUserInput]) -> BlockUserResult:
        viewer, other = info.context.require_viewer(), key_of("User", input.user, "user")
        await database.run(blocks.block_user, user_id=viewer.id, other_id=other)
        return UserBlocked(viewer=await viewer_of(viewer.id))

    @strawberry.mutation(description="Let somebody whisper to one again.")
    async def unblock_user(self, info: Info, input: Input[UnblockUserInput]) -> UnblockUserResult:
        viewer, other = info.context.require_viewer(), key_of("User", input.user, "user")
        await database.run(blocks.unblock_user, user_id=viewer.id, other_id=other)
        return UserUnblocked(viewer=await viewer_of(viewer.id))
