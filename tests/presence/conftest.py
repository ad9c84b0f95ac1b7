"""Server processes whose time and wire belong to the test; the database is the real one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from backend import database, hub
from tests.hub.clock import VirtualLoop
from tests.hub.conftest import another_process, crossing, limits, log, process, socket, wire
from tests.hub.doubles import Wire
from tests.presence.scenes import House, Worker

__all__ = ["another_process", "crossing", "limits", "log", "process", "socket", "wire"]

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"loop": VirtualLoop}


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


@pytest.fixture
async def house(worker: Worker, monkeypatch: pytest.MonkeyPatch, _nobody_comes_online: None) -> AsyncIterator[House]:
    """The database's clock goes with the loop's."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(database, "now", lambda: BEGINNING + timedelta(seconds=loop.time()))
    house = House(worker, Wire())
    monkeypatch.setattr(hub, "publish", house.publish)
    monkeypatch.setattr(hub.process, "publish", house.publish)
    yield house
    await house.close()
