"""Rooms and members: finding, entering, leaving."""

from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry
from django.conf import settings
from strawberry import UNSET

from backend import database
from backend.chat import facts, policies, rooms
from backend.chat.policies import Action
from chat_schema import pages
from chat_schema.context import Context, Info, Input
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import User
from chat_schema.scalars import Cursor

if TYPE_CHECKING:
    from chat_schema.events import RoomEventPage
    from chat_schema.messages import Message
    from chat_schema.moderation import Ban

LazyMessages = pages.Connection[Annotated["Message", strawberry.lazy("chat_schema.messages")]]
LazyBans = pages.Connection[Annotated["Ban", strawberry.lazy("chat_schema.moderation")]]
LazyEventPage = Annotated["RoomEventPage", strawberry.lazy("chat_schema.events")]


@strawberry.enum(description="What a member may do beyond reading and writing.")
class Role(Enum):
    OWNER = strawberry.enum_value("owner", description="Everything.")
    MODERATOR = strawberry.enum_value("moderator", description="Keeps order.")
    MEMBER = strawberry.enum_value("member", description="Reads and writes.")


@strawberry.type(description="What the viewer may do in a room.")
class RoomAbilities:
    send: bool = strawberry.field(description="`sendMessage`.")
    moderate: bool = strawberry.field(description="`moderateMember`, for members below oneself.")
    delete: bool = strawberry.field(description="`deleteRoom`.")


@strawberry.type(
    description=(
        "What is true of this room for the viewer only."
        " Kept apart so that all the rest can be computed once for everyone."
    )
)
class RoomViewer:
    role: Role = strawberry.field(description="Their role.")
    can: RoomAbilities = strawberry.field(description="What they may do.")


@strawberry.type(description="Somebody's membership. Kept when they leave, so that old events resolve.")
class Member(Node):
    user: User = strawberry.field(description="Who.")
    role: Role = strawberry.field(description="Their role now.")
    joined_at: datetime = strawberry.field(description="When they last joined.")
    left_at: datetime | None = strawberry.field(description="When they left; null while they are a member.")
    muted_until: datetime | None = strawberry.field(description="Until then they read, but do not write.")

    @classmethod
    def of(cls, member: facts.Member) -> "Member":
        return cls(
            id=global_id("Member", member.id),
            user=User.of(member.person),
            role=Role(member.role.value),
            joined_at=member.joined_at,
            left_at=member.left_at,
            muted_until=member.muted_until,
        )


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
        page = await database.run(rooms.members, reader=reader, room_id=self.fact.id, window=window)
        return pages.connection(page, lambda member: member.id, Member.of)

    @strawberry.field(
        description=(
            "Its messages, the oldest first; the last ones by default."
            " `around` opens a page at a message. Members only."
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
    ) -> LazyMessages:
        from chat_schema.messages import history

        window = pages.window(first=first, after=after, last=last, before=before)
        return await history(info, self.fact.id, window=window, around=pages.given(around))

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

    @strawberry.field(description="Null when the viewer is not a member.")
    async def viewer(self, info: Info) -> RoomViewer | None:
        viewer = info.context.viewer
        own = viewer and await info.context.own_memberships.load(self.fact.id)
        if not own:
            return None

        def may(action: Action) -> bool:
            return policies.allows(action, is_private=self.is_private, held=own.held)

        can = RoomAbilities(send=may(Action.SEND), moderate=may(Action.MODERATE), delete=may(Action.DELETE))
        return RoomViewer(role=Role(own.role.value), can=can)

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

    @strawberry.field(description="Public rooms, the newest first. No room is skipped between pages.")
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
        page = await database.run(rooms.rooms, reader=reader, matching=pages.given(matching), window=window)
        return pages.connection(page, lambda room: room.id, partial(Room.of, context=info.context))


@strawberry.input(description="Where to go.")
class EnterRoomInput:
    address: str = strawberry.field(description="At most 64 characters; no slash, nothing invisible.")


@strawberry.input(description="Where to leave.")
class LeaveRoomInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")


@strawberry.input(description="What to delete.")
class DeleteRoomInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")


@strawberry.type(description="You are a member of the room.")
class RoomEntered:
    room: Room = strawberry.field(description="The room.")
    created: bool = strawberry.field(description="Nobody had been there before: it is yours.")
    cursor: Cursor = strawberry.field(description="Subscribe from it: everything after your own entering.")


@strawberry.type(description="You are a member no more.")
class RoomLeft:
    member: Member = strawberry.field(description="What your membership was.")
    cursor: Cursor = strawberry.field(description="The position of your leaving.")


@strawberry.type(description="The room has gone with all that was said there, and its address is free.")
class RoomDeleted:
    room_id: strawberry.ID = strawberry.field(description="The id it had.")


EnterRoomResult = Annotated[
    RoomEntered | InvalidProblem | NotFoundProblem | ForbiddenProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("EnterRoomResult", description="What came of it."),
]
LeaveRoomResult = Annotated[
    RoomLeft | InvalidProblem | NotFoundProblem | ForbiddenProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("LeaveRoomResult", description="What came of it."),
]
DeleteRoomResult = Annotated[
    RoomDeleted | InvalidProblem | NotFoundProblem | ForbiddenProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("DeleteRoomResult", description="What came of it."),
]


@strawberry.type
class RoomMutation:
    @strawberry.mutation(description="Join the room at this address; create it if nobody has.")
    async def enter_room(self, info: Info, input: Input[EnterRoomInput]) -> EnterRoomResult:
        viewer = info.context.require_viewer()
        entered = await database.run(rooms.enter_room, viewer=viewer, address=input.address)
        room = Room.of(entered.room, info.context)
        return RoomEntered(room=room, created=entered.created, cursor=room.cursor)

    @strawberry.mutation(
        description=(
            "Leave a room. Its last owner's place goes to the senior moderator, else to the oldest member;"
            " a room that nobody is left in goes."
        )
    )
    async def leave_room(self, info: Info, input: Input[LeaveRoomInput]) -> LeaveRoomResult:
        viewer = info.context.require_viewer()
        left = await database.run(rooms.leave_room, viewer=viewer, room_id=key_of("Room", input.room, "room"))
        return RoomLeft(member=Member.of(left.member), cursor=Cursor(left.cursor))

    @strawberry.mutation(description="Erase a room with all that was said there, for good. Owners and staff.")
    async def delete_room(self, info: Info, input: Input[DeleteRoomInput]) -> DeleteRoomResult:
        viewer = info.context.require_viewer()
        await database.run(rooms.delete_room, viewer=viewer, room_id=key_of("Room", input.room, "room"))
        return RoomDeleted(room_id=input.room)
