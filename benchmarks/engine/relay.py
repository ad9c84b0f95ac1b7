"""Stands between a server and its Redis, passes everything on, and counts the messages of rooms that Redis pushes."""

import re
import socket
import socketserver
import threading
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from tests.services.ports import LOOPBACK

# In RESP, of either version: the kind of the push, the length of the channel's name, and the name.
_PUSH = re.compile(rb"\$7\r\nmessage\r\n\$\d+\r\n[^\r]*room\.[^\r]*\r\n")
_HEAD = 512  # bytes, more than any of them has
_CHUNK = 1 << 16


class Relay:
    """Listening for as long as a `with` block lasts; `url` is what the server takes for its Redis."""

    def __init__(self, redis_url: str) -> None:
        there = urlsplit(redis_url)
        self.pushes = 0
        self._counting = threading.Lock()
        relay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.create_connection((there.hostname or LOOPBACK, there.port or 0)) as redis:
                    back = threading.Thread(target=relay._answer, args=(redis, self.request))
                    back.start()
                    _pass_on(self.request, redis)
                    back.join()

        self._server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = there._replace(netloc=f"{LOOPBACK}:{self._server.server_address[1]}").geturl()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, redis: socket.socket, server: socket.socket) -> None:
        rest = b""
        with suppress(OSError):  # either has gone
            while chunk := redis.recv(_CHUNK):
                server.sendall(chunk)
                count, rest = count_pushes(rest + chunk)
                with self._counting:
                    self.pushes += count
            server.shutdown(socket.SHUT_WR)


def count_pushes(stream: bytes) -> tuple[int, bytes]:
    """How many have begun there, and what of it may be the beginning of another one."""
    ends = [push.end() for push in _PUSH.finditer(stream)]
    rest = stream[ends[-1] :] if ends else stream
    return len(ends), rest[-_HEAD:]


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
