"""A hub joins what is used, hears what others publish, and finds in the log what it did not hear."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, now, pass_time, tasks, timers
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Socket, Wire, numbers
from tests.hub.scenes import Process

OTHER = "room.2"


@pytest.fixture
def socket() -> Socket:
    return Socket()


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


# What is not heard


async def test_a_lost_last_hint_is_found_by_the_sweep(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    wire.fate = lambda topic, _hint: [] if topic == ROOM else [0]
    process.send()
    await pass_time(limits.sweep_interval + limits.hole_patience)
    assert follower.frames == ["1"]


async def test_a_publisher_that_died_between_commit_and_publish_is_made_good(
    process: Process, follower: Socket, log: MemoryLog, limits: Limits
) -> None:
    log.write()
    await pass_time(limits.sweep_interval + limits.hole_patience)
    assert follower.frames == ["1"]


async def test_a_sweep_never_lowers_a_head(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """Its answer is as old as its question."""
    log.write()
    crossing.takes = 1.0
    await pass_time(limits.sweep_interval - 0.5)
    process.send()
    process.send()
    await pass_time(30)
    assert follower.frames == ["1", "2", "3"]


async def test_one_question_sweeps_all_rooms(process: Process, crossing: Crossing, limits: Limits) -> None:
    for number in range(10):
        process.subscribe(Socket(), f"room.{number}")
    await pass_time(10)
    crossing.calls.clear()
    await pass_time(limits.sweep_interval)
    assert [(name, len(topics)) for name, topics in crossing.calls] == [("heads", 10)]


async def test_nothing_is_swept_when_nobody_is_there(process: Process, crossing: Crossing) -> None:
    await pass_time(60)
    assert crossing.calls == []


async def test_a_sweep_that_fails_is_not_the_last(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    crossing.down = True
    log.write()
    await pass_time(30)
    assert follower.frames == []
    crossing.down = False
    await pass_time(limits.sweep_interval + limits.retry_max)
    assert follower.frames == ["1"]


async def test_a_room_whose_log_is_slow_delays_no_other(process: Process, crossing: Crossing, log: MemoryLog) -> None:
    slow, quick = Socket(), Socket()
    process.subscribe(slow)
    process.subscribe(quick, OTHER)
    await pass_time(2)
    crossing.takes, crossing.slow_for = 100.0, ROOM
    log.write()
    process.send()
    await pass_time(1)
    for _ in range(3):
        process.send(OTHER)
        await idle()
    assert quick.frames == ["caught up c0", "1", "2", "3"]
    assert slow.frames == ["caught up c0"]
    await pass_time(100)
    assert slow.frames == ["caught up c0", "1", "2"]


# A broker that is away


async def test_a_broker_that_is_down_from_the_start_costs_latency_alone(
    wire: Wire, process: Process, another_process: Process, limits: Limits
) -> None:
    wire.down = True
    sockets = [Socket(), Socket()]
    process.subscribe(sockets[0])
    another_process.subscribe(sockets[1])
    for number in range(1, 20):
        process.send()
        await pass_time(limits.fast_sweep_interval + limits.hole_patience)
        assert [socket.frames[1:] for socket in sockets] == [numbers(1, number)] * 2
    wire.down = False
    await pass_time(limits.beat_timeout)
    start = now()
    process.send()
    await idle()
    assert [socket.frames[1:] for socket in sockets] == [numbers(1, 20)] * 2
    assert now() - start < 0.001
    assert not process.hub.is_lossy


async def test_a_broker_that_goes_down_is_found_out_and_then_the_log_is_swept_fast(
    process: Process, follower: Socket, wire: Wire, crossing: Crossing, limits: Limits
) -> None:
    wire.down = True
    await pass_time(limits.beat_timeout + limits.beat_interval)
    assert process.hub.is_lossy
    for number in range(1, 10):
        process.send()
        await pass_time(limits.fast_sweep_interval + limits.hole_patience)
        assert follower.frames == numbers(1, number)


async def test_a_broker_that_hangs_is_found_out_too(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    wire.frozen = True
    await pass_time(limits.beat_timeout + limits.beat_interval)
    assert process.hub.is_lossy
    process.send()
    await pass_time(limits.fast_sweep_interval + limits.hole_patience)
    assert follower.frames == ["1"]
    wire.frozen = False
    await pass_time(2 * limits.beat_timeout)
    assert not process.hub.is_lossy


async def test_a_broker_that_loses_everything_in_silence_is_found_out(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    wire.fate = lambda _topic, _hint: []
    await pass_time(limits.beat_timeout + limits.beat_interval)
    assert process.hub.is_lossy
    wire.fate = lambda _topic, _hint: [0]
    await pass_time(limits.beat_interval)
    assert not process.hub.is_lossy


async def test_a_calm_broker_is_trusted(process: Process, follower: Socket, crossing: Crossing, limits: Limits) -> None:
    sweeps = crossing.sweeps()
    await pass_time(600)
    assert not process.hub.is_lossy
    assert crossing.sweeps() - sweeps == 600 / limits.sweep_interval


async def test_after_a_flush_everything_is_joined_again(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    wire.flush()
    process.send()
    await pass_time(limits.beat_timeout + 2 * limits.beat_interval)
    assert follower.frames == ["1"]
    assert _rooms(process) == {ROOM}
    process.send()
    await idle()
    assert follower.frames == ["1", "2"]


async def test_a_broker_that_goes_away_again_while_all_is_joined_again_is_joined_when_it_is_back(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    process.subscribe(Socket(), OTHER)
    await pass_time(2)
    wire.flush()
    process.broker.join_takes = 1.0
    while not process.broker.joined:
        await pass_time(0.1)
    wire.down = True
    await pass_time(60)
    process.broker.join_takes = 0.0
    wire.down = False
    await pass_time(2 * limits.beat_timeout)
    assert _rooms(process) == {ROOM, OTHER}
    assert not process.hub.is_lossy


async def test_rooms_that_cannot_be_joined_again_keep_the_hub_on_its_guard(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    """Hearing the heartbeat again vouches for every topic, so its own is joined last."""
    process.broker.refused = {ROOM}
    wire.flush()
    await pass_time(60)
    assert process.hub.is_lossy
    process.send()
    await pass_time(limits.fast_sweep_interval + limits.hole_patience)
    assert follower.frames == ["1"]
    process.broker.refused = set()
    await pass_time(2 * limits.beat_interval)
    assert _rooms(process) == {ROOM}
    assert not process.hub.is_lossy


async def test_a_room_that_is_left_while_all_is_joined_again_is_not_joined(process: Process, limits: Limits) -> None:
    subscribers = [process.subscribe(Socket(), f"room.{number}") for number in range(5)]
    await pass_time(limits.rejoin_interval - limits.linger + 2)
    subscribers[0].close()
    process.broker.join_takes = 1.0
    await pass_time(limits.linger + 10)
    assert process.broker.joins["room.0"] == 1
    assert _rooms(process) == {f"room.{number}" for number in range(1, 5)}


async def test_what_was_joined_long_ago_is_joined_again_before_it_expires(
    process: Process, follower: Socket, limits: Limits
) -> None:
    await pass_time(limits.rejoin_interval + limits.beat_interval)
    assert process.broker.joins[ROOM] == 2
    await pass_time(limits.rejoin_interval)
    assert process.broker.joins[ROOM] == 3


async def test_joining_many_rooms_again_holds_up_no_heartbeat(process: Process, limits: Limits) -> None:
    """A process in ten thousand rooms must not find itself deaf because it was busy joining."""
    for number in range(100):
        process.subscribe(Socket(), f"room.{number}")
    await pass_time(2)
    process.broker.join_takes = 1.0
    await pass_time(limits.rejoin_interval)
    for _ in range(100):
        await pass_time(1)
        assert not process.hub.is_lossy
    assert set(process.broker.joins.values()) == {2}


async def test_a_receive_that_fails_is_not_the_last(
    process: Process, follower: Socket, wire: Wire, limits: Limits
) -> None:
    wire.down = True
    process.broker.deliver("nothing", b"")  # ends the receive that is under way
    await pass_time(1)
    wire.down = False
    await pass_time(1)
    process.send()
    await idle()
    assert follower.frames == ["1"]


# The end


@pytest.mark.parametrize("wire_is", ["up", "down", "frozen"])
async def test_two_hundred_abrupt_closes_leave_nothing_behind(
    process: Process, log: MemoryLog, crossing: Crossing, wire: Wire, limits: Limits, wire_is: str
) -> None:
    await pass_time(1)
    tasks_before, joined_before = tasks(), set(process.broker.joined)
    wire.down, wire.frozen = wire_is == "down", wire_is == "frozen"
    crossing.takes = 0.2
    topics = [f"room.{number}" for number in range(10)]
    for topic in topics:
        log.write_many(35, topic)
    random_ = random.Random(1)
    subscribers = []
    for number in range(200):
        socket = Socket()
        if number % 3 == 0:
            socket.block()
        after = random_.choice([None, 0, 20, 34])
        subscribers.append(process.subscribe(socket, random_.choice(topics), after=after, key=f"key {number % 7}"))
        if number % 10 == 0:
            await pass_time(0.05)
            process.send(random_.choice(topics))
    random_.shuffle(subscribers)
    for subscriber in subscribers:
        subscriber.close()
    await pass_time(limits.linger + limits.retry_max)
    assert process.hub.topics == frozenset()
    assert process.hub._holders == {}
    assert process.hub._lingering == {}
    wire.down = wire.frozen = False
    await pass_time(2 * limits.beat_timeout)
    assert process.broker.joined == joined_before
    assert tasks() == tasks_before
    # The hub's own loops: sweeping, beating, joining again.
    assert timers() == 3


@pytest.mark.parametrize("wire_is", ["up", "down", "frozen"])
async def test_a_closed_hub_leaves_nothing_behind(
    wire: Wire, log: MemoryLog, crossing: Crossing, limits: Limits, wire_is: str
) -> None:
    wire.down, wire.frozen = wire_is == "down", wire_is == "frozen"
    process = Process(wire, log, crossing, limits)
    log.write_many(30)
    crossing.takes = 1.0
    sockets = [Socket() for _ in range(5)]
    subscribers = [process.subscribe(socket, after=0) for socket in sockets]
    process.subscribe(Socket(), OTHER).close()
    await pass_time(1.5)
    await process.hub.close()
    assert tasks() == set()
    assert timers() == 0
    sent = [list(socket.frames) for socket in sockets]
    for subscriber in subscribers:
        subscriber.close()
    await pass_time(600)
    assert [socket.frames for socket in sockets] == sent
    assert tasks() == set()


async def test_what_was_held_when_the_hub_closed_may_be_released_afterwards(process: Process) -> None:
    feed = process.hub.hold(ROOM)
    await process.hub.close()
    process.hub.release(feed)
    assert timers() == 0


@pytest.mark.parametrize("turns", range(30))
async def test_a_hub_can_be_closed_at_any_moment(
    wire: Wire, log: MemoryLog, crossing: Crossing, limits: Limits, turns: int
) -> None:
    process = Process(wire, log, crossing, limits)
    log.write_many(30)
    for after in (0, 30):
        process.subscribe(Socket(), after=after)
    for _ in range(turns):
        process.send()
        await asyncio.sleep(0)
    await process.hub.close()
    assert tasks() == set()
    assert timers() == 0


async def test_a_broker_that_overlooks_being_cancelled_is_cancelled_again(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As redis-py does now and then, for which `wait_for` is to blame."""
    receive: Callable[[], Awaitable[tuple[str, bytes]]] = process.broker.receive
    overlooked: list[bool] = []

    async def receive_stubbornly() -> tuple[str, bytes]:
        try:
            return await receive()
        except asyncio.CancelledError:
            if overlooked:
                raise
            overlooked.append(True)
            return "nothing", b""

    monkeypatch.setattr(process.broker, "receive", receive_stubbornly)
    await pass_time(1)
    await process.hub.close()
    assert overlooked
    assert tasks() == set()


