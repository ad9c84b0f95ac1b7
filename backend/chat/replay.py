"""The log of each room, as it is read: events with what they name, as it is now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from backend.accounts import users
from backend.chat import facts
from backend.chat.events import Logged, RoomDeleted, RoomEvent, load
from backend.chat.models import Membership, Message
from backend.chat.models import RoomEvent as Row


def read(room_id: int, after: int, limit: int) -> list[Logged]:
    """The events after a position, in order and without a hole; none if the next one is no longer kept.

    Of a deleted room only the last one, whatever came before.
    """
    logged = _read(room_id, after, limit)
    while not all(map(_is_whole, logged)):  # the room was deleted between two statements: now its log says so
        logged = _read(room_id, after, limit)
    follows = logged and (logged[0].seq == after + 1 or isinstance(logged[0].event, RoomDeleted))
    return logged if follows else []


def _read(room_id: int, after: int, limit: int) -> list[Logged]:
    return resolve_rows(Row.objects.filter(room=room_id, seq__gt=after).order_by("seq")[:limit])


def resolve_rows(rows: Iterable[Row]) -> list[Logged]:
    """The events of these rows, of whichever rooms."""
    return resolve([(row.room_id, row.seq, row.tag, row.at, load(row.data)) for row in rows])


def _is_whole(logged: Logged) -> bool:
    """Whether all that the event names was there."""
    return all(getattr(logged, name) is not None for name in ("message", "member") if hasattr(logged.event, name))


def tag_at(room_id: int, seq: int) -> int | None:
    """The tag of the event at `seq`, if there is one."""
    return tags_at([(room_id, seq)]).get((room_id, seq))


def tags_at(places: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
    """The same for many places (room, seq), in one query."""
    if not places:
        return {}
    seqs_of = defaultdict(set)
    for room_id, seq in places:
        seqs_of[room_id].add(seq)
    asked = reduce(or_, (Q(room=room_id, seq__in=seqs) for room_id, seqs in seqs_of.items()))
    rows = Row.objects.filter(asked).values_list("room", "seq", "tag")
    return {(room_id, seq): tag for room_id, seq, tag in rows}


def resolve(events: Sequence[tuple[int, int, int, datetime, RoomEvent]]) -> list[Logged]:
    """Join what the events name, as it is now: three queries at most, whatever their number."""
    happened = [event for *_, event in events]
    messages = _named("message", happened)
    members = _named("member", happened)
    doers = _named("by", happened)
    message_rows = Message.objects.filter(pk__in=messages).select_related("author") if messages else ()
    member_rows = Membership.objects.filter(pk__in=members).select_related("user") if members else ()
    message_facts = {row.pk: facts.message(row) for row in message_rows}
    member_facts = {row.pk: facts.member(row) for row in member_rows}
    people = users.people(doers) if doers else {}
    return [
        Logged(
            room_id=room_id,
            seq=seq,
            tag=tag,
            at=at,
            event=event,
            message=message_facts.get(getattr(event, "message", 0)),
            member=member_facts.get(getattr(event, "member", 0)),
            by=people.get(getattr(event, "by", None) or 0),
        )
        for room_id, seq, tag, at, event in events
    ]


def _named(what: str, events: Sequence[RoomEvent]) -> set[int]:
    """The ids that events name; none of the tables has an id 0."""
    return {named for event in events if (named := getattr(event, what, None))}
