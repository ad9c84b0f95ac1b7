"""The lobby in virtual time: what is told of the list of public rooms, when, and how often, whatever hints are lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from backend.chat import facts
from backend.chat.listing import TOPIC, Off
from backend.hub import CaughtUp, Item, Limits, Shown
from backend.presence.lobby import Listed, Lobby, Mark, Seen, Swept, Unlisted
from tests.hub.clock import idle, now, pass_time, tasks
from tests.hub.conftest import LIMITS
from tests.hub.doubles import Socket, Wire
from tests.hub.scenes import Process

START = datetime(2026, 11, 21, tzinfo=UTC)
# Long enough for a hint to be told of, and too short for a sweep.
SOON = 2 * settings.LOBBY_INTERVAL


class Rooms:
    """The rooms as the database has them, and the way there: what the lobby asks for is answered from memory."""

    def __init__(self) -> None:
        # Of each public room how often it has changed.
        self.public: dict[int, int] = {}
        self.off: list[Off] = []
        self.events: list[int] = []
        self.asked: Counter[str] = Counter()
        self.looked_at: list[Collection[int]] = []
        self.down = False
        # More has changed than a sweep names.
        self.too_many = False
        self.meanwhile: Callable[[], None] = lambda: None

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        self.asked[function.__name__] += 1
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionError("the database is away")
        answer = getattr(self, function.__name__)(*args)
        self.meanwhile()
        return answer

    def mark(self) -> Mark:
        return Mark(len(self.events), self.time() - timedelta(seconds=settings.LOBBY_SWEEP_INTERVAL))

    def sweep(self, since: Mark) -> Swept:
        states = {each: self._state(each) for each in self.events[since.event :] if each in self.public}
        return Swept(self.mark(), states, too_many=self.too_many)

    def look(self, room_ids: Collection[int], off_since: datetime) -> Seen:
        self.looked_at.append(room_ids)
        listed = [
            Listed(room=room(each), member_count=1, online_count=0, state=self._state(each))
            for each in room_ids
            if each in self.public
        ]
        return Seen(listed, [off for off in self.off if off.since and off.since > off_since])

    def change(self, room_id: int) -> None:
        self.public[room_id] = self.public.get(room_id, 0) + 1
        self.events.append(room_id)

    def take_off(self, room_id: int) -> None:
        del self.public[room_id]
        self.events.append(room_id)
        self.off.append(Off(room_id, self.time()))

    def time(self) -> datetime:
        return START + timedelta(seconds=now())

    def _state(self, room_id: int) -> tuple[int, int]:
        return self.public[room_id], 0


def room(room_id: int) -> facts.Room:
    return facts.Room(
        id=room_id,
        address="",
        title="",
        topic="",
        is_private=False,
        created_at=START,
        last_activity_at=START,
        head=0,
        head_tag=0,
        tail=0,
    )


async def render(item: Item) -> bytes:
    match item:
        case Shown(payload=Listed(room=facts.Room(id=room_id), state=(change, _))):
            return f"{room_id} is {change}".encode()
        case Shown(payload=Unlisted(room_id=room_id)):
            return f"{room_id} is off".encode()
        case CaughtUp():
            return b"caught up"
        case _:
            raise AssertionError(item)


class Watcher(Socket):
    """Somebody who watches the lobby."""

    def __init__(self, process: Process, lobby: Lobby) -> None:
        super().__init__()
        self._process = process
        self._lobby = lobby

    async def come(self) -> "Watcher":
        closed = await self._lobby.attend()
        line = self._process.hub.line(TOPIC)
        self._subscriber = line.join(key="document", render=render, sink=self, closed=closed)
        await idle()
        return self

    def go(self) -> None:
        self._subscriber.close()

    def take(self) -> list[str]:
        """What has come since the last time."""
        taken = list(self.frames)
        self.frames.clear()
        return taken


@pytest.fixture
def limits() -> Limits:
    return replace(LIMITS, outbox_size=2000, inbox_size=2000, live_size=32)


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms()
    for room_id in range(1, 4):
        rooms.change(room_id)
    return rooms


@pytest.fixture
async def lobby(process: Process, rooms: Rooms) -> Lobby:
    return Lobby(process.hub, rooms)


@pytest.fixture
async def watcher(process: Process, lobby: Lobby) -> AsyncIterator[Watcher]:
    watcher = await Watcher(process, lobby).come()
    assert watcher.take() == ["caught up"]
    await pass_time(0.5)  # the topic is joined
    yield watcher
    watcher.go()


def hint(process: Process, *room_ids: int) -> None:
    for room_id in room_ids:
        process.hub.publish(TOPIC, str(room_id).encode())


# --- Told -----------------------------------------------------------------------------------------------------


async def test_a_room_that_changes_is_told_of_as_it_is_then(process: Process, rooms: Rooms, watcher: Watcher) -> None:
    rooms.change(1)
    hint(process, 1)
    await idle()
    rooms.change(1)  # its hint was not needed
    await pass_time(SOON)
    assert watcher.take() == ["1 is 3"]


async def test_it_is_told_of_once_a_second_and_the_last_state_always(
    process: Process, rooms: Rooms, watcher: Watcher
) -> None:
    for _ in range(30):
        rooms.change(2)
        hint(process, 2)
        await pass_time(0.1)
    await pass_time(SOON)
    told = watcher.take()
    assert 3 <= len(told) <= 5
    assert told[-1] == "2 is 31"


async def test_a_change_that_comes_while_the_rooms_are_read_is_told_the_next_time(
    process: Process, rooms: Rooms, watcher: Watcher
) -> None:
    def change() -> None:
        rooms.meanwhile = lambda: None
        rooms.change(1)
        hint(process, 1)

    rooms.change(1)
    hint(process, 1)
    await pass_time(settings.LOBBY_INTERVAL)
    rooms.meanwhile = change
    await pass_time(settings.LOBBY_INTERVAL)
    assert watcher.take() == ["1 is 2"]
    await pass_time(SOON)
    assert watcher.take() == ["1 is 3"]


async def test_a_hint_without_a_change_tells_nothing(process: Process, rooms: Rooms, watcher: Watcher) -> None:
    rooms.change(1)
    for _ in range(3):
        hint(process, 1)
        await pass_time(SOON)
    assert watcher.take() == ["1 is 2"]


async def test_a_hint_of_a_room_that_is_not_on_the_list_tells_nothing(process: Process, watcher: Watcher) -> None:
    hint(process, 99)
    await pass_time(10)
    assert watcher.take() == []


async def test_a_room_that_is_taken_off_is_told_of_once(process: Process, rooms: Rooms, watcher: Watcher) -> None:
    """Whatever happens there later: that is nobody's to know."""
    rooms.take_off(1)
    hint(process, 1)
    await pass_time(SOON)
    assert watcher.take() == ["1 is off"]
    for _ in range(10):
        rooms.events.append(1)
        hint(process, 1)
        await pass_time(settings.LOBBY_SWEEP_INTERVAL)
    assert watcher.take() == []


