"""The logs of all rooms, as the hub asks for them: what an event is to those who follow a room."""

from collections.abc import Collection, Mapping

import msgspec

from backend import hub
from backend.chat import event_log, replay
from backend.chat.cursors import Cursor
from backend.chat.events import Departure, Logged, MemberChanged, MemberLeft, MessageDeleted, RoomDeleted
from backend.chat.models import Room


class RoomLog:
    """The logs of all rooms, as the hub asks for them (`hub.Log`)."""

    def decode(self, hint: bytes) -> hub.Entry:
        try:
            return entry(_hint.decode(hint), size=len(hint))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    def read(self, topic: str, after: int, limit: int) -> list[hub.Entry]:
        return [entry(logged) for logged in replay.read(event_log.room_of(topic), after, limit)]

    def heads(self, topics: Collection[str]) -> Mapping[str, hub.Head]:
        rooms = Room.objects.filter(pk__in=[event_log.room_of(each) for each in topics])
        heads = rooms.values_list("pk", "head", "head_tag")
        return {event_log.topic(pk): hub.Head(head, str(Cursor(pk, head, tag))) for pk, head, tag in heads}


_hint = msgspec.msgpack.Decoder(Logged)
_FIXED_SIZE = 300  # bytes of an event without its text


def entry(logged: Logged, *, size: int | None = None) -> hub.Entry:
    """A logged event as the hub keeps it."""
    event, message = logged.event, logged.message
    if size is None:
        size = _FIXED_SIZE + (2 * len(message.body) if message else 0)
    return hub.Entry(
        seq=logged.seq,
        cursor=event_log.cursor(logged),
        payload=logged,
        size=size,
        subject=f"message.{message.id}" if message else None,
        erases=isinstance(event, MessageDeleted | RoomDeleted) or _is_of_a_name(logged),
        ends=_ends(logged),
    )


def _is_of_a_name(logged: Logged) -> bool:
    """Whether a person has another name or avatar from then on, or nothing any more.

    What others did shows the person too: all of it is read again.
    """
    event = logged.event
    if isinstance(event, MemberLeft):
        return event.departure is Departure.DELETED
    return isinstance(event, MemberChanged) and logged.member is not None and event.by == logged.member.person.id


def _ends(logged: Logged) -> str | None:
    """Whose access ends with this event."""
    if isinstance(logged.event, RoomDeleted):
        return hub.EVERYONE
    left = isinstance(logged.event, MemberLeft) and logged.member
    return event_log.principal(left.person.id) if left else None
