"""The one crossing from async code to the ORM: a bounded executor of our own.

`sync_to_async` would put all database work of all sockets on one thread. Here `DATABASE_THREADS` work side by
side, at most `DATABASE_QUEUE` calls wait, and a call beyond that is refused at once instead of making all wait.
"""

import asyncio
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
_under_way = 0


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a synchronous function that uses the ORM. Raises `RateLimited` when too many calls wait."""
    global _under_way
    if _under_way >= settings.DATABASE_THREADS + settings.DATABASE_QUEUE:
        raise RateLimited(retry_after_ms=1000, detail="The server is busy. Try again in a moment.")
    call = partial(copy_context().run, _with_connection, partial(function, *args, **kwargs))
    _under_way += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_executor, call)
    finally:
        _under_way -= 1


def _with_connection(function: Callable[[], T]) -> T:
    # Django does this at the borders of a request; a call from a socket has none.
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()


# The clock that every time in the product comes from, as SQL with parameters; it runs on within a transaction.
CLOCK = {"postgresql": "CLOCK_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}


def now() -> datetime:
    """The time, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CLOCK[connection.vendor]}", [])
        (moment,) = cursor.fetchone()
    return moment if isinstance(moment, datetime) else datetime.fromisoformat(moment).replace(tzinfo=UTC)
