"""One room with 500 sockets: one event outstanding, thirty, and a thousand at once."""

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


@dataclass(frozen=True)
class Round:
    single: Cost
    saturated: Cost
    burst: Cost | None


def measure(stage: Stage, rounds: int) -> Iterator[Figure]:
    ours, bottom = Ours(), floor()

    def once(subject: Subject) -> Round:
        has_burst = subject.name in (ours.name, NODE.name)
        with following(stage, subject, rooms=1, each=SOCKETS) as room:
            room.warm()
            single = room.cost(at_once=1, most=_EVENTS, cpu=_CPU, least=_LEAST)
            saturated = room.cost(at_once=_OUTSTANDING, most=_BATCHES, cpu=_CPU)
            burst = room.cost(at_once=BURST, most=1, cpu=_CPU) if has_burst else None
        say(f"    {single.per_delivery:.1f} us a delivery, saturated {saturated.per_delivery:.1f} us")
        return Round(single, saturated, burst)

    subjects: list[Subject] = [ours, NODE, bottom, PORTABLE, NODE_YOGA, RECIPE, CONSUMER]
    made = interleaved(subjects, rounds, once)
    single = {name: median(each.single.per_delivery for each in all_) for name, all_ in made.items()}
    saturated = {name: median(each.saturated.per_delivery for each in all_) for name, all_ in made.items()}
    yield from _costs("one event outstanding", single)
    mine = single[ours.name]
    yield Figure("Node / ours, one outstanding", single[NODE.name] / mine, "times", 3.5, item="8")
    yield Figure("strawberry's recipe / ours, one outstanding", single[RECIPE.name] / mine, "times", 35, item="8")
    yield Figure("C floor / ours, one outstanding", 100 * single[bottom.name] / mine, "%", 60, item="8")
    yield Figure("Node / ours by plain send, one outstanding", single[NODE.name] / single[PORTABLE.name], "times", 2,
                 item="11")  # fmt: skip
    yield from _costs("30 outstanding", saturated)
    yield Figure("Node / ours, 30 outstanding", saturated[NODE.name] / saturated[ours.name], "times", 25, item="9")
    yield Figure("deliveries in a second of a core, 30 outstanding", 1e6 / saturated[ours.name], "", 600_000, item="9")
    yield from _bursts(made, ours.name)


def _costs(what: str, costs: Mapping[str, float]) -> Iterator[Figure]:
    for name, cost in costs.items():
        yield Figure(f"{name}: CPU a delivery, {what}", cost, "us")


def _bursts(made: Mapping[str, list[Round]], ours: str) -> Iterator[Figure]:
    seconds = {name: [each.burst.wall for each in rounds if each.burst] for name, rounds in made.items()}
    walls = {name: median(each) for name, each in seconds.items() if each}
    for name, wall in walls.items():
        yield Figure(f"{name}: a burst of {BURST} to {SOCKETS}, complete and in order", wall, "s")
    yield Figure("Node / ours, a burst", walls[NODE.name] / walls[ours], "times", 15, item="9")
