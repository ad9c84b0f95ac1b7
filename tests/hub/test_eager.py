"""A coroutine that never waits costs no task; one that waits goes on in a task, as if it had always had it."""

import asyncio
from contextvars import ContextVar

import pytest

from backend.hub import eager
from tests.hub.clock import idle, now, pass_time

_said = ContextVar("said", default="nothing")


async def _follow(future: "asyncio.Future[str]", done: list[str]) -> None:
    done.append("begun")
    try:
        done.append(await future)
    except asyncio.CancelledError:
        done.append("cancelled")
        raise
    finally:
        done.append("ended")


def _future() -> "asyncio.Future[str]":
    return asyncio.get_running_loop().create_future()


async def test_a_coroutine_that_never_waits_is_done_at_once_and_makes_no_task() -> None:
    before, during = asyncio.all_tasks(), set[asyncio.Task[None]]()

    async def never_waits() -> None:
        during.update(asyncio.all_tasks())

    assert eager.start(never_waits()) is None
    assert during == asyncio.all_tasks() == before


async def test_a_coroutine_that_waits_goes_on_in_the_task_that_is_returned() -> None:
    future, done = _future(), list[str]()
    task = eager.start(_follow(future, done))
    assert task is not None
    await idle()
    assert done == ["begun"]
    future.set_result("result")
    await task
    assert done == ["begun", "result", "ended"]


async def test_what_it_waits_for_may_come_before_the_task_has_its_first_turn() -> None:
    future, done = _future(), list[str]()
    task = eager.start(_follow(future, done))
    assert task is not None
    future.set_result("result")
    await task
    assert done == ["begun", "result", "ended"]


async def test_a_mere_turn_of_the_loop_takes_one_turn() -> None:
    turns: list[str] = []

    async def other() -> None:
        for turn in ("first", "second"):
            turns.append(turn)
            await asyncio.sleep(0)

    async def yields() -> None:
        await asyncio.sleep(0)
        turns.append("yielded")

    others = asyncio.create_task(other())
    task = eager.start(yields())
    assert task is not None
    await asyncio.gather(others, task)
    assert turns == ["first", "yielded", "second"]


async def test_it_may_wait_many_times() -> None:
    start, times = now(), list[float]()

    async def waits() -> None:
        for seconds in (1, 2, 3):
            await asyncio.sleep(seconds)
            times.append(now() - start)

    task = eager.start(waits())
    assert task is not None
    await task
    assert times == pytest.approx([1, 3, 6])


async def test_what_it_raises_before_it_waits_is_raised_to_the_caller() -> None:
    async def raises() -> None:
        raise LookupError

    caller = asyncio.current_task()
    with pytest.raises(LookupError):
        eager.start(raises())
    assert asyncio.current_task() is caller


async def test_what_it_raises_after_it_has_waited_is_raised_by_the_task() -> None:
    async def raises() -> None:
        await asyncio.sleep(0)
        raise LookupError

    task = eager.start(raises())
    assert task is not None
    with pytest.raises(LookupError):
        await task


@pytest.mark.parametrize("turns", [0, 1, 5])
async def test_cancelling_the_task_cancels_what_it_waits_for(turns: int) -> None:
    """Also before the task has had a turn, when all that it did was done in the caller's."""
    future, done = _future(), list[str]()
    task = eager.start(_follow(future, done))
    assert task is not None
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await idle()
    assert task.cancelled()
    assert future.cancelled()
    assert done == ["begun", "cancelled", "ended"]


async def test_a_task_cancelled_when_what_it_waits_for_has_just_come_is_cancelled_all_the_same() -> None:
    future, done = _future(), list[str]()
    task = eager.start(_follow(future, done))
    assert task is not None
    future.set_result("result")
    task.cancel()
    await idle()
    assert task.cancelled()
    assert done == ["begun", "cancelled", "ended"]


async def test_its_context_is_its_own() -> None:
    heard: list[str] = []

    async def says() -> None:
        token = _said.set("something")
        await asyncio.sleep(0)
        heard.append(_said.get())
        _said.reset(token)  # refused in any other context
        heard.append(_said.get())

    task = eager.start(says())
    assert task is not None
    assert _said.get() == "nothing"
    await task
    assert heard == ["something", "nothing"]


async def test_a_timeout_cannot_strike_the_caller() -> None:
    """It would be set for the caller's task, and cancel that when the coroutine has long gone on in its own."""

    async def waits_with_a_timeout() -> None:
        async with asyncio.timeout(1):
            await asyncio.sleep(5)

    with pytest.raises(RuntimeError, match="inside a task"):
        eager.start(waits_with_a_timeout())
    await pass_time(10)


async def test_a_timeout_works_once_it_has_waited() -> None:
    timed_out: list[bool] = []

    async def waits_with_a_timeout() -> None:
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(5)
        except TimeoutError:
            timed_out.append(True)

    task = eager.start(waits_with_a_timeout())
    assert task is not None
    await task
    assert timed_out == [True]


async def test_it_may_be_started_by_a_callback_which_is_no_task() -> None:
    future, done = _future(), list[str]()
    asyncio.get_running_loop().call_soon(lambda: eager.start(_follow(future, done)))
    await idle()
    future.set_result("result")
    await idle()
    assert done == ["begun", "result", "ended"]
