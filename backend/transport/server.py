"""Our daphne: its own pings, bounded frames, and a stop that clients survive.

On SIGTERM the process says that it is not ready, listens no more, closes its sockets with 1012 ("service
restart", which clients retry) in a jittered wave, lets requests under way finish, and ends.
"""

import asyncio
import logging
import random
import signal
import time
from collections.abc import Callable
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import WebRequest
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings

from backend.transport import draining

logger = logging.getLogger(__name__)

SERVICE_RESTART = 1012
# Sockets closed in a second while stopping: all at once, and all clients would come back at once.
_CLOSED_PER_SECOND = 500


class PingingProtocol(WebSocketProtocol):  # type: ignore[misc]  # daphne has no types
    """Pings whatever the client sends: one that keeps talking but never reads would not be found out."""

    _pinged_at = 0.0

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802  # daphne's name
        # Autobahn's `sendClose` refuses the protocol's own codes, and with them all that clients retry.
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=1000 if code is None else code)

    def check_timeouts(self) -> None:
        now = time.monotonic()
        if not self._pinged_at:
            self._pinged_at = now
        elif self.state == self.STATE_OPEN and now - self._pinged_at > settings.PING_INTERVAL:
            self._pinged_at = now
            self._sendAutoPing()
        # The rest (a handshake that takes too long) is daphne's; its own ping is never due.
        self.last_ping = time.time()
        super().check_timeouts()


class BoundedRequest(WebRequest):  # type: ignore[misc]  # daphne has no types
    """Keeps no more of a body than what shows that it is too long: Twisted would fill the disk with all of it."""

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        room = settings.REQUEST_MAX_BYTES + 1 - self.content.tell()
        super().handleContentChunk(data[: max(0, room)])


class ChatServer(Server):  # type: ignore[misc]  # daphne has no types
    """`on_listening` is called once the port is open."""

    def __init__(self, application: Any, *, host: str, port: int, on_listening: Callable[[], None]) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
            signal_handlers=False,
            http_timeout=settings.HTTP_TIMEOUT,
            websocket_timeout=-1,
            websocket_handshake_timeout=settings.HANDSHAKE_TIMEOUT,
            websocket_max_message_size=settings.FRAME_MAX_BYTES,
            websocket_max_frame_size=settings.FRAME_MAX_BYTES,
            ping_timeout=settings.PONG_TIMEOUT,
            ready_callable=self._prepare,
            server_name="chaikhana",
            verbosity=0,
        )
        self.failure: str | None = None
        self._ports: list[Any] = []
        self._on_listening = on_listening
        self._drain: asyncio.Task[None] | None = None

    def _prepare(self) -> None:
        self.ws_factory.protocol = PingingProtocol
        # Only a pong answers a ping: whoever keeps talking may still have stopped to read.
        self.ws_factory.autoPingRestartOnAnyTraffic = False
        # What is wrong with a frame is told by a close code: a dropped connection would only be tried again.
        self.ws_factory.failByDrop = False
        build = self.http_factory.buildProtocol
        self.http_factory.buildProtocol = lambda address: _with_bounded_requests(build(address))
        loop = asyncio.get_event_loop()
        for stop in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(stop, self._begin_drain)
        self._on_listening()

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self._ports.append(port)

    def listen_error(self, failure: Any) -> None:
        self.failure = failure.getErrorMessage()
        self.stop()

    def _begin_drain(self) -> None:
        if self._drain is None:
            self._drain = asyncio.ensure_future(self._drain_and_stop())
        else:  # told twice: now
            self.stop()

    async def _drain_and_stop(self) -> None:
        draining.begin()
        for port in self._ports:
            port.stopListening()
        loop = asyncio.get_running_loop()
        sockets = [each for each in self.connections if isinstance(each, WebSocketProtocol)]
        spread = min(settings.DRAIN_SECONDS, len(sockets) / _CLOSED_PER_SECOND)
        for socket in sockets:
            loop.call_later(random.uniform(0, spread), socket.serverClose, SERVICE_RESTART)  # noqa: S311
        deadline = time.monotonic() + spread + settings.DRAIN_SECONDS
        while self._under_way() and time.monotonic() < deadline:  # noqa: ASYNC110  # daphne has no such event
            await asyncio.sleep(0.05)
        self.stop()

    def _under_way(self) -> bool:
        return any("disconnected" not in details for details in self.connections.values())


def _with_bounded_requests(protocol: Any) -> Any:
    protocol.requestFactory = BoundedRequest
    return protocol
