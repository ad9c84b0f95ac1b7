"""Ten thousand sockets in one room: what each keeps in memory, what they cost while nothing happens, and one event."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.engine.figures import Figure
from benchmarks.engine.following import following
from benchmarks.engine.scenarios import clients
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects.others import NODE
from benchmarks.engine.subjects.ours import Ours

SOCKETS = 10_000
_EVENTS = 5
_CONNECT_SECONDS = 600
# The server pings each socket within 45 s: in this time, once.
_IDLE_SECONDS = 50.0


def measure(stage: Stage, _rounds: int) -> Iterator[Figure]:
    """Once, whatever the rounds: a figure of ten thousand is steady. Of an event, the median of a few."""
    say(f"{SOCKETS} people are let into a room")
    stage.house.rooms(1, SOCKETS)
    shares: list[float] = []
    for subject in (Ours(), NODE):
        demanded = subject.name != NODE.name
        say(subject.name)
        with following(stage, subject, rooms=1, each=SOCKETS, seconds=_CONNECT_SECONDS) as room:
            room.warm(SOCKETS)
            per_socket = (room.resident() - room.resident_before) / SOCKETS / 1024
            say(f"    {per_socket:.1f} KiB each; idle for {_IDLE_SECONDS:g} s")
            idle = _idle(room.cpu, _IDLE_SECONDS)
            events = [room.cost(at_once=1, most=1, cpu=0) for _ in range(_EVENTS)]
        shares += [each.clients for each in events]
        slowest = median(each.report.p99_us for each in events) / 1000
        yield Figure(
            f"{subject.name}: memory of a socket, of {SOCKETS}", per_socket, "KiB", 48 if demanded else None, "at most"
        )
        yield Figure(
            f"{subject.name}: CPU while {SOCKETS} sockets are idle",
            100 * idle,
            "% of a core",
            8 if demanded else None,
            "at most",
        )
        yield Figure(
            f"{subject.name}: one event to {SOCKETS} sockets, p99", slowest, "ms", 200 if demanded else None, "at most"
        )
    yield clients.share(f"one event to {SOCKETS} sockets", shares)


def _idle(cpu: Callable[[], float], seconds: float) -> float:
    before = cpu()
    time.sleep(seconds)
    return (cpu() - before) / seconds
