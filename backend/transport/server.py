"""Our daphne: its own pings, bounds on what comes in and what waits to go out, and a stop that clients survive.

On SIGTERM the process says that it is not ready, listens no more, closes its sockets with 1012 ("service
restart", which clients retry) in a jittered wave, lets what is under way finish, on each socket first, and ends.
"""

import asyncio
import logging
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet import tcp

from backend.presence import process
from backend.transport import bodies, draining, sinks
from backend.transport.closing import TRY_AGAIN_LATER
from backend.transport.inbox import Inbox
from backend.transport.rounds import CHECK_INTERVAL, Rounds

logger = logging.getLogger(__name__)

_SOON = 0.05  # seconds
_OPEN = WebSocketProtocol.STATE_OPEN


class BoundedProtocol(WebSocketProtocol):  # type: ignore[misc]  # daphne has no types
    """Finds out a peer that reads no more, and holds no more for it than `UNSENT_MAX_BYTES` and one message.

    It is the producer of its transport (Twisted's name), which says when there is too much unsent, and when all of
    that has gone. Meanwhile the application's `send` waits, and pings are not answered one by one.
    """

    due = 0.0  # for `Rounds`
    _full_since = 0.0
    _owed_pong: bytes | None = None
    _aborting: asyncio.TimerHandle | None = None

    def connectionMade(self) -> None:  # noqa: N802  # Twisted's name, as are those below
        self._room = asyncio.Event()
        self._room.set()
        # A visit early rather than late.
        self._ping_at = time.monotonic() + settings.PING_INTERVAL - CHECK_INTERVAL
        super().connectionMade()
        self.transport.unregisterProducer()  # the HTTP request that this connection was
        self.transport.registerProducer(self, True)
        self.transport.bufferSize = settings.UNSENT_MAX_BYTES
        if draining.has_begun():  # the connection is older than that
            self.restart()

    # --- What waits to go out -------------------------------------------------------------------------------

    def pauseProducing(self) -> None:  # noqa: N802
        self._room.clear()
        self._full_since = self._full_since or time.monotonic()
        self.due = 0.0

    def resumeProducing(self) -> None:  # noqa: N802
        self._full_since = 0.0
        self._room.set()
        if self._owed_pong is not None:
            payload, self._owed_pong = self._owed_pong, None
            self.sendPong(payload)

    def stopProducing(self) -> None:  # noqa: N802
        """The connection is lost, of which `onClose` tells."""

    def write(self, data: bytes) -> bool:
        """Ready frames (`sinks.ReadyFrames`). Straight to the kernel where nothing waits to go before them: Twisted
        would ask the event loop twice for each write, and make it in the next turn.
        """
        if self.state != _OPEN or self._full_since:
            return False
        transport = self.transport
        if not (transport.dataBuffer or transport._tempDataBuffer):
            try:
                sent = transport.socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                return True  # it is lost, of which the transport is about to hear
            if sent == len(data):
                return True
            data = data[sent:]
        transport.write(data)
        return True

    def sendMessage(self, payload: bytes, isBinary: bool = False) -> None:  # noqa: N802, N803
        """Autobahn refuses to send what is longer than what it is to take: that bound is for what comes in."""
        if self.state == self.STATE_OPEN:
            self.sendFrame(opcode=2 if isBinary else 1, payload=payload)

    def unsent(self) -> int:
        transport = self.transport
        waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return waiting

    async def room(self) -> None:
        """Waits until there is room for a message. Raises `OSError` if nobody will read it, as ASGI has it."""
        while self.state == self.STATE_OPEN and not self._room.is_set():
            await self._room.wait()
        if self.state in (self.STATE_CLOSING, self.STATE_CLOSED):
            raise ConnectionResetError("the socket is closed, or about to be")

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        if self._room.is_set():
            super().onPing(payload)
        else:  # RFC 6455, 5.5.3: of several pings only the last need be answered
            self._owed_pong = payload

    def onOpen(self) -> None:  # noqa: N802
        super().onOpen()
        # The handshake is over, and the socket may stay for days.
        self.http_request_data = self.http_response_data = None
        self.http_headers = self.request.headers = None

    # --- The end --------------------------------------------------------------------------------------------

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        # Autobahn's `sendClose` refuses the protocol's own codes, and with them all that clients retry.
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=1000 if code is None else code)

    def restart(self) -> None:
        """Have the application close it with what clients try again after, once it has answered what it was asked."""
        if self.state == self.STATE_OPEN:
            self.application_queue.put_nowait({"type": "websocket.restart"})
        elif self.state == self.STATE_CONNECTING:
            asyncio.get_running_loop().call_later(_SOON, self.restart)

    def sendCloseFrame(self, *args: Any, **kwargs: Any) -> None:  # noqa: N802
        super().sendCloseFrame(*args, **kwargs)
        self._room.set()  # whoever waits for it is told that it is too late

    def dropConnection(self, abort: bool = False) -> None:  # noqa: N802
        super().dropConnection(abort)
        self._room.set()
        if not abort:
            # What is unsent goes first: a peer that never reads would keep it, and the connection, for ever.
            loop = asyncio.get_running_loop()
            self._aborting = loop.call_later(settings.CLOSE_TIMEOUT, self.transport.abortConnection)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        if self._aborting is not None:
            self._aborting.cancel()
        super().connectionLost(reason)

    def onClose(self, *args: Any) -> None:  # noqa: N802
        self._room.set()
        if hasattr(self, "server"):  # else the handshake was none, and daphne has not heard of it
            super().onClose(*args)

    def check_timeouts(self) -> None:
        if self.state != self.STATE_OPEN:  # a handshake that takes too long is daphne's
            super().check_timeouts()
            return
        now = time.monotonic()
        if self._full_since and now - self._full_since > settings.STALL_TIMEOUT:
            logger.info("a client has read nothing for a while: closing its socket")
            self.serverClose(TRY_AGAIN_LATER)
        elif now > self._ping_at:
            # Whatever the client sends: one that keeps talking but never reads would not be found out.
            self._ping_at = now + settings.PING_INTERVAL - CHECK_INTERVAL
            self._sendAutoPing()
        self.due = 0.0 if self._full_since else self._ping_at