async def test_a_room_that_comes_back_and_goes_again_is_told_of_each_time(
    process: Process, rooms: Rooms, watcher: Watcher
) -> None:
    for _ in range(3):
        rooms.take_off(1)
        hint(process, 1)
        await pass_time(SOON)
        rooms.off.clear()
        rooms.change(1)
        hint(process, 1)
        await pass_time(SOON)
    assert watcher.take() == ["1 is off", "1 is 1"] * 3


async def test_who_was_not_there_is_told_nothing_of_what_was(process: Process, rooms: Rooms, watcher: Watcher) -> None:
    rooms.take_off(1)
    await pass_time(60)
    watcher.go()
    late = await Watcher(process, watcher._lobby).come()
    rooms.change(2)
    hint(process, 2)
    await pass_time(10)
    assert late.take() == ["caught up", "2 is 2"]
    late.go()


async def test_what_is_no_hint_is_passed_over(process: Process, rooms: Rooms, watcher: Watcher) -> None:
    process.hub.publish(TOPIC, b"what is this?")
    rooms.change(1)
    hint(process, 1)
    await pass_time(SOON)
    assert watcher.take() == ["1 is 2"]


# --- What is lost ---------------------------------------------------------------------------------------------


async def test_what_nobody_hinted_at_is_found_by_a_sweep(rooms: Rooms, watcher: Watcher) -> None:
    rooms.change(1)
    rooms.take_off(2)
    await pass_time(settings.LOBBY_SWEEP_INTERVAL + SOON)
    assert sorted(watcher.take()) == ["1 is 2", "2 is off"]
    await pass_time(60)
    assert watcher.take() == []


async def test_what_is_committed_late_is_found_by_the_next_sweep(rooms: Rooms, watcher: Watcher) -> None:
    """Its event has its place before others that were there earlier."""
    rooms.events.append(99)
    await pass_time(settings.LOBBY_SWEEP_INTERVAL + SOON)
    rooms.public[1] += 1
    rooms.events[-1] = 1
    await pass_time(settings.LOBBY_SWEEP_INTERVAL + SOON)
    assert watcher.take() == ["1 is 2"]


