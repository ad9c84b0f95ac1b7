"""The public rooms, those with people in them first; and for those who watch them, what changes there."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from django.conf import settings

from backend import database, hub
from backend.chat import facts, listing
from backend.chat import rooms as chat_rooms
from backend.chat.listing import TOPIC, Off
from backend.chat.pages import Page, Window, window_size
from backend.chat.policies import Reader
from backend.loops import PerLoop
from backend.presence import rosters
from backend.presence.models import Roster

logger = logging.getLogger(__name__)

Crossing = Callable[..., Awaitable[Any]]

# --- The list ---------------------------------------------------------------------------------------------------

# Added to the key of a room that somebody is in: no room has so great an id.
_OCCUPIED = 2**62


class Placed(msgspec.Struct, frozen=True):
    """A room on the list. Its `key` is its place there: greater keys come first."""

    key: int
    room: facts.Room


def rooms(*, reader: Reader, matching: str | None, window: Window) -> Page[Placed]:
    """Public rooms: those with people in them, then the others, the newest first in each part.

    No page skips or repeats a room that stays in its part. One that people come into, or go from, while somebody turns
    the pages may be skipped, or come twice. Raises `Unauthenticated`, `Invalid` for the window.
    """
    size = window_size(window)
    listed = listing.listed(reader=reader, matching=matching)
    parts = {_OCCUPIED: listed.filter(roster__people__gt=0), 0: listed.exclude(roster__people__gt=0)}
    found: list[Placed] = []
    for base, rows in parts.items():
        # The parts are read one after the other: who has left meanwhile was in both.
        others = rows.exclude(pk__in=[each.room.id for each in found])
        following = others if window.after is None else others.filter(pk__lt=window.after - base)
        page = following.order_by("-pk")[: size + 1 - len(found)]
        found += [Placed(base + row.pk, facts.room(row)) for row in page]
    return Page(found[:size], has_previous=window.after is not None, has_next=len(found) > size)


# --- What changes there ---------------------------------------------------------------------------------------


# The head of a room's log and the version of its roster: with another of them there is something else to be seen.
State = tuple[int, int]


class Listed(msgspec.Struct, frozen=True):
    """A public room as it is now."""

    room: facts.Room
    member_count: int
    online_count: int
    state: State


class Unlisted(msgspec.Struct, frozen=True):
    """A room that was public, and is so no more."""

    room_id: int


class Mark(msgspec.Struct, frozen=True):
    """A moment, as those who look for what has happened since have to know it."""

    event: int
    at: datetime


class Swept(msgspec.Struct, frozen=True):
    """`states` are those of rooms where something has happened since another mark, or of some if they are too many."""

    mark: Mark
    states: Mapping[int, State]
    too_many: bool


class Seen(msgspec.Struct, frozen=True):
    """What there is to be told: of the rooms asked for those that are public, and what was taken off the list."""

    listed: Sequence[Listed]
    off: Sequence[Off]


def mark() -> Mark:
    """Now, or a little earlier: what was written before, and is committed only now, has happened since."""
    return Mark(listing.last_event(), database.now() - timedelta(seconds=settings.LOBBY_SWEEP_INTERVAL))


def sweep(since: Mark) -> Swept:
    """Where something has happened, whoever hinted at it."""
    one_too_many, now = settings.LOBBY_BACKLOG + 1, mark()
    happened = listing.happened_in(since.event, one_too_many)
    # Private rooms are nobody's to know, and take no place of a public one.
    public = Roster.objects.filter(changed_at__gt=since.at, room__is_private=False, room__deleted_at=None)
    changed = public.order_by("-changed_at").values_list("room", flat=True)[:one_too_many]
    room_ids = {*happened, *changed}
    versions = rosters.versions(room_ids)
    return Swept(
        mark=now,
        states={room.id: (room.head, versions.get(room.id, 0)) for room in listing.rooms_on_it(room_ids)},
        too_many=max(len(happened), len(changed)) > settings.LOBBY_BACKLOG,
    )


def look(room_ids: Collection[int], off_since: datetime) -> Seen:
    """A few queries, however many rooms they are."""
    on_it = listing.rooms_on_it(room_ids)
    ids = [room.id for room in on_it]
    members = chat_rooms.member_counts(ids)
    online = {each.pk: each for each in Roster.objects.filter(room__in=ids)}
    nobody = Roster()
    listed = [
        Listed(
            room=room,
            member_count=members.get(room.id, 0),
            online_count=online.get(room.id, nobody).people,
            state=(room.head, online.get(room.id, nobody).version),
        )
        for room in on_it
    ]
    # Last: of a room that has gone meanwhile this is the last word.
    return Seen(listed, listing.taken_off(off_since, settings.LOBBY_BACKLOG))


class Lobby:
    """Tells those in this process who watch the list what changes there: nothing is done while nobody does.

    A room is told of at most once every `LOBBY_INTERVAL`, as it is then, and only if it is another than the last time.
    Where more change than can be told of, they wait, and where too many wait, all who watch are told to read the list.
    """

    def __init__(self, process: hub.Hub, crossing: Crossing) -> None:
        self._hub = process
        self._crossing = crossing
        self._loop = asyncio.get_running_loop()
        self._watchers = 0
        self._listens = False
        self._task: asyncio.Task[None] | None = None
        self._forget()
        process.on_return(self._return)

    async def attend(self) -> Callable[[], None]:
        """Somebody is about to watch; call what it returns when they do no more."""
        if self._task is None:
            begin = await self._crossing(mark)
            if self._task is None:  # still nobody else
                self._begin(begin)
        self._watchers += 1
        return self._leave

    def _begin(self, begin: Mark) -> None:
        if not self._listens:
            self._listens = True
            self._hub.listen(TOPIC, self._hear)
        self._marks.append(begin)
        self._swept_at = self._loop.time()
        self._task = asyncio.create_task(self._run(), name="lobby")

    def _leave(self) -> None:
        self._watchers -= 1
        if not self._watchers and self._task is not None:
            self._task.cancel()
            self._task = None
            self._forget()

    def _forget(self) -> None:
        # Rooms that were hinted at since the last look, and those that were before it.
        self._hinted: dict[int, None] = {}
        self._due: dict[int, None] = {}
        # What was told last of each of the rooms that were told of last.
        self._told: OrderedDict[int, State] = OrderedDict()
        self._told_off: dict[Off, None] = {}
        # A sweep goes back to the oldest of them, so that it finds what was committed late.
        self._marks: deque[Mark] = deque(maxlen=3)
        self._swept_at = 0.0
        # Since then, not everything was told.
        self._has_missed = False
        self._missed_at = -settings.LOBBY_CAUGHT_UP_INTERVAL

    def _hear(self, hint: bytes) -> None:
        if self._task is not None:
            self._await([int(hint)], self._hinted)

    def _return(self) -> None:
        """Hints flow again, and some may have been lost."""
        self._has_missed = self._task is not None

    def _await(self, room_ids: Iterable[int], waiting: dict[int, None]) -> None:
        for room_id in room_ids:
            if len(self._hinted) + len(self._due) < settings.LOBBY_BACKLOG:
                waiting[room_id] = None
            elif room_id not in waiting:
                self._has_missed = True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(settings.LOBBY_INTERVAL)
            try:
                await self._tell()
            except Exception as error:  # whatever it is, the next look may do better
                logger.warning("looking at the lobby failed (%r); trying again", error)

    async def _tell(self) -> None:
        is_due = bool(self._due or self._hinted)
        if self._loop.time() - self._swept_at >= settings.LOBBY_SWEEP_INTERVAL:
            swept: Swept = await self._crossing(sweep, self._marks[0])
            self._swept_at = self._loop.time()
            self._marks.append(swept.mark)
            self._has_missed |= swept.too_many
            self._await((each for each, state in swept.states.items() if self._told.get(each) != state), self._due)
            is_due = True
        if is_due:
            batch = tuple(islice(self._due, settings.LOBBY_ROOMS_AT_ONCE))
            seen: Seen = await self._crossing(look, batch, self._marks[0].at)
            for room_id in batch:
                del self._due[room_id]
            self._show(seen)
            # They had a hint less than an interval ago: others may have followed without one.
            self._due |= self._hinted
            self._hinted.clear()
        self._make_up()

    def _show(self, seen: Seen) -> None:
        line = self._hub.line(TOPIC)
        for each in seen.listed:
            if self._told.get(each.room.id) != each.state:
                line.show(each)
            self._told[each.room.id] = each.state
            self._told.move_to_end(each.room.id)
        while len(self._told) > settings.LOBBY_BACKLOG:
            self._told.popitem(last=False)
        for off in seen.off:
            if off not in self._told_off:
                line.show(Unlisted(off.room_id))
                self._told.pop(off.room_id, None)
        self._told_off = dict.fromkeys(seen.off)

    def _make_up(self) -> None:
        """Where hints were lost or too many, let all read the list: not too often, for that is what it costs most."""
        if self._has_missed and self._loop.time() - self._missed_at >= settings.LOBBY_CAUGHT_UP_INTERVAL:
            self._has_missed, self._missed_at = False, self._loop.time()
            self._hub.line(TOPIC).miss()


current = PerLoop(lambda: Lobby(hub.current(), database.run))


async def attend() -> Callable[[], None]:
    return await current().attend()
