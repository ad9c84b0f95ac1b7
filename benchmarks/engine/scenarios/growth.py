"""How cost and memory grow: with the sockets in a room, and with the different documents that they follow it by."""

from collections.abc import Iterator
from statistics import median

from benchmarks.engine.figures import At, Figure
from benchmarks.engine.following import following
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects import Subject
from benchmarks.engine.subjects.others import NODE, RECIPE
from benchmarks.engine.subjects.ours import Ours, documents

SOCKETS = (100, 300, 1000, 3000, 10_000)
DOCUMENTS = (1, 3, 10, 30, 100)
_FOLLOWING = 500  # sockets, whatever the documents
_RECIPE_MOST = 1000  # it is told for scale, and every event of it takes half a second then
_SECONDS = 600.0
_DELIVERIES = 30_000
_LEAST = 4
_CPU = 1.0
_TIMES = 3


def measure(stage: Stage, _rounds: int) -> Iterator[Figure]:
    """On one server each, whatever the rounds: what counts is the course of it."""
    stage.house.rooms(1, max(SOCKETS))
    for subject in (Ours(), NODE, RECIPE):
        for count in SOCKETS:
            if subject is not RECIPE or count <= _RECIPE_MOST:
                yield from _measured(stage, subject, subject.name, "sockets", count, each=count)
    for kinds in DOCUMENTS:
        ours = Ours(documents=documents(kinds))
        yield from _measured(stage, ours, ours.name, "documents", kinds, each=_FOLLOWING)


def _measured(stage: Stage, subject: Subject, line: str, by: str, count: int, *, each: int) -> Iterator[Figure]:
    say(f"{line}, {by}: {count}")
    with following(stage, subject, rooms=1, each=each, seconds=_SECONDS) as room:
        room.warm()
        room.rest()
        kept = (room.resident() - room.resident_before) / each / 1024
        most = _DELIVERIES // each
        costs = [room.cost(at_once=1, most=most, cpu=_CPU, least=_LEAST).per_delivery for _ in range(_TIMES)]
    what, at = f"{line}: CPU a delivery, {by}: {count:,}", At(by, "CPU a delivery, µs", line, count)
    yield Figure(what, median(costs), "us", at=at, rounds=tuple(costs))
    what, at = f"{line}: memory of a socket, {by}: {count:,}", At(by, "memory of a socket, KiB", line, count)
    yield Figure(what, kept, "KiB", at=at)
