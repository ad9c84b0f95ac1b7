"""Topics in use: joined by the first subscriber, left after the last, and what reaches them."""

import asyncio

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, now, pass_time
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Socket, Wire
from tests.hub.scenes import Process

OTHER = "room.2"


@pytest.fixture
async def follower(process: Process, socket: Socket) -> Socket:
    """Somebody who follows the room; the broker knows of it, and all is calm."""
    process.subscribe(socket)
    await pass_time(2)
    socket.frames.clear()
    return socket


def _rooms(process: Process) -> set[str]:
    """What the process has joined, but for what is its own."""
    return {topic for topic in process.broker.joined if topic.startswith("room.")}


# Hints
async def test_an_event_reaches_the_other_process_and_its_own_at_once(
    process: Process, another_process: Process, crossing: Crossing
) -> None:
    here, there = Socket(), Socket()
    process.subscribe(here)
    another_process.subscribe(there)
    await pass_time(2)
    reads, start = len(crossing.reads()), now()
    process.send()
    await idle()
    assert here.frames == there.frames == ["caught up c0", "1"]
    assert len(crossing.reads()) == reads
    assert now() - start < 0.001


async def test_an_event_reaches_its_own_room_alone(process: Process) -> None:
    here, there = Socket(), Socket()
    process.subscribe(here)
    process.subscribe(there, OTHER)
    await pass_time(2)
    process.send()
    await idle()
    assert (here.frames, there.frames) == (["caught up c0", "1"], ["caught up c0"])


async def test_what_is_listened_for_is_heard(process: Process, another_process: Process) -> None:
    heard: list[bytes] = []
    process.hub.listen("credentials", heard.append)
    await idle()
    another_process.hub.publish("credentials", b"look")
    await idle()
    assert heard == [b"look"]


async def test_a_hint_that_nobody_understands_is_passed_over(
    process: Process, follower: Socket, caplog: pytest.LogCaptureFixture
) -> None:
    for nonsense in (b"nonsense", b"[]", b"\xff"):
        process.hub.publish(ROOM, nonsense)
    process.send()
    await idle()
    assert follower.frames == ["1"]
    assert caplog.text.count("was not understood") == 3


async def test_a_listener_that_raises_does_not_make_the_process_deaf(process: Process, follower: Socket) -> None:
    def fail(hint: bytes) -> None:
        raise LookupError

    process.hub.listen("failing", fail)
    await idle()
    process.hub.publish("failing", b"")
    process.send()
    await idle()
    assert follower.frames == ["1"]


async def test_a_hint_for_a_room_that_nobody_is_in_any_more_is_dropped(process: Process, log: MemoryLog) -> None:
    process.broker.deliver(ROOM, log.write())
    await idle()
    assert process.hub.topics == frozenset()


# Joining and leaving
async def test_the_first_subscriber_joins_and_the_last_one_leaves_after_a_linger(
    process: Process, limits: Limits
) -> None:
    first, second = process.subscribe(Socket()), process.subscribe(Socket())
    await idle()
    assert _rooms(process) == {ROOM}
    assert process.broker.joins[ROOM] == 1
    first.close()
    await pass_time(2 * limits.linger)
    assert _rooms(process) == {ROOM}
    second.close()
    await pass_time(limits.linger - 1)
    assert _rooms(process) == {ROOM}
    await pass_time(1)
    assert _rooms(process) == set()
    assert process.hub.topics == frozenset()


