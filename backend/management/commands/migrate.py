"""`manage.py migrate`: Django's own, for which PostgreSQL waits as long as it takes."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor == "postgresql":
            # Python may work for long between two statements of a migration: longer than DATABASE_PAUSE. Said for the
            # session, for a migration may be many transactions: a PgBouncer must not hand it on to others.
            with connection.cursor() as cursor:
                cursor.execute("SET idle_in_transaction_session_timeout = 0")
        super().handle(*args, **options)
