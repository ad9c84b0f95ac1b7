"""The log of each room, as it is written: `append`. Nothing else writes `RoomEvent`; `replay` reads it.

`Room.head` is raised by an UPDATE inside the transaction that makes the change. Its row lock is the order: commit
order equals seq order, and a rollback leaves no hole. (A database sequence would leave gaps, and let 8 be seen
before 7.) The price: changes to one room are serial.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

import msgspec
from django.db import connection, transaction
from django.db.models import QuerySet

from backend import database, hub
from backend.chat import facts, listing, replay
from backend.chat.cursors import Cursor
from backend.chat.events import Logged, RoomChanged, RoomEvent, store
from backend.chat.models import Membership, Room
from backend.chat.models import RoomEvent as Row
from backend.database import CLOCK
from backend.errors import NotFound
from backend.languages import text

_TOPIC = "room."


def topic(room_id: int) -> str:
    """The hub's name for a room's log. Made of the id: a channel layer takes ASCII alone."""
    return f"{_TOPIC}{room_id}"


def room_of(topic: str) -> int:
    return int(topic.removeprefix(_TOPIC))


def principal(user_id: int) -> str:
    """The hub's name for somebody whose access can end."""
    return f"user.{user_id}"


def cursor(logged: Logged) -> str:
    return str(Cursor(logged.room_id, logged.seq, logged.tag))


def head_cursor(room: facts.Room) -> str:
    return str(Cursor(room.id, room.head, room.head_tag))


@dataclass
class Place:
    """The next place in a room's log, held under the room's lock. Set `event` before the block ends.

    Set `message` too where the event names nothing else, and the block knows it as it is: nobody has to read it again.
    """

    room_id: int
    seq: int
    tag: int
    message_count: int
    at: datetime
    # When it was taken: the change itself may make it otherwise.
    was_private: bool
    event: RoomEvent | None = None
    message: facts.Message | None = None

    @property
    def cursor(self) -> str:
        return str(Cursor(self.room_id, self.seq, self.tag))


@dataclass
class Places:
    """Places that follow one another, each to be taken for a message. `last` is the last of them."""

    last: Place
    most: int
    taken: list[Place] = field(default_factory=list)

    def take(self) -> Place:
        """The next one, as `append` has it."""
        behind = self.most - len(self.taken) - 1
        assert behind >= 0, "no place is left"
        seq, message_count = self.last.seq - behind, self.last.message_count - behind
        place = replace(self.last, seq=seq, tag=_tag() if behind else self.last.tag, message_count=message_count)
        self.taken.append(place)
        return place


class Unchanged(Exception):
    """Raised inside `append`: nothing has to happen after all. The place is given back, and the block is left."""


def append(room_id: int, *, messages: int = 0) -> AbstractContextManager[Place, bool]:
    """One change of a room and its event, in one transaction; published when, and only if, it commits.

        with append(room_id) as place:          # the room is locked from here
            row = Message.objects.create(..., seq=place.seq, sent_at=place.at)
            place.event = MessageSent(message=row.pk)

    Whatever the block raises undoes everything; `Unchanged` does so silently. `messages` is how many are sent by it.
    Raises `NotFound`, also for a room that was deleted.
    """
    # The type says that it may swallow an exception: what follows the block is reachable after `Unchanged`.
    return cast("AbstractContextManager[Place, bool]", _append(room_id, messages))


@contextmanager
def _append(room_id: int, messages: int) -> Iterator[Place]:
    with suppress(Unchanged), transaction.atomic():
        place = _advance(room_id, 1, messages)
        yield place
        _store([place])


@contextmanager
def append_messages(room_id: int, most: int) -> Iterator[Places]:
    """The same for up to `most` messages in one transaction, in the order in which they take their places.

    Places that nobody takes are given back. If all are, nothing happens.
    """
    with suppress(Unchanged), transaction.atomic():
        places = Places(_advance(room_id, most, most), most)
        yield places
        if not places.taken:
            raise Unchanged
        if left := most - len(places.taken):
            _give_back(places.taken[-1], left)
        _store(places.taken)


