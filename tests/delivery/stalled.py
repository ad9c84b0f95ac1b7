"""Somebody who stops reading while thousands of events pass, and what that costs the process and the others.

The same is played without them first: what they cost is the difference.
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
from tests.delivery.judge import OF_THE_MOMENT, Verdict, judge
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


class Run(NamedTuple):
    verdict: Verdict
    # Events that all others had been told of before who did not read began to, and seconds until then.
    passed: int
    seconds: float
    # Of the process: its memory at most, less what it was before, in bytes.
    growth: int
    resumed: int


@dataclass
class Outcome:
    without: Run
    stalled: Run

    @property
    def verdict(self) -> Verdict:
        return self.stalled.verdict

    @property
    def cost(self) -> int:
        return self.stalled.growth - self.without.growth

    @property
    def failures(self) -> list[str]:
        found = [*self.without.verdict.faults(), *self.stalled.verdict.faults()]
        if self.stalled.passed < EVENTS:
            found.append(f"only {self.stalled.passed:,} events passed while somebody did not read")
        if self.stalled.resumed:
            found.append("the socket of who did not read was closed")
        if self.cost > GROWTH_BYTES:
            found.append(f"the process grew by {self.cost / 1024:.0f} KiB for it")
        before, after = (run.verdict.lag(0.99) for run in (self.without, self.stalled))
        if after > max(SLOWER * before, UNNOTICED):
            found.append(f"p99 of the others' lag went from {before:.3f} s to {after:.3f} s")
        return found


async def play(cluster: Cluster, *, is_stalled: bool, seed: str, tick: Callable[[], None]) -> Run:
    """On the first process alone, and past its proxy, which would take for the reader what the reader does not."""
    async with AsyncExitStack() as stack:
        server = cluster.servers[0]
        room = await furnish(cluster, stack, _LOAD, seed=seed, addresses=[urlsplit(server.url).netloc])
        reader = room.visitor
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each.run()) for each in room.followers]
            if is_stalled:
                # Nobody else finds out that it does not read, and it has one socket.
                reader.way.options = {"ping_interval": None, "sock": _small_socket(server.address, server.port)}
                tasks.append(group.create_task(reader.run()))
            followers = [*room.followers, reader] if is_stalled else room.followers
            for each in followers:
                await each.caught_up.wait()
            writing = group.create_task(room.writers[0].run(stop))
            await until(lambda: bool(room.writers[0].sends), STALL_SECONDS)
            await _burst(cluster, room, _WARM_UP_EVENTS, _WARM_UP_SECONDS)
            memory = _Memory(server.child.pid)
            watching = group.create_task(memory.watch(tick))
            if is_stalled:
                reader.reads.clear()
            began, before = time.monotonic(), _had_by_all(room.followers)
            passing = group.create_task(_burst(cluster, room, EVENTS, STALL_SECONDS))
            await asyncio.sleep(STALL_SECONDS)
            await until(lambda: passing.done() and _had_by_all(room.followers) - before >= EVENTS, _MORE_SECONDS)
            passed, seconds = _had_by_all(room.followers) - before, time.monotonic() - began
            reader.reads.set()
            await passing
            stop.set()
            await writing
            truth = await truth_of(cluster, room)
            await until(lambda: all(each.cursor == truth.log[-1] for each in followers), _CATCH_UP_SECONDS)
            for task in (*tasks, watching):
                task.cancel()
    [writer] = room.writers
    verdict = judge(truth, writer.sends, [each.frames for each in followers], writer.changes)
    verdict.lags = judge(truth, (), [each.frames for each in room.followers]).lags
    resumed = sum(each.resumed for each in followers)
    return Run(verdict, passed, seconds, memory.most - memory.at_first, resumed)


def _had_by_all(followers: Sequence[Follower]) -> int:
    """How many events of the log."""
    return min(sum(frame.type not in OF_THE_MOMENT for frame in each.frames) for each in followers)


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
    """What a process has for itself, as the system counts it."""

    def __init__(self, pid: int) -> None:
        self._path = _memory_of(pid)
        self.at_first = self.most = self._now()

    async def watch(self, tick: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(1)
            self.most = max(self.most, self._now())
            tick()

    def _now(self) -> int:
        return 1024 * sum(map(int, re.findall(r"^Private_\w+: +(\d+) kB", self._path.read_text(), re.MULTILINE)))