class BoundedRequest(WebRequest):  # type: ignore[misc]  # daphne has no types
    """Keeps no more of a body than what shows that it is too long: Twisted would fill the disk with all of it."""

    due = 0.0  # for `Rounds`: always

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parsePOSTFormSubmission = False  # that is Django's work, and Twisted's refusals are no answers

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        [content_type, *_] = self.requestHeaders.getRawHeaders(b"content-type", [b""])
        room = bodies.max_bytes(content_type.decode("latin-1")) + 1 - self.content.tell()
        super().handleContentChunk(data[: max(0, room)])


class ChatServer(Rounds):
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
        self.ws_factory.setProtocolOptions(closeHandshakeTimeout=settings.CLOSE_TIMEOUT)
        # Only a pong answers a ping: whoever keeps talking may still have stopped to read.
        self.ws_factory.autoPingRestartOnAnyTraffic = False
        # What is wrong with a frame is told by a close code: a dropped connection would only be tried again.
        self.ws_factory.failByDrop = False
        self.ws_factory.protocol = _with_options_of(self.ws_factory)
        build = self.http_factory.buildProtocol
        self.http_factory.buildProtocol = lambda address: _with_bounded_requests(build(address))
        loop = asyncio.get_event_loop()
        for stop in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(stop, self._begin_drain)
        self._on_listening()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Inbox:
        """As daphne's own, but for the queue, and for what it offers to those who can use it."""
        scope["asgi"] = {"version": "3.0"}
        # With TLS, what goes over the wire is not the frames themselves.
        is_bare = isinstance(protocol.transport, tcp.Connection) and not protocol.transport.TLS
        if isinstance(protocol, BoundedProtocol) and is_bare:
            scope.setdefault("extensions", {})[sinks.EXTENSION] = protocol
        inbox = Inbox()
        application = asyncio.ensure_future(self.application(scope, inbox.get, partial(self.handle_reply, protocol)))
        application.add_done_callback(lambda _: self.ended.add(protocol))
        self.connections[protocol]["application_instance"] = application
        return inbox

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        if message["type"] == "websocket.send":
            await protocol.room()
        await super().handle_reply(protocol, message)

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
        process.current().stop()
        for port in self._ports:
            port.stopListening()
        loop = asyncio.get_running_loop()
        sockets = [each for each in self.connections if isinstance(each, WebSocketProtocol)]
        spread = min(settings.DRAIN_SECONDS, len(sockets) / settings.DRAINED_PER_SECOND)
        for socket in sockets:
            loop.call_later(random.uniform(0, spread), socket.restart)  # noqa: S311
        deadline = time.monotonic() + spread + settings.DRAIN_SECONDS
        while self._under_way() and time.monotonic() < deadline:  # noqa: ASYNC110  # daphne has no such event
            await asyncio.sleep(_SOON)
        self.stop()

    def _under_way(self) -> bool:
        return any("disconnected" not in details for details in self.connections.values())


def _with_options_of(factory: Any) -> type[BoundedProtocol]:
    """The options are the class's: autobahn would copy them to each connection, and describe them for its log."""
    options = {name: getattr(factory, name) for name in BoundedProtocol.CONFIG_ATTRS}
    # One of them is a function: it is to stay one, and not to become a method.
    kept = {name: staticmethod(option) if callable(option) else option for name, option in options.items()}
    return type("Protocol", (BoundedProtocol,), {"CONFIG_ATTRS": (), **kept})


def _with_bounded_requests(protocol: Any) -> Any:
    protocol.requestFactory = BoundedRequest
    return protocol
