"""What happens in a room, as frames: the RoomEvent union, the subscription, and the same by polling."""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated, TypeVar, cast

import strawberry
from strawberry import UNSET

from backend import database, hub
from backend.chat import event_log, events, room_log, streams
from backend.chat.events import Logged
from backend.chat.policies import Audience
from backend.errors import DomainError, Forbidden, NotFound
from backend.languages import text
from backend.loops import PerLoop
from backend.presence import process
from backend.presence.typing import Typing
from backend.presence.watches import OnlineChange
from chat_schema import pages
from chat_schema.context import Info
from chat_schema.members import Member
from chat_schema.messages import Message
from chat_schema.nodes import key_of
from chat_schema.presence import OnlineChanged
from chat_schema.problems import Problem, problem
from chat_schema.profiles import User
from chat_schema.rooms import Room
from chat_schema.scalars import Cursor
from chat_schema.sharing import LogSource
from chat_schema.typing import TypingChanged

T = TypeVar("T")


@strawberry.enum(description="How somebody left a room.")
class Departure(Enum):
    LEFT = strawberry.enum_value("left", description="By themself.")
    KICKED = strawberry.enum_value("kicked", description="Sent away, and free to come back.")
    BANNED = strawberry.enum_value("banned", description="Sent away for good.")
    DELETED = strawberry.enum_value("deleted", description="With their account.")


@strawberry.enum(description="Why a stream cannot go on from a cursor.")
class ResetCause(Enum):
    EXPIRED = strawberry.enum_value("EXPIRED", description="The events after it are no longer kept.")
    UNKNOWN_CURSOR = strawberry.enum_value(
        "UNKNOWN_CURSOR", description="It is no cursor of this room, or of a log that is no more."
    )


@strawberry.type(description="Somebody said something.")
class MessageSent:
    message: Message = strawberry.field(description="As it is now: later events tell what became of it.")


@strawberry.type(description="A message has another text.")
class MessageEdited:
    message: Message = strawberry.field(description="As it is now.")


@strawberry.type(description="A message was blanked for good.")
class MessageDeleted:
    message: Message = strawberry.field(description="Without its text.")
    by: User | None = strawberry.field(description="Its author, or a moderator.")


@strawberry.type(description="Somebody reacted to a message, or took it back.")
class ReactionsChanged:
    message: Message = strawberry.field(description="As it is now.")
    by: User | None = strawberry.field(description="Who.")
    emoji: str = strawberry.field(description="With what.")
    added: bool = strawberry.field(description="False if it was taken back.")


@strawberry.type(description="Somebody became a member.")
class MemberJoined:
    member: Member = strawberry.field(description="Who.")


@strawberry.type(description="Somebody is a member no more.")
class MemberLeft:
    member: Member = strawberry.field(description="Who.")
    departure: Departure = strawberry.field(description="How.")
    by: User | None = strawberry.field(description="Who sent them away; null if nobody did.")


@strawberry.type(description="Somebody's role, mute, ban or name changed.")
class MemberChanged:
    member: Member = strawberry.field(description="As they are now.")
    by: User | None = strawberry.field(description="Who did it.")


@strawberry.type(description="The room's address, title or topic is another, or it became private or public.")
class RoomChanged:
    room_id: strawberry.Private[int]
    by: User | None = strawberry.field(description="Who did it.")

    @strawberry.field(description="As it is now.")
    async def room(self, info: Info) -> Room:
        return Room.of(_there(await info.context.rooms.load(self.room_id)), info.context)


@strawberry.type(
    description=(
        "You have everything up to here. What is not in the log (who is online, your own state) may have changed:"
        " refresh it. It comes once for each subscribing, and again when something of the moment was not shown to you."
    )
)
class CaughtUp:
    @strawberry.field(description="When.")
    async def at(self) -> datetime:
        return await database.run(database.now)


@strawberry.type(
    description=(
        "`after` cannot be served from the log: take a new snapshot, then subscribe from its cursor."
        " The stream completes."
    )
)
class StreamReset:
    cause: ResetCause = strawberry.field(description="Why.")


@strawberry.type(description="Access was withdrawn or the room is gone. Do not retry. The stream completes.")
class StreamEnded:
    problem: Problem = strawberry.field(description="Why.")


RoomEvent = Annotated[
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionsChanged
    | MemberJoined
    | MemberLeft
    | MemberChanged
    | RoomChanged
    | OnlineChanged
    | TypingChanged
    | CaughtUp
    | StreamReset
    | StreamEnded,
    strawberry.union("RoomEvent", description="Something that happened in a room, or to the stream that tells of it."),
]


@strawberry.type(description="An event with its place: the same over the socket and by polling.")
class RoomFrame:
    cursor: Cursor = strawberry.field(
        description=(
            "The position after this event; of one that is not in the log, the last one. Always safe to store."
        )
    )
    event: RoomEvent = strawberry.field(description="What happened.")