# Everything at once


class Weather:
    """The wire drops, delays, repeats and reorders; the wire and the database go away now and then."""

    def __init__(self, seed: int, wire: Wire, crossing: Crossing) -> None:
        self.random = random.Random(seed)
        self._wire = wire
        self._crossing = crossing
        wire.fate = self._fate

    def _fate(self, _topic: str, _hint: bytes) -> Iterable[float]:
        copies = self.random.choice([0, 1, 1, 1, 2])
        return [self.random.choice([0.0, 0.001, 0.03, 1.0]) for _ in range(copies)]

    def change(self) -> None:
        if self.random.random() < 0.05:
            self._wire.down = not self._wire.down
        if self.random.random() < 0.02:
            self._wire.flush()
        self._crossing.down = self.random.random() < 0.1
        self._crossing.takes = self.random.choice([0.0, 0.0, 0.3])

    def clear(self) -> None:
        self._wire.down = self._crossing.down = False
        self._crossing.takes = 0.0


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_the_weather_each_gets_every_event_once_and_in_order(
    process: Process, another_process: Process, wire: Wire, crossing: Crossing, log: MemoryLog, seed: int
) -> None:
    weather = Weather(seed, wire, crossing)
    followers: list[tuple[int, int, Socket]] = []
    for _ in range(100):
        weather.change()
        for _ in range(weather.random.choice([0, 1, 1, 4, 30])):
            weather.random.choice([process, another_process]).send()
        if weather.random.random() < 0.2:
            socket, head = Socket(), log.head()
            after = weather.random.randint(0, head)
            key = weather.random.choice(["document", "other document"])
            weather.random.choice([process, another_process]).subscribe(socket, after=after, key=key)
            followers.append((after, head, socket))
        for _, _, socket in followers:
            weather.random.choice([socket.block, socket.unblock, socket.unblock])()
        await pass_time(weather.random.choice([0.001, 0.05, 0.5]))
    weather.clear()
    for _, _, socket in followers:
        socket.unblock()
    await pass_time(20)
    for after, head, socket in followers:
        before, after_it = numbers(after + 1, head), numbers(head + 1, log.head())
        assert socket.frames == [*before, f"caught up c{head}", *after_it]
