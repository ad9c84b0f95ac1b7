"""A hub of each test's own, on a channel layer of its own."""

from collections.abc import AsyncIterator

import pytest
from channels.layers import channel_layers

from backend import hub


@pytest.fixture(autouse=True)
async def process() -> AsyncIterator[hub.Hub]:
    channel_layers.backends.clear()
    process = hub.current()
    yield process
    await process.close()
