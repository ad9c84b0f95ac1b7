"""The one crossing from async code to the ORM: bounded executors of our own.

`sync_to_async` would put all database work of all sockets on one thread. Here `DATABASE_THREADS` work side by
side, at most `DATABASE_QUEUE` calls wait, and a call beyond that is refused at once instead of making all wait.
What takes long, whatever the database does, has `Workers` of its own, so that nothing else waits for it. What
very many ask at the same time is asked together, by a `Gathering`.
"""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Collection, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from functools import cache, partial
from itertools import islice
from typing import Any, Generic, Literal, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import CharField, Field, ForeignKey, IntegerField, Model, TextField
from django.db.models.expressions import RawSQL

from backend.errors import RateLimited
from backend.languages import text

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Q = TypeVar("Q")
A = TypeVar("A")


class Workers:
    """Threads that call synchronous functions which use the ORM: `threads` at a time, while at most `queue` wait."""

    def __init__(self, name: str, *, threads: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        # One for each call that works or waits.
        self._places = threading.BoundedSemaphore(threads + queue)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the call returns. Raises `RateLimited` when too many wait.

        A call that has been accepted is made, and keeps its place until then, also if nobody waits for it any more:
        else those who come and give up while the database hangs would queue without a bound.
        """
        return await asyncio.shield(asyncio.wrap_future(self.submit(function, *args, **kwargs)))

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """The same for whoever does not wait for it."""
        if not self._places.acquire(blocking=False):
            raise _busy()
        call = partial(function, *args, **kwargs)
        return self._executor.submit(copy_context().run, self._with_connection, call)

    def _with_connection(self, function: Callable[[], T]) -> T:
        # Django does this at the borders of a request; a call from a socket has none.
        try:
            _give_back()
            return function()
        finally:
            _give_back()
            self._places.release()


def _busy() -> RateLimited:
    return RateLimited(retry_after_ms=1000, detail=text("The server is busy. Try again in a moment."))


def _give_back() -> None:
    """Let others have the connection, where there is a pool. SQLite's is this thread's own, and opening it is slow."""
    if connection.vendor != "sqlite" or connection.errors_occurred:
        close_old_connections()


run = Workers("database", threads=settings.DATABASE_THREADS, queue=settings.DATABASE_QUEUE).run


_Question = tuple[Q, "asyncio.Future[A]"]


class Gathering(Generic[Q, A]):
    """Questions of one kind, for one event loop: those that come while others are answered are asked in one call.

    So a crowd costs a few queries and crossings, and whoever comes alone waits for nobody. The call that answers a
    question begins after it was asked: no answer is older than its question.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Sequence[A | Exception]], *, asker: Callable[[Q], Hashable] | None = None
    ) -> None:
        """`answer` is a synchronous function that uses the ORM: to questions the answers, in the same order.

        An exception among them is raised for whoever asked that question. With an `asker`, a call has one question of
        each at most, in the order in which they came: whoever asks much at once waits for themself alone.
        """
        self._answer = answer
        self._asker = asker
        # A line for each asker; whoever is first is asked for next, and then goes behind the others.
        self._lines: dict[Hashable, deque[_Question[Q, A]]] = {}
        self._count = 0
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """Raises `RateLimited` when too many wait, and what the call raises for all whom it was to answer."""
        answered: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        asker = answered if self._asker is None else self._asker(question)
        line = self._lines.get(asker, ())
        # Half of the places are for those who have none yet, however many others ask much.
        places = settings.DATABASE_QUEUE // 2 if line else settings.DATABASE_QUEUE
        if self._count >= places or len(line) >= settings.DATABASE_LINE:
            raise _busy()
        self._lines.setdefault(asker, deque()).append((question, answered))
        self._count += 1
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await answered

    async def _run(self) -> None:
        while self._lines:
            asked = self._next()
            answers: Sequence[A | Exception]
            try:
                answers = await run(self._answer, [question for question, _ in asked])
                if len(answers) != len(asked):
                    raise AssertionError("an answer for each question, or nobody gets one")
            except Exception as error:
                answers = [error] * len(asked)
            for (_, answered), answer in zip(asked, answers, strict=True):
                if answered.done():  # nobody waits for it any more
                    continue
                if isinstance(answer, Exception):
                    answered.set_exception(answer)
                else:
                    answered.set_result(answer)
        self._task = None

    def _next(self) -> list["_Question[Q, A]"]:
        asked = []
        for asker in list(islice(self._lines, settings.DATABASE_GATHERED)):
            line = self._lines.pop(asker)
            asked.append(line.popleft())
            if line:
                self._lines[asker] = line
        self._count -= len(asked)
        return asked


