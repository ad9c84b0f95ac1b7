"""A WebSocket by hand, below any library: it reads only when told to, and may say what no library would."""

import asyncio
import json
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from tests import leaks
from tests.services.ports import LOOPBACK
from tests.transport.client import PATIENCE, PROTOCOL

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
).encode()


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, masked: bool = True) -> bytes:
    """As a client sends it, with a mask that changes nothing."""
    length = len(payload)
    if length < 126:
        size = bytes([length])
    elif length < 65_536:
        size = b"\x7e" + struct.pack("!H", length)
    else:
        size = b"\x7f" + struct.pack("!Q", length)
    mask = bytes(4) if masked else b""
    return bytes([fin << 7 | opcode, size[0] | masked << 7]) + size[1:] + mask + payload


class Wire:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()

    @classmethod
    async def connect(cls, port: int) -> Self:
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)  # soon full, and soon read
        await asyncio.get_running_loop().sock_connect(connection, (LOOPBACK, port))
        return cls(connection)

    async def upgrade(self) -> None:
        await self.write(HANDSHAKE)
        while b"\r\n\r\n" not in self._received:
            await self._receive()
        head, self._received = self._received.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 "), head

    async def write(self, data: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().sock_sendall(self._connection, data)

    async def say(self, type: str, /, **fields: object) -> None:
        await self.write(frame(json.dumps({"type": type, **fields}).encode()))

    async def init(self, token: str) -> None:
        await self.say("connection_init", payload={"Authorization": f"Bearer {token}"})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, document: str, *, id: str | None = None, **variables: object) -> None:
        await self.say("subscribe", id=id or secrets.token_hex(4), payload={"query": document, "variables": variables})

    async def read(self) -> tuple[int, bytes]:
        """The next frame: its opcode, and what is in it."""
        head = await self._take(2)
        assert head[0] & 0x80, "our server does not fragment"
        length = head[1]
        if length > 125:
            length = int.from_bytes(await self._take(2 if length == 126 else 8))
        return head[0] & 0x0F, await self._take(length)

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        opcode, payload = await self.read()
        assert opcode == TEXT, (opcode, payload)
        message: dict[str, Any] = json.loads(payload)
        return message

    async def until_closed(self) -> tuple[list[tuple[int, bytes]], int | None]:
        """All frames up to the server's close, and its code; None if there was no code, or no close frame."""
        frames = []
        try:
            while (last := await self.read())[0] != CLOSE:
                frames.append(last)
        except ConnectionError:
            return frames, None
        return frames, int.from_bytes(last[1][:2]) if last[1] else None

    def reset(self) -> None:
        """RST, as when a process is killed that had not read all."""
        if self._connection.fileno() >= 0:  # else it was before
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._connection.close()

    async def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            await self._receive()
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    async def _receive(self) -> None:
        async with asyncio.timeout(PATIENCE):
            data = await asyncio.get_running_loop().sock_recv(self._connection, 65_536)
        if not data:
            raise ConnectionResetError("the server has ended it")
        leaks.look("a frame", data.decode(errors="replace"))
        self._received += data


@asynccontextmanager
async def open_wire(port: int) -> AsyncIterator[Wire]:
    """A WebSocket on which nothing has been said."""
    wire = await Wire.connect(port)
    try:
        await wire.upgrade()
        yield wire
    finally:
        wire.reset()
