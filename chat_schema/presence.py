"""Who is online: in a room, and how that changes."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from backend import database
from backend.chat.pages import Window
from backend.presence import rosters
from backend.presence.watches import OnlineChange
from chat_schema import pages
from chat_schema.context import Info
from chat_schema.profiles import User


@strawberry.type(description="Somebody who is online in a room.")
class Presence:
    user: User = strawberry.field(description="Who.")
    since: datetime = strawberry.field(description="When they came; a page that is loaded anew makes no difference.")


@strawberry.type(
    description=(
        "People came online in the room, or went. At most 100 are named; beyond that, `refresh`: query `online` again."
    )
)
class OnlineChanged:
    change: strawberry.Private[OnlineChange]
    online_count: int = strawberry.field(description="How many are online now.")
    refresh: bool = strawberry.field(description="Nobody is named: query `online` again.")

    @strawberry.field(description="Who came.")
    async def joined(self, info: Info) -> list[Presence]:
        users = await _users(info, [user_id for user_id, _ in self.change.joined])
        return [Presence(user=user, since=since) for user, (_, since) in zip(users, self.change.joined, strict=True)]

    @strawberry.field(description="Who went.")
    async def left(self, info: Info) -> list[User]:
        return await _users(info, self.change.left)

    @classmethod
    def of(cls, change: OnlineChange) -> "OnlineChanged":
        return cls(change=change, online_count=change.online_count, refresh=change.refresh)


async def online(info: Info, room_id: int, window: Window) -> pages.Connection[Presence]:
    page = await database.run(rosters.online, reader=info.context.reader, room_id=room_id, window=window)
    users = await _users(info, [each.user_id for each in page.items])
    found = dict(zip((each.id for each in page.items), users, strict=True))
    return pages.connection(page, lambda each: each.id, lambda each: Presence(user=found[each.id], since=each.since))


async def _users(info: Info, user_ids: Sequence[int]) -> list[User]:
    """These people: they are kept, without a name, when their accounts are deleted."""
    people = await info.context.people.load_many(user_ids)
    return [User.of(person) for person in people if person is not None]
