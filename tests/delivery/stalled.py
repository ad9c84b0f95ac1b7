"""Somebody who stops reading while thousands of events pass, and what that costs the process and the others.

As many pass first while they read: what it costs is the difference.
"""

import asyncio
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from tests.delivery.cluster import SETTINGS, Cluster
from tests.delivery.followers import Follower
from tests.delivery.judge import Verdict, judge, lags, share_of
from tests.delivery.scenario import Load, Room, furnish, truth_of, until

NAME = "stalled-reader"
EVENTS = 20_000
STALL_SECONDS = 30.0
GROWTH_BYTES = 1024 * 1024
# How many times as late the others may get their events, and what lateness nobody notices.
SLOWER, UNNOTICED = 2.0, 0.05
_WARM_UP_EVENTS = 3000
_WARM_UP_SECONDS = 6.0
# On a machine for which so many events in that time are too many: less than what a server waits for a reader.
_MORE_SECONDS = 15.0
_CATCH_UP_SECONDS = 120.0
_RECEIVE_BUFFER = 16 * 1024
_LOAD = Load(rooms=1, writers=1, followers=3, pause=0.2)


class Passing(NamedTuple):
    """Of many events."""

    # How many all others had been told of before who did not read began to, and seconds until then.
    events: int
    seconds: float
    # That the process kept, in bytes.
    memory: int
    # Seconds, in order of size, by which messages came late to the others.
    lags: list[float]


@dataclass
class Outcome:
    verdict: Verdict
    read: Passing
    stalled: Passing
    # Sockets that were opened again.
    resumed: int

    @property
    def growth(self) -> int:
        return self.stalled.memory - self.read.memory

    @property
    def failures(self) -> list[str]:
        found = self.verdict.faults()
        if (passed := self.stalled.events) < EVENTS:
            found.append(f"only {passed:,} events passed while somebody did not read")
        if self.resumed:
            found.append(f"{self.resumed} sockets were lost")
        if self.growth > GROWTH_BYTES:
            found.append(f"the process grew by {self.growth / 1024:.0f} KiB for it")
        before, after = (share_of(passing.lags, 0.99) for passing in (self.read, self.stalled))
        if after > max(SLOWER * before, UNNOTICED):
            found.append(f"p99 of the others' lag went from {before:.3f} s to {after:.3f} s")
        return found


async def play(cluster: Cluster, *, seed: str, tick: Callable[[], None]) -> Outcome:
    """On the first process alone, and past its proxy, which would take for the reader what the reader does not."""
    async with AsyncExitStack() as stack:
        server = cluster.servers[0]
        room = await furnish(cluster, stack, _LOAD, seed=seed, addresses=[urlsplit(server.url).netloc])
        reader, others, [writer] = room.visitor, room.followers, room.writers
        followers = [*others, reader]
        # Nobody else finds out that it does not read, and it has one socket.
        reader.way.options = {"ping_interval": None, "sock": _small_socket(server.address, server.port)}
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each.run()) for each in followers]
            for each in followers:
                await each.caught_up.wait()
            writing = group.create_task(writer.run(stop))
            await until(lambda: bool(writer.sends), STALL_SECONDS)
            await _burst(cluster, room, _WARM_UP_EVENTS, _WARM_UP_SECONDS)
            memory = _Memory(server.child.pid)
            tasks.append(group.create_task(memory.watch(tick)))
            read = await _pass(cluster, room, memory)
            reader.reads.clear()
            stalled = await _pass(cluster, room, memory)
            stop.set()
            await writing
            truth = await truth_of(cluster, room)
            await until(lambda: all(each.cursor == truth.log[-1] for each in followers), _CATCH_UP_SECONDS)
            for task in tasks:
                task.cancel()
    verdict = judge(truth, writer.sends, [each.frames for each in followers], writer.changes)
    return Outcome(verdict, read, stalled, resumed=sum(each.resumed for each in followers))


async def _pass(cluster: Cluster, room: Room, memory: "_Memory") -> Passing:
    """Until all others have had the events; then whoever does not read reads, and this ends when they have them too."""
    memory.begin()
    began, before = time.time(), _told(room.followers)
    async with asyncio.TaskGroup() as group:
        bursts = group.create_task(_burst(cluster, room, EVENTS, STALL_SECONDS))
        await asyncio.sleep(STALL_SECONDS)
        await until(lambda: bursts.done() and _told(room.followers) - before >= EVENTS, _MORE_SECONDS)
        passed, seconds, kept = _told(room.followers) - before, time.time() - began, memory.kept()
        room.visitor.reads.set()
    await until(lambda: _told([room.visitor]) >= _told(room.followers), _CATCH_UP_SECONDS)
    frames = [frame for each in room.followers for frame in each.frames if frame.at >= began]
    return Passing(passed, seconds, kept, lags(frames))


def _told(followers: Sequence[Follower]) -> int:
    """How many events of the log each of them has been told of, at least."""
    return min(each.told for each in followers)


async def _burst(cluster: Cluster, room: Room, count: int, seconds: float) -> None:
    on = cluster.services
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.delivery.burst",
        room.address,
        str(count),
        str(seconds),
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            **SETTINGS,
            "DATABASE_URL": on.postgres.url,
            "REDIS_URL": on.redis.url,
            "SECRET_KEY": "for tests",
        },
    )
    try:
        assert await process.wait() == 0, "the bursts failed"
    finally:
        if process.returncode is None:
            process.kill()


def _small_socket(address: str, port: int) -> socket.socket:
    """Connected, with so small a buffer that the system does not take for the reader what the reader does not."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    connection.connect((address, port))
    return connection


def can_be_measured() -> bool:
    return _memory_of("self").exists()


def _memory_of(process: int | Literal["self"]) -> Path:
    return Path(f"/proc/{process}/smaps_rollup")


class _Memory:
    """What a process has for itself, as the system counts it, once a second."""

    def __init__(self, pid: int) -> None:
        self._path = _memory_of(pid)
        self.begin()

    def begin(self) -> None:
        self._had = [self._now()]

    async def watch(self, tick: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(1)
            self._had.append(self._now())
            tick()

    def kept(self) -> int:
        """At least, in the last third: what waits for somebody stays, what is only of the moment goes."""
        return min(self._had[-max(1, len(self._had) // 3) :])

    def _now(self) -> int:
        return 1024 * sum(map(int, re.findall(r"^Private_\w+: +(\d+) kB", self._path.read_text(), re.MULTILINE)))
