"""The rosters of rooms: how a process writes who has come and gone, and what is read of them.

The rows of a process are its own, but a roster is everybody's: its version is raised, and its people are counted,
under its lock, in the transaction that changes them. Transactions take a lease first, then rosters in the order of
their rooms, then what is noted of people in the order of theirs: so nobody waits for somebody who waits for them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from django.db.models import Count, F, Min, Q, QuerySet

from backend import database, hub
from backend.chat import event_log, listing, policies
from backend.chat.pages import Page, Window, page
from backend.chat.policies import Action, Reader
from backend.presence import leases, people
from backend.presence.models import Lease, Listener, Presence, Roster

# The kind of a signal on a room's topic: its roster has changed.
ROSTER = b"roster"

# Whoever is no member any more is not shown, even while their row is there.
_IS_MEMBER = Q(room__memberships__user=F("user"), room__memberships__left_at=None)


class Seat(NamedTuple):
    """Somebody's place in a process: in a room or, with None, where they are told what is their own."""

    room_id: int | None
    user_id: int


def write(
    lease_id: str,
    *,
    is_held: bool,
    come: Collection[Seat],
    gone: Collection[Seat],
    touched: Collection[int] = (),
) -> None:
    """Change the rows of a process, for those who have come and those who have gone.

    The rosters of the `touched` rooms are counted anew too. It may be said twice that somebody has come or gone, and
    of whoever was never written that they have gone.
    Raises `Lapsed` if the lease is held no more, but was supposed to be.
    """
    with transaction.atomic():
        if not leases.renew(lease_id):
            if is_held:
                raise leases.Lapsed
            leases.acquire(lease_id)
        rooms = {seat.room_id for seat in (*come, *gone) if seat.room_id is not None}.union(touched)
        rosters = _lock(rooms)
        _add_presences(lease_id, come)
        _add_listeners(lease_id, come)
        if gone:
            _remove(lease_id, gone)
            people.note({seat.user_id for seat in gone}, at=database.now())
        _raise(rosters)


def sweep() -> None:
    """Take away what dead processes have left."""
    leases.expire(_take_away)


def _take_away(lease: Lease) -> None:
    presences, listeners = Presence.objects.filter(lease=lease), Listener.objects.filter(lease=lease)
    rosters = _lock(set(presences.values_list("room", flat=True)))
    users = {*presences.values_list("user", flat=True), *listeners.values_list("user", flat=True)}
    presences.delete()
    listeners.delete()
    people.note(users, at=lease.renewed_at)
    _raise(rosters)


def _lock(room_ids: Collection[int]) -> Sequence[Roster]:
    """The rosters of these rooms, in order, held until the transaction ends."""
    if not room_ids:
        return ()
    Roster.objects.bulk_create([Roster(room_id=each) for each in sorted(room_ids)], ignore_conflicts=True)
    return list(Roster.objects.select_for_update(no_key=True).filter(room__in=room_ids).order_by("room"))


def _raise(rosters: Sequence[Roster]) -> None:
    """Count those who are there now, and say so once that is committed."""
    if not rosters:
        return
    room_ids = [each.pk for each in rosters]
    counts = _online().filter(room__in=room_ids).values("room")
    people_in = dict(counts.annotate(Count("user", distinct=True)).values_list("room", "user__count"))
    now = database.now()
    for roster in rosters:
        roster.version += 1
        roster.people = people_in.get(roster.pk, 0)
        roster.changed_at = now
    Roster.objects.bulk_update(rosters, ["version", "people", "changed_at"])
    public = listing.public_among(room_ids)
    for roster in rosters:
        transaction.on_commit(partial(hub.signal, event_log.topic(roster.pk), ROSTER), robust=True)
        if roster.pk in public:
            transaction.on_commit(partial(listing.changed, roster.pk), robust=True)


# Who comes through another process while they are there was there before.
_ADD = """
WITH given (room_id, user_id) AS ({pairs})
INSERT INTO presence_presence (lease_id, room_id, user_id, since)
SELECT %s, room_id, user_id, COALESCE(
    (SELECT MIN(since) FROM presence_presence there
    WHERE there.room_id = given.room_id AND there.user_id = given.user_id), {clock})
FROM given WHERE TRUE
ON CONFLICT DO NOTHING
"""


def _add_presences(lease_id: str, come: Collection[Seat]) -> None:
    seats = [(seat.room_id, seat.user_id) for seat in come if seat.room_id is not None]
    if not seats:
        return
    pairs, given = database.rows_of_pairs(seats)
    with connection.cursor() as db:
        db.execute(_ADD.format(pairs=pairs, clock=database.CLOCK[connection.vendor]), [given, lease_id])


def _add_listeners(lease_id: str, come: Collection[Seat]) -> None:
    rows = [Listener(lease_id=lease_id, user_id=seat.user_id) for seat in come if seat.room_id is None]
    Listener.objects.bulk_create(rows, ignore_conflicts=True)


def _remove(lease_id: str, gone: Collection[Seat]) -> None:
    rooms = {seat.room_id for seat in gone if seat.room_id is not None}
    users = {seat.user_id for seat in gone}
    there = Presence.objects.filter(lease=lease_id, room__in=rooms, user__in=users).values_list("pk", "room", "user")
    Presence.objects.filter(pk__in=[key for key, room, user in there if Seat(room, user) in gone]).delete()
    listeners = [seat.user_id for seat in gone if seat.room_id is None]
    Listener.objects.filter(lease=lease_id, user__in=listeners).delete()


# --- What is read -----------------------------------------------------------------------------------------------


class Online(msgspec.Struct, frozen=True):
    """Somebody who is in a room; `id` is their place among those who are."""

    id: int
    user_id: int
    since: datetime


class Standing(msgspec.Struct, frozen=True):
    """Who is in a room, as of a version. `since` is None for a crowd, of which nothing is kept but the number."""

    version: int
    people: int
    since: Mapping[int, datetime] | None


def online(*, reader: Reader, room_id: int, window: Window) -> Page[Online]:
    """Those who are in a room now, in the order in which they came.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`, `Invalid` for the window.
    """
    policies.admit(reader, Action.READ, room_id=room_id)
    found = page(_people_in(room_id), window, key="place")
    items = [Online(id=each["place"], user_id=each["user"], since=each["earliest"]) for each in found.items]
    return Page(items, found.has_previous, found.has_next)


def online_counts(room_ids: Collection[int]) -> Mapping[int, int]:
    return dict(Roster.objects.filter(room__in=room_ids).values_list("room", "people"))


def versions(room_ids: Collection[int]) -> Mapping[int, int]:
    """Of those rooms that anybody was ever online in."""
    return dict(Roster.objects.filter(room__in=room_ids).values_list("room", "version"))


def standing(room_id: int, most: int) -> Standing:
    """Of a crowd of more than `most` the number alone. What changes while it is read, the next version tells."""
    version, count = Roster.objects.filter(room=room_id).values_list("version", "people").first() or (0, 0)
    found = list(_people_in(room_id).order_by("place")[: most + 1])
    if len(found) > most:
        return Standing(version, count, None)
    return Standing(version, len(found), {each["user"]: each["earliest"] for each in found})


def is_in(room_id: int, user_id: int) -> bool:
    return _online().filter(room=room_id, user=user_id).exists()


def _online() -> QuerySet[Presence]:
    return Presence.objects.filter(_IS_MEMBER)


def _people_in(room_id: int) -> QuerySet[Presence, dict[str, Any]]:
    """One for each person. Through another process they may move to the end, but never to the front."""
    return _online().filter(room=room_id).values("user").annotate(place=Min("pk"), earliest=Min("since"))
