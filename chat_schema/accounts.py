"""Accounts: registering, logging in, passwords, personal tokens, and the end of it all."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry
from django.http import HttpRequest
from strawberry import UNSET

from backend import database
from backend.accounts import passwords, sessions, tokens, users
from backend.accounts.log_ins import Way
from backend.chat import people
from backend.errors import Invalid
from backend.languages import text
from chat_schema.context import Info, Input
from chat_schema.nodes import global_id, key_of
from chat_schema.problems import (
    ConflictProblem,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import Locale, PersonalToken, Viewer, viewer_of


@strawberry.input(description="A new account.")
class RegisterInput:
    username: str = strawberry.field(
        description="Letters and digits of any script, and . - _ between them; at most 32."
    )
    password: str = strawberry.field(description="At least 8 characters, and hard to guess.")
    email: str | None = strawberry.field(default=UNSET, description="Only you see it.")
    display_name: str | None = strawberry.field(default=UNSET, description="At most 64 characters.")
    locale: Locale | None = strawberry.field(
        default=UNSET, description="As `Accept-Language` asks, if left out; English if it asks for none of these."
    )


@strawberry.input(description="A username and its password.")
class LogInInput:
    username: str = strawberry.field(description="However it is written.")
    password: str = strawberry.field(description="As it is.")


@strawberry.input(description="A new personal token.")
class CreateTokenInput:
    name: str = strawberry.field(description="What to call it; at most 64 characters.")
    credentials: LogInInput | None = strawberry.field(
        default=UNSET, description="Logs in and creates in one step, for clients without cookies."
    )
    expires_at: datetime | None = strawberry.field(default=UNSET, description="Never, if left out.")


@strawberry.input(description="A personal token to end.")
class RevokeTokenInput:
    token: strawberry.ID = strawberry.field(description="The token's id, not its secret.")


@strawberry.input(description="A new password in the place of the current one.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="To be sure that it is you.")
    new_password: str = strawberry.field(description="At least 8 characters, and hard to guess.")


@strawberry.input(description="To be sure that it is you.")
class DeleteAccountInput:
    current_password: str = strawberry.field(description="As it is.")


@strawberry.type(description="The account was made, and its owner is logged in on this client.")
class Registered:
    viewer: Viewer = strawberry.field(description="You.")


@strawberry.type(description="Logged in: the response sets the session cookie.")
class LoggedIn:
    viewer: Viewer = strawberry.field(description="You.")


@strawberry.type(description="Logged out: the session has ended, and its sockets close.")
class LoggedOut:
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="The token was made.")
class TokenCreated:
    token: PersonalToken = strawberry.field(description="The token, without its secret.")
    secret: str = strawberry.field(description="Shown this once. Send it as `Authorization: Bearer ...`.")


@strawberry.type(description="The token has ended, and its sockets close.")
class TokenRevoked:
    token_id: strawberry.ID = strawberry.field(description="The id it had.")


@strawberry.type(description="The password is the new one. Other sessions have ended; personal tokens have not.")
class PasswordChanged:
    viewer: Viewer = strawberry.field(description="You.")


@strawberry.type(
    description=(
        "The account has no name any more and has left its rooms; its sessions, tokens and sockets have ended."
        " What it said in rooms that others are in stays."
    )
)
class AccountDeleted:
    user_id: strawberry.ID = strawberry.field(description="The id of the person, whom old messages still name.")


RegisterResult = Annotated[
    Registered | InvalidProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("RegisterResult", description="What came of `register`."),
]
LogInResult = Annotated[
    LoggedIn | InvalidProblem | RateLimitedProblem, strawberry.union("LogInResult", description="What came of `logIn`.")
]
LogOutResult = Annotated[
    LoggedOut | InvalidProblem | UnauthenticatedProblem,
    strawberry.union("LogOutResult", description="What came of `logOut`."),
]
CreateTokenResult = Annotated[
    TokenCreated | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("CreateTokenResult", description="What came of `createToken`."),
]
RevokeTokenResult = Annotated[
    TokenRevoked | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("RevokeTokenResult", description="What came of `revokeToken`."),
]
ChangePasswordResult = Annotated[
    PasswordChanged | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("ChangePasswordResult", description="What came of `changePassword`."),
]

DeleteAccountResult = Annotated[
    AccountDeleted | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("DeleteAccountResult", description="What came of `deleteAccount`."),
]


@strawberry.type
class AccountMutation:
    @strawberry.mutation(description="Make an account and log in. HTTP only.")
    async def register(self, info: Info, input: Input[RegisterInput]) -> RegisterResult:
        request = _http(info, "register")
        account = await database.run(
            users.register,
            username=input.username,
            password=input.password,
            origin=info.context.origin,
            email=input.email or "",
            display_name=input.display_name or "",
            locale=str(input.locale.value) if input.locale else await info.context.language(),
        )
        await database.run(sessions.open_session, request, user_id=account.person.id)
        return Registered(viewer=await viewer_of(account.person.id))

    @strawberry.mutation(description="Log in with a session cookie. HTTP only; elsewhere use `createToken`.")
    async def log_in(self, info: Info, input: Input[LogInInput]) -> LogInResult:
        request = _http(info, "logIn")
        user_id = await _check(info, input, way=Way.SESSION)
        await database.run(sessions.open_session, request, user_id=user_id)
        return LoggedIn(viewer=await viewer_of(user_id))

    @strawberry.mutation(description="End this session and its sockets. HTTP only.")
    async def log_out(self, info: Info) -> LogOutResult:
        request = _http(info, "logOut")
        if info.context.require_viewer().credential.kind != "session":
            raise Invalid(detail=text("A token has no session to end. To end the token, use revokeToken."))
        await database.run(sessions.close_session, request)
        return LoggedOut(at=await database.run(database.now))

    @strawberry.mutation(description="Make a personal token, for clients without cookies.")
    async def create_token(self, info: Info, input: Input[CreateTokenInput]) -> CreateTokenResult:
        if input.credentials:
            user_id = await _check(info, input.credentials, way=Way.TOKEN, under="credentials")
        else:
            user_id = info.context.require_viewer().id
        token, secret = await database.run(
            tokens.create_token, user_id=user_id, name=input.name, expires_at=input.expires_at or None
        )
        return TokenCreated(token=PersonalToken.of(token), secret=secret)

    @strawberry.mutation(description="End a personal token and its sockets.")
    async def revoke_token(self, info: Info, input: Input[RevokeTokenInput]) -> RevokeTokenResult:
        viewer = info.context.require_viewer()
        token_id = key_of("PersonalToken", input.token, "token")
        await database.run(tokens.revoke_token, user_id=viewer.id, token_id=token_id)
        return TokenRevoked(token_id=input.token)

    @strawberry.mutation(
        description="Set a new password. Other sessions end; personal tokens stay. With a session, HTTP only."
    )
    async def change_password(self, info: Info, input: Input[ChangePasswordInput]) -> ChangePasswordResult:
        viewer = info.context.require_viewer()
        request = _http(info, "changePassword") if viewer.credential.kind == "session" else None
        await database.run(
            passwords.change_password, user_id=viewer.id, current=input.current_password, new=input.new_password
        )
        if request is not None:
            await database.run(sessions.keep_session, request, user_id=viewer.id)
        return PasswordChanged(viewer=await viewer_of(viewer.id))

    @strawberry.mutation(description="Leave all rooms and become a person without a name, for good.")
    async def delete_account(self, info: Info, input: Input[DeleteAccountInput]) -> DeleteAccountResult:
        viewer = info.context.require_viewer()
        await database.run(people.delete_account, viewer=viewer, current_password=input.current_password)
        return AccountDeleted(user_id=global_id("User", viewer.id))


def _http(info: Info, name: str) -> HttpRequest:
    """The request, for what sets a cookie. Raises `Invalid` over a socket, which cannot."""
    if info.context.request is None:
        detail = text("{name} works over HTTP only. Over a socket, use createToken and connect with it.", name=name)
        raise Invalid(detail=detail)
    return info.context.request


async def _check(info: Info, given: LogInInput, *, way: Way, under: str | None = None) -> int:
    """Whose name and password these are. What is wrong with them stands in the field `under` of the input."""
    check = partial(passwords.check_password, origin=info.context.origin, way=way)
    try:
        return await database.run(check, username=given.username, password=given.password)
    except Invalid as error:
        if under is None:
            raise
        raise Invalid(*(replace(each, path=(under, *each.path)) for each in error.fields)) from error
