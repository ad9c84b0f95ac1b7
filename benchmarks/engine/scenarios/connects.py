"""A thousand sockets that connect, say who they are and subscribe, as fast as the server takes them."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.engine.figures import Figure, of_rounds, ratios
from benchmarks.engine.following import following
from benchmarks.engine.scenarios import clients
from benchmarks.engine.scenarios.rounds import interleaved, say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects import Subject
from benchmarks.engine.subjects.others import NODE, NODE_YOGA, RECIPE
from benchmarks.engine.subjects.ours import Ours

SOCKETS = 1000


@dataclass(frozen=True)
class Round:
    per_second: float
    per_cpu_second: float
    clients: float  # the share of its core that the load generator had


def measure(stage: Stage, rounds: int) -> Iterator[Figure]:
    ours = Ours()
    stage.house.rooms(1, SOCKETS)

    def once(subject: Subject) -> Round:
        with following(stage, subject, rooms=1, each=SOCKETS) as room:
            made = Round(SOCKETS / room.connect_seconds, SOCKETS / room.connect_cpu, room.connect_clients)
        say(f"    {made.per_second:.0f} a second, {made.per_cpu_second:.0f} in one of the server's CPU")
        return made

    subjects: list[Subject] = [ours, NODE, NODE_YOGA, RECIPE]
    made = interleaved(subjects, rounds, once)
    per_second = {name: [each.per_second for each in all_] for name, all_ in made.items()}
    for name, values in per_second.items():
        yield of_rounds(f"{name}: connects with subscribe", values, "/s")
    for name, all_ in made.items():
        values = [each.per_cpu_second for each in all_]
        yield of_rounds(f"{name}: connects with subscribe in a second of its CPU", values, "/s")
    times = ratios(per_second[ours.name], per_second[NODE.name])
    yield of_rounds("ours / Node, connects with subscribe a second", times, "times", 1)
    yield clients.share("connects", [each.clients for all_ in made.values() for each in all_])
    made.end()
