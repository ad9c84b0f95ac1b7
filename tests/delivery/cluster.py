"""What is broken: server processes on one PostgreSQL and one Redis, each behind a proxy of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.services.hosts import Network
from tests.services.ports import LOOPBACK
from tests.services.postgres import PostgresServer
from tests.services.proxy import TcpProxy
from tests.services.redis import RedisServer
from tests.services.server import ServerProcess, migrate

# The product's own, but that nobody is ever too fast, and that passwords are cheap.
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.transport.settings"}
UNRELIABLE = {"CHANNEL_LAYER_BACKEND": "tests.delivery.layers.UnreliableLayer"}


@dataclass(frozen=True)
class Services:
    """`network` has a host for each server; None: all are on this one."""

    postgres: PostgresServer
    redis: RedisServer
    network: Network | None


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
def services(network: Network | None) -> Iterator[Services]:
    with PostgresServer(network=network) as postgres, RedisServer(network=network) as redis:
        migrate(postgres.url)
        yield Services(postgres, redis, network)


@contextmanager
def cluster(on: Services, *, processes: int, environment: Mapping[str, str], seed: str) -> Iterator[Cluster]:
    """New processes, with `environment` beside the settings of the tests. `seed` is of what is random around them."""
    hosts = on.network.hosts if on.network else [None] * processes
    servers = [
        ServerProcess(
            database_url=on.postgres.url,
            redis_url=on.redis.url,
            environment={**SETTINGS, "DELIVERY_SEED": f"{seed}.{number}", **environment},
            host=host,
        )
        for number, host in enumerate(hosts[:processes])
    ]
    with ExitStack() as stack, ThreadPoolExecutor(processes) as starting:
        list(starting.map(stack.enter_context, servers))
        proxies = [
            stack.enter_context(TcpProxy(server.address, server.port, seed=f"{seed}.{number}"))
            for number, server in enumerate(servers)
        ]
        yield Cluster(on, tuple(servers), tuple(proxies))
