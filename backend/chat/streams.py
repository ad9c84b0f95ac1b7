"""Where a reader of a room's log starts: access and head in one snapshot, and what a cursor is worth."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
from django.conf import settings

from backend.accounts.credentials import Viewer
from backend.chat import cursors, event_log, facts, policies, replay
from backend.chat.cursors import Cursor, Extent
from backend.chat.events import Logged, RoomDeleted
from backend.chat.policies import Action, Reader
from backend.errors import Invalid, NotFound
from backend.languages import plural, text

ResetCause = Literal["EXPIRED", "UNKNOWN_CURSOR"]


class Opening(msgspec.Struct, frozen=True):
    """A subscriber's start: after `position`, allowed as of `head`; with a `reset`, not at all."""

    position: int
    cursor: str
    head: int
    reset: ResetCause | None = None


def open_stream(*, viewer: Viewer | None, room_id: int, after: str | None) -> Opening:
    """Membership and head from one statement, so one snapshot: an access event above that head is news.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`.
    """
    room = policies.admit(viewer, Action.READ, room_id=room_id)
    return _opening(_extent(facts.room(room)), after)


class Start(NamedTuple):
    """Where somebody wants to follow a room's log from."""

    viewer: Viewer
    room_id: int
    after: str | None


def open_for_members(starts: Sequence[Start]) -> list[Opening | None]:
    """As `open_stream`, for many at once, in two queries: what it says to a member, and None for everybody else.

    Each membership comes with its room's head, as there.
    """
    logs = policies.members_who_may(Action.READ, {(start.room_id, start.viewer.id) for start in starts})
    asked = [(logs.get((start.room_id, start.viewer.id)), start.after) for start in starts]
    tags = replay.tags_at({place for log, after in asked if log for place in _doubted(log, after)})
    return [None if log is None else _position(log, after, tags) for log, after in asked]


class EventPage(msgspec.Struct, frozen=True):
    events: list[Logged]
    reset: ResetCause | None
    has_more: bool
    end_cursor: str


def events_page(*, reader: Reader, room_id: int, after: str | None, first: int) -> EventPage:
    """The log by polling; from the oldest kept when `after` is omitted.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`, `Invalid`.
    """
    room = facts.room(policies.admit(reader, Action.READ, room_id=room_id))
    if not 1 <= first <= settings.EVENT_PAGE_MAX_SIZE:
        most = settings.EVENT_PAGE_MAX_SIZE
        detail = plural("A page has 1 to {n} event.", "A page has 1 to {n} events.", most)
        raise Invalid.field("first", "UNSUPPORTED", detail)
    if after is None:
        position, cursor = room.tail, None
    else:
        opening = _opening(_extent(room), after)
        if opening.reset:
            return EventPage(events=[], reset=opening.reset, has_more=False, end_cursor=opening.cursor)
        position, cursor = opening.position, opening.cursor
    events = replay.read(room_id, position, first)
    if events and isinstance(events[-1].event, RoomDeleted):  # meanwhile
        raise NotFound(text("No such room."))
    end = event_log.cursor(events[-1]) if events else cursor or event_log.head_cursor(room)
    last = events[-1].seq if events else position
    return EventPage(events=events, reset=None, has_more=last < room.head, end_cursor=end)


# The tags of events, by room and seq.
Tags = Mapping[tuple[int, int], int]


def _extent(room: facts.Room) -> Extent:
    return Extent(Cursor(room.id, room.head, room.head_tag), room.tail)


def _opening(log: Extent, after: str | None) -> Opening:
    return _position(log, after, replay.tags_at({*_doubted(log, after)}))


def _doubted(log: Extent, after: str | None) -> Iterator[tuple[int, int]]:
    """The place whose tag has to be read to know what the cursor is worth, if there is one."""
    cursor = None if after is None else cursors.parse(after)
    if cursor is not None and cursor.room_id == log.head.room_id and log.tail < cursor.seq < log.head.seq:
        yield cursor.room_id, cursor.seq


def _position(log: Extent, after: str | None, tags: Tags) -> Opening:
    head = log.head
    if after is None:
        return Opening(position=head.seq, cursor=str(head), head=head.seq)
    cursor = cursors.parse(after)
    reset = _reset(log, cursor, tags)
    if cursor is None or reset is not None:
        return Opening(position=head.seq, cursor=str(head), head=head.seq, reset=reset)
    return Opening(position=cursor.seq, cursor=after, head=head.seq)


def _reset(log: Extent, cursor: Cursor | None, tags: Tags) -> ResetCause | None:
    """Why the log cannot be continued from here, if it cannot."""
    head = log.head
    if cursor is None or cursor.room_id != head.room_id or cursor.seq > head.seq:
        return "UNKNOWN_CURSOR"
    if cursor.seq <= log.tail and cursor.seq != head.seq:  # the tag at `tail` is no longer kept either
        return "EXPIRED"
    tag = head.tag if cursor.seq == head.seq else tags.get((head.room_id, cursor.seq))
    return None if tag == cursor.tag else "UNKNOWN_CURSOR"
