"""Rooms: finding, changing and deleting them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from django.conf import settings
from strawberry import UNSET

from backend import database
from backend.chat import facts, members, rooms
from backend.presence import lobby
from chat_schema import pages
from chat_schema.context import Context, Info, Input
from chat_schema.members import Member
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import (
    ConflictProblem,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.scalars import Cursor
from chat_schema.standing import RoomViewer

if TYPE_CHECKING:
    from chat_schema.events import RoomEventPage
    from chat_schema.invitations import Invitation
    from chat_schema.messages import Message
    from chat_schema.moderation import Ban
    from chat_schema.presence import Presence

LazyMessages = pages.Connection[Annotated["Message", strawberry.lazy("chat_schema.messages")]]
LazyBans = pages.Connection[Annotated["Ban", strawberry.lazy("chat_schema.moderation")]]
LazyPresences = pages.Connection[Annotated["Presence", strawberry.lazy("chat_schema.presence")]]
LazyInvitation = Annotated["Invitation", strawberry.lazy("chat_schema.invitations")]
LazyEventPage = Annotated["RoomEventPage", strawberry.lazy("chat_schema.events")]


@strawberry.type(description="A room. Its members read and write; others who are logged in see its name and counts.")
class Room(Node):
    fact: strawberry.Private[facts.Room]
    address: str = strawberry.field(
        description=(
            "Unicode name that people type to come here;"
            " compared folded (case, width, Arabic and Persian letter forms)."
        )
    )
    title: str = strawberry.field(description="What to show; the address, unless somebody changed it.")
    topic: str = strawberry.field(description="What it is about; may be empty.")
    is_private: bool = strawberry.field(description="To others than its members, a private room does not exist.")
    created_at: datetime = strawberry.field(description="When somebody first entered it.")
    last_activity_at: datetime = strawberry.field(description="When something last happened in it.")
    cursor: Cursor = strawberry.field(
        description=(
            "Position in the room's log before anything else in this response was read:"
            " subscribe from it and nothing is missed."
        )
    )

    @strawberry.field(description="How many members it has.")
    async def member_count(self, info: Info) -> int:
        return await info.context.member_counts.load(self.fact.id)

    @strawberry.field(description="Its members, in the order in which they first came. Members only.")
    async def members(
        self, info: Info, first: pages.First = UNSET, after: pages.After = UNSET
    ) -> pages.Connection[Member]:
        window = pages.window(first=first, after=after)
        reader = info.context.reader
        page = await database.run(members.members, reader=reader, room_id=self.fact.id, window=window)
        return pages.connection(page, lambda member: member.id, Member.of)

    @strawberry.field(description="How many of its members are online in it: they follow its `roomEvents`.")
    async def online_count(self, info: Info) -> int:
        return await info.context.online_counts.load(self.fact.id)

    @strawberry.field(
        description=(
            "Those of its members who are online in it, in the order in which they came."
            " One with several devices is there once. Members only."
        )
    )
    async def online(self, info: Info, first: pages.First = UNSET, after: pages.After = UNSET) -> LazyPresences:
        from chat_schema.presence import online

        return await online(info, self.fact.id, pages.window(first=first, after=after))

    @strawberry.field(
        description=(
            "Its messages, the oldest first; the last ones by default."
            " `around` opens a page at a message, `matching` searches; not both. Members only."
        )
    )
    async def messages(
        self,
        info: Info,
        last: pages.Last = UNSET,
        before: pages.Before = UNSET,
        first: pages.First = UNSET,
        after: pages.After = UNSET,
        around: Annotated[
            strawberry.ID | None, strawberry.argument(description="A message's id: the page has it in its middle.")
        ] = UNSET,
        matching: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Only those that have all these words: each as the beginning of a word, or in another form of it"
                    " (Russian and English). Without a word in it, none."
                )
            ),
        ] = UNSET,
    ) -> LazyMessages:
        from chat_schema.messages import messages_page

        window = pages.window(first=first, after=after, last=last, before=before)
        return await messages_page(
            info, self.fact.id, window=window, around=pages.given(around), matching=pages.given(matching)
        )

    @strawberry.field(
        description=(
            "The same frames as `roomEvents`, by polling: for bots, export, and clients without a socket."
            " From the oldest kept when `after` is omitted. Members only."
        )
    )
    async def events(
        self,
        info: Info,
        after: Annotated[Cursor | None, strawberry.argument(description="Only what happened after it.")] = UNSET,
        first: Annotated[
            int, strawberry.argument(description=f"At most so many, up to {settings.EVENT_PAGE_MAX_SIZE}.")
        ] = settings.EVENT_PAGE_SIZE,
    ) -> LazyEventPage:
        from chat_schema.events import events_page

        return await events_page(info, self.fact.id, after=pages.given(after), first=first)

    @strawberry.field(description="Who may not come back, in the order in which they were banned. Moderators only.")
    async def bans(self, info: Info, first: pages.First = UNSET, after: pages.After = UNSET) -> LazyBans:
        from chat_schema.moderation import bans

        return await bans(info, self.fact.id, pages.window(first=first, after=after))

    @strawberry.field(description="The ways in that are good, the newest first; at most 50. Moderators only.")
    async def invitations(self, info: Info) -> list[LazyInvitation]:
        from chat_schema.invitations import invitations

        return await invitations(info, self.fact.id)

    @strawberry.field(description="Null when the viewer is not a member.")
    async def viewer(self, info: Info) -> RoomViewer | None:
        viewer = info.context.viewer
        own = viewer and await info.context.own_memberships.load(self.fact.id)
        return RoomViewer.of(own, is_private=self.is_private) if own else None

    @classmethod
    def of(cls, room: facts.Room, context: Context) -> "Room":
        return cls(
            fact=room,
            id=global_id("Room", room.id),
            address=room.address,
            title=room.title,
            topic=room.topic,
            is_private=room.is_private,
            created_at=room.created_at,
            last_activity_at=room.last_activity_at,
            cursor=context.cursor_of(room),
        )


@strawberry.input(one_of=True, description="One of the ways to name a room.")
class RoomBy:
    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    address: strawberry.Maybe[str] = strawberry.field(description="Its address, however it is written.")


@strawberry.type
class RoomQuery:
    @strawberry.field(description="A room; null if there is none that the viewer may know of.")
    async def room(self, info: Info, by: Annotated[RoomBy, strawberry.argument(description="Which.")]) -> Room | None:
        reader = info.context.reader
        if by.address is not None:
            found = await database.run(rooms.find_room, reader=reader, address=by.address.value)
        else:
            assert by.id is not None, "@oneOf"
            found = await database.run(rooms.find_room, reader=reader, room_id=key_of("Room", by.id.value, "by"))
        return None if found is None else Room.of(found, info.context)

    @strawberry.field(
        description=(
            "Public rooms: those with people online first, then the others, in each part the newest first."
            " Between pages no room is skipped but one that people come into then; one that empties may come twice."
        )
    )
    async def rooms(
        self,
        info: Info,
        matching: Annotated[
            str | None, strawberry.argument(description="Only those with this in their address or title.")
        ] = UNSET,
        first: pages.First = UNSET,
        after: pages.After = UNSET,
    ) -> pages.Connection[Room]:
        window = pages.window(first=first, after=after)
        reader = info.context.reader
        page = await database.run(lobby.rooms, reader=reader, matching=pages.given(matching), window=window)
        return pages.connection(page, lambda each: each.key, lambda each: Room.of(each.room, info.context))


@strawberry.input(description="What shall be another. What is left out stays.")
class UpdateRoomInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")
    address: str | None = strawberry.field(default=UNSET, description="As for `enterRoom`.")
    title: str | None = strawberry.field(default=UNSET, description="1 to 64 characters.")
    topic: str | None = strawberry.field(default=UNSET, description="At most 256 characters; may be empty.")
    is_private: bool | None = strawberry.field(default=UNSET, description="Owners only. Nobody has to leave.")


@strawberry.input(description="What to delete.")
class DeleteRoomInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")


@strawberry.type(description="The room is as you want it.")
class RoomUpdated:
    room: Room = strawberry.field(description="As it is now.")
    cursor: Cursor = strawberry.field(description="A position in the room's log that has the change.")


@strawberry.type(description="The room has gone with all that was said there, and its address is free.")
class RoomDeleted:
    room_id: strawberry.ID = strawberry.field(description="The id it had.")


UpdateRoomResult = Annotated[
    RoomUpdated
    | InvalidProblem
    | ConflictProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("UpdateRoomResult", description="What came of `updateRoom`."),
]
DeleteRoomResult = Annotated[
    RoomDeleted | InvalidProblem | NotFoundProblem | ForbiddenProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("DeleteRoomResult", description="What came of `deleteRoom`."),
]


@strawberry.type
class RoomMutation:
    @strawberry.mutation(description="Change a room's address, title or topic, or who it is for. Moderators only.")
    async def update_room(self, info: Info, input: Input[UpdateRoomInput]) -> UpdateRoomResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        changes = rooms.Changes(
            address=pages.given(input.address),
            title=pages.given(input.title),
            topic=pages.given(input.topic),
            is_private=pages.given(input.is_private),
        )
        updated = await database.run(rooms.update_room, viewer=viewer, room_id=room_id, changes=changes)
        return RoomUpdated(room=Room.of(updated.room, info.context), cursor=Cursor(updated.cursor))

    @strawberry.mutation(description="Erase a room with all that was said there, for good. Owners and staff.")
    async def delete_room(self, info: Info, input: Input[DeleteRoomInput]) -> DeleteRoomResult:
        viewer = info.context.require_viewer()
        await database.run(rooms.delete_room, viewer=viewer, room_id=key_of("Room", input.room, "room"))
        return RoomDeleted(room_id=input.room)
