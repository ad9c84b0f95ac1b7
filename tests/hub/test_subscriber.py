"""A subscriber: where it starts, what it is sent, and in which order."""

import asyncio
from collections.abc import Collection
from dataclasses import replace

import pytest

from backend.hub import Entry, Limits
from tests.hub.clock import idle, pass_time, tasks
from tests.hub.doubles import SIZE, Crossing, MemoryLog, Socket, numbers
from tests.hub.scenes import Room

FEED_ALONE = {"feed room.1"}


# Live
async def test_an_idle_socket_is_sent_the_next_event_without_a_task(room: Room, socket: Socket) -> None:
    room.subscribe(socket)
    await idle()
    at_work: list[set[str]] = []
    socket.on_send = lambda: at_work.append({task.get_name() for task in asyncio.all_tasks()})
    before = {task.get_name() for task in asyncio.all_tasks()}
    room.write()
    await idle()
    assert socket.frames[1:] == ["1"]
    assert at_work == [before]


async def test_events_that_are_there_together_are_sent_in_one_write(room: Room, socket: Socket) -> None:
    room.subscribe(socket)
    await idle()
    room.write(3)
    await idle()
    assert socket.writes[1:] == [["1", "2", "3"]]


async def test_many_events_are_sent_in_batches(room: Room, socket: Socket, limits: Limits) -> None:
    room.subscribe(socket)
    await idle()
    room.write(10)
    await idle()
    assert socket.frames[1:] == numbers(1, 10)
    assert max(len(write) for write in socket.writes) == limits.batch_size


async def test_others_get_their_turn_between_the_batches(room: Room, limits: Limits) -> None:
    sockets = [Socket(), Socket()]
    order: list[int] = []
    for index, socket in enumerate(sockets):
        room.subscribe(socket)
        socket.on_send = lambda index=index: order.append(index)  # type: ignore[misc]
    await idle()
    room.write(3 * limits.batch_size)
    await idle()
    assert sorted(order[:2]) == sorted(order[2:4]) == sorted(order[4:]) == [0, 1]


async def test_an_event_that_comes_while_another_is_sent_is_not_forgotten(room: Room, socket: Socket) -> None:
    room.subscribe(socket)
    await idle()
    socket.block()
    room.write()
    await idle()
    room.write()
    await idle()
    assert socket.frames[1:] == []
    socket.unblock()
    await idle()
    assert socket.frames[1:] == ["1", "2"]


async def test_a_socket_that_wakes_its_subscriber_from_inside_send_gets_nothing_twice(
    room: Room, socket: Socket
) -> None:
    subscriber = room.subscribe(socket)
    await idle()

    def wake() -> None:
        subscriber.wake()

    socket.on_send = wake
    room.write(2)
    await idle()
    assert socket.frames[1:] == ["1", "2"]


# Resuming
async def test_one_who_starts_now_has_caught_up_at_once(room: Room, log: MemoryLog, socket: Socket) -> None:
    log.write_many(3)
    room.subscribe(socket)
    assert socket.frames == ["caught up c3"]
    room.write()
    await idle()
    assert socket.frames == ["caught up c3", "4"]


async def test_an_empty_room_can_be_subscribed_to(room: Room, socket: Socket) -> None:
    room.subscribe(socket)
    assert socket.frames == ["caught up c0"]
    room.write()
    await idle()
    assert socket.frames == ["caught up c0", "1"]


