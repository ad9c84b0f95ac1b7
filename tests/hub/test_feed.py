"""The order of a feed: what is early waits, what is missing is read, and no hole is ever passed over."""

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, now, pass_time, tasks
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


# Order
async def test_the_next_event_is_sent_at_once_without_asking_the_log(
    room: Room, follower: Socket, crossing: Crossing
) -> None:
    start = now()
    for number in (1, 2, 3):
        room.write()
        await idle()
        assert follower.frames == numbers(1, number)
    assert now() - start < 0.001
    assert crossing.calls == []


async def test_events_that_are_known_are_dropped(room: Room, log: MemoryLog, follower: Socket) -> None:
    first, second, third = log.write_many(3)
    room.offer(first, first, second)
    await idle()
    room.offer(second, first, third, third)
    await pass_time(1)
    assert follower.frames == ["1", "2", "3"]


async def test_an_early_event_waits_for_the_one_before_it_and_no_longer(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    first, second, third = log.write_many(3)
    room.offer(third)
    await pass_time(0.004)
    room.offer(second)
    await pass_time(0.004)
    assert follower.frames == []
    start = now()
    room.offer(first)
    await idle()
    assert follower.frames == ["1", "2", "3"]
    assert now() - start < 0.001
    await pass_time(1)
    assert crossing.calls == []


async def test_events_in_the_wrong_order_are_put_right(room: Room, log: MemoryLog, follower: Socket) -> None:
    hints = log.write_many(9)
    room.offer(*reversed(hints))
    await idle()
    assert follower.frames == numbers(1, 9)


async def test_a_missing_event_is_read_from_the_log_after_some_patience(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    _lost, second = log.write_many(2)
    room.offer(second)
    start = now()
    await pass_time(limits.hole_patience - 0.001)
    assert crossing.calls == []
    await pass_time(0.001)
    assert follower.frames == ["1", "2"]
    assert crossing.times == pytest.approx([start + limits.hole_patience])


async def test_a_hole_is_read_once_for_all_subscribers(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    sockets = [Socket() for _ in range(50)]
    for socket in sockets:
        room.subscribe(socket)
    crossing.takes = 0.5
    room.offer(log.write_many(5)[4])
    for _ in range(5):
        await pass_time(0.1)
        room.write()
    await pass_time(1)
    assert all(socket.frames[1:] == numbers(1, 10) for socket in sockets)
    assert len(crossing.reads()) == 1


async def test_what_comes_while_the_log_is_read_is_kept(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    crossing.takes = 1.0
    room.offer(log.write_many(3)[2])
    await pass_time(0.5)
    room.write(2)
    await pass_time(1)
    assert follower.frames == numbers(1, 5)
    assert len(crossing.reads()) == 1


async def test_a_second_hole_is_read_too(room: Room, log: MemoryLog, follower: Socket, crossing: Crossing) -> None:
    hints = log.write_many(6)
    crossing.takes = 1.0
    room.offer(hints[1])
    await pass_time(0.5)
    log.write_many(2)
    room.write()
    await pass_time(3)
    assert follower.frames == numbers(1, 9)


async def test_a_hole_longer_than_a_page_is_jumped_and_each_reads_for_itself(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    hints = log.write_many(3 * limits.page_size)
    room.offer(hints[-1])
    await pass_time(1)
    assert follower.frames == numbers(1, 3 * limits.page_size)
    assert [after for _topic, after, _limit in crossing.reads()] == [0, 9, 19]


async def test_a_jump_costs_one_reading_a_page_whatever_the_number_of_subscribers(
    room: Room, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    sockets = [Socket() for _ in range(50)]
    for socket in sockets:
        room.subscribe(socket)
    await idle()
    crossing.takes = 0.1
    room.offer(log.write_many(2 * limits.page_size)[-1])
    await pass_time(2)
    assert all(socket.frames[1:] == numbers(1, 20) for socket in sockets)
    assert len(crossing.reads()) == 2


async def test_after_a_jump_events_are_followed_as_before(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    room.offer(log.write_many(30)[-1])
    await pass_time(1)
    reads = len(crossing.reads())
    room.write(2)
    await idle()
    assert follower.frames == numbers(1, 32)
    assert len(crossing.reads()) == reads


async def test_a_lost_last_hint_is_found_when_the_head_is_told(room: Room, log: MemoryLog, follower: Socket) -> None:
    log.write_many(3)
    room.feed.exists(3)
    await pass_time(1)
    assert follower.frames == numbers(1, 3)


async def test_an_old_head_lowers_nothing(room: Room, log: MemoryLog, follower: Socket, crossing: Crossing) -> None:
    """A sweep may have read the heads before the hint that has arrived meanwhile."""
    room.write(5)
    await idle()
    room.feed.exists(2)
    room.write()
    await pass_time(1)
    assert follower.frames == numbers(1, 6)
    assert crossing.calls == []


async def test_an_old_head_does_not_hide_a_hole(room: Room, log: MemoryLog, follower: Socket) -> None:
    room.offer(log.write_many(5)[4])
    await idle()
    room.feed.exists(0)
    await pass_time(1)
    assert follower.frames == numbers(1, 5)


async def test_a_head_that_the_log_does_not_have_is_not_asked_for_again_and_again(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    room.write(3)
    room.feed.exists(4)
    await pass_time(60)
    assert len(crossing.reads()) == 1
    assert tasks() == {"feed room.1"}
    room.write(2)
    await idle()
    assert follower.frames == numbers(1, 5)


async def test_the_first_hint_of_a_topic_starts_it(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    hints = log.write_many(8)
    room.offer(hints[6])
    await idle()
    assert room.feed.last == 7
    room.offer(hints[7])
    await idle()
    assert room.feed.last == 8
    assert crossing.calls == []


async def test_the_first_hints_may_come_in_any_order(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    hints = log.write_many(8)
    room.offer(hints[7], hints[5], hints[6])
    await idle()
    assert room.feed.last == 8
    assert crossing.calls == []
