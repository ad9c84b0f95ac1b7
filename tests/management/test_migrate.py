"""`manage.py migrate`: nothing hurries it."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

TIMEOUT = "idle_in_transaction_session_timeout"


def timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {TIMEOUT}")
        return str(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite gives nobody up")
@pytest.mark.django_db(transaction=True)
def test_a_migration_may_take_its_time_between_two_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    assert timeout() == "5s", "as everybody has it"
    found: list[str] = []
    migrate = MigrationExecutor.migrate

    def look(executor: MigrationExecutor, *args: object, **kwargs: object) -> object:
        found.append(timeout())
        return migrate(executor, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they are

    monkeypatch.setattr(MigrationExecutor, "migrate", look)
    try:
        call_command("migrate", verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"RESET {TIMEOUT}")
    assert found == ["0"]
