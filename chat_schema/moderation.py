"""Keeping order: roles, and what moderators do to members."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET

from backend import database
from backend.chat import facts, moderation
from backend.chat.facts import Role as DomainRole
from backend.chat.pages import Window
from chat_schema import pages
from chat_schema.context import Info, Input
from chat_schema.members import Member, Role
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


@strawberry.type(description="Somebody who may not come back into a room.")
class Ban(Node):
    user: User = strawberry.field(description="Who.")
    by: User | None = strawberry.field(description="Who banned them.")
    at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, ban: facts.Ban) -> "Ban":
        by = User.of(ban.by) if ban.by else None
        return cls(id=global_id("Ban", ban.id), user=User.of(ban.person), by=by, at=ban.at)


async def bans(info: Info, room_id: int, window: Window) -> pages.Connection[Ban]:
    page = await database.run(moderation.bans, reader=info.context.reader, room_id=room_id, window=window)
    return pages.connection(page, lambda ban: ban.id, Ban.of)


@strawberry.enum(description="What can be done to a member.")
class ModerationAction(Enum):
    KICK = strawberry.enum_value("kick", description="Send away; they may come back.")
    BAN = strawberry.enum_value("ban", description="Send away, for good.")
    UNBAN = strawberry.enum_value("unban", description="Let them come back.")
    MUTE = strawberry.enum_value("mute", description="Let them read, but not write.")
    UNMUTE = strawberry.enum_value("unmute", description="Let them write again.")


@strawberry.input(description="What to do to whom.")
class ModerateMemberInput:
    room: strawberry.ID = strawberry.field(description="Where: the room's id.")
    user: strawberry.ID = strawberry.field(description="The id of a present or past member, as a user.")
    action: ModerationAction = strawberry.field(description="What.")
    until: datetime | None = strawberry.field(default=UNSET, description="When a mute ends; never, if left out.")


@strawberry.input(description="A member's new role.")
class SetMemberRoleInput:
    room: strawberry.ID = strawberry.field(description="Where: the room's id.")
    user: strawberry.ID = strawberry.field(description="The member's id, as a user.")
    role: Role = strawberry.field(description="The role to give.")


@strawberry.type(description="It is done, or was so already.")
class MemberModerated:
    member: Member = strawberry.field(description="As they are now.")
    cursor: Cursor = strawberry.field(description="A position in the room's log that has the change.")


@strawberry.type(description="The member has the role.")
class MemberRoleSet:
    member: Member = strawberry.field(description="As they are now.")
    cursor: Cursor = strawberry.field(description="A position in the room's log that has the change.")


ModerateMemberResult = Annotated[
    MemberModerated | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("ModerateMemberResult", description="What came of `moderateMember`."),
]
SetMemberRoleResult = Annotated[
    MemberRoleSet | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("SetMemberRoleResult", description="What came of `setMemberRole`."),
]


@strawberry.type
class ModerationMutation:
    @strawberry.mutation(description="Kick, ban, unban, mute or unmute a member below oneself. Moderators only.")
    async def moderate_member(self, info: Info, input: Input[ModerateMemberInput]) -> ModerateMemberResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        done = await database.run(
            moderation.moderate_member,
            viewer=viewer,
            room_id=room_id,
            user_id=key_of("User", input.user, "user"),
            action=moderation.ModerationAction(input.action.value),
            until=input.until or None,
        )
        return MemberModerated(member=Member.of(done.member), cursor=Cursor(done.cursor))

    @strawberry.mutation(description="Give a member below oneself another role. Owners only.")
    async def set_member_role(self, info: Info, input: Input[SetMemberRoleInput]) -> SetMemberRoleResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        user_id, role = key_of("User", input.user, "user"), DomainRole(str(input.role.value))
        done = await database.run(
            moderation.set_member_role, viewer=viewer, room_id=room_id, user_id=user_id, role=role
        )
        return MemberRoleSet(member=Member.of(done.member), cursor=Cursor(done.cursor))
