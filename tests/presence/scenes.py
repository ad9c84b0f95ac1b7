"""Server processes on one wire and one database, and the people in them."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import connections

from backend import hub
from backend.accounts.credentials import Viewer
from backend.chat import event_log, room_log
from backend.presence import rosters
from backend.presence.limits import Limits
from backend.presence.process import Process
from backend.presence.watches import OnlineChange
from tests.accounts import people
from tests.chat.steps import enter
from tests.hub.conftest import LIMITS as HUB_LIMITS
from tests.hub.doubles import Socket, Wire

P = ParamSpec("P")
T = TypeVar("T")

LIMITS = Limits(
    renew_interval=2.0,
    flush_interval=0.25,
    flush_size=100,
    patience=5.0,
    roster_interval=0.25,
    roster_max=50,
    crowd_interval=5.0,
)
# Long enough for whoever has come, or has gone, to be written and read, but for the grace.
SOON = 1.0


class Worker:
    """A thread for the database. Whoever asks waits for it, and time stands still meanwhile."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1)

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def call() -> T:
            try:
                return function(*args, **kwargs)
            finally:
                connections.close_all()

        return self._executor.submit(call).result()

    def close(self) -> None:
        self._executor.shutdown()


class Crossing:
    """A process's way to the database, which may be cut or freeze."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.down = False
        # Who comes and goes is written, and the connection lost before anybody is told.
        self.loses_answers = False
        self._open = asyncio.Event()
        self._open.set()

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    async def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls.append((function.__name__, kwargs))
        await self._open.wait()
        if self.down:
            raise ConnectionError("the database is away")
        answer = self._worker(function, *args, **kwargs)
        if self.loses_answers and function is rosters.write:
            raise ConnectionError("the connection was lost")
        return answer

    def writes(self) -> list[dict[str, Any]]:
        return [kwargs for name, kwargs in self.calls if name == "write"]


class Server:
    """One server process."""

    def __init__(self, worker: Worker, wire: Wire, limits: Limits) -> None:
        self.crossing = Crossing(worker)
        self.broker = wire.broker()
        self.hub = hub.Hub(broker=self.broker, log=room_log.RoomLog(), crossing=self.crossing, limits=HUB_LIMITS)
        self.hub.start()
        self.process = Process(self.hub, self.crossing, limits)
        self.shown: list[OnlineChange] = []
        self.is_alive = True

    async def follow(self, room: int, *viewers: Viewer) -> list[Callable[[], None]]:
        """They open a socket each."""
        return [await self.process.follow(room, viewer.id) for viewer in viewers]

    async def look(self, room: int) -> None:
        """Note what followers of a room are shown from now on."""
        topic = event_log.topic(room)
        feed = self.hub.hold(topic)
        head = (await self.crossing(room_log.RoomLog().heads, [topic]))[topic]

        async def render(item: hub.Item) -> bytes:
            if isinstance(item, hub.Shown):
                self.shown.append(item.payload)
            return b""

        feed.subscribe(
            key="",
            render=render,
            sink=Socket(),
            position=head.seq,
            cursor=head.cursor,
            access_as_of=head.seq,
            principal="an onlooker",
        )

    async def kill(self) -> None:
        """It does nothing any more."""
        self.is_alive = False
        self.process.stop()
        await self.hub.close()


class House:
    def __init__(self, worker: Worker, wire: Wire) -> None:
        self.do = worker
        self.wire = wire
        self.servers: list[Server] = []
        self._loop = asyncio.get_running_loop()

    def server(self, **limits: Any) -> Server:
        server = Server(self.do, self.wire, replace(LIMITS, **limits))
        self.servers.append(server)
        return server

    def publish(self, topic: str, *hints: bytes) -> None:
        for server in [each for each in self.servers if each.is_alive][:1]:
            self._loop.call_soon_threadsafe(server.hub.publish, topic, *hints)

    def people(self, *names: str) -> tuple[Sequence[Viewer], int]:
        """These, in a room."""
        viewers = [self.do(people.viewer, name) for name in names]
        rooms = {self.do(enter, viewer) for viewer in viewers}
        return viewers, rooms.pop()

    def online(self, room: int) -> list[int]:
        """Those who are, in the order in which they came. What is counted is as many."""
        standing = self.do(rosters.standing, room, 1000)
        assert standing.since is not None
        assert self.do(rosters.online_counts, [room]).get(room, 0) == len(standing.since)
        return list(standing.since)

    async def close(self) -> None:
        for server in self.servers:
            await server.kill()


def grace() -> float:
    seconds: float = settings.PRESENCE_GRACE
    return seconds


def lease() -> float:
    seconds: float = settings.PRESENCE_LEASE
    return seconds
