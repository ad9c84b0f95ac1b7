"""What is in the database, whatever the models say: every row of every table, to look at and to be rid of."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
Rows = dict[str, "Counter[tuple[Any, ...]]"]

# What migrating writes there is the same for all tests.
MIGRATED = {"auth_permission", "django_content_type"}


def all_rows() -> Rows:
    """The rows of each table. Two that are equal mean that nothing has happened in between."""
    with connection.cursor() as cursor:
        found: Rows = {}
        for table in _tables():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = Counter(cursor.fetchall())
        return found


def tables_with(text: str) -> set[str]:
    """The tables that hold this text, in whichever column."""
    return {table for table, rows in all_rows().items() for row in rows for value in row if text in str(value)}


def empty() -> None:
    """Delete what the tests have written. What of it search keeps goes by the triggers that brought it there."""
    connection.ops.execute_sql_flush([f"DELETE FROM {connection.ops.quote_name(table)}" for table in _written()])


@transaction.atomic
def put_back(rows: Rows) -> None:
    """Make the tables have these rows again, and no others."""
    empty()
    with connection.cursor() as cursor:
        for table in _written():
            if kept := list(rows[table]):
                values = ", ".join(["%s"] * len(kept[0]))
                cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} VALUES ({values})", kept)


def once(build: Callable[[], T]) -> Callable[[], T]:
    """What takes long to build is built by the first test that needs it; for every later one the rows are put back."""

    @cache
    def built() -> tuple[T, Rows]:
        return build(), all_rows()

    def rebuilt() -> T:
        it, rows = built()
        put_back(rows)
        return it

    return rebuilt


# PostgreSQL is slow to tell what tables there are, and no test makes one.
@cache
def _tables() -> list[str]:
    return connection.introspection.table_names()


@cache
def _written() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True)
    return [table for table in tables if table not in MIGRATED]
