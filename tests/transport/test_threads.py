"""Requests borrow a thread each: one that was used before, and is nobody else's meanwhile."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from backend.transport import threads


@pytest.fixture(autouse=True)
def _none_idle() -> Iterator[None]:
    threads._idle.clear()
    yield
    while threads._idle:
        threads._idle.pop().shutdown()


async def _request(does: threads.Application) -> None:
    await threads.lent(does)({"type": "http"}, None, None)


async def _until(count: int) -> None:
    """So many threads are idle again: each puts itself back."""
    async with asyncio.timeout(5):
        while len(threads._idle) < count:  # noqa: ASYNC110 (a thread does it, and tells nobody)
            await asyncio.sleep(0.001)


async def test_a_thread_is_used_again_and_is_the_same_throughout_a_request() -> None:
    used: list[threading.Thread] = []

    async def twice(*_: Any) -> None:
        used.append(await sync_to_async(threading.current_thread)())
        used.append(await sync_to_async(threading.current_thread)())

    for _ in range(3):
        await _request(twice)
        await _until(1)
    assert len(used) == 6
    assert len(set(used)) == 1


async def test_requests_at_the_same_time_have_different_threads_of_which_a_few_are_kept() -> None:
    count = settings.DATABASE_THREADS + 2
    together = threading.Barrier(count, timeout=5)
    used: list[threading.Thread] = []

    def meet() -> None:
        used.append(threading.current_thread())
        together.wait()

    async def meets(*_: Any) -> None:
        await sync_to_async(meet)()

    await asyncio.gather(*(_request(meets) for _ in range(count)))
    async with asyncio.timeout(5):
        while sum(thread.is_alive() for thread in used) > settings.DATABASE_THREADS:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert len(set(used)) == count
    assert len(threads._idle) == settings.DATABASE_THREADS


async def test_a_thread_that_a_cut_off_request_still_works_on_is_not_lent() -> None:
    goes_on = threading.Event()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def works() -> None:
        loop.call_soon_threadsafe(begun.set)
        goes_on.wait(5)

    async def slow(*_: Any) -> None:
        await sync_to_async(works)()

    async def quick(*_: Any) -> None:
        await sync_to_async(threading.current_thread)()

    cut_off = asyncio.create_task(_request(slow))
    await begun.wait()
    cut_off.cancel()
    async with asyncio.timeout(2):
        await _request(quick)
    goes_on.set()
    await asyncio.wait([cut_off])
    await _until(2)
