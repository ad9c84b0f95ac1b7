"""How people reach a cluster: at one of its addresses, and at the next when that one fails, as behind any balancer."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import httpx
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.transport.client import Answer, Http, Socket, open_socket

# Seconds, for a server to say anything at all: a client that waits for longer is worse off than one that tries again.
PATIENCE = 3.0
_PAUSE = (0.05, 0.3)
_OPTIONS: dict[str, Any] = {"open_timeout": PATIENCE, "ping_interval": PATIENCE / 2, "ping_timeout": PATIENCE}

# What a connection can fail with: the next one may do better.
BROKEN = (OSError, TimeoutError, WebSocketException, httpx.TransportError)


class Asks(Protocol):
    async def ask(self, document: str, **variables: Any) -> Answer: ...


Connection = AbstractAsyncContextManager[Asks]


class Way:
    """One client's way to the cluster. `closed` counts the codes with which its sockets ended (None: without one)."""

    def __init__(self, addresses: Sequence[str], *, token: str, seed: str) -> None:
        self.closed: Counter[int | None] = Counter()
        # Of its sockets, for `websockets.connect`.
        self.options = dict(_OPTIONS)
        self._addresses = addresses
        self._token = token
        self._random = random.Random(seed)
        self._at = self._random.randrange(len(addresses))

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[Socket]:
        """Let in. Raises one of `BROKEN`, now or whenever it is used."""
        async with open_socket(f"ws://{self._address}", **self.options) as socket:
            socket.hears_of_presence = True
            try:
                await socket.init(Authorization=f"Bearer {self._token}")
                yield socket
            except ConnectionClosed as error:
                self.closed[error.rcvd.code if error.rcvd else None] += 1
                raise

    @asynccontextmanager
    async def http(self) -> AsyncIterator[Http]:
        http = Http(f"http://{self._address}", token=self._token)
        http.http.timeout = PATIENCE
        try:
            yield http
        finally:
            await http.close()

    async def turn(self) -> None:
        """That address has failed: wait a moment, not all clients for the same, and take the next one."""
        self._at += 1
        await asyncio.sleep(self._random.uniform(*_PAUSE))

    @property
    def _address(self) -> str:
        return self._addresses[self._at % len(self._addresses)]
