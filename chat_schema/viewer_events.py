"""What concerns the viewer alone, as it happens: the ViewerEvent union and its subscription."""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Annotated, cast

import strawberry

from backend import database, hub
from backend.accounts.credentials import Viewer
from backend.chat import invitations, messages, policies, rooms
from backend.chat.personal import Invited as DomainInvited
from backend.chat.personal import RoomViewed
from backend.chat.policies import Action
from backend.presence import couriers, viewers, whispers
from chat_schema.context import Info
from chat_schema.events import CaughtUp
from chat_schema.invitations import Invitation
from chat_schema.messages import Message
from chat_schema.nodes import global_id
from chat_schema.rooms import Room
from chat_schema.sharing import Source
from chat_schema.whispers import Whisper


@strawberry.type(
    description="Private, never stored: only devices that are there when it is sent see it, the sender's own too."
)
class WhisperReceived:
    whisper: Whisper = strawberry.field(description="To the viewer, or from them.")


@strawberry.type(description="Somebody named the viewer in a message, in one of their rooms.")
class Mentioned:
    message: Message = strawberry.field(description="As it is now.")


@strawberry.type(
    description=(
        "Somebody else said something in one of the viewer's rooms: unread counts, notifications."
        " At most once a second for each room, and only of the 100 that were last active when the stream began."
    )
)
class RoomActivity:
    key: strawberry.Private[int]
    latest: Message | None = strawberry.field(description="The last thing that was said, unless it is gone.")

    @strawberry.field(description="Where, as it is now. Null if they have just been sent away.")
    async def room(self, info: Info) -> Room | None:
        return await _room(info, self.key)


@strawberry.type(
    description=(
        "What a room is to the viewer is another: they came or left, on this device or another, or were sent away;"
        " their role, mute, read position or `notify` changed. Or the room itself: its address, title or topic, or who"
        " it is for. At most once a second for each room."
    )
)
class ViewerRoomChanged:
    key: strawberry.Private[int]
    room_id: strawberry.ID = strawberry.field(description="Its id, also where there is no room any more.")

    @strawberry.field(
        description="As it is now; its `viewer` is null if they are no member. Null if they may not know of it."
    )
    async def room(self, info: Info) -> Room | None:
        return await _room(info, self.key)


@strawberry.type(description="There is an invitation for the viewer.")
class Invited:
    invitation: Invitation = strawberry.field(description="To be used, or declined by `revokeInvitation`.")


ViewerEvent = Annotated[
    CaughtUp | WhisperReceived | Mentioned | RoomActivity | ViewerRoomChanged | Invited,
    strawberry.union("ViewerEvent", description="Something that concerns the viewer alone."),
]


async def viewer_event(viewer: Viewer, item: hub.Item) -> ViewerEvent | None:
    """What an item of the viewer's line says now; None if it is nothing that they may know of any more."""
    if isinstance(item, hub.CaughtUp):
        return CaughtUp()
    assert isinstance(item, hub.Shown), "a line holds nothing else"
    match item.payload:
        case couriers.Whisper() as whisper:
            return WhisperReceived(whisper=Whisper.of(whisper)) if await _reads(viewer, whisper.room_id) else None
        case viewers.Mentioned(message_id):
            message = await _message(viewer, message_id)
            return Mentioned(message=message) if message else None
        case viewers.RoomActive(room_id, message_id):
            if not await _reads(viewer, room_id):
                return None
            return RoomActivity(key=room_id, latest=await _message(viewer, message_id))
        case RoomViewed(room_id):
            return ViewerRoomChanged(key=room_id, room_id=global_id("Room", room_id))
        case DomainInvited(invitation_id):
            find = invitations.find_invitation
            found = await database.run(find, reader=viewer, invitation_id=invitation_id)
            return Invited(invitation=Invitation.of(found)) if found else None
        case _:
            raise AssertionError("nothing else is shown to a viewer")


async def _room(info: Info, room_id: int) -> Room | None:
    found = await database.run(rooms.find_room, reader=info.context.reader, room_id=room_id)
    return Room.of(found, info.context) if found else None


async def _reads(viewer: Viewer, room_id: int) -> bool:
    return await database.run(policies.may, viewer, Action.READ, room_id=room_id)


async def _message(viewer: Viewer, message_id: int | None) -> Message | None:
    if message_id is None:
        return None
    found = await database.run(messages.find_message, reader=viewer, message_id=message_id)
    return Message.of(found) if found and found.deleted_at is None else None


@strawberry.type
class ViewerSubscription:
    @strawberry.subscription(
        description=(
            "What concerns the viewer alone, on each of their devices. `CaughtUp` first, and again whenever something"
            " may have been missed: query your state then."
        )
    )
    async def viewer_events(self, info: Info) -> AsyncGenerator[ViewerEvent, None]:
        viewer = info.context.require_viewer()
        source = Source(
            topic=viewers.topic(viewer.id),
            show=partial(viewer_event, viewer),
            attend=partial(whispers.attend, viewer.id),
        )
        return cast("AsyncGenerator[ViewerEvent, None]", source)  # Strawberry takes the event's type from here
