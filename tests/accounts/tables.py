"""What is in the database, whatever the models say: every row of every table."""

from collections import Counter
from typing import Any

from django.db import connection

Rows = dict[str, "Counter[tuple[Any, ...]]"]


def all_rows() -> Rows:
    """The rows of each table. Two that are equal mean that nothing has happened in between."""
    with connection.cursor() as cursor:
        found: Rows = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = Counter(cursor.fetchall())
        return found


def tables_with(text: str) -> set[str]:
    """The tables that hold this text, in whichever column."""
    return {table for table, rows in all_rows().items() for row in rows for value in row if text in str(value)}
