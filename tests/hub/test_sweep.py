"""The sweep, and a broker that is down, hangs, forgets or loses: latency, and nothing else."""

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, now, pass_time
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Socket, Wire, numbers
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


async def test_whoever_needs_hints_is_told_when_they_flow_again(process: Process, wire: Wire, limits: Limits) -> None:
    returns: list[float] = []
    process.hub.on_return(lambda: returns.append(now()))
    await pass_time(2 * limits.beat_timeout)
    wire.fate = lambda _topic, _hint: []
    await pass_time(2 * limits.beat_timeout)
    assert returns == [], "not while they do not"
    wire.fate = lambda _topic, _hint: [0]
    await pass_time(2 * limits.beat_timeout)
    assert len(returns) == 1


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
