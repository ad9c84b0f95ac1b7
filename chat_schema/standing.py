"""What a room is to the viewer: their role there, what they may do, and what they have read."""

from datetime import datetime

import strawberry

from backend.chat import policies, rooms
from backend.chat.policies import Action
from chat_schema.context import Info
from chat_schema.members import Role
from chat_schema.profiles import LazyMessage
from chat_schema.reading import Notify


@strawberry.type(description="What the viewer may do in a room.")
class RoomAbilities:
    send: bool = strawberry.field(description="`sendMessage`.")
    moderate: bool = strawberry.field(description="`moderateMember`, for members below oneself.")
    invite: bool = strawberry.field(description="`createInvitation`, `revokeInvitation`.")
    rename: bool = strawberry.field(description="`updateRoom`: its address, title and topic.")
    set_privacy: bool = strawberry.field(description="`updateRoom`: who it is for.")
    delete: bool = strawberry.field(description="`deleteRoom`.")


@strawberry.type(
    description=(
        "What is true of this room for the viewer only."
        " Kept apart so that all the rest can be computed once for everyone."
    )
)
class RoomViewer:
    fact: strawberry.Private[rooms.Own]
    role: Role = strawberry.field(description="Their role.")
    muted_until: datetime | None = strawberry.field(description="Until then they read, but do not write.")
    unread_count: int = strawberry.field(description="Messages that came after what they have read.")
    notify: Notify = strawberry.field(description="What they want to be told of.")
    can: RoomAbilities = strawberry.field(description="What they may do.")

    @strawberry.field(description="The last message that they have read, if they said so; a deleted one too.")
    async def last_read(self, info: Info) -> LazyMessage | None:
        from chat_schema.messages import Message

        found = self.fact.last_read and await info.context.messages.load(self.fact.last_read)
        return Message.of(found) if found else None

    @classmethod
    def of(cls, own: rooms.Own, *, is_private: bool) -> "RoomViewer":
        def may(action: Action) -> bool:
            return policies.allows(action, is_private=is_private, held=own.held)

        can = RoomAbilities(
            send=may(Action.SEND),
            moderate=may(Action.MODERATE),
            invite=may(Action.INVITE),
            rename=may(Action.RENAME),
            set_privacy=may(Action.SET_PRIVACY),
            delete=may(Action.DELETE),
        )
        return cls(
            fact=own,
            role=Role(own.role.value),
            muted_until=own.muted_until,
            unread_count=own.unread_count,
            notify=Notify(own.notify.value),
            can=can,
        )
