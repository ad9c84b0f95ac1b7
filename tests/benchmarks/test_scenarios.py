"""What scenarios make of what they measure: on numbers that are made up, each figure is known."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest

from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.figures import Figure
from benchmarks.engine.following import Cost
from benchmarks.engine.generator import Report
from benchmarks.engine.scenarios import connects, many_rooms, one_room, writes
from benchmarks.engine.scenarios.redis_traffic import Commands
from benchmarks.engine.scenarios.rounds import Made, interleaved

ROUNDS = 3


@dataclass(frozen=True)
class Subject:
    name: str


def _cost(per_delivery: float, *, wall: float = 1.0, p99_us: int = 0, clients: float = 0.5) -> Cost:
    report = Report(1000, 1, 1, 0, 0, 0, 0, 0, p99_us, p99_us, "")
    return Cost(deliveries=1000, cpu=per_delivery / 1000, wall=wall, clients=clients, report=report)


class Stage:
    """Nobody is measured here."""

    house = property(lambda self: self)

    def rooms(self, count: int, each: int) -> None:
        pass


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Mapping[str, Figure]]:
    """The figures of a scenario by their names, if each round makes of each subject what is said here."""

    def of(scenario: Any, make: Callable[[str], Any]) -> Mapping[str, Figure]:
        def made(subjects: Sequence[Subject], rounds: int, _measure: Any) -> Made[Any]:
            return Made({subject.name: [make(subject.name)] * rounds for subject in subjects})

        monkeypatch.setattr(scenario, "interleaved", made)
        return {figure.name: figure for figure in scenario.measure(Stage(), ROUNDS)}

    return of


def test_one_room_compares_ours_with_each_peer(figures: Callable[..., Mapping[str, Figure]]) -> None:
    costs = {"ours": 10.0, "Node graphql-ws": 50.0, "C floor": 6.0, "ours, portable": 20.0}

    def make(name: str) -> one_room.Round:
        cost = costs.get(name, 400.0)
        if name not in ("ours", "Node graphql-ws"):
            return one_room.Round(_cost(cost), _cost(cost))
        paced, burst = _cost(cost, p99_us=int(cost * 1000)), _cost(cost, wall=cost, clients=cost / 100)
        return one_room.Round(_cost(cost), _cost(cost / 10), paced, burst)

    found = figures(one_room, make)
    assert found["Node / ours, one outstanding"].value == pytest.approx(5)
    assert found["strawberry's recipe / ours, one outstanding"].value == pytest.approx(40)
    assert found["C floor / ours, one outstanding"].value == pytest.approx(60)
    assert found["Node / ours by plain send, one outstanding"].value == pytest.approx(2.5)
    assert found["deliveries in a second of a core, 30 outstanding"].value == pytest.approx(1e6)
    assert found["Node / ours, a burst"].value == pytest.approx(5)
    assert found["ours: p99 at 10 events a second to 500"].value == pytest.approx(10)
    assert found["Node / ours, p99"].value == pytest.approx(5)
    assert found["the load generator's share of its core, bursts"].value == pytest.approx(50)
    assert len(found["Node / ours, a burst"].rounds) == ROUNDS


def test_many_rooms_compare_ours_with_node(figures: Callable[..., Mapping[str, Figure]]) -> None:
    found = figures(many_rooms, lambda name: 10.0 if name == "ours" else 40.0)
    assert found["Node / ours, 100 rooms of 5"].value == pytest.approx(4)


def test_connects_compare_ours_with_node(figures: Callable[..., Mapping[str, Figure]]) -> None:
    found = figures(connects, lambda name: connects.Round(1200.0 if name == "ours" else 800.0, 900.0, 0.95))
    assert found["ours / Node, connects with subscribe a second"].value == pytest.approx(1.5)
    assert not found["the load generator's share of its core, connects"].met


def test_writes_compare_ours_with_the_recipe_both_ways(
    figures: Callable[..., Mapping[str, Figure]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "recipe_people", lambda _: nullcontext(("", [])))
    messages = {writes.SOCKET.name: 900, writes.HTTP.name: 300, writes.USUAL: 100, writes.TUNED: 150}
    found = figures(writes, lambda name: writes.Sent(messages[name], seconds=2.0, cpu=1.0, p99=5.0, clients=0.1))
    assert found["ours over the socket: messages sent"].value == pytest.approx(450)
    assert found["ours over the socket / the recipe, messages sent"].value == pytest.approx(9)
    assert found["ours over HTTP / the recipe, messages sent"].value == pytest.approx(3)
    assert found["ours over HTTP / the recipe tuned, messages sent"].value == pytest.approx(2)


def test_rounds_are_interleaved() -> None:
    turns: list[str] = []
    made = interleaved([Subject("ours"), Subject("node")], 2, lambda subject: turns.append(subject.name))
    assert turns == ["ours", "node"] * 2
    assert {name: len(each) for name, each in made.items()} == {"ours": 2, "node": 2}
    made.end()


def test_what_was_made_before_a_round_that_fails_is_kept_and_the_failure_is_told() -> None:
    turns: list[str] = []

    def measure(subject: Subject) -> int:
        turns.append(subject.name)
        if len(turns) == 4:
            raise BenchmarkFailed("The samovar is cold.")
        return len(turns)

    made = interleaved([Subject("ours"), Subject("node")], 5, measure)
    assert made == {"ours": [1], "node": [2]}
    with pytest.raises(BenchmarkFailed, match=r"In round 2 of 5, node: The samovar is cold\."):
        made.end()


def test_a_first_round_that_fails_leaves_nothing_to_tell() -> None:
    def measure(_: Subject) -> None:
        raise BenchmarkFailed("The samovar is cold.")

    with pytest.raises(BenchmarkFailed, match="In round 1 of 5, ours"):
        interleaved([Subject("ours")], 5, measure)


class _Redis:
    """Says what it was told so far."""

    def __init__(self) -> None:
        self.calls = {"cmdstat_publish": 0, "cmdstat_subscribe": 0, "cmdstat_info": 0}

    def info(self, _section: str) -> dict[str, dict[str, int]]:
        self.calls["cmdstat_info"] += 1
        return {name: {"calls": count} for name, count in self.calls.items()}


def test_what_is_said_to_redis_anyway_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    redis, now = _Redis(), [0.0]

    def later(seconds: float) -> None:
        now[0] += seconds
        redis.calls["cmdstat_publish"] += round(2 * seconds)  # a beat

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", later)
    commands = Commands(redis)  # type: ignore[arg-type]  # as much of one as it asks
    assert commands.idle(8.0) == 2.0
    later(10.0)
    redis.calls["cmdstat_publish"] += 7
    redis.calls["cmdstat_subscribe"] += 1
    assert commands.since() == {"publish": 7, "subscribe": 1}
