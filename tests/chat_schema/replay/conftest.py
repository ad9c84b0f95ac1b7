"""A hub of each test's own, on a channel layer of its own, and passwords that are cheap to make."""

from collections.abc import AsyncIterator

import pytest
from channels.layers import channel_layers
from pytest_django import Settings

from backend import hub


@pytest.fixture(autouse=True)
async def process(settings: Settings) -> AsyncIterator[hub.Hub]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    channel_layers.backends.clear()
    process = hub.current()
    yield process
    await process.close()
