"""The servers, the people and the sockets of this folder's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.services.server import ServerProcess
from tests.transport.client import Http
from tests.transport.served import ali, anonymous, impatient_server, new_person, server, socket, tokens, vera

__all__ = ["ali", "anonymous", "impatient_server", "new_person", "server", "socket", "tokens", "vera"]


@pytest.fixture
async def nobody(server: ServerProcess) -> AsyncIterator[Http]:
    client = Http(server.url)
    yield client
    await client.close()
