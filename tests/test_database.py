"""The crossing to the database: bounded, and everything but time passes through it unchanged."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from backend import database
from backend.errors import NotFound, RateLimited
from backend.languages import text

PLACES = settings.DATABASE_THREADS + settings.DATABASE_QUEUE
language: ContextVar[str] = ContextVar("language", default="en")


async def test_a_call_gets_its_arguments_and_gives_its_result() -> None:
    def divide(dividend: int, *, by: int) -> float:
        return dividend / by

    assert await database.run(divide, 7, by=2) == 3.5


async def test_an_exception_comes_back_as_it_was_raised() -> None:
    raised = NotFound(text("No such room."))

    def refuse() -> None:
        raise raised

    with pytest.raises(NotFound) as caught:
        await database.run(refuse)
    assert caught.value is raised


async def test_context_variables_go_in_and_changes_stay_there() -> None:
    def speak() -> str:
        heard = language.get()
        language.set("ka")
        return heard

    language.set("fa")
    assert await database.run(speak) == "fa"
    assert language.get() == "fa"


async def test_calls_run_side_by_side_and_off_the_loop_s_thread() -> None:
    together = threading.Barrier(settings.DATABASE_THREADS)

    def meet() -> int:
        together.wait(timeout=10)
        return threading.get_ident()

    threads = await asyncio.gather(*(database.run(meet) for _ in range(settings.DATABASE_THREADS)))
    assert len(set(threads)) == settings.DATABASE_THREADS
    assert threading.get_ident() not in threads


@asynccontextmanager
async def _hanging_database() -> AsyncIterator[list["asyncio.Task[bool]"]]:
    """As many calls as there are places, none of which ends before the block does."""
    goes_on = threading.Event()
    try:
        yield [asyncio.create_task(database.run(goes_on.wait, 10)) for _ in range(PLACES)]
    finally:
        goes_on.set()


async def _when_there_is_a_place() -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                return await database.run(lambda: None)
            except RateLimited:
                await asyncio.sleep(0)


async def test_a_call_beyond_those_that_may_wait_is_refused_at_once() -> None:
    async with _hanging_database() as calls:
        await asyncio.sleep(0)
        with pytest.raises(RateLimited) as refused:
            await database.run(lambda: None)
        assert refused.value.retry_after_ms > 0
    assert all(await asyncio.gather(*calls)), "each of the others was made"
    await _when_there_is_a_place()


async def test_those_who_give_up_waiting_make_no_room_for_more() -> None:
    async with _hanging_database() as calls:
        await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert all(call.cancelled() for call in calls)
        with pytest.raises(RateLimited):
            await database.run(lambda: None)
    await _when_there_is_a_place()


async def test_failing_calls_give_their_places_back() -> None:
    def fail() -> None:
        raise ValueError

    for _ in range(3):
        results = await asyncio.gather(*(database.run(fail) for _ in range(PLACES // 2)), return_exceptions=True)
        assert all(isinstance(result, ValueError) for result in results)
        # The caller hears of it a moment before the place is free.
        await _when_there_is_a_place()


@pytest.mark.usefixtures("transactional_db")
async def test_a_call_gives_back_its_connection_but_for_sqlite_s_which_is_its_thread_s_own() -> None:
    def query() -> bool:
        was_closed = connection.connection is None
        database.now()
        return was_closed

    workers = database.Workers("tests", threads=2, queue=20)
    results = await asyncio.gather(*(workers.run(query) for _ in range(20)))
    assert sum(results) == 20 if connection.vendor != "sqlite" else sum(results) <= 2


@pytest.mark.usefixtures("transactional_db")
async def test_a_connection_that_failed_is_not_used_again() -> None:
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")

    def is_closed() -> bool:
        return connection.connection is None

    workers = database.Workers("tests", threads=1, queue=1)
    with pytest.raises(DatabaseError):
        await workers.run(fail)
    assert await workers.run(is_closed)


@pytest.mark.django_db
def test_the_database_s_time_is_utc_and_about_now() -> None:
    moment = database.now()
    assert moment.utcoffset() == timedelta(0)
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.django_db
def test_the_database_s_time_runs_on_within_a_transaction() -> None:
    with transaction.atomic():
        began = database.now()
        for _ in range(10_000):
            if database.now() > began:
                return
    pytest.fail("the time stood still")


@pytest.mark.parametrize("text", ["", "tea", "чай ☕ چای\n\r\t", "\x01\x7f\uffff\U0010ffff"])
@pytest.mark.django_db
def test_text_that_can_be_stored_comes_back_as_it_was(text: str) -> None:
    assert database.can_store(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s || ''", [text])
        assert cursor.fetchone() == (text,)


@pytest.mark.parametrize("text", ["\0", "tea\0", "\ud800", "tea\udfff tea", "\udc00\ud800"])
def test_text_that_some_database_does_not_take_is_told(text: str) -> None:
    assert not database.can_store(text)
