"""People: the viewer, other users, registering, logging in, passwords and personal tokens."""

from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry
from django.http import HttpRequest
from strawberry import UNSET

from backend import database
from backend.accounts import sessions, tokens, users
from backend.accounts.users import Account, Person
from backend.chat import rooms as domain_rooms
from backend.errors import Invalid
from chat_schema import pages
from chat_schema.context import Info, Input
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import (
    ConflictProblem,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)

if TYPE_CHECKING:
    from chat_schema.rooms import Room

# Rooms show people, and people show their rooms.
LazyRoom = Annotated["Room", strawberry.lazy("chat_schema.rooms")]


@strawberry.enum(description="A language of the product.")
class Locale(Enum):
    EN = strawberry.enum_value("en", description="English")
    FA = strawberry.enum_value("fa", description="Farsi, right to left")
    RU = strawberry.enum_value("ru", description="Russian")
    KA = strawberry.enum_value("ka", description="Georgian")


@strawberry.type(description="A person, as everybody sees them.")
class User(Node):
    username: str = strawberry.field(description="Unique, however it is written: case and letter forms are folded.")
    display_name: str = strawberry.field(description="What to show; the username if they chose nothing else.")

    @classmethod
    def of(cls, person: Person) -> "User":
        return cls(id=global_id("User", person.id), username=person.username, display_name=person.display_name)


@strawberry.type(
    description="A long-lived secret of the viewer's, for clients without cookies. Only its digest is kept."
)
class PersonalToken(Node):
    name: str = strawberry.field(description="What its owner calls it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(description="To the minute; null if never.")
    expires_at: datetime | None = strawberry.field(description="Null if it does not expire.")

    @classmethod
    def of(cls, token: tokens.Token) -> "PersonalToken":
        return cls(
            id=global_id("PersonalToken", token.id),
            name=token.name,
            created_at=token.created_at,
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
        )


@strawberry.type(description="The person asking.")
class Viewer(Node):
    user: User = strawberry.field(description="What others see of them.")
    email: str | None = strawberry.field(description="Only they see it.")
    locale: Locale = strawberry.field(description="The language they chose.")
    last_log_in_at: datetime | None = strawberry.field(description="When they last logged in with a password.")

    @strawberry.field(description="The rooms they are a member of, the newest first.")
    async def rooms(
        self, info: Info, first: pages.First = UNSET, after: pages.After = UNSET
    ) -> pages.Connection[LazyRoom]:
        from chat_schema.rooms import Room

        window = pages.window(first=first, after=after)
        viewer = info.context.require_viewer()
        page = await database.run(domain_rooms.rooms_of, viewer=viewer, window=window)
        return pages.connection(page, lambda room: room.id, partial(Room.of, context=info.context))

    @strawberry.field(description="Their personal tokens, the newest first; at most 50.")
    async def tokens(self, info: Info) -> list[PersonalToken]:
        viewer = info.context.require_viewer()
        return [PersonalToken.of(each) for each in await database.run(tokens.tokens, user_id=viewer.id)]

    @classmethod
    def of(cls, account: Account) -> "Viewer":
        return cls(
            id=global_id("Viewer", account.person.id),
            user=User.of(account.person),
            email=account.email or None,
            locale=Locale(account.locale),
            last_log_in_at=account.last_log_in_at,
        )


@strawberry.type
class ProfileQuery:
    @strawberry.field(description="Null when nobody is logged in.")
    async def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        return None if viewer is None else await _viewer(viewer.id)


@strawberry.input(description="A new account.")
class RegisterInput:
    username: str = strawberry.field(
        description="Letters and digits of any script, and . - _ between them; at most 32."
    )
    password: str = strawberry.field(description="At least 8 characters, and hard to guess.")
    email: str | None = strawberry.field(default=UNSET, description="Only you see it.")
    display_name: str | None = strawberry.field(default=UNSET, description="At most 64 characters.")
    locale: Locale | None = strawberry.field(default=UNSET, description="English if left out.")


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


RegisterResult = Annotated[
    Registered | InvalidProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("RegisterResult", description="What came of it."),
]
LogInResult = Annotated[
    LoggedIn | InvalidProblem | RateLimitedProblem, strawberry.union("LogInResult", description="What came of it.")
]
LogOutResult = Annotated[
    LoggedOut | InvalidProblem | UnauthenticatedProblem,
    strawberry.union("LogOutResult", description="What came of it."),
]
CreateTokenResult = Annotated[
    TokenCreated | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("CreateTokenResult", description="What came of it."),
]
RevokeTokenResult = Annotated[
    TokenRevoked | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("RevokeTokenResult", description="What came of it."),
]
ChangePasswordResult = Annotated[
    PasswordChanged | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("ChangePasswordResult", description="What came of it."),
]


@strawberry.type
class ProfileMutation:
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
            locale=str((input.locale or Locale.EN).value),
        )
        await database.run(sessions.open_session, request, user_id=account.person.id)
        return Registered(viewer=await _viewer(account.person.id))

    @strawberry.mutation(description="Log in with a session cookie. HTTP only; elsewhere use `createToken`.")
    async def log_in(self, info: Info, input: Input[LogInInput]) -> LogInResult:
        request = _http(info, "logIn")
        user_id = await _check(info, input)
        await database.run(sessions.open_session, request, user_id=user_id)
        return LoggedIn(viewer=await _viewer(user_id))

    @strawberry.mutation(description="End this session and its sockets. HTTP only.")
    async def log_out(self, info: Info) -> LogOutResult:
        request = _http(info, "logOut")
        if info.context.require_viewer().credential.kind != "session":
            raise Invalid(detail="A token has no session to end. To end the token, use revokeToken.")
        await database.run(sessions.close_session, request)
        return LoggedOut(at=await database.run(database.now))

    @strawberry.mutation(description="Make a personal token, for clients without cookies.")
    async def create_token(self, info: Info, input: Input[CreateTokenInput]) -> CreateTokenResult:
        if input.credentials:
            user_id = await _check(info, input.credentials, under="credentials")
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
            users.change_password, user_id=viewer.id, current=input.current_password, new=input.new_password
        )
        if request is not None:
            await database.run(sessions.keep_session, request, user_id=viewer.id)
        return PasswordChanged(viewer=await _viewer(viewer.id))


def _http(info: Info, name: str) -> HttpRequest:
    """The request, for what sets a cookie. Raises `Invalid` over a socket, which cannot."""
    if info.context.request is None:
        raise Invalid(detail=f"{name} works over HTTP only. Over a socket, use createToken and connect with it.")
    return info.context.request


async def _check(info: Info, given: LogInInput, *, under: str | None = None) -> int:
    """Whose name and password these are. What is wrong with them stands in the field `under` of the input."""
    check = partial(users.check_password, origin=info.context.origin)
    try:
        return await database.run(check, username=given.username, password=given.password)
    except Invalid as error:
        if under is None:
            raise
        raise Invalid(*(replace(each, path=(under, *each.path)) for each in error.fields)) from error


async def _viewer(user_id: int) -> Viewer:
    return Viewer.of(await database.run(users.account, user_id))
