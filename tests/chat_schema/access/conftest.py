"""A hub of each test's own, on a channel layer of its own."""

from collections.abc import AsyncIterator, Callable

import pytest
from channels.layers import channel_layers

from backend import hub


@pytest.fixture(autouse=True)
async def process(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[hub.Hub]:
    monkeypatch.setattr("backend.presence.whispers.attend", _unattended)
    channel_layers.backends.clear()
    process = hub.current()
    yield process
    await process.close()


async def _unattended(_user_id: int) -> Callable[[], None]:
    """Where somebody listens is not written down: who may is all that is asked."""
    return lambda: None