async def test_while_the_database_is_away_nothing_is_lost(
    process: Process, rooms: Rooms, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    rooms.change(1)
    rooms.change(2)
    hint(process, 1)
    rooms.down = True
    await pass_time(3 * settings.LOBBY_SWEEP_INTERVAL)
    assert watcher.take() == []
    assert "looking at the lobby failed" in caplog.text
    rooms.down = False
    await pass_time(SOON)
    assert sorted(watcher.take()) == ["1 is 2", "2 is 2"]


async def test_after_the_layer_was_away_all_are_told_to_read_the_list(
    process: Process, rooms: Rooms, watcher: Watcher, wire: Wire
) -> None:
    wire.down = True
    await pass_time(20)
    assert watcher.take() == []
    wire.down = False
    await pass_time(20)
    assert watcher.take() == ["caught up"]


# --- Too many -------------------------------------------------------------------------------------------------


async def test_of_many_rooms_so_many_are_told_of_at_once_and_the_others_after_them(
    process: Process, rooms: Rooms, watcher: Watcher
) -> None:
    many = 3 * settings.LOBBY_ROOMS_AT_ONCE
    for room_id in range(1, many + 1):
        rooms.change(room_id)
        hint(process, room_id)
    await pass_time(2 * settings.LOBBY_INTERVAL)
    assert len(watcher.take()) == settings.LOBBY_ROOMS_AT_ONCE
    await pass_time(2 * settings.LOBBY_INTERVAL)
    assert len(watcher.take()) == 2 * settings.LOBBY_ROOMS_AT_ONCE
    await pass_time(60)
    assert watcher.take() == []
    assert max(map(len, rooms.looked_at)) == settings.LOBBY_ROOMS_AT_ONCE


async def test_of_too_many_no_more_wait_than_may_and_all_are_told_to_read_the_list_now_and_then(
    process: Process, rooms: Rooms, watcher: Watcher, lobby: Lobby
) -> None:
    room_ids = range(1, settings.LOBBY_BACKLOG + 100)
    for room_id in room_ids:
        rooms.change(room_id)
    seconds = round(2 * settings.LOBBY_CAUGHT_UP_INTERVAL)
    for _ in range(seconds):
        hint(process, *room_ids)
        await pass_time(1)
        assert len(lobby._hinted) + len(lobby._due) <= settings.LOBBY_BACKLOG
    told = watcher.take()
    assert told.count("caught up") == 2
    assert len(told) <= settings.LOBBY_ROOMS_AT_ONCE * seconds
    assert len(lobby._told) <= settings.LOBBY_BACKLOG


async def test_where_a_sweep_finds_too_many_all_are_told_to_read_the_list(
    process: Process, rooms: Rooms, watcher: Watcher
) -> None:
    """Also when those that it names have all been told of."""
    rooms.change(1)
    hint(process, 1)
    await pass_time(SOON)
    assert watcher.take() == ["1 is 2"]
    rooms.too_many = True
    await pass_time(settings.LOBBY_SWEEP_INTERVAL)
    assert watcher.take() == ["caught up"]


# --- Nobody ---------------------------------------------------------------------------------------------------


async def test_while_nobody_watches_nothing_is_done(process: Process, rooms: Rooms, lobby: Lobby) -> None:
    hint(process, 1)
    await pass_time(60)
    assert not rooms.asked
    assert TOPIC not in process.broker.joined
    watchers = [await Watcher(process, lobby).come() for _ in range(2)]
    assert rooms.asked == {"mark": 1}
    await pass_time(60)
    for each in watchers:
        assert "lobby" in tasks()
        each.go()
    await idle()
    assert "lobby" not in tasks()
    rooms.asked.clear()
    hint(process, 1)
    await pass_time(60)
    assert not rooms.asked
    assert (lobby._hinted, lobby._due, lobby._told) == ({}, {}, {})


async def test_two_who_come_at_once_begin_it_once(process: Process, rooms: Rooms, lobby: Lobby) -> None:
    watchers = [Watcher(process, lobby) for _ in range(2)]
    await asyncio.gather(*(each.come() for each in watchers))
    rooms.change(1)
    hint(process, 1)
    await pass_time(10)
    for each in watchers:
        assert each.take() == ["caught up", "1 is 2"]
        each.go()


async def test_who_comes_back_is_told_of_what_happened_from_then_on(
    process: Process, rooms: Rooms, lobby: Lobby, watcher: Watcher
) -> None:
    watcher.go()
    rooms.change(1)
    hint(process, 1)
    await pass_time(60)
    await watcher.come()
    rooms.change(2)
    await pass_time(settings.LOBBY_SWEEP_INTERVAL + SOON)
    assert watcher.take() == ["caught up", "2 is 2"]
