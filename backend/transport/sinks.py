"""Where the hub puts the frames of one operation: ready-made on our own server, by ASGI's `send` on any other.

A server that can write frames as they are says so in the scope, by the extension `chaikhana.frames`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import CoroutineType
from typing import Any, Protocol

from backend import hub
from backend.hub import eager
from backend.transport import frames

EXTENSION = "chaikhana.frames"

Send = Callable[[Any], Awaitable[None]]
Complete = Callable[[], Awaitable[None]]


class ReadyFrames(Protocol):
    """What a server offers, for one socket, under `scope["extensions"][EXTENSION]`."""

    def write(self, data: bytes) -> bool:
        """Send these whole WebSocket frames, at once and after all that was sent before. False if there is no room."""

    async def room(self) -> None:
        """Wait until there is room. Raises `OSError` if there will be none."""

    def unsent(self) -> int:
        """Bytes that wait for the peer, the kernel's own buffers apart."""


def ready_frames(scope: Mapping[str, Any]) -> ReadyFrames | None:
    found: ReadyFrames | None = scope.get("extensions", {}).get(EXTENSION)
    return found


def sink(scope: Mapping[str, Any], send: Send, operation_id: str, complete: Complete) -> hub.Sink:
    """The best that the server has. `send` is ASGI's, and `complete` says that nothing else comes."""
    ready = ready_frames(scope)
    prefix = frames.next_prefix(operation_id)
    return PortableSink(send, prefix, complete) if ready is None else ReadySink(ready, prefix, complete)


class ReadySink:
    """All frames that a subscriber is behind by, in one write."""

    __slots__ = ("_complete", "_prefix", "_ready")

    def __init__(self, ready: ReadyFrames, prefix: str, complete: Complete) -> None:
        self._ready = ready
        self._prefix = prefix.encode()
        self._complete = complete

    async def complete(self) -> None:
        await self._complete()

    def write(self, batch: hub.Frames) -> int:
        prefix = self._prefix
        parts = batch.forms.get(len(prefix))
        if parts is None:
            parts = batch.forms[len(prefix)] = frames.around_prefix(batch.payloads, len(prefix))
        return len(batch.payloads) if self._ready.write(prefix.join(parts)) else 0

    async def room(self) -> None:
        await self._ready.room()


def _look(task: asyncio.Task[None]) -> None:
    """Whoever writes next is told; if nobody does, it is nothing to complain about."""
    if not task.cancelled():
        task.exception()


async def _awaiting(sending: Awaitable[None]) -> None:
    """By ASGI, `send` may return whatever can be awaited."""
    await sending


class PortableSink:
    """One after the other, each when the server has taken the one before."""

    __slots__ = ("_complete", "_loop", "_prefix", "_send", "_under_way")

    def __init__(self, send: Send, prefix: str, complete: Complete) -> None:
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._prefix = prefix
        self._under_way: asyncio.Task[None] | None = None
        self._complete = complete

    async def complete(self) -> None:
        await self._complete()

    def write(self, batch: hub.Frames) -> int:
        texts = batch.forms.get("text")
        if texts is None:
            texts = batch.forms["text"] = [payload.decode() for payload in batch.payloads]
        for taken, text in enumerate(texts):
            if self._under_way is not None:
                if not self._under_way.done():
                    return taken
                self._under_way.result()  # raises what it failed with
            sending = self._send({"type": "websocket.send", "text": f"{self._prefix}{text}}}", "bytes": None})
            if not isinstance(sending, CoroutineType):
                sending = _awaiting(sending)
            self._under_way = eager.start(sending, self._loop)
            if self._under_way is not None:
                self._under_way.add_done_callback(_look)
        return len(texts)

    async def room(self) -> None:
        if self._under_way is not None:
            await self._under_way
