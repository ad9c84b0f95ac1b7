"""Our own server as its operator runs it: `manage.py serve` in a process of its own."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.services.child import STOP_SECONDS, Child
from tests.services.hosts import Host
from tests.services.ports import LOOPBACK
from tests.services.service import Service

MANAGE = Path(__file__).parents[2] / "manage.py"
EMBEDDED = "chaikhana.sqlite3"

# What a developer's shell, or the test runner, may have set for itself (`.env.example` lists the settings).
_NOT_INHERITED = {
    "ALLOWED_HOSTS",
    "CHANNEL_LAYER_BACKEND",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_FROM",
    "EMAIL_URL",
    "LOG_LEVEL",
    "MEDIA_ROOT",
    "PORT",
    "PUBLIC_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "VAR_DIR",
}


def migrate(database_url: str, *, manage: Path = MANAGE) -> None:
    """As the operator of a cluster does before the first start."""
    command = [sys.executable, str(manage), "migrate", "--verbosity", "0"]
    subprocess.run(command, check=True, env={"DATABASE_URL": database_url, "SECRET_KEY": "for tests"})


@cache
def embedded() -> bytes:
    """The file of a server that runs alone, before anything has happened: with it, there is nothing to migrate."""
    with TemporaryDirectory(prefix="chaikhana-test-") as folder:
        command = [sys.executable, str(MANAGE), "migrate", "--verbosity", "0"]
        subprocess.run(command, check=True, env={"VAR_DIR": folder, "SECRET_KEY": "for tests"})
        return (Path(folder) / EMBEDDED).read_bytes()


class ServerProcess(Service):
    """One server process, ready (`/readyz`) when the block begins. `url` and `ws_url` have no path.

    Without the URLs it runs alone, on SQLite in its own folder: beginning with `file`, if it is given, as its database.
    Two with the same URLs are a cluster.
    `environment` is added to that of this process, of which our settings are left out. `command` is any that serves.
    It runs on `host`, if one is given, and is reached there.
    """

    name = "manage.py serve"

    def __init__(
        self,
        *,
        database_url: str | None = None,
        file: bytes | None = None,
        redis_url: str | None = None,
        environment: Mapping[str, str] | None = None,
        manage: Path = MANAGE,
        command: Sequence[str] = ("serve",),
        host: Host | None = None,
    ) -> None:
        super().__init__()
        self.address = host.address if host else LOOPBACK
        self.url = f"http://{self.address}:{self.port}"
        self.ws_url = f"ws://{self.address}:{self.port}"
        self.database_url = database_url
        self._file = file
        self._manage = manage
        self._command = command
        # One key for all: the servers of a cluster accept each other's sessions.
        self._settings = {"SECRET_KEY": "for tests"}
        if database_url:
            self._settings["DATABASE_URL"] = database_url
        if redis_url:
            self._settings["REDIS_URL"] = redis_url
        self._there = host.command if host else ()
        if host:
            self._settings["ALLOWED_HOSTS"] = host.address
        self._settings.update(environment or {})

    def terminate(self) -> None:
        """SIGTERM, as in a deploy. Returns at once: `wait()` for the end."""
        self.child.signal(signal.SIGTERM)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """The exit status; negative for a signal. Raises `ServiceFailed` if it runs on for longer."""
        return self.child.wait(seconds)

    @property
    def file(self) -> Path:
        """Where the database is of one that runs alone."""
        return self._var / EMBEDDED

    @property
    def _var(self) -> Path:
        return self.folder / "var"

    def _spawn(self) -> Child:
        if self._file is not None and not self._var.exists():
            self._var.mkdir(mode=0o700)
            self.file.write_bytes(self._file)
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        # -u: what is written before a crash is in the log.
        python = (sys.executable, "-u", self._manage)
        return Child(
            self.name,
            [*self._there, *python, *self._command, "--host", self.address, "--port", str(self.port)],
            log=self.log,
            cwd=self._manage.parent,
            env={**inherited, "VAR_DIR": str(self._var), **self._settings},
        )

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.address, self.port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
