"""The closed set of things that happen in a room, as the log stores them.

An event names what happened by ids, and holds facts of its own (who did it, how somebody left). What it names
is read from the row when it is shown: `event_log` joins it, as `Logged`.
"""

from datetime import datetime
from enum import Enum

import msgspec

from backend.accounts.users import Person
from backend.chat.facts import Member, Message


class Departure(Enum):
    """How somebody left a room."""

    LEFT = "left"
    KICKED = "kicked"
    BANNED = "banned"
    DELETED = "deleted"


class Change(Enum):
    """What was changed of a member by somebody who keeps order."""

    ROLE = "role"
    MUTED = "muted"
    UNMUTED = "unmuted"
    BANNED = "banned"  # when they were away
    UNBANNED = "unbanned"


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="event"):
    """`message` and `member` are ids of rows, `by` is the id of whoever did it."""


class MessageSent(Event, frozen=True, tag="message_sent"):
    message: int


class MessageEdited(Event, frozen=True, tag="message_edited"):
    message: int


class MessageDeleted(Event, frozen=True, tag="message_deleted"):
    message: int
    by: int


class ReactionAdded(Event, frozen=True, tag="reaction_added"):
    message: int
    by: int
    emoji: str


class ReactionRemoved(Event, frozen=True, tag="reaction_removed"):
    message: int
    by: int
    emoji: str


class MemberJoined(Event, frozen=True, tag="member_joined"):
    member: int


class MemberLeft(Event, frozen=True, tag="member_left"):
    member: int
    departure: Departure
    by: int | None = None


class MemberChanged(Event, frozen=True, tag="member_changed"):
    """Without a `change`, their name or avatar is another."""

    member: int
    by: int | None = None
    change: Change | None = None


class RoomChanged(Event, frozen=True, tag="room_changed"):
    """Its address, title, topic, or who it is for."""

    by: int


class RoomDeleted(Event, frozen=True, tag="room_deleted"):
    """The last event of a log, and the only one that is left of it."""

    by: int


RoomEvent = (
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionAdded
    | ReactionRemoved
    | MemberJoined
    | MemberLeft
    | MemberChanged
    | RoomChanged
    | RoomDeleted
)


class Logged(msgspec.Struct, frozen=True):
    """An event at its place in a room's log, with what it names as that is now."""

    room_id: int
    seq: int
    tag: int
    at: datetime
    event: RoomEvent
    message: Message | None = None
    member: Member | None = None
    by: Person | None = None


def store(event: RoomEvent) -> str:
    return msgspec.json.encode(event).decode()


_stored: msgspec.json.Decoder[RoomEvent] = msgspec.json.Decoder(RoomEvent)


def load(data: str) -> RoomEvent:
    """Raises `msgspec.ValidationError` for anything that is no event."""
    return _stored.decode(data)