@strawberry.type(description="Some frames of a room's log.")
class RoomEventPage:
    frames: list[RoomFrame] = strawberry.field(description="In order, without a hole.")
    has_more: bool = strawberry.field(description="Ask again at once, from `endCursor`.")
    end_cursor: Cursor = strawberry.field(description="Give it as `after` next time.")


def room_frame(item: hub.Item) -> RoomFrame:
    """A frame for whatever a room's feed holds."""
    match item:
        case hub.Entry():
            event = room_event(item.payload)
        case hub.Shown():
            event = momentary(item.payload)
        case hub.CaughtUp():
            event = CaughtUp()
        case hub.Reset():
            event = StreamReset(cause=ResetCause(item.cause))
        case hub.Ended():
            event = StreamEnded(problem=problem(_why_it_ended(item.entry.payload)))
        case _:
            raise AssertionError(f"{item} is nothing that a feed holds")
    return RoomFrame(cursor=Cursor(item.cursor), event=event)


def room_event(logged: Logged) -> RoomEvent:
    event, message, member = logged.event, logged.message, logged.member
    by = User.of(logged.by) if logged.by else None
    match event:
        case events.MessageSent():
            return MessageSent(message=Message.of(_there(message)))
        case events.MessageEdited():
            return MessageEdited(message=Message.of(_there(message)))
        case events.MessageDeleted():
            return MessageDeleted(message=Message.of(_there(message)), by=by)
        case events.ReactionAdded() | events.ReactionRemoved():
            is_added = isinstance(event, events.ReactionAdded)
            return ReactionsChanged(message=Message.of(_there(message)), by=by, emoji=event.emoji, added=is_added)
        case events.MemberJoined():
            return MemberJoined(member=Member.of(_there(member)))
        case events.MemberLeft():
            return MemberLeft(member=Member.of(_there(member)), departure=Departure(event.departure.value), by=by)
        case events.MemberChanged():
            return MemberChanged(member=Member.of(_there(member)), by=by)
        case events.RoomChanged():
            return RoomChanged(room_id=logged.room_id, by=by)
        case events.RoomDeleted():
            raise AssertionError("it ends every stream, and is shown as that")


def momentary(payload: object) -> RoomEvent:
    """What is in no log."""
    match payload:
        case OnlineChange():
            return OnlineChanged.of(payload)
        case Typing():
            return TypingChanged(fact=payload)
        case _:
            raise AssertionError(f"{payload} is nothing that a room shows")


def _why_it_ended(logged: Logged) -> DomainError:
    if isinstance(logged.event, events.RoomDeleted):
        return NotFound(text("This room was deleted."))
    return Forbidden(text("You are no longer a member of this room."))


async def events_page(info: Info, room_id: int, *, after: str | None, first: int) -> RoomEventPage:
    read = streams.events_page
    page = await database.run(read, reader=info.context.reader, room_id=room_id, after=after, first=first)
    items: list[hub.Item] = [room_log.entry(each) for each in page.events]
    if page.reset:
        items.append(hub.Reset(page.end_cursor, page.reset))
    return RoomEventPage(
        frames=[room_frame(item) for item in items], has_more=page.has_more, end_cursor=Cursor(page.end_cursor)
    )


# After a restart everybody comes at once, and nearly all are members.
_openings = PerLoop(lambda: database.Gathering(streams.open_for_members))


async def _open(start: streams.Start) -> streams.Opening:
    opening = await _openings().ask(start)
    if opening is None:
        return await database.run(streams.open_stream, **start._asdict())
    return opening


@strawberry.type
class RoomSubscription:
    @strawberry.subscription(
        description=(
            "Everything that happens in a room, in order, starting right after `after` (default: now). Members only."
        )
    )
    async def room_events(
        self,
        info: Info,
        room: Annotated[strawberry.ID, strawberry.argument(description="The room's id.")],
        after: Annotated[
            Cursor | None, strawberry.argument(description="The last position that the client has: nothing up to it.")
        ] = UNSET,
    ) -> AsyncGenerator[RoomFrame, None]:
        viewer, room_id = info.context.require_viewer(), key_of("Room", room, "room")
        source = LogSource(
            topic=event_log.topic(room_id),
            principal=event_log.principal(viewer.id),
            audience=Audience(room_id),
            open=partial(_open, streams.Start(viewer, room_id, pages.given(after))),
            show=room_frame,
            attend=partial(process.follow, room_id, viewer.id),
        )
        return cast("AsyncGenerator[RoomFrame, None]", source)  # Strawberry takes the event's type from here


def _there(fact: T | None) -> T:
    assert fact is not None, "what an event names is kept as long as the event"
    return fact