async def test_one_who_resumes_gets_what_was_missed_then_caught_up_then_what_follows(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    log.write_many(5)
    room.subscribe(socket, after=2)
    room.write(2)
    await idle()
    assert socket.frames == ["3", "4", "5", "caught up c5", "6", "7"]


async def test_what_the_ring_holds_is_not_read_from_the_log(room: Room, socket: Socket, crossing: Crossing) -> None:
    room.write(6)
    await idle()
    room.subscribe(socket, after=2)
    await idle()
    assert socket.frames == ["3", "4", "5", "6", "caught up c6"]
    assert crossing.reads() == []


async def test_what_the_ring_no_longer_holds_is_read_in_pages(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing, limits: Limits
) -> None:
    log.write_many(25)
    room.subscribe(socket, after=0)
    await idle()
    assert socket.frames == [*numbers(1, 25), "caught up c25"]
    # The last entry of the page before is read once more: it tells whether this is the same log.
    assert [after for _topic, after, _limit in crossing.reads()] == [0, 9, 19]
    assert [limit for _topic, _after, limit in crossing.reads()] == [limits.page_size] + [limits.page_size + 1] * 2


async def test_caught_up_stays_at_the_head_seen_when_subscribing_however_much_follows(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing
) -> None:
    crossing.takes = 0.1
    log.write_many(15)
    room.subscribe(socket, after=0)
    for _ in range(10):
        room.write()
        await pass_time(0.03)
    await pass_time(1)
    assert socket.frames == [*numbers(1, 15), "caught up c15", *numbers(16, 25)]


async def test_one_who_knows_more_than_the_feed_waits_for_it(room: Room, log: MemoryLog, socket: Socket) -> None:
    """The snapshot that a subscriber starts from may be ahead of the hints."""
    room.write(2)
    await idle()
    late = log.write()
    room.subscribe(socket)
    assert socket.frames == ["caught up c3"]
    room.offer(late)
    room.write()
    await pass_time(1)
    assert socket.frames == ["caught up c3", "4"]


async def test_one_whom_the_log_cannot_continue_is_reset(
    room: Room, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    log.write_many(20)
    log.forget(up_to=10)
    subscriber = room.subscribe(socket, after=5)
    await idle()
    assert socket.frames == ["reset EXPIRED"]
    assert socket.completions == 1
    assert subscriber not in room.feed.subscribers
    assert tasks() == FEED_ALONE


async def test_a_page_with_a_gap_is_never_sent(
    room: Room, log: MemoryLog, socket: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with the log: a client that takes a new snapshot is better off."""
    log.write_many(5)

    def read_badly(topic: str, after: int, limit: int) -> Collection[Entry]:
        return read(topic, after + 1, limit)

    read = log.read
    monkeypatch.setattr(log, "read", read_badly)
    room.subscribe(socket, after=0)
    await idle()
    assert socket.frames == ["reset EXPIRED"]
    assert socket.completions == 1


async def test_the_last_entry_that_is_kept_is_enough(room: Room, log: MemoryLog, socket: Socket) -> None:
    log.write_many(20)
    log.forget(up_to=10)
    room.subscribe(socket, after=10)
    await idle()
    assert socket.frames == [*numbers(11, 20), "caught up c20"]


async def test_reading_that_fails_is_repeated_and_loses_nothing(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing
) -> None:
    log.write_many(15)
    crossing.down = True
    room.subscribe(socket, after=0)
    await pass_time(10)
    assert socket.frames == []
    crossing.down = False
    await pass_time(2)
    assert socket.frames == [*numbers(1, 15), "caught up c15"]


# Access
async def test_an_event_that_ends_access_is_the_last_one(room: Room, log: MemoryLog, socket: Socket) -> None:
    subscriber = room.subscribe(socket)
    room.offer(log.write())
    await idle()
    room.offer(log.write(ends="somebody"), log.write())
    await idle()
    room.write()
    await idle()
    assert socket.frames == ["caught up c0", "1", "2", "ended c2"]
    assert socket.completions == 1
    assert subscriber not in room.feed.subscribers


async def test_one_who_lags_when_access_ends_is_told_so_and_not_what_was_missed(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    """It would be rendered as it is now, for somebody who may not see it any more."""
    room.subscribe(socket)
    await idle()
    socket.block()
    room.offer(log.write())
    await idle()
    room.offer(log.write(), log.write(ends="somebody"), log.write())
    await idle()
    socket.unblock()
    await idle()
    assert socket.frames == ["caught up c0", "ended c0"]
    assert socket.completions == 1


async def test_one_who_lags_by_pages_is_not_sent_the_page_in_which_access_ends(
    room: Room, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    log.write_many(limits.page_size)
    position = log.head()
    log.write_many(3)
    log.write(ends="somebody")
    log.write_many(3 * limits.page_size)
    room.subscribe(socket, head=position)
    room.feed.exists(log.head())
    await pass_time(4)
    assert socket.frames == [f"caught up c{position}", f"ended c{position}"]


async def test_somebody_elses_departure_ends_nothing(room: Room, log: MemoryLog, socket: Socket) -> None:
    room.subscribe(socket)
    room.offer(log.write(ends="somebody else"), log.write())
    await idle()
    assert socket.frames == ["caught up c0", "1", "2"]
    assert socket.completions == 0


async def test_a_departure_before_the_access_that_was_checked_ends_nothing(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    """Who left and came back reads about it."""
    log.write_many(2)
    log.write(ends="somebody")
    log.write()
    room.subscribe(socket, after=0)
    room.write()
    await idle()
    assert socket.frames == ["1", "2", "3", "4", "caught up c4", "5"]
    assert socket.completions == 0


async def test_a_departure_at_the_very_head_that_was_checked_ends_nothing(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    log.write(ends="somebody")
    room.subscribe(socket, after=0)
    await idle()
    assert socket.frames == ["1", "caught up c1"]


async def test_one_who_resumes_is_ended_where_access_ended_since_it_was_checked(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    log.write_many(5)
    room.subscribe(socket, after=0)
    room.offer(log.write(ends="somebody"), log.write())
    await idle()
    assert socket.frames == ["ended c0"]


async def test_one_who_resumes_from_before_the_ring_is_ended_by_what_is_in_it(
    log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """Let in at the beginning, and sent away before the subscription began: the ring has the one and not the other."""
    room = Room(log, crossing, replace(limits, ring_bytes=5 * SIZE))
    room.feed.exists(0)
    await idle()
    room.offer(*log.write_many(8), log.write(ends="somebody"))
    await idle()
    socket = Socket()
    room.subscribe(socket, after=0, head=0)
    await pass_time(1)
    assert socket.frames == ["ended c0"]
    await room.feed.close()
