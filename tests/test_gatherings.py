"""What many ask at the same time: asked together, in turn, and refused when too many wait."""

import asyncio
import gc
import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import DatabaseError

from backend import database
from backend.errors import RateLimited


class _Slow:
    """Doubles numbers, once it is let; `calls` are the questions of each call."""

    def __init__(self) -> None:
        self.calls: list[Sequence[int]] = []
        self.goes_on = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(numbers)
        assert self.goes_on.wait(10)
        return [2 * number for number in numbers]


async def test_what_comes_while_others_are_answered_is_asked_together_in_a_later_call() -> None:
    slow = _Slow()
    gathering = database.Gathering(slow)
    first = asyncio.create_task(gathering.ask(0))
    while not slow.calls:  # noqa: ASYNC110  # it is another thread that is waited for
        await asyncio.sleep(0)
    others = [asyncio.create_task(gathering.ask(number)) for number in range(1, settings.DATABASE_GATHERED + 2)]
    await asyncio.sleep(0)
    slow.goes_on.set()
    assert await asyncio.gather(first, *others) == [2 * number for number in range(settings.DATABASE_GATHERED + 2)]
    assert [len(call) for call in slow.calls] == [1, settings.DATABASE_GATHERED, 1]
    assert await gathering.ask(21) == 42, "and it begins again"


async def test_a_call_that_fails_fails_for_those_whom_it_was_to_answer() -> None:
    def refuse_odd(numbers: Sequence[int]) -> Sequence[int]:
        if any(number % 2 for number in numbers):
            raise DatabaseError
        return numbers

    gathering = database.Gathering(refuse_odd)
    results = await asyncio.gather(*map(gathering.ask, (2, 3, 4)), return_exceptions=True)
    assert [type(result) for result in results] == [DatabaseError] * 3
    assert await gathering.ask(2) == 2


async def test_a_call_that_answers_too_few_leaves_nobody_waiting() -> None:
    gathering = database.Gathering[int, int](lambda numbers: numbers[1:])
    results = await asyncio.gather(*map(gathering.ask, (2, 3)), return_exceptions=True)
    assert [type(result) for result in results] == [AssertionError] * 2


async def test_an_answer_may_be_an_error_for_whoever_asked_that() -> None:
    gathering = database.Gathering[int, int](lambda numbers: [n if n % 2 else DatabaseError() for n in numbers])
    results = await asyncio.gather(*map(gathering.ask, (1, 2, 3)), return_exceptions=True)
    assert [each if isinstance(each, int) else type(each) for each in results] == [1, DatabaseError, 3]


async def test_who_asks_about_one_thing_waits_for_nobody_who_asks_about_another() -> None:
    asked: list[tuple[str, list[int]]] = []
    goes_on = threading.Event()

    def answer(key: str, numbers: Sequence[int]) -> Sequence[int]:
        asked.append((key, list(numbers)))
        if key == "slow":
            goes_on.wait()
        return numbers

    gatherings = database.Gatherings(answer)
    slow = [asyncio.create_task(gatherings.ask("slow", 1))]
    while not asked:  # noqa: ASYNC110  # it is another thread that is waited for
        await asyncio.sleep(0)
    slow += [asyncio.create_task(gatherings.ask("slow", number)) for number in (2, 3)]
    assert await gatherings.ask("quick", 4) == 4
    goes_on.set()
    assert await asyncio.gather(*slow) == [1, 2, 3]
    assert asked == [("slow", [1]), ("quick", [4]), ("slow", [2, 3])]
    del slow
    gc.collect()
    assert not gatherings._gatherings, "nothing is kept for what nobody asks about"


async def test_who_gives_up_waiting_takes_nothing_from_the_others() -> None:
    slow = _Slow()
    gathering = database.Gathering(slow)
    impatient, patient = (asyncio.create_task(gathering.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)
    impatient.cancel()
    slow.goes_on.set()
    assert await patient == 4
    assert impatient.cancelled()


async def test_where_each_has_one_in_turn_nobody_waits_for_one_who_asks_much() -> None:
    slow = _Slow()
    gathering = database.Gathering(slow, asker=lambda number: number // 100)
    much = [asyncio.create_task(gathering.ask(number)) for number in range(5)]
    while not slow.calls:  # noqa: ASYNC110  # it is another thread that is waited for
        await asyncio.sleep(0)
    others = [asyncio.create_task(gathering.ask(number)) for number in (100, 200, 201)]
    await asyncio.sleep(0)
    slow.goes_on.set()
    assert await asyncio.gather(*much, *others) == [0, 2, 4, 6, 8, 200, 400, 402]
    assert slow.calls == [[0], [1, 100, 200], [2, 201], [3], [4]]


async def test_one_who_asks_too_much_is_refused_and_nobody_else() -> None:
    slow = _Slow()
    gathering = database.Gathering(slow, asker=lambda number: number % 2)
    waiting = [asyncio.create_task(gathering.ask(2 * number)) for number in range(settings.DATABASE_LINE)]
    await asyncio.sleep(0)
    while True:  # whether the first has been asked by then or not
        more = asyncio.create_task(gathering.ask(0))
        await asyncio.sleep(0)
        if more.done():
            break
        waiting.append(more)
    assert isinstance(more.exception(), RateLimited)
    waiting.append(asyncio.create_task(gathering.ask(1)))
    await asyncio.sleep(0)
    slow.goes_on.set()
    assert len(await asyncio.gather(*waiting)) in (settings.DATABASE_LINE + 1, settings.DATABASE_LINE + 2)


async def test_however_many_ask_too_much_those_who_have_asked_nothing_yet_are_answered() -> None:
    slow = _Slow()
    gathering = database.Gathering(slow, asker=lambda number: number % 10 if number >= 0 else number)
    much = [asyncio.create_task(gathering.ask(number)) for number in range(10 * settings.DATABASE_LINE)]
    await asyncio.sleep(0)
    others = [asyncio.create_task(gathering.ask(number)) for number in range(-100, 0)]
    await asyncio.sleep(0)
    slow.goes_on.set()
    assert await asyncio.gather(*others) == [2 * number for number in range(-100, 0)]
    answers = await asyncio.gather(*much, return_exceptions=True)
    assert {type(answer) for answer in answers} == {int, RateLimited}, "of what is too much some is refused"


async def test_a_question_beyond_those_that_may_wait_is_refused_at_once() -> None:
    slow = _Slow()
    gathering = database.Gathering(slow)
    waiting = [asyncio.create_task(gathering.ask(number)) for number in range(settings.DATABASE_QUEUE)]
    await asyncio.sleep(0)
    refused = [asyncio.create_task(gathering.ask(0)) for _ in range(settings.DATABASE_GATHERED + 1)]
    slow_to_come = await asyncio.gather(*refused[-1:], return_exceptions=True)
    assert [type(each) for each in slow_to_come] == [RateLimited]
    slow.goes_on.set()
    await asyncio.gather(*waiting, *refused, return_exceptions=True)
