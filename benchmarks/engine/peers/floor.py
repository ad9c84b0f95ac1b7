"""The floor of Python: as `load/floor.c`, the least that a process does for an event, here on asyncio and hiredis.

    python -m benchmarks.engine.peers.floor

PORT and REDIS_URL are in its environment. What Redis says of an event is put into one frame, and that goes to each
socket by one `send()`: no library for Redis, no GraphQL, no rendering, nobody who is known or waited for. Whatever else
a server in Python does comes on top.
"""

import asyncio
import os
import socket
from collections import defaultdict
from urllib.parse import urlsplit

import hiredis

_CHANNEL = b"bench.room."
_ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
_BEFORE_CURSOR = b'{"id":"1","type":"next","payload":{"data":{"roomEvents":{'
_BEFORE_MESSAGE = b'"event":{"__typename":"MessageSent",'
_AFTER_MESSAGE = b"}}}}"
_MESSAGE = b'"message":'
_AT_A_TIME = 1 << 16


def _framed(text: bytes) -> bytes:
    size = len(text)
    return bytes((0x81, size) if size < 126 else (0x81, 126, size >> 8, size & 0xFF)) + text


class Floor:
    def __init__(self, loop: asyncio.AbstractEventLoop, redis: socket.socket) -> None:
        self._loop = loop
        self._redis = redis
        self._reader = hiredis.Reader()
        # By the channel of their room.
        self._followers: defaultdict[bytes, list[socket.socket]] = defaultdict(list)

    def read_redis(self) -> None:
        self._reader.feed(self._redis.recv(_AT_A_TIME))
        while (said := self._reader.gets()) is not False:
            kind, channel, text = said
            if kind == b"message":
                self._deliver(channel, text)

    def _deliver(self, channel: bytes, event: bytes) -> None:
        at = event.index(_MESSAGE)
        frame = _framed(b"".join((_BEFORE_CURSOR, event[1:at], _BEFORE_MESSAGE, event[at:], _AFTER_MESSAGE)))
        for follower in self._followers[channel]:
            follower.send(frame)

    def accept(self, listener: socket.socket) -> None:
        client, _ = listener.accept()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._loop.add_reader(client, self._read_client, client, bytearray())

    def _read_client(self, client: socket.socket, said: bytearray) -> None:
        heard = client.recv(_AT_A_TIME)
        if not heard:
            self._forget(client)
            return
        said += heard
        if said.startswith(b"GET") and (end := said.find(b"\r\n\r\n")) >= 0:
            del said[: end + 4]
            client.send(_ACCEPTED)
        while not said.startswith(b"GET") and len(said) >= 6:
            size, at = said[1] & 0x7F, 2
            if size == 126:
                size, at = int.from_bytes(said[2:4], "big"), 4
            end = at + 4 + size
            if len(said) < end:
                return
            mask = said[at : at + 4]
            text = bytes(byte ^ mask[index % 4] for index, byte in enumerate(said[at + 4 : end]))
            del said[:end]
            self._hear(client, text)

    def _hear(self, client: socket.socket, text: bytes) -> None:
        if b'"connection_init"' in text:
            client.send(_framed(b'{"type":"connection_ack"}'))
        elif b'"ping"' in text:
            client.send(_framed(b'{"type":"pong"}'))
        elif b'"variables"' in text:
            room = text.partition(b'"variables"')[2].split(b'"')[3]
            channel = _CHANNEL + room
            if not self._followers[channel]:
                self._redis.sendall(b"SUBSCRIBE " + channel + b"\r\n")
            self._followers[channel].append(client)

    def _forget(self, client: socket.socket) -> None:
        self._loop.remove_reader(client)
        for followers in self._followers.values():
            if client in followers:
                followers.remove(client)
        client.close()


async def main() -> None:
    loop = asyncio.get_running_loop()
    there = urlsplit(os.environ["REDIS_URL"])
    assert there.port is not None
    floor = Floor(loop, redis := socket.create_connection((there.hostname, there.port)))
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=1024)
    loop.add_reader(redis, floor.read_redis)
    loop.add_reader(listener, floor.accept, listener)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
