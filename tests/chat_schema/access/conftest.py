"""A hub of each test's own, on a channel layer of its own, and passwords that are cheap to make."""

from collections.abc import AsyncIterator, Callable

import pytest
from channels.layers import channel_layers
from pytest_django import Settings

from backend import hub


@pytest.fixture(autouse=True)
async def process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[hub.Hub]:
    monkeypatch.setattr("backend.presence.whispers.attend", _unattended)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    channel_layers.backends.clear()
    process = hub.current()
    yield process
    await process.close()


async def _unattended(_user_id: int) -> Callable[[], None]:
    """Where somebody listens is not written down: who may is all that is asked."""
    return lambda: None
