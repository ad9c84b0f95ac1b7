"""One room with 500 sockets: one event outstanding, thirty, a thousand at once, and ten a second."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.engine.figures import Figure
from benchmarks.engine.following import Cost, following
from benchmarks.engine.scenarios.rounds import interleaved, say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects import Subject
from benchmarks.engine.subjects.others import CONSUMER, NODE, NODE_YOGA, RECIPE, floor
from benchmarks.engine.subjects.ours import PORTABLE, Ours

SOCKETS = 500
BURST = 1000
_OUTSTANDING = 30
_CPU = 1.0  # seconds of the server for each measurement, or so many events:
_EVENTS = 200
_BATCHES = 15
_LEAST = 10
_PER_SECOND = 10
_PACED = 50


@dataclass(frozen=True)
class Round:
    single: Cost
    saturated: Cost
    # Of what loses nothing, and is compared by it.
    paced: Cost | None = None
    burst: Cost | None = None


def measure(stage: Stage, rounds: int) -> Iterator[Figure]:
    ours, bottom = Ours(), floor()

    def once(subject: Subject) -> Round:
        with following(stage, subject, rooms=1, each=SOCKETS) as room:
            room.warm()
            single = room.cost(at_once=1, most=_EVENTS, cpu=_CPU, least=_LEAST)
            saturated = room.cost(at_once=_OUTSTANDING, most=_BATCHES, cpu=_CPU)
            made = Round(single, saturated)
            if subject.name in (ours.name, NODE.name):
                paced = room.pace(per_second=_PER_SECOND, count=_PACED)
                made = Round(single, saturated, paced, room.cost(at_once=BURST, most=1, cpu=_CPU))
        say(f"    {single.per_delivery:.1f} us a delivery, saturated {saturated.per_delivery:.1f} us")
        return made

    subjects: list[Subject] = [ours, NODE, bottom, PORTABLE, NODE_YOGA, RECIPE, CONSUMER]
    made = interleaved(subjects, rounds, once)
    single = {name: median(each.single.per_delivery for each in all_) for name, all_ in made.items()}
    saturated = {name: median(each.saturated.per_delivery for each in all_) for name, all_ in made.items()}
    yield from _costs("one event outstanding", single)
    mine = single[ours.name]
    yield Figure("Node / ours, one outstanding", single[NODE.name] / mine, "times", 3.5)
    yield Figure("strawberry's recipe / ours, one outstanding", single[RECIPE.name] / mine, "times", 35)
    yield Figure("C floor / ours, one outstanding", 100 * single[bottom.name] / mine, "%", 60)
    by_send = single[NODE.name] / single[PORTABLE.name]
    yield Figure("Node / ours by plain send, one outstanding", by_send, "times", 2)
    yield from _costs("30 outstanding", saturated)
    yield Figure("Node / ours, 30 outstanding", saturated[NODE.name] / saturated[ours.name], "times", 25)
    yield Figure("deliveries in a second of a core, 30 outstanding", 1e6 / saturated[ours.name], "", 600_000)
    yield from _bursts(made, ours.name)
    yield from _latencies(made, ours.name)


def _costs(what: str, costs: Mapping[str, float]) -> Iterator[Figure]:
    for name, cost in costs.items():
        yield Figure(f"{name}: CPU a delivery, {what}", cost, "us")


def _bursts(made: Mapping[str, list[Round]], ours: str) -> Iterator[Figure]:
    seconds = {name: [each.burst.wall for each in rounds if each.burst] for name, rounds in made.items()}
    walls = {name: median(each) for name, each in seconds.items() if each}
    for name, wall in walls.items():
        yield Figure(f"{name}: a burst of {BURST} to {SOCKETS}, complete and in order", wall, "s")
    yield Figure("Node / ours, a burst", walls[NODE.name] / walls[ours], "times", 15)


def _latencies(made: Mapping[str, list[Round]], ours: str) -> Iterator[Figure]:
    slowest = {
        name: [each.paced.report.p99_us / 1000 for each in rounds if each.paced] for name, rounds in made.items()
    }
    p99 = {name: median(each) for name, each in slowest.items() if each}
    for name, milliseconds in p99.items():
        yield Figure(f"{name}: p99 at {_PER_SECOND} events a second to {SOCKETS}", milliseconds, "ms")
    yield Figure("Node / ours, p99", p99[NODE.name] / p99[ours], "times", 3)
