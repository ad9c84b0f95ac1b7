"""What is broken, how, and what may be seen of it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tests.delivery.cluster import UNRELIABLE, Cluster
from tests.services.postgres import StopMode

OUTAGE = 10.0  # seconds for which nobody may have to try to send
LAG_P99 = 5.0  # seconds, but where nothing can pass for longer than that

FROZEN_SECONDS = 5.0
BLACKHOLE_SECONDS = 9.0
RESET_SHARE = 0.6
RESETS = 3


class Fault(NamedTuple):
    """`inflict` returns when it is over: what was killed runs again, what was held flows."""

    title: str
    inflict: Callable[[Cluster], Awaitable[None]]
    environment: Mapping[str, str] = MappingProxyType({})
    lag_p99: float | None = LAG_P99
    # The only code with which a socket may end; None where clients are not told.
    closed_with: int | None = None
    # Whether it ends sockets: if it has ended none, it has not happened.
    cuts: bool = False


async def _nothing(_: Cluster) -> None:
    pass


async def _kill_one(cluster: Cluster) -> None:
    victim = cluster.servers[0]
    await asyncio.to_thread(victim.kill)
    await cluster.restart(victim)


async def _kill_all(cluster: Cluster) -> None:
    for server in cluster.servers:
        await asyncio.to_thread(server.kill)
    await cluster.restart(*cluster.servers)


async def _deploy(cluster: Cluster) -> None:
    for server in cluster.servers:
        server.terminate()
        await asyncio.to_thread(server.wait)
        await cluster.restart(server)


async def _empty_redis(cluster: Cluster) -> None:
    redis = cluster.services.redis
    await asyncio.to_thread(redis.kill)
    await asyncio.sleep(1)
    await asyncio.to_thread(redis.start)


async def _freeze_redis(cluster: Cluster) -> None:
    redis = cluster.services.redis
    await asyncio.to_thread(redis.freeze)
    await asyncio.sleep(FROZEN_SECONDS)
    redis.thaw()


async def _reset_most(cluster: Cluster) -> None:
    for _ in range(RESETS):
        for proxy in cluster.proxies:
            await asyncio.to_thread(proxy.cut, RESET_SHARE)
        await asyncio.sleep(1)


async def _blackhole(cluster: Cluster) -> None:
    for proxy in cluster.proxies:
        await asyncio.to_thread(proxy.blackhole)
    await asyncio.sleep(BLACKHOLE_SECONDS)
    for proxy in cluster.proxies:
        await asyncio.to_thread(proxy.restore)


async def _unplug(cluster: Cluster) -> None:
    """The first host: nobody reaches it, and it reaches neither PostgreSQL nor Redis."""
    network = cluster.services.network
    assert network
    host = network.hosts[0]
    await asyncio.to_thread(host.unplug)
    await asyncio.sleep(BLACKHOLE_SECONDS)
    await asyncio.to_thread(host.plug)


def _postgres(mode: StopMode) -> Callable[[Cluster], Awaitable[None]]:
    async def restart(cluster: Cluster) -> None:
        postgres = cluster.services.postgres
        await asyncio.to_thread(postgres.stop, mode)
        await asyncio.to_thread(postgres.start)

    return restart


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "none": Fault("nothing is broken", _nothing),
        "kill-one": Fault("kill -9 of one process", _kill_one, cuts=True),
        "kill-all": Fault("kill -9 of all processes", _kill_all, cuts=True),
        "deploy": Fault("a rolling SIGTERM", _deploy, closed_with=1012, cuts=True),
        "redis-emptied": Fault("Redis killed, and back empty", _empty_redis),
        "redis-frozen": Fault("Redis frozen for 5 s", _freeze_redis),
        "resets": Fault("TCP resets of 60 % of the clients", _reset_most, cuts=True),
        "blackhole": Fault("a wire that carries nothing for 9 s", _blackhole, lag_p99=None, cuts=True),
        "postgres-restarted": Fault("PostgreSQL restarted", _postgres("fast")),
        "postgres-crashed": Fault("PostgreSQL crashed", _postgres("immediate")),
        "hints": Fault("hints lost, doubled and overtaken", _nothing, environment=UNRELIABLE),
    }
)

# Where servers are hosts of their own.
APART: Mapping[str, Fault] = MappingProxyType(
    {"unplugged": Fault("a host without its cable for 9 s", _unplug, lag_p99=None, cuts=True)}
)


def chosen(names: Collection[str], *, are_apart: bool) -> Mapping[str, Fault]:
    """Those of these names that can be had, in their order here."""
    all_ = {**FAULTS, **APART} if are_apart else FAULTS
    return {name: fault for name, fault in all_.items() if name in names}


async def _one_after_the_other(cluster: Cluster) -> None:
    for inflict in (_reset_most, _empty_redis, _postgres("immediate"), _kill_one):
        await inflict(cluster)
        await asyncio.sleep(1)


# The most in the least time: for the tests.
SHORT: Mapping[str, Fault] = MappingProxyType(
    {"short": Fault("one thing after the other", _one_after_the_other, environment=UNRELIABLE, cuts=True)}
)
