"""What is broken: server processes on one PostgreSQL and one Redis, each behind a proxy of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.services.ports import LOOPBACK
from tests.services.postgres import PostgresServer
from tests.services.proxy import TcpProxy
from tests.services.redis import RedisServer
from tests.services.server import ServerProcess, migrate

# The product's own, but that nobody is ever too fast, and that passwords are cheap.
_SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.transport.settings"}
UNRELIABLE = {"CHANNEL_LAYER_BACKEND": "tests.delivery.layers.UnreliableLayer"}


@dataclass(frozen=True)
class Services:
    postgres: PostgresServer
    redis: RedisServer


@dataclass(frozen=True)
class Cluster:
    services: Services
    servers: tuple[ServerProcess, ...]
    proxies: tuple[TcpProxy, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where people reach it."""
        return tuple(f"{LOOPBACK}:{proxy.port}" for proxy in self.proxies)

    async def restart(self, *servers: ServerProcess) -> None:
        """As their supervisor does, all at once. Returns when they are ready."""
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))


@contextmanager
def services() -> Iterator[Services]:
    with PostgresServer() as postgres, RedisServer() as redis:
        migrate(postgres.url)
        yield Services(postgres, redis)


@contextmanager
def cluster(on: Services, *, processes: int, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """New processes, with `environment` beside the settings of the tests."""
    servers = [
        ServerProcess(database_url=on.postgres.url, redis_url=on.redis.url, environment={**_SETTINGS, **environment})
        for _ in range(processes)
    ]
    with ExitStack() as stack, ThreadPoolExecutor(processes) as starting:
        list(starting.map(stack.enter_context, servers))
        proxies = [stack.enter_context(TcpProxy(LOOPBACK, server.port)) for server in servers]
        yield Cluster(on, tuple(servers), tuple(proxies))
