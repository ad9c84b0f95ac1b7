"""A hub whose time, log and broker belong to the test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from backend.hub import Limits
from tests.hub.clock import VirtualLoop
from tests.hub.doubles import SIZE, Crossing, MemoryLog, Socket, Wire
from tests.hub.scenes import Process, Room


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Time is virtual, but where a module says `LOOP = ...`: real services need real time."""
    assert isinstance(item, pytest.Function)
    return {"loop": getattr(item.module, "LOOP", VirtualLoop)}


LIMITS = Limits(
    ring_bytes=100 * SIZE,
    page_size=10,
    batch_size=4,
    batch_bytes=1000,
    ahead_bytes=50 * SIZE,
    hole_patience=0.02,
    sweep_interval=3.0,
    fast_sweep_interval=0.5,
    beat_interval=2.0,
    beat_timeout=5.0,
    rejoin_interval=3600.0,
    linger=30.0,
    retry_min=0.05,
    retry_max=2.0,
    outbox_size=20,
    inbox_size=50,
    live_size=5,
    publish_timeout=0.5,
)


@pytest.fixture
def limits() -> Limits:
    """A module or a test overrides it to have another."""
    return LIMITS


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def crossing() -> Crossing:
    return Crossing()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def room(log: MemoryLog, crossing: Crossing, limits: Limits) -> AsyncIterator[Room]:
    room = Room(log, crossing, limits)
    yield room
    await room.feed.close()


@pytest.fixture
async def process(wire: Wire, log: MemoryLog, crossing: Crossing, limits: Limits) -> AsyncIterator[Process]:
    process = Process(wire, log, crossing, limits)
    yield process
    await process.hub.close()


@pytest.fixture
async def another_process(wire: Wire, log: MemoryLog, crossing: Crossing, limits: Limits) -> AsyncIterator[Process]:
    process = Process(wire, log, crossing, limits)
    yield process
    await process.hub.close()


@pytest.fixture
def socket() -> Socket:
    return Socket()
