"""Sixty-four people in eight rooms who send a message as soon as the last one is acknowledged, on PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.engine import cores
from benchmarks.engine.asking import Answers, Asking
from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.figures import Figure, of_rounds, ratios
from benchmarks.engine.scenarios import clients
from benchmarks.engine.scenarios.rounds import interleaved, say
from benchmarks.engine.stage import Stage
from benchmarks.engine.writers import OurWriter, RecipeWriter, Writer, Writing, recipe_people

# Seconds of the server's CPU: of which the first are to find what is asked again and again.
_WARM_CPU = 2.0
_CPU = 4.0
_AT_A_TIME = 2.0

SOCKET = OurWriter("ours over the socket", by_socket=True)
HTTP = OurWriter("ours over HTTP", by_socket=False)
USUAL = "strawberry's recipe over HTTP"
TUNED = "strawberry's recipe over HTTP, tuned"


@dataclass(frozen=True)
class Sent:
    messages: int
    seconds: float
    cpu: float
    p99: float  # milliseconds
    clients: float  # the share of its core that the load generator had

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds

    @property
    def per_cpu_second(self) -> float:
        return self.messages / self.cpu


def measure(stage: Stage, rounds: int) -> Iterator[Figure]:
    def once(writer: Writer) -> Sent:
        with writer.running(stage) as server, Asking(server.questions) as people:
            before = server.stored()
            warm = _send(server, people, _WARM_CPU)
            sent = _send(server, people, _CPU)
            stored = server.stored() - before
        acknowledged = warm.messages + sent.messages
        if stored != acknowledged:
            raise BenchmarkFailed(f"{writer.name} acknowledged {acknowledged} messages and stored {stored}.")
        say(f"    {sent.per_second:.0f} a second, {sent.per_cpu_second:.0f} in one of the server's CPU")
        return sent

    with recipe_people(stage) as (url, people):
        usual = RecipeWriter(USUAL, url, people)
        tuned = RecipeWriter(TUNED, url, people, {"TUNED": "1"})
        writers: list[Writer] = [SOCKET, usual, HTTP, tuned]
        made = interleaved(writers, rounds, once)

    per_second = {name: [each.per_second for each in all_] for name, all_ in made.items()}
    per_cpu_second = {name: [each.per_cpu_second for each in all_] for name, all_ in made.items()}
    for name, all_ in made.items():
        yield of_rounds(f"{name}: messages sent", per_second[name], "/s")
        yield of_rounds(f"{name}: messages sent in a second of its CPU", per_cpu_second[name], "/s")
        yield of_rounds(f"{name}: p99 of a message sent", [each.p99 for each in all_], "ms")
    for writer, demand in ((SOCKET, 8), (HTTP, 3)):
        mine, what = per_second[writer.name], f"{writer.name} / the recipe"
        yield of_rounds(f"{what}, messages sent", ratios(mine, per_second[USUAL]), "times", demand)
        by_cpu = ratios(per_cpu_second[writer.name], per_cpu_second[USUAL])
        yield of_rounds(f"{what}, in a second of CPU", by_cpu, "times")
        yield of_rounds(f"{what} tuned, messages sent", ratios(mine, per_second[TUNED]), "times")
    yield clients.share("messages sent", [each.clients for all_ in made.values() for each in all_])
    made.end()


def _send(server: Writing, people: Asking, cpu: float) -> Sent:
    """All that they can, for so many seconds of the server's CPU."""
    before, clients_before, used, made = cores.cpu_seconds(server.pids), people.cpu(), 0.0, list[Answers]()
    while used < cpu:
        made.append(people.run(_AT_A_TIME))
        used = cores.cpu_seconds(server.pids) - before
    messages, seconds = sum(each.answered for each in made), sum(each.seconds for each in made)
    p99 = median(each.p99_us for each in made) / 1000
    return Sent(messages, seconds, used, p99, (people.cpu() - clients_before) / seconds)