async def test_one_who_comes_back_within_the_linger_finds_the_room_as_it_was(
    process: Process, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    [feed] = process.hub._feeds.values()
    [subscriber] = feed.subscribers
    process.send()
    await idle()
    subscriber.close()
    await pass_time(limits.linger - 1)
    process.send()
    await idle()
    socket = Socket()
    process.subscribe(socket, after=0)
    await pass_time(2 * limits.linger)
    assert socket.frames == ["1", "2", "caught up c2"]
    assert process.hub.topics == {ROOM}
    assert process.broker.joins[ROOM] == 1
    assert crossing.reads() == []


async def test_a_linger_begins_anew_when_the_last_one_leaves_again(process: Process, limits: Limits) -> None:
    process.subscribe(Socket()).close()
    await pass_time(limits.linger - 10)
    process.subscribe(Socket()).close()
    await pass_time(limits.linger - 1)
    assert process.hub.topics == {ROOM}
    await pass_time(1)
    assert process.hub.topics == frozenset()


async def test_a_hold_without_a_subscriber_counts_until_it_is_released(process: Process, limits: Limits) -> None:
    """Between holding and subscribing, access is read from the database, which may take its time."""
    feed = process.hub.hold(ROOM)
    await pass_time(10 * limits.linger)
    assert process.hub.topics == {ROOM}
    process.hub.release(feed)
    await pass_time(limits.linger)
    assert process.hub.topics == frozenset()


async def test_holding_never_waits_for_the_broker(process: Process, wire: Wire, crossing: Crossing) -> None:
    wire.frozen = True
    socket = Socket()
    process.subscribe(socket)
    assert socket.frames == ["caught up c0"]


async def test_a_topic_is_swept_fast_until_it_is_joined_and_once_more(
    process: Process, socket: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """What was said between the snapshot and the join is heard by nobody."""
    process.broker.join_takes = 2.1
    process.subscribe(socket)
    log.write()
    await pass_time(limits.fast_sweep_interval + limits.hole_patience)
    assert socket.frames == ["caught up c0", "1"]
    await pass_time(2)
    log.write()
    await pass_time(limits.fast_sweep_interval + limits.hole_patience)
    assert socket.frames[2:] == ["2"]
    await pass_time(2)
    sweeps = crossing.sweeps()
    await pass_time(30)
    assert crossing.sweeps() - sweeps == 30 / limits.sweep_interval


async def test_a_join_that_fails_is_tried_again(process: Process, wire: Wire, limits: Limits) -> None:
    wire.down = True
    process.subscribe(Socket())
    await pass_time(3)
    wire.down = False
    await pass_time(limits.fast_sweep_interval)
    assert _rooms(process) == {ROOM}


async def test_nobody_goes_on_joining_what_has_been_left(process: Process, wire: Wire, limits: Limits) -> None:
    wire.down = True
    process.subscribe(Socket()).close()
    await pass_time(limits.linger + 2)
    joins = process.broker.joins[ROOM]
    wire.down = False
    await pass_time(60)
    assert process.broker.joins[ROOM] == joins
    assert _rooms(process) == set()


async def test_a_room_that_is_entered_while_it_is_being_left_is_joined_again(
    process: Process, socket: Socket, limits: Limits
) -> None:
    process.broker.leave_takes = 2.0
    process.subscribe(Socket()).close()
    await pass_time(limits.linger + 1)
    process.subscribe(socket)
    await pass_time(5)
    assert _rooms(process) == {ROOM}
    process.send()
    await idle()
    assert socket.frames == ["caught up c0", "1"]


@pytest.mark.parametrize("turns", range(10))
async def test_a_room_that_is_entered_in_the_moment_it_is_given_up_is_joined(
    process: Process, socket: Socket, limits: Limits, turns: int
) -> None:
    process.subscribe(Socket()).close()
    asyncio.get_running_loop().call_later(limits.linger, asyncio.create_task, _enter_after(turns, process, socket))
    await pass_time(limits.linger + 2)
    assert _rooms(process) == {ROOM}
    process.send()
    await idle()
    assert socket.frames == ["caught up c0", "1"]


async def test_a_room_that_is_entered_in_the_moment_it_is_given_up_is_never_left(
    process: Process, socket: Socket, limits: Limits
) -> None:
    process.subscribe(Socket()).close()
    asyncio.get_running_loop().call_later(limits.linger, lambda: process.subscribe(socket))
    await pass_time(limits.linger + 2)
    assert process.broker.leaves[ROOM] == 0


async def _enter_after(turns: int, process: Process, socket: Socket) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    process.subscribe(socket)


async def test_what_is_said_while_a_room_is_left_and_entered_is_found_fast(
    process: Process, socket: Socket, log: MemoryLog, limits: Limits
) -> None:
    process.broker.leave_takes = 2.0
    process.subscribe(Socket()).close()
    await pass_time(limits.linger + 0.3)
    process.subscribe(socket)
    await pass_time(1.6)
    process.broker.join_takes = 3.0
    await pass_time(0.3)
    assert _rooms(process) == set()
    log.write()
    await pass_time(limits.fast_sweep_interval + limits.hole_patience)
    assert socket.frames == ["caught up c0", "1"]


async def test_a_room_that_is_left_while_the_broker_is_away_is_forgotten_all_the_same(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    [feed] = process.hub._feeds.values()
    [subscriber] = feed.subscribers
    wire.down = True
    subscriber.close()
    await pass_time(limits.linger)
    assert process.hub.topics == frozenset()
