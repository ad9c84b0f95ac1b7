"""A hub of the test's own, and two people in a room."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import channel_layers

from backend import hub
from backend.accounts.credentials import Viewer
from backend.chat import facts
from chat_schema import sharing
from chat_schema.compiled import Compiled
from tests.chat_schema.inside import enter, somebody
from tests.chat_schema.sharing.subscribers import Work


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    encode = sharing.encode

    run = Compiled.__call__

    def counted_run(compiled: Compiled, executor: Any, root: object) -> Any:
        work.executions += 1
        return run(compiled, executor, root)

    def counted_encode(result: Any, language: str) -> bytes:
        work.encodings += 1
        return encode(result, language)

    monkeypatch.setattr(Compiled, "__call__", counted_run)
    monkeypatch.setattr(sharing, "encode", counted_encode)
    return work


@pytest.fixture(autouse=True)
async def process() -> AsyncIterator[hub.Hub]:
    """A hub of this loop, on a channel layer of its own."""
    channel_layers.backends.clear()
    process = hub.current()
    yield process
    await process.close()


@pytest.fixture
async def ali() -> Viewer:
    return await somebody("ali")


@pytest.fixture
async def vera() -> Viewer:
    return await somebody("vera")


@pytest.fixture
async def room(ali: Viewer, vera: Viewer) -> facts.Room:
    """Of Ali's; Vera is a member too."""
    await enter(ali)
    return await enter(vera)
