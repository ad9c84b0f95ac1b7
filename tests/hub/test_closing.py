"""A hub that is closed leaves nothing behind, and whatever the weather nobody misses an event."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable

import pytest

from backend.hub import Limits
from tests.hub.clock import pass_time, tasks, timers
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Socket, Wire, numbers
from tests.hub.scenes import Process

OTHER = "room.2"


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
    receive: Callable[[], Awaitable[list[tuple[str, bytes]]]] = process.broker.receive
    overlooked: list[bool] = []

    async def receive_stubbornly() -> list[tuple[str, bytes]]:
        try:
            return await receive()
        except asyncio.CancelledError:
            if overlooked:
                raise
            overlooked.append(True)
            return []

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
