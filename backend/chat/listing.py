"""The list of public rooms: what is on it, and how others learn that it has changed.

Every change of a public room is hinted at on one topic, and whoever shows the list reads the room a while later. A
hint may be lost: what has changed since a moment can be found without it, too.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from backend import hub
from backend.chat import addresses, facts
from backend.chat.models import Room, RoomEvent
from backend.chat.policies import Reader
from backend.errors import Invalid, RateLimited, Unauthenticated
from backend.limits import Rate, TokenBuckets

TOPIC = "lobby"

# Of a busy room not every change needs a hint. Whoever hears one reads the room at least `LOBBY_INTERVAL` later, and
# so sees what has changed in the half of it for which there is no other.
_hints = TokenBuckets(max_keys=settings.RATE_KEYS)
_RATE = Rate(burst=1, per_second=2 / settings.LOBBY_INTERVAL)


def changed(room_id: int) -> None:
    """What the list shows of a room may be another now, if the room is on it."""
    with suppress(RateLimited):
        _hints.take(room_id, _RATE)
        hub.publish(TOPIC, str(room_id).encode())


def forget_hints() -> None:
    """Start afresh (tests)."""
    _hints.clear()


def listed(*, reader: Reader, matching: str | None = None) -> QuerySet[Room]:
    """The public rooms; with `matching`, those that have it in their address or title. Raises `Unauthenticated`."""
    if reader is None:
        raise Unauthenticated
    rows = Room.objects.filter(is_private=False, deleted_at=None)
    if not matching or matching.isspace():
        return rows
    try:
        return rows.filter(Q(address_folded__contains=addresses.fold_address(matching)) | Q(title__icontains=matching))
    except Invalid:  # what cannot stand in an address
        return rows.none()


def rooms_on_it(room_ids: Collection[int]) -> Sequence[facts.Room]:
    """Those of these rooms that are public."""
    return [facts.room(row) for row in Room.objects.filter(pk__in=room_ids, is_private=False, deleted_at=None)]


def public_among(room_ids: Collection[int]) -> set[int]:
    """Those of these rooms that are on the list: of no other is anything hinted at."""
    return set(Room.objects.filter(pk__in=room_ids, is_private=False, deleted_at=None).values_list("pk", flat=True))


class Off(NamedTuple):
    """A room that was public and is no more, since then."""

    room_id: int
    since: datetime | None  # never None where it is looked for


def taken_off(since: datetime, limit: int) -> Sequence[Off]:
    """The first that were taken off since then, and have not come back: of no other private room anything is told."""
    gone = Room.objects.filter(~Q(is_private=False, deleted_at=None), unlisted_at__gt=since)
    return [Off(*each) for each in gone.order_by("unlisted_at").values_list("pk", "unlisted_at")[:limit]]


def last_event() -> int:
    """The key of the last event of any room. One that has a smaller key may be committed later, but not much."""
    return RoomEvent.objects.aggregate(Max("pk"))["pk__max"] or 0


def happened_in(after: int, limit: int) -> Sequence[int]:
    """Some of the public rooms where something has happened after this event of any room."""
    happened = RoomEvent.objects.filter(pk__gt=after, room__is_private=False, room__deleted_at=None)
    return list(happened.order_by().values_list("room", flat=True).distinct()[:limit])
