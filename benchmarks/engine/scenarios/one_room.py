"""One room with 500 sockets: one event outstanding, thirty, a thousand at once, and ten a second."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.engine.figures import Figure, of_rounds, ratios
from benchmarks.engine.following import Cost, following
from benchmarks.engine.scenarios import clients
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
    single = {name: [each.single.per_delivery for each in all_] for name, all_ in made.items()}
    saturated = {name: [each.saturated.per_delivery for each in all_] for name, all_ in made.items()}
    yield from _costs("one event outstanding", single)
    mine = single[ours.name]
    yield of_rounds("Node / ours, one outstanding", ratios(single[NODE.name], mine), "times", 3.5)
    yield of_rounds("strawberry's recipe / ours, one outstanding", ratios(single[RECIPE.name], mine), "times", 35)
    shares = [100 * share for share in ratios(single[bottom.name], mine)]
    yield of_rounds("C floor / ours, one outstanding", shares, "%", 60)
    by_send = ratios(single[NODE.name], single[PORTABLE.name])
    yield of_rounds("Node / ours by plain send, one outstanding", by_send, "times", 2)
    yield from _costs("30 outstanding", saturated)
    times = ratios(saturated[NODE.name], saturated[ours.name])
    yield of_rounds("Node / ours, 30 outstanding", times, "times", 25)
    rates = [1e6 / cost for cost in saturated[ours.name]]
    yield of_rounds("deliveries in a second of a core, 30 outstanding", rates, "", 600_000)
    yield from _bursts(made, ours.name)
    yield from _latencies(made, ours.name)
    made.end()


def _costs(what: str, costs: Mapping[str, list[float]]) -> Iterator[Figure]:
    for name, each in costs.items():
        yield of_rounds(f"{name}: CPU a delivery, {what}", each, "us")


def _bursts(made: Mapping[str, list[Round]], ours: str) -> Iterator[Figure]:
    bursts = {name: [each.burst for each in made[name] if each.burst] for name in (ours, NODE.name)}
    seconds = {name: [burst.wall for burst in each] for name, each in bursts.items()}
    for name, each in seconds.items():
        yield of_rounds(f"{name}: a burst of {BURST} to {SOCKETS}, complete and in order", each, "s")
    yield of_rounds("Node / ours, a burst", ratios(seconds[NODE.name], seconds[ours]), "times", 15)
    yield clients.share("bursts", [burst.clients for each in bursts.values() for burst in each])


def _latencies(made: Mapping[str, list[Round]], ours: str) -> Iterator[Figure]:
    paced = {name: [each.paced for each in made[name] if each.paced] for name in (ours, NODE.name)}
    p99 = {name: [cost.report.p99_us / 1000 for cost in each] for name, each in paced.items()}
    for name, each in p99.items():
        yield of_rounds(f"{name}: p99 at {_PER_SECOND} events a second to {SOCKETS}", each, "ms")
    yield of_rounds("Node / ours, p99", ratios(p99[NODE.name], p99[ours]), "times", 3)
    yield clients.share("events at a steady rate", [cost.clients for each in paced.values() for cost in each])
