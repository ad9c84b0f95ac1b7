"""Forgotten passwords: asking for a link by mail, and setting a new password with it."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import strawberry

from backend import database
from backend.accounts import resets
from chat_schema.context import Info, Input
from chat_schema.nodes import global_id, key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)


@strawberry.input(description="Where to send the link.")
class RequestPasswordResetInput:
    email: str = strawberry.field(description="The address that the account has.")


@strawberry.input(description="A new password, and what the link of the mail says.")
class ResetPasswordInput:
    user: strawberry.ID = strawberry.field(description="What stands first in the link, after `/reset/`.")
    token: str = strawberry.field(description="What stands last in it.")
    new_password: str = strawberry.field(description="At least 8 characters, and hard to guess.")


@strawberry.type(
    description="If there are accounts with this address, each gets a mail. Whether there are is told to nobody else."
)
class PasswordResetRequested:
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="The password is the new one. All sessions have ended; personal tokens have not.")
class PasswordReset:
    at: datetime = strawberry.field(description="When.")


RequestPasswordResetResult = Annotated[
    PasswordResetRequested | InvalidProblem | RateLimitedProblem,
    strawberry.union("RequestPasswordResetResult", description="What came of `requestPasswordReset`."),
]
ResetPasswordResult = Annotated[
    PasswordReset | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("ResetPasswordResult", description="What came of `resetPassword`."),
]


@strawberry.type
class ResetMutation:
    @strawberry.mutation(description="Have a link sent by mail, by which a new password can be set.")
    async def request_password_reset(
        self, info: Info, input: Input[RequestPasswordResetInput]
    ) -> RequestPasswordResetResult:
        site = info.context.site

        def link(user_id: int, token: str) -> str:
            return f"{site}/reset/{quote(global_id('User', user_id), safe='')}/{token}"

        await database.run(resets.request_reset, email=input.email, origin=info.context.origin, link=link)
        return PasswordResetRequested(at=await database.run(database.now))

    @strawberry.mutation(description="Set a new password with what was sent by mail. Nobody is logged in by it.")
    async def reset_password(self, info: Info, input: Input[ResetPasswordInput]) -> ResetPasswordResult:
        await database.run(
            resets.reset_password,
            user_id=key_of("User", input.user, "user"),
            token=input.token,
            new=input.new_password,
            origin=info.context.origin,
        )
        return PasswordReset(at=await database.run(database.now))
