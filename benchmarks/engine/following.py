"""One subject with its sockets connected, and what a scenario does with it: let events go, and see what they cost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.engine import cores
from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.generator import Followers, Report
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects import Audience, Running, Subject

_CONNECT_SECONDS = 120.0
_WARM_ATTEMPTS = 30
_WARM_DELIVERIES = 20_000
_WARM_CPU = 1.0  # seconds of the server, in which a compiler may find out what is done often
_REST_SECONDS, _RESTING = 30, 0.1  # of a core: pings go on
_ARRIVE_SECONDS = 240.0  # a burst keeps the slowest of those who lose nothing busy for long


@dataclass(frozen=True)
class Cost:
    """Of some events on their way to all sockets."""

    deliveries: int
    cpu: float  # seconds of the server
    wall: float  # seconds from letting the first one go to the last one's arrival
    clients: float  # the load generator's share of its core meanwhile, at most
    report: Report

    @property
    def per_delivery(self) -> float:
        """Microseconds of the server's CPU time."""
        return 1e6 * self.cpu / self.deliveries


class Following:
    def __init__(
        self, stage: Stage, running: Running, followers: Followers, audience: Audience, *, seconds: float
    ) -> None:
        self._stage = stage
        self._running = running
        self._followers = followers
        self._publisher = audience.publisher
        self._last = 0
        before, clients_before, self.resident_before = self.cpu(), followers.cpu(), self.resident()
        self.connect_seconds = followers.connect(audience.lines, seconds=seconds)
        self.connect_cpu = self.cpu() - before
        self.connect_clients = (followers.cpu() - clients_before) / self.connect_seconds

    @property
    def sockets(self) -> int:
        return self._followers.count

    @property
    def pid(self) -> int:
        [pid] = self._running.pids
        return pid

    def cpu(self) -> float:
        return cores.cpu_seconds(self._running.pids)

    def resident(self) -> int:
        return cores.resident_bytes(self._running.pids)

    def warm(self, deliveries: int = _WARM_DELIVERIES) -> None:
        """Until every socket gets what is published, and the server has done it for a while."""
        for _ in range(_WARM_ATTEMPTS):
            if self._pass_on(1, seconds=1):
                break
        else:
            raise BenchmarkFailed("What is published does not reach every socket.")
        before = self.cpu()
        for _ in range(deliveries // self.sockets):
            self._must_pass_on(1)
            if self.cpu() - before > _WARM_CPU:
                break
        self._followers.report()

    def rest(self) -> None:
        """Until the server is done with those who came, and with who has to hear of them; or for half a minute."""
        for _ in range(_REST_SECONDS):
            before = self.cpu()
            time.sleep(1)
            if self.cpu() - before < _RESTING:
                return

    def cost(self, *, at_once: int, most: int, cpu: float, least: int = 1) -> Cost:
        """Of `most` batches of events, each let go when the last one has arrived, or fewer that take so much CPU.

        Raises `BenchmarkFailed` unless every socket got each of them once and in order.
        """
        before, clients_before, wall, events = self.cpu(), self._followers.cpu(), 0.0, 0
        while events < most * at_once and (events < least * at_once or self.cpu() - before < cpu):
            wall += self._must_pass_on(at_once)
            events += at_once
        used, clients = self.cpu() - before, self._followers.cpu() - clients_before
        deliveries = events * self.sockets
        report = self._followers.checked(deliveries, last=self._last)
        return Cost(deliveries, used, wall, clients / wall, report)

    def pace(self, *, per_second: float, count: int) -> Cost:
        """Events at a steady rate, whether or not the last one has arrived."""
        first = self._stage.number(count)
        before, clients_before, began = self.cpu(), self._followers.cpu(), time.monotonic()
        for index in range(count):
            self._publisher.prepare(first + index, 1)
            time.sleep(max(0.0, began + index / per_second - time.monotonic()))
            self._publisher.commit()
        if self._followers.has_all(first + count - 1, seconds=_ARRIVE_SECONDS) is None:
            raise BenchmarkFailed(f"{per_second:g} events a second never arrive.")
        used, clients, wall = self.cpu() - before, self._followers.cpu() - clients_before, time.monotonic() - began
        report = self._followers.checked(count * self.sockets, last=first + count - 1)
        return Cost(report.deliveries, used, wall, clients / wall, report)

    def _must_pass_on(self, count: int) -> float:
        seconds = self._pass_on(count, seconds=_ARRIVE_SECONDS)
        if seconds is None:
            raise BenchmarkFailed(f"{count} events have not reached every socket in {_ARRIVE_SECONDS:g} s.")
        return seconds

    def _pass_on(self, count: int, *, seconds: float) -> float | None:
        first = self._stage.number(count)
        self._last = first + count - 1
        self._publisher.prepare(first, count)
        began = time.monotonic()
        self._publisher.commit()
        arrived = self._followers.has_all(self._last, seconds=seconds)
        return None if arrived is None else time.monotonic() - began


@contextmanager
def following(
    stage: Stage, subject: Subject, *, rooms: int, each: int, seconds: float = _CONNECT_SECONDS
) -> Iterator[Following]:
    """A server of its own, with all its sockets connected; both are gone after the block."""
    with subject.running(stage) as running, Followers(stage.stamps) as followers:
        audience = running.audience(rooms=rooms, each=each)
        yield Following(stage, running, followers, audience, seconds=seconds)
