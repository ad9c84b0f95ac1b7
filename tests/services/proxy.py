"""A TCP proxy that misbehaves on demand: resets, swallows, refuses or delays what passes between two programs."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from math import ceil
from typing import Any, Self, TypeVar

from tests.services.ports import LOOPBACK, free_port

T = TypeVar("T")

_CHUNK = 65536
_CALL_SECONDS = 10.0


class TcpProxy:
    """Listens on `port` in a thread of its own for as long as a `with` block lasts.

    Every method returns when the change is in force, and may be called from any thread. `seed` is of what is random.
    """

    def __init__(self, upstream_host: str, upstream_port: int, *, seed: str | None = None) -> None:
        self.host = LOOPBACK
        self.port = free_port()
        self.accepted = 0
        self._upstream = (upstream_host, upstream_port)
        self._random = random.Random(seed)
        # In the order in which they came, so that a seed says which of them is meant.
        self._links: dict[asyncio.Task[None], None] = {}
        self._dead: set[asyncio.Task[None]] = set()
        self._swallowing = False
        self._delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tcp-proxy", daemon=True)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._listener: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.accept()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def connections(self) -> int:
        """How many clients are connected now; `accepted` counts all that ever were."""
        return len(self._links)

    def cut(self, share: float = 1.0) -> int:
        """Reset this share of the connections, on both sides (RST, not a polite end). Returns how many those were.

        Which ones, is random.
        """
        return self._call(self._cut(share))

    def blackhole(self) -> None:
        """Forward nothing, close nothing: as when a cable is pulled. New connections are taken, and held."""
        self._call(self._set_flowing(False))

    def restore(self) -> None:
        """Forward what was held, and everything from now on; what was swallowed is gone."""
        self._call(self._set_flowing(True))

    def swallow(self) -> int:
        """Take everything and pass on nothing, not even an end, on connections that there are and new ones.

        As when a router has forgotten them: after `restore` new ones work, and these stay dead. Returns how many
        there were.
        """
        return self._call(self._swallow())

    def refuse(self) -> None:
        """Refuse new connections. Those that there are go on."""
        self._call(self._refuse())

    def accept(self) -> None:
        """Take new connections (again), on the same port."""
        self._call(self._accept())

    def delay(self, seconds: float) -> None:
        """Hold each chunk for so long, each way. What arrives meanwhile follows as the next chunk."""
        self._delay = seconds

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_CALL_SECONDS)

    async def _accept(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, self.host, self.port)

    async def _refuse(self) -> None:
        if self._listener is not None:
            # Not wait_closed(): from Python 3.12 on it waits for the connections too.
            self._listener.close()
            self._listener = None

    async def _set_flowing(self, flowing: bool) -> None:
        if flowing:
            self._swallowing = False
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _swallow(self) -> int:
        self._swallowing = True
        self._dead.update(self._links)
        return len(self._links)

    async def _cut(self, share: float) -> int:
        links = self._random.sample(list(self._links), ceil(share * len(self._links)))
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        return len(links)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link
        self.accepted += 1
        self._links[link] = None
        if self._swallowing:
            self._dead.add(link)
        writers = [writer]
        try:
            await self._flowing.wait()
            if link in self._dead:
                await self._forget(reader)
            upstream_reader, upstream_writer = await asyncio.open_connection(*self._upstream)
            writers.append(upstream_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(link, reader, upstream_writer))
                both.create_task(self._pump(link, upstream_reader, writer))
            for each in writers:
                each.close()
                await each.wait_closed()
        except* (OSError, asyncio.CancelledError):
            pass  # It was cut, one side was reset, or there is no upstream: whoever is left is told by a reset.
        finally:
            for each in writers:
                _reset(each)
            self._links.pop(link, None)
            self._dead.discard(link)

    async def _pump(self, link: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chunk = b"the first"
        while chunk:
            try:
                chunk = await reader.read(_CHUNK)
            except OSError:
                if link not in self._dead:
                    raise
            await asyncio.sleep(self._delay)
            await self._flowing.wait()
            if link in self._dead:
                await self._forget(reader)
            if chunk:
                writer.write(chunk)
                await writer.drain()
        # One direction is over; the other may go on.
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _forget(self, reader: asyncio.StreamReader) -> None:
        """Until the connection is cut."""
        with contextlib.suppress(OSError):
            while await reader.read(_CHUNK):
                pass
        await asyncio.Event().wait()


def _reset(writer: asyncio.StreamWriter) -> None:
    # Lingering for no time makes the system answer with RST instead of FIN, and drop what was not sent yet.
    connection: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # closed already
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
