"""People: the viewer and other users."""

from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from backend import database
from backend.accounts import tokens, users
from backend.accounts.users import Account, Person
from backend.chat import rooms as domain_rooms
from chat_schema import pages
from chat_schema.context import Info
from chat_schema.nodes import Node, global_id

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


@strawberry.type(description="A person, as everybody sees them. Whose account was deleted has no name any more.")
class User(Node):
    username: str = strawberry.field(
        description="Unique, however it is written: case and letter forms are folded. Empty if deleted."
    )
    display_name: str = strawberry.field(
        description="What to show; the username if they chose nothing else. Empty if deleted."
    )
    deleted_at: datetime | None = strawberry.field(description="When they deleted their account.")

    @classmethod
    def of(cls, person: Person) -> "User":
        return cls(
            id=global_id("User", person.id),
            username=person.username,
            display_name=person.display_name,
            deleted_at=person.deleted_at,
        )


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
        return None if viewer is None else await viewer_of(viewer.id)


async def viewer_of(user_id: int) -> Viewer:
    return Viewer.of(await database.run(users.account, user_id))
