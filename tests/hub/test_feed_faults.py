"""A feed whose log fails, answers without sense, or is asked for more than it takes."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from backend.hub import Entry, Limits
from tests.hub.clock import idle, pass_time, tasks, timers
from tests.hub.doubles import Crossing, MemoryLog, Socket, numbers
from tests.hub.scenes import Room


@pytest.fixture
async def follower(room: Room) -> Socket:
    """The socket of somebody who has followed since the room was empty."""
    socket = Socket()
    room.subscribe(socket)
    await idle()
    socket.frames.clear()
    return socket


async def test_one_who_comes_before_the_first_hint_misses_nothing(room: Room, log: MemoryLog, socket: Socket) -> None:
    """The hint after the snapshot is lost, the one after that is the first that is heard."""
    _lost, heard = log.write_many(5)[3:]
    room.offer(heard)
    room.subscribe(socket, head=3)
    await pass_time(1)
    assert socket.frames == ["caught up c3", "4", "5"]


# Trouble
async def test_reading_that_fails_is_repeated_with_longer_and_longer_pauses(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    crossing.down = True
    room.offer(log.write_many(2)[1])
    await pass_time(10)
    pauses = [later - earlier for earlier, later in pairwise(crossing.times)]
    assert pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0])
    room.write(3)
    crossing.down = False
    await pass_time(2)
    assert follower.frames == numbers(1, 5)


async def test_an_answer_without_sense_is_asked_for_again(
    room: Room, log: MemoryLog, follower: Socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log, "read", lambda *_: None)
    room.offer(log.write_many(2)[1])
    await pass_time(1)
    assert "reading the log of room.1 failed" in caplog.text
    assert follower.frames == []
    monkeypatch.undo()
    await pass_time(3)
    assert follower.frames == ["1", "2"]


async def test_a_log_with_a_hole_is_a_fault_and_no_event_is_skipped(
    room: Room, log: MemoryLog, follower: Socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read_badly(topic: str, after: int, limit: int) -> Sequence[Entry]:
        return read(topic, after, limit)[::2]

    read = log.read
    monkeypatch.setattr(log, "read", read_badly)
    room.offer(log.write_many(5)[4])
    await pass_time(1)
    assert "feed room.1 failed; going on" in caplog.text
    assert "a log has no holes" in caplog.text
    assert follower.frames == []
    monkeypatch.undo()
    await pass_time(3)
    assert follower.frames == numbers(1, 5)


async def test_a_head_of_which_the_log_has_but_a_part_is_not_asked_for_again_and_again(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    log.write_many(3)
    room.feed.exists(9)
    await pass_time(60)
    assert follower.frames == numbers(1, 3)
    for _ in range(3):
        room.write()
        await pass_time(1)
    assert follower.frames == numbers(1, 6)
    assert len(crossing.reads()) == 1


async def test_a_head_that_is_told_while_the_log_is_asked_for_another_is_not_forgotten(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    crossing.takes = 1.0
    room.feed.exists(1)
    await pass_time(0.5)
    _lost, second = log.write_many(2)
    room.offer(second)
    await pass_time(3)
    assert follower.frames == ["1", "2"]


async def test_more_hints_at_once_than_the_inbox_takes_are_read_from_the_log(
    room: Room, log: MemoryLog, follower: Socket, limits: Limits
) -> None:
    room.offer(*log.write_many(10 * limits.inbox_size))
    assert len(room.feed._inbox) == limits.inbox_size
    await pass_time(1)
    assert follower.frames == numbers(1, 10 * limits.inbox_size)


async def test_no_more_early_events_are_kept_than_the_inbox_takes(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    crossing.down = True
    for hint in log.write_many(10 * limits.inbox_size)[1:]:
        room.offer(hint)
        await asyncio.sleep(0)
        assert len(room.feed._early) + len(room.feed._inbox) <= 2 * limits.inbox_size
    crossing.down = False
    await pass_time(3)
    assert follower.frames == numbers(1, 10 * limits.inbox_size)


@pytest.mark.parametrize("takes", [0.0, 1.0])
async def test_closing_ends_everything_that_is_under_way(
    room: Room, log: MemoryLog, crossing: Crossing, takes: float
) -> None:
    log.write_many(40)
    crossing.takes = takes
    sockets = [Socket() for _ in range(5)]
    for position, socket in enumerate(sockets):
        room.subscribe(socket, after=position)
    room.offer(log.write_many(3)[2])
    await pass_time(0.01)
    await room.feed.close()
    sent = [list(socket.frames) for socket in sockets]
    await pass_time(60)
    assert [socket.frames for socket in sockets] == sent
    assert len(room.released) == 5
    assert tasks() == set()
    assert timers() == 0
