"""People: the viewer and other users."""

from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from backend import database
from backend.accounts import avatars, blocks, tokens, users
from backend.accounts.users import Account, Person, Profile
from backend.chat import mentions, people
from backend.chat import rooms as domain_rooms
from chat_schema import pages
from chat_schema.context import Info, Input
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import ConflictProblem, InvalidProblem, RateLimitedProblem, UnauthenticatedProblem

if TYPE_CHECKING:
    from chat_schema.invitations import Invitation
    from chat_schema.messages import Message
    from chat_schema.rooms import Room

# Rooms show people, and people show their rooms.
LazyRoom = Annotated["Room", strawberry.lazy("chat_schema.rooms")]
LazyInvitation = Annotated["Invitation", strawberry.lazy("chat_schema.invitations")]
LazyMessage = Annotated["Message", strawberry.lazy("chat_schema.messages")]


@strawberry.enum(description="A language of the product.")
class Locale(Enum):
    EN = strawberry.enum_value("en", description="English")
    FA = strawberry.enum_value("fa", description="Farsi, right to left")
    RU = strawberry.enum_value("ru", description="Russian")
    KA = strawberry.enum_value("ka", description="Georgian")


@strawberry.type(description="What everybody may count. Private rooms do not.")
class UserStats:
    messages: int = strawberry.field(description="Said in public rooms, and not deleted.")
    rooms: int = strawberry.field(description="Public rooms that they are a member of.")
    joined_at: datetime = strawberry.field(description="When they made their account.")


@strawberry.type(description="A person, as everybody sees them. Whose account was deleted has no name any more.")
class User(Node):
    key: strawberry.Private[int]
    avatar: strawberry.Private[str]
    username: str = strawberry.field(
        description="Unique, however it is written: case and letter forms are folded. Empty if deleted."
    )
    display_name: str = strawberry.field(
        description="What to show; the username if they chose nothing else. Empty if deleted."
    )
    deleted_at: datetime | None = strawberry.field(description="When they deleted their account.")

    @strawberry.field(
        description=(
            "Where their picture is, a square in WebP; null if there is none. It never changes: another picture has"
            " another URL."
        )
    )
    def avatar_url(
        self,
        px: Annotated[
            int | None,
            strawberry.argument(
                description="How wide it will be shown, up to 1024: that size or the next that there is, up to 256."
            ),
        ] = 96,
    ) -> str | None:
        return avatars.url(self.avatar, 96 if px is None else px)

    @strawberry.field(description="What they say of themself; may be empty.")
    async def bio(self, info: Info) -> str:
        return (await self._profile(info)).bio

    @strawberry.field(description="How long they have been here, and how much.")
    async def stats(self, info: Info) -> UserStats:
        profile, stats = await self._profile(info), await info.context.stats.load(self.key)
        return UserStats(messages=stats.messages, rooms=stats.rooms, joined_at=profile.joined_at)

    @strawberry.field(
        description=(
            "Whether they are here: they follow a room, or what is told to them alone, on any device. In which room is"
            " told to its members only, but a private one counts here too."
        )
    )
    async def is_online(self, info: Info) -> bool:
        return (await info.context.whereabouts.load(self.key)).is_online

    @strawberry.field(description="When they were last online; null while they are, and if they never were.")
    async def last_seen_at(self, info: Info) -> datetime | None:
        return (await info.context.whereabouts.load(self.key)).last_seen_at

    async def _profile(self, info: Info) -> Profile:
        profile = await info.context.profiles.load(self.key)
        assert profile is not None, "people are kept, without a name"
        return profile

    @classmethod
    def of(cls, person: Person) -> "User":
        return cls(
            key=person.id,
            avatar=person.avatar,
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

    @strawberry.field(
        description="Messages that name them, in rooms that they are in, the oldest first; the last ones by default."
    )
    async def mentioned_in(
        self, info: Info, last: pages.Last = UNSET, before: pages.Before = UNSET
    ) -> pages.Connection[LazyMessage]:
        from chat_schema.messages import Message

        window = pages.window(last=last, before=before)
        page = await database.run(mentions.mentions_of, viewer=info.context.require_viewer(), window=window)
        return pages.connection(page, lambda mention: mention.id, lambda mention: Message.of(mention.message))

    @strawberry.field(
        description="Those addressed to them, into rooms that they are not in, the newest first; at most 50."
    )
    async def invitations(self, info: Info) -> list[LazyInvitation]:
        from chat_schema.invitations import invitations_to_viewer

        return await invitations_to_viewer(info)

    @strawberry.field(
        description="Whom they have blocked, the last one first; at most 100. A deleted account is blocked no more."
    )
    async def blocked(self, info: Info) -> list[User]:
        viewer = info.context.require_viewer()
        return [User.of(each) for each in await database.run(blocks.blocked, user_id=viewer.id)]

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


@strawberry.input(one_of=True, description="One of the ways to name a person.")
class UserBy:
    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Their id.")
    username: strawberry.Maybe[str] = strawberry.field(description="Their username, however it is written.")


@strawberry.type
class ProfileQuery:
    @strawberry.field(description="Null when nobody is logged in.")
    async def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        return None if viewer is None else await viewer_of(viewer.id)

    @strawberry.field(description="A person; null if there is none.")
    async def user(self, info: Info, by: Annotated[UserBy, strawberry.argument(description="Who.")]) -> User | None:
        info.context.require_viewer()
        if by.username is not None:
            found = await database.run(users.find, by.username.value)
        else:
            assert by.id is not None, "@oneOf"
            key = key_of("User", by.id.value, "by")
            found = (await database.run(users.people, [key])).get(key)
        return None if found is None else User.of(found)


@strawberry.input(description="What shall be another. What is left out stays.")
class UpdateProfileInput:
    username: str | None = strawberry.field(default=UNSET, description="As for `register`.")
    display_name: str | None = strawberry.field(default=UNSET, description="At most 64 characters; may be empty.")
    bio: str | None = strawberry.field(default=UNSET, description="At most 500 characters; may be empty.")
    email: str | None = strawberry.field(default=UNSET, description="Only you see it; may be empty.")
    locale: Locale | None = strawberry.field(default=UNSET, description="The language to be spoken to in.")


@strawberry.type(description="Your profile is as you want it.")
class ProfileUpdated:
    viewer: Viewer = strawberry.field(description="You.")


UpdateProfileResult = Annotated[
    ProfileUpdated | InvalidProblem | ConflictProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("UpdateProfileResult", description="What came of `updateProfile`."),
]


@strawberry.type
class ProfileMutation:
    @strawberry.mutation(
        description="Change one's own profile. Another name or bio is told in all rooms that one is in."
    )
    async def update_profile(self, info: Info, input: Input[UpdateProfileInput]) -> UpdateProfileResult:
        viewer = info.context.require_viewer()
        changes = users.Changes(
            username=pages.given(input.username),
            display_name=pages.given(input.display_name),
            bio=pages.given(input.bio),
            email=pages.given(input.email),
            locale=str(input.locale.value) if input.locale else None,
        )
        return ProfileUpdated(
            viewer=Viewer.of(await database.run(people.update_profile, viewer=viewer, changes=changes))
        )


async def viewer_of(user_id: int) -> Viewer:
    return Viewer.of(await database.run(users.account, user_id))
