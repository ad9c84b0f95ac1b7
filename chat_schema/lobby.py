"""What changes in the list of public rooms, for whoever watches it."""

from collections.abc import AsyncGenerator
from typing import Annotated, cast

import strawberry

from backend import hub
from backend.chat.listing import TOPIC
from backend.chat.policies import PUBLIC
from backend.presence import lobby
from backend.presence.lobby import Listed, Unlisted
from chat_schema.context import Info
from chat_schema.events import CaughtUp
from chat_schema.nodes import global_id
from chat_schema.rooms import Room
from chat_schema.sharing import Source


@strawberry.type(
    description="A public room is new, or something that everybody sees of it is: its name, topic, counts or activity."
)
class RoomListed:
    listed: strawberry.Private[Listed]

    @strawberry.field(description="As it is now: what those see of it who are no members.")
    async def room(self, info: Info) -> Room:
        # Many are told of at once; their counts were read at once, too.
        info.context.member_counts.prime(self.listed.room.id, self.listed.member_count)
        info.context.online_counts.prime(self.listed.room.id, self.listed.online_count)
        return Room.of(self.listed.room, info.context)


@strawberry.type(description="A room is public no more: it became private, or was deleted.")
class RoomUnlisted:
    room_id: strawberry.ID = strawberry.field(description="Its id.")


LobbyEvent = Annotated[
    CaughtUp | RoomListed | RoomUnlisted,
    strawberry.union("LobbyEvent", description="Something that happened to the list of public rooms."),
]


def lobby_event(item: hub.Item) -> LobbyEvent:
    match item:
        case hub.Shown(payload=Listed() as listed):
            return RoomListed(listed=listed)
        case hub.Shown(payload=Unlisted(room_id=room_id)):
            return RoomUnlisted(room_id=global_id("Room", room_id))
        case hub.CaughtUp():
            return CaughtUp()
        case _:
            raise AssertionError(f"{item} is nothing that the lobby shows")


@strawberry.type
class LobbySubscription:
    @strawberry.subscription(
        description=(
            "The list of public rooms, live. `CaughtUp` first, and again whenever something was not told: read `rooms`"
            " then. Of each room at most one event a second."
        )
    )
    async def lobby_events(self, info: Info) -> AsyncGenerator[LobbyEvent, None]:
        info.context.require_viewer()
        source = Source(topic=TOPIC, audience=PUBLIC, show=lobby_event, attend=lobby.attend)
        return cast("AsyncGenerator[LobbyEvent, None]", source)  # Strawberry takes the event's type from here
