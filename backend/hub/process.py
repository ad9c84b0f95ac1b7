"""The hub of this process and event loop, and publishing from wherever a transaction commits."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from backend.hub.broker import Broker
from backend.hub.hub import SIGNAL, Hub

logger = logging.getLogger(__name__)

_make_broker: Callable[[], Broker] | None = None
_make_hub: Callable[[Broker], Hub] | None = None
_publish_timeout = 0.0
_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}
_lock = threading.Lock()


def install(*, make_broker: Callable[[], Broker], make_hub: Callable[[Broker], Hub], publish_timeout: float) -> None:
    """Say once for the process how a hub is made. Nothing is connected before it is used."""
    global _make_broker, _make_hub, _publish_timeout
    _make_broker, _make_hub, _publish_timeout = make_broker, make_hub, publish_timeout


def current() -> Hub:
    """The hub of the running loop, started on first use: some servers (daphne) tell nobody when they start."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        assert _make_broker is not None, "the composition installs the hub"
        assert _make_hub is not None
        with _lock:
            for closed in [each for each in _hubs if each.is_closed()]:
                del _hubs[closed]
            hub = _hubs[loop] = _make_hub(_make_broker())
        hub.start()
    return hub


def running() -> list[tuple[asyncio.AbstractEventLoop, Hub]]:
    with _lock:
        return [(loop, hub) for loop, hub in _hubs.items() if loop.is_running()]


def publish(topic: str, *hints: bytes) -> None:
    """Hand hints to all processes, from any thread. Never fails, and waits at most `publish_timeout`.

    In a server the hub's own loop does it. A command has none: it connects, publishes and lets go.
    """
    if hubs := running():
        for loop, hub in hubs:
            with suppress(RuntimeError):  # it has closed meanwhile
                loop.call_soon_threadsafe(hub.publish, topic, *hints)
    elif _make_broker is not None:
        try:
            asyncio.run(_publish_alone(_make_broker(), topic, *hints))
        except Exception as error:
            logger.warning("publishing failed (%r); subscribers will find the event by themselves", error)


def signal(topic: str, kind: bytes, payload: bytes = b"") -> None:
    """Hand to every process that holds a topic something of the moment, which is not in its log; as `publish`."""
    publish(topic, SIGNAL + kind + SIGNAL + payload)


async def _publish_alone(broker: Broker, topic: str, *hints: bytes) -> None:
    async with asyncio.timeout(_publish_timeout):
        await broker.publish(topic, *hints)
