"""What comes often is told now and then, and the last of it always."""

import pytest

from backend.presence.pace import Pace
from tests.hub.clock import pass_time, timers


class Told(list[str]):
    """What was told, and by which pace."""

    def __init__(self) -> None:
        super().__init__()
        self.pace = Pace(1.0)

    def tell(self, key: str, what: str) -> None:
        self.pace.tell(key, lambda: self.append(what))


@pytest.fixture
def told() -> Told:
    return Told()


async def test_the_first_is_told_at_once_and_of_those_after_it_the_last(told: Told) -> None:
    for what in "abc":
        told.tell("room", what)
    assert told == ["a"]
    await pass_time(1)
    assert told == ["a", "c"]
    told.tell("room", "d")
    await pass_time(0.5)
    assert told == ["a", "c"], "a second after the last one"
    await pass_time(0.5)
    assert told == ["a", "c", "d"]


async def test_each_key_has_a_pace_of_its_own_and_is_forgotten_when_nothing_comes(told: Told) -> None:
    told.tell("room", "a")
    told.tell("other", "b")
    assert told == ["a", "b"]
    await pass_time(1)
    assert timers() == 0
    told.tell("room", "c")
    assert told == ["a", "b", "c"]


async def test_nothing_is_told_when_it_is_over(told: Told) -> None:
    told.tell("room", "a")
    told.tell("room", "b")
    told.pace.close()
    assert timers() == 0
    await pass_time(2)
    assert told == ["a"]
