"""The one crossing from async code to the ORM: a bounded executor of our own.

`sync_to_async` would put all database work of all sockets on one thread. Here `DATABASE_THREADS` work side by
side, at most `DATABASE_QUEUE` calls wait, and a call beyond that is refused at once instead of making all wait.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from backend.errors import RateLimited

P = ParamSpec("P")
T = TypeVar("T")

_executor = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")
# One for each call that works or waits.
_places = threading.BoundedSemaphore(settings.DATABASE_THREADS + settings.DATABASE_QUEUE)


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a synchronous function that uses the ORM. Raises `RateLimited` when too many calls wait.

    A call that has been accepted is made, and keeps its place until then, also if nobody waits for it any more:
    else those who come and give up while the database hangs would queue without a bound.
    """
    if not _places.acquire(blocking=False):
        raise RateLimited(retry_after_ms=1000, detail="The server is busy. Try again in a moment.")
    call = partial(copy_context().run, _with_connection, partial(function, *args, **kwargs))
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(_executor, call))


def _with_connection(function: Callable[[], T]) -> T:
    # Django does this at the borders of a request; a call from a socket has none.
    try:
        close_old_connections()
        return function()
    finally:
        close_old_connections()
        _places.release()


def can_store(text: str) -> bool:
    """Whether every database takes this text: PostgreSQL has no U+0000, and half a surrogate pair has no bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


# The clock that every time in the product comes from, as SQL with parameters; it runs on within a transaction.
CLOCK = {"postgresql": "CLOCK_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}


def now() -> datetime:
    """The time, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CLOCK[connection.vendor]}", [])
        (moment,) = cursor.fetchone()
    return moment if isinstance(moment, datetime) else datetime.fromisoformat(moment).replace(tzinfo=UTC)
