"""A hundred rooms with five sockets each, and an event in every one of them at a time: little is shared."""

from collections.abc import Iterator

from benchmarks.engine.figures import Figure, of_rounds, ratios
from benchmarks.engine.following import following
from benchmarks.engine.scenarios.rounds import interleaved, say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects import Subject
from benchmarks.engine.subjects.others import FLOOR_OF_PYTHON, NODE, NODE_YOGA, RECIPE, floor
from benchmarks.engine.subjects.ours import Ours

ROOMS = 100
SOCKETS = 5
_WARM = 10_000  # deliveries, each fifth of which is a write of ours
_EVENTS = 50
_LEAST = 4
_CPU = 1.0


def measure(stage: Stage, rounds: int) -> Iterator[Figure]:
    ours = Ours()

    def once(subject: Subject) -> float:
        with following(stage, subject, rooms=ROOMS, each=SOCKETS) as rooms:
            rooms.warm(_WARM)
            cost = rooms.cost(at_once=1, most=_EVENTS, cpu=_CPU, least=_LEAST).per_delivery
        say(f"    {cost:.1f} us a delivery")
        return cost

    subjects: list[Subject] = [ours, NODE, floor(), FLOOR_OF_PYTHON, NODE_YOGA, RECIPE]
    made = interleaved(subjects, rounds, once)
    for name, costs in made.items():
        yield of_rounds(f"{name}: CPU a delivery, {ROOMS} rooms of {SOCKETS}", costs, "us")
    where = f"{ROOMS} rooms of {SOCKETS}"
    mine, bottom = made[ours.name], made[FLOOR_OF_PYTHON.name]
    yield of_rounds(f"Node / ours, {where}", ratios(made[NODE.name], mine), "times", 3)
    # Between these two is what can be gained at all in Python.
    yield of_rounds(f"Node / Python floor, {where}", ratios(made[NODE.name], bottom), "times")
    yield of_rounds(f"ours / Python floor, {where}", ratios(mine, bottom), "times")
    made.end()