class Gatherings(Generic[K, Q, A]):
    """A `Gathering` for each key, for one event loop: who asks about one thing waits for nobody who asks about another.

    However many ask about one thing, they take one thread.
    """

    def __init__(
        self,
        answer: Callable[[K, Sequence[Q]], Sequence[A | Exception]],
        *,
        asker: Callable[[Q], Hashable] | None = None,
    ) -> None:
        """As a gathering's; `answer` is told the key first."""
        self._answer = answer
        self._asker = asker
        # As long as somebody waits for an answer.
        self._gatherings: WeakValueDictionary[K, Gathering[Q, A]] = WeakValueDictionary()

    async def ask(self, key: K, question: Q) -> A:
        """Raises what `Gathering.ask` does, and what is the answer to this one question."""
        gathering = self._gatherings.get(key)
        if gathering is None:
            gathering = self._gatherings[key] = Gathering(partial(self._answer, key), asker=self._asker)
        return await gathering.ask(question)


# The rows of one parameter that holds many values.
_VALUES = {"postgresql": "SELECT UNNEST(%s::{type}[])", "sqlite": "SELECT value FROM JSON_EACH(%s)"}
_PAIRS = {
    "postgresql": "SELECT (value ->> 0)::bigint, (value ->> 1)::bigint FROM JSON_ARRAY_ELEMENTS(%s)",
    "sqlite": "SELECT JSON_EXTRACT(value, '$[0]'), JSON_EXTRACT(value, '$[1]') FROM JSON_EACH(%s)",
}


def rows_of(values: Collection[int] | Collection[str], kind: Literal["bigint", "text"]) -> tuple[str, Any]:
    """For `IN (...)`: SQL that has these values for its rows, and its one parameter."""
    listed = list(values)
    given = json.dumps(listed) if connection.vendor == "sqlite" else listed
    return _VALUES[connection.vendor].format(type=kind), given


def rows_of_pairs(pairs: Collection[tuple[int, int]]) -> tuple[str, str]:
    """The same for `(..., ...) IN (...)`."""
    return _PAIRS[connection.vendor], json.dumps(list(pairs))


def among(values: Collection[int] | Collection[str], kind: Literal["bigint", "text"]) -> RawSQL:
    """For `__in` with thousands of values: one parameter, where Django would prepare each, and each time anew."""
    sql, given = rows_of(values, kind)
    return RawSQL(sql, [given])  # noqa: S611  # nothing of it is a value


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


def insert(model: type[Model], **values: Any) -> int:
    """A new row, and its key. `values` name all columns but those for which null, or the database's default, will do.

    For what is written all the time: `objects.create` takes three times as long to come to the same statement.
    """
    [key] = insert_all(model, [values])
    return key


def insert_all(model: type[Model], rows: Sequence[dict[str, Any]]) -> list[int]:
    """The same for rows that name the same columns, in one statement: their keys, in the same order."""
    names = tuple(rows[0])
    sql, places, prepared = _insertion(model, names)
    values: list[Any] = []
    for row in rows:
        ready = {name: field.get_db_prep_save(row[name], connection) for name, field in prepared}
        values += [ready.get(name, row[name]) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(sql.format(places=", ".join([places] * len(rows))), values)
        return [key for (key,) in cursor.fetchall()]


# Both databases take what is in these as it is.
_PLAIN = (CharField, TextField, IntegerField, ForeignKey)


@cache  # as many as there are calls in the code
def _insertion(model: type[Model], names: tuple[str, ...]) -> tuple[str, str, list[tuple[str, "Field[Any, Any]"]]]:
    """The statement for `places` of rows, those of one row, and what of it has to be made ready."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns, places = ", ".join(fields[name].column for name in names), ", ".join("%s" for _ in names)
    table = model._meta.db_table
    sql = f"INSERT INTO {table} ({columns}) VALUES {{places}} RETURNING id"  # noqa: S608  # our own names
    return sql, f"({places})", [(name, fields[name]) for name in names if not isinstance(fields[name], _PLAIN)]
