"""Invitations: made and revoked by moderators, seen by them and by whom they are addressed to."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from backend import database
from backend.chat import facts
from backend.chat import invitations as domain
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
from chat_schema.profiles import User
from chat_schema.rooms import Room


@strawberry.type(
    description=(
        "A way into a room, also into a private one. The room's moderators see it, and its invitee until they are in."
    )
)
class Invitation(Node):
    fact: strawberry.Private[facts.Invitation]
    code: str = strawberry.field(description="What `enterRoom` takes. Whoever has it may use it, if it has no invitee.")
    invited_by: User | None = strawberry.field(description="Who made it; null if their account was deleted.")
    invitee: User | None = strawberry.field(description="Who alone may use it, also without its code; null: anybody.")
    expires_at: datetime | None = strawberry.field(description="When it ends; null if it does not.")
    uses_left: int | None = strawberry.field(
        description="How many may yet become members by it; null if there is no bound. With the last use it goes."
    )

    @strawberry.field(
        description="Where it leads: its invitee sees of a private room what anybody sees of a public one."
    )
    async def room(self, info: Info) -> Room:
        room = await info.context.rooms.load(self.fact.room_id)
        assert room is not None, "an invitation has a room"
        return Room.of(room, info.context)

    @classmethod
    def of(cls, invitation: facts.Invitation) -> "Invitation":
        return cls(
            fact=invitation,
            id=global_id("Invitation", invitation.id),
            code=invitation.code,
            invited_by=User.of(invitation.invited_by) if invitation.invited_by else None,
            invitee=User.of(invitation.invitee) if invitation.invitee else None,
            expires_at=invitation.expires_at,
            uses_left=invitation.uses_left,
        )


async def invitations(info: Info, room_id: int) -> list[Invitation]:
    found = await database.run(domain.invitations, reader=info.context.reader, room_id=room_id)
    return [Invitation.of(each) for each in found]


async def invitations_to_viewer(info: Info) -> list[Invitation]:
    found = await database.run(domain.invitations_to, viewer=info.context.require_viewer())
    return [Invitation.of(each) for each in found]


@strawberry.input(description="Who may come in, how often, and until when.")
class CreateInvitationInput:
    room: strawberry.ID = strawberry.field(description="Where to: the room's id.")
    invitee: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The id of the user who alone may use it; anybody who has the code, if left out."
    )
    expires_at: datetime | None = strawberry.field(default=UNSET, description="When it ends; never, if left out.")
    uses: int | None = strawberry.field(
        default=UNSET, description="How many may become members by it, 1 or more; without a bound, if left out."
    )


@strawberry.input(description="What to take back.")
class RevokeInvitationInput:
    invitation: strawberry.ID = strawberry.field(description="The invitation's id.")


@strawberry.type(description="There is a way in.")
class InvitationCreated:
    invitation: Invitation = strawberry.field(description="With its code, to be handed on.")


@strawberry.type(description="Nobody can come in by it any more.")
class InvitationRevoked:
    invitation_id: strawberry.ID = strawberry.field(description="The id it had.")


CreateInvitationResult = Annotated[
    InvitationCreated
    | InvalidProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("CreateInvitationResult", description="What came of `createInvitation`."),
]
RevokeInvitationResult = Annotated[
    InvitationRevoked
    | InvalidProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("RevokeInvitationResult", description="What came of `revokeInvitation`."),
]


@strawberry.type
class InvitationMutation:
    @strawberry.mutation(description="Make a way into a room. Moderators only.")
    async def create_invitation(self, info: Info, input: Input[CreateInvitationInput]) -> CreateInvitationResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        invitee = pages.given(input.invitee)
        created = await database.run(
            domain.create_invitation,
            viewer=viewer,
            room_id=room_id,
            invitee_id=None if invitee is None else key_of("User", invitee, "invitee"),
            expires_at=pages.given(input.expires_at),
            uses=pages.given(input.uses),
        )
        return InvitationCreated(invitation=Invitation.of(created))

    @strawberry.mutation(
        description="Take back an invitation: moderators any of their room's, staff any, its invitee to decline it."
    )
    async def revoke_invitation(self, info: Info, input: Input[RevokeInvitationInput]) -> RevokeInvitationResult:
        viewer = info.context.require_viewer()
        invitation_id = key_of("Invitation", input.invitation, "invitation")
        await database.run(domain.revoke_invitation, viewer=viewer, invitation_id=invitation_id)
        return InvitationRevoked(invitation_id=input.invitation)
