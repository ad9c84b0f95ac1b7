"""A restart: 5 000 clients of a few kinds come back to a server that knows nothing yet, 20 events behind."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine import cores, counted
from benchmarks.engine.figures import Figure
from benchmarks.engine.generator import Followers
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects.ours import Ours, documents

SOCKETS = 5000
EVENTS = 20
DOCUMENTS = 5
_AT_ONCE = 500
_SECONDS = 600.0
# Whoever comes first by a document may be alone yet, and what nobody shares is not kept.
_DEMANDED = 2 * DOCUMENTS * EVENTS


def measure(stage: Stage, _rounds: int) -> Iterator[Figure]:
    """A count: once is as good as five times."""
    say(f"{SOCKETS} people are let into a room")
    [room] = stage.house.rooms(1, SOCKETS)
    writes = stage.house.publisher([room])
    for count in (1, EVENTS):
        first = stage.number(count)
        writes.prepare(first, count)
        writes.commit()
        if count == 1:
            [after] = writes.cursors
    with TemporaryDirectory(prefix="chaikhana-counts-") as folder:
        path = Path(folder) / "counts"
        counted.create(path)
        ours = replace(
            Ours(),
            program=Path(counted.__file__),
            environment={counted.ENVIRONMENT: str(path)},
            documents=documents(DOCUMENTS),
        )
        with ours.running(stage) as running, Followers(stage.stamps) as followers:
            audience = running.audience(rooms=1, each=SOCKETS, after=after)
            before, began = cores.cpu_seconds(running.pids), time.monotonic()
            followers.connect(audience.lines, at_once=_AT_ONCE, seconds=_SECONDS)
            followers.has_all(first + EVENTS - 1)
            seconds, used = time.monotonic() - began, cores.cpu_seconds(running.pids) - before
            followers.checked(SOCKETS * EVENTS, last=first + EVENTS - 1)
            counts = counted.read(path)
    what = f"{SOCKETS} clients of {DOCUMENTS} documents, {EVENTS} events behind"
    yield Figure(f"{what}: executions", counts.executions, "", _DEMANDED, "at most")
    yield Figure(f"{what}: pages read from the log", counts.pages, "", DOCUMENTS + 2, "at most")
    yield Figure(f"{what}: until all are back", seconds, "s")
    yield Figure(f"{what}: CPU for each", 1000 * used / SOCKETS, "ms")
