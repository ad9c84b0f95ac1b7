"""Members: who is in a room, entering and leaving."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET

from backend import database
from backend.chat import facts, members
from chat_schema import pages
from chat_schema.context import Info, Input
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import LazyRoom, User
from chat_schema.scalars import Cursor


@strawberry.enum(description="What a member may do beyond reading and writing.")
class Role(Enum):
    OWNER = strawberry.enum_value("owner", description="Everything.")
    MODERATOR = strawberry.enum_value("moderator", description="Keeps order.")
    MEMBER = strawberry.enum_value("member", description="Reads and writes.")


@strawberry.type(description="Somebody's membership. Kept when they leave, so that old events resolve.")
class Member(Node):
    room_id: strawberry.Private[int]
    user: User = strawberry.field(description="Who.")
    role: Role = strawberry.field(description="Their role now.")
    joined_at: datetime = strawberry.field(description="When they last joined.")
    left_at: datetime | None = strawberry.field(description="When they left; null while they are a member.")
    muted_until: datetime | None = strawberry.field(description="Until then they read, but do not write.")

    @strawberry.field(description="Where.")
    async def room(self, info: Info) -> LazyRoom:
        from chat_schema.rooms import Room

        room = await info.context.rooms.load(self.room_id)
        assert room is not None, "a membership has a room"
        return Room.of(room, info.context)

    @classmethod
    def of(cls, member: facts.Member) -> "Member":
        return cls(
            room_id=member.room_id,
            id=global_id("Member", member.id),
            user=User.of(member.person),
            role=Role(member.role.value),
            joined_at=member.joined_at,
            left_at=member.left_at,
            muted_until=member.muted_until,
        )


@strawberry.input(description="Where to go.")
class EnterRoomInput:
    address: str = strawberry.field(description="At most 64 characters; no slash, nothing invisible.")
    invitation: str | None = strawberry.field(
        default=UNSET,
        description=(
            "The code of an invitation to the room that is there: it opens a private one."
            " With one that is not good, there is no room."
        ),
    )


@strawberry.input(description="Where to leave.")
class LeaveRoomInput:
    room: strawberry.ID = strawberry.field(description="The room's id.")


@strawberry.type(description="You are a member of the room.")
class RoomEntered:
    room: LazyRoom = strawberry.field(description="The room.")
    created: bool = strawberry.field(description="Nobody had been there before: it is yours.")
    cursor: Cursor = strawberry.field(description="Subscribe from it: everything after your own entering.")


@strawberry.type(description="You are a member no more.")
class RoomLeft:
    member: Member = strawberry.field(description="What your membership was.")
    cursor: Cursor = strawberry.field(description="The position of your leaving.")


EnterRoomResult = Annotated[
    RoomEntered | InvalidProblem | NotFoundProblem | ForbiddenProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("EnterRoomResult", description="What came of `enterRoom`."),
]
LeaveRoomResult = Annotated[
    RoomLeft | InvalidProblem | NotFoundProblem | ForbiddenProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("LeaveRoomResult", description="What came of `leaveRoom`."),
]


@strawberry.type
class MemberMutation:
    @strawberry.mutation(
        description=(
            "Join the room at this address; create it if nobody has."
            " A private one takes an invitation: one to you, or its code."
        )
    )
    async def enter_room(self, info: Info, input: Input[EnterRoomInput]) -> EnterRoomResult:
        from chat_schema.rooms import Room

        viewer = info.context.require_viewer()
        code = pages.given(input.invitation)
        entered = await database.run(members.enter_room, viewer=viewer, address=input.address, invitation=code)
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
        left = await database.run(members.leave_room, viewer=viewer, room_id=key_of("Room", input.room, "room"))
        return RoomLeft(member=Member.of(left.member), cursor=Cursor(left.cursor))