def _store(places: Sequence[Place]) -> None:
    """The events at these places, and what is to be told of them: those of one room, in their order."""
    rows, hints = [], []
    for place in places:
        assert place.event is not None, "a place in the log was taken for nothing"
        data = store(place.event)
        rows.append({"room_id": place.room_id, "seq": place.seq, "tag": place.tag, "at": place.at, "data": data})
        hints.append(msgspec.msgpack.encode(_logged(place, place.event)))
    database.insert_all(Row, rows)
    # Robust: what has been committed is done, whatever becomes of the hints.
    transaction.on_commit(lambda: hub.publish(topic(place.room_id), *hints), robust=True)
    if not place.was_private or isinstance(place.event, RoomChanged):
        transaction.on_commit(lambda: listing.changed(place.room_id), robust=True)


def _logged(place: Place, event: RoomEvent) -> Logged:
    if place.message is None:
        [logged] = replay.resolve([(place.room_id, place.seq, place.tag, place.at, event)])
        return logged
    return Logged(place.room_id, place.seq, place.tag, place.at, event, message=place.message)


def reached(place: Place) -> str:
    """A cursor that has what `append` was for: its place, or the head where nothing had to change."""
    if place.event is not None:
        return place.cursor
    return head_cursor(facts.room(Room.objects.get(pk=place.room_id)))


# Time never runs backwards within a room, and is taken when the lock is held, not when it was asked for.
_ADVANCE = """
UPDATE chat_room SET head = head + %s, head_tag = %s, message_count = message_count + %s,
    last_activity_at = {later}(last_activity_at, {clock})
WHERE id = %s AND deleted_at IS NULL RETURNING head, message_count, last_activity_at, is_private
"""
_LATER = {"postgresql": "GREATEST", "sqlite": "MAX"}


def _advance(room_id: int, places: int, messages: int) -> Place:
    """The last of so many new places."""
    tag = _tag()
    with connection.cursor() as db:
        vendor = connection.vendor
        db.execute(_ADVANCE.format(later=_LATER[vendor], clock=CLOCK[vendor]), [places, tag, messages, room_id])
        row = db.fetchone()
    if row is None:
        raise NotFound(text("No such room."))
    seq, message_count, at, was_private = row
    return Place(
        room_id=room_id,
        seq=seq,
        tag=tag,
        message_count=message_count,
        # SQLite has no time zones; Django keeps UTC there.
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        was_private=bool(was_private),
    )


def _tag() -> int:
    return secrets.randbits(32)


_GIVE_BACK = "UPDATE chat_room SET head = head - %s, head_tag = %s, message_count = message_count - %s WHERE id = %s"


def _give_back(last: Place, count: int) -> None:
    """So many places after the last one, which no message has taken."""
    with connection.cursor() as db:
        db.execute(_GIVE_BACK, [count, last.tag, count, last.room_id])


def lock(memberships: QuerySet[Membership]) -> list[int]:
    """Their rooms, in the order of ids, held until the transaction ends: for a change of many at once.

    `append` holds each of them by itself. In one order for all, nobody waits for somebody who waits for them.
    """
    # `no_key`: rows that name a room need not wait.
    rooms = Room.objects.select_for_update(no_key=True).filter(pk__in=memberships.values("room"))
    return list(rooms.order_by("pk").values_list("pk", flat=True))


def hold(room_id: int) -> None:
    """The same for one room: for a change that its log does not tell."""
    Room.objects.select_for_update(no_key=True).filter(pk=room_id).exists()


def erase(place: Place) -> None:
    """Keep nothing of what happened before this place, which is to be the last of its log."""
    Row.objects.filter(room=place.room_id).delete()
    Room.objects.filter(pk=place.room_id).update(tail=place.seq - 1)
