"""The peers, and the floor: whatever is told of an event by Redis, and knows nothing of our log."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.engine import cores
from benchmarks.engine.compiler import build
from benchmarks.engine.generator import Line
from benchmarks.engine.peers.peers import (
    CHANNELS,
    GRAPHQL_WS,
    PYTHON_FLOOR,
    STRAWBERRY,
    SUBPROTOCOL,
    YOGA,
    Peer,
)
from benchmarks.engine.peers.publishing import Publish, publisher
from benchmarks.engine.peers.server import PeerServer
from benchmarks.engine.stage import Stage
from benchmarks.engine.stamps import body
from benchmarks.engine.subjects import DOCUMENT, Audience


@dataclass(frozen=True)
class Other:
    peer: Peer

    @property
    def name(self) -> str:
        return self.peer.name

    @contextmanager
    def running(self, stage: Stage) -> Iterator["OtherRunning"]:
        with asyncio.Runner() as runner, ExitStack() as stack:
            with cores.for_a_server():
                server = stack.enter_context(PeerServer(self.peer, redis_url=stage.redis_url))
            opened = publisher(self.peer, stage.redis_url)
            publish = runner.run(opened.__aenter__())
            stack.callback(lambda: runner.run(opened.__aexit__(None, None, None)))
            yield OtherRunning(stage, server, runner, publish)


class OtherRunning:
    def __init__(self, stage: Stage, server: PeerServer, runner: asyncio.Runner, publish: Publish) -> None:
        self._stage = stage
        self._server = server
        self._runner = runner
        self._publish = publish

    @property
    def pids(self) -> tuple[int, ...]:
        return (self._server.child.pid,)

    def audience(self, *, rooms: int, each: int) -> Audience:
        names = [str(number) for number in range(1, rooms + 1)]
        lines = [self._line(room) for room in names for _ in range(each)]
        return Audience(lines, Told(self._stage, self._runner, self._publish, names))

    def _line(self, room: str) -> Line:
        peer, port = self._server.peer, self._server.port
        if not peer.graphql:
            return Line(port, "", (), path=peer.path(room), subprotocol="", settled_by="")
        payload = {"query": DOCUMENT, "variables": {"room": room}}
        subscribe = {"id": "1", "type": "subscribe", "payload": payload}
        opening = {"type": "connection_init", "payload": {}}
        then = (json.dumps(subscribe), json.dumps({"type": "ping"}))
        return Line(port, json.dumps(opening), then, path=peer.path(room), subprotocol=SUBPROTOCOL)


class Told:
    """Publishes what our own writes would say, to the letter's number."""

    def __init__(self, stage: Stage, runner: asyncio.Runner, publish: Publish, rooms: Sequence[str]) -> None:
        self._stage = stage
        self._runner = runner
        self._publish = publish
        self._rooms = rooms
        self._prepared = range(0)

    def prepare(self, first: int, count: int) -> None:
        self._prepared = range(first, first + count)

    def commit(self) -> None:
        self._stage.stamps.put(self._prepared.start, len(self._prepared))
        self._runner.run(self._publish_all())

    async def _publish_all(self) -> None:
        await self._publish([(room, _frame(number)) for number in self._prepared for room in self._rooms])


def _frame(number: int) -> dict[str, Any]:
    author = {"id": "VXNlcjo0MQ==", "username": "guest.00040", "displayName": "Guest 00040"}
    message = {
        "id": "TWVzc2FnZToxNDE=",
        "body": body(number),
        "sentAt": "2026-11-21T22:46:42.751Z",
        "author": author,
    }
    return {"cursor": "AAAAAAAAAAEAAAAAAAAA8XcWiNk", "message": message}


NODE = Other(GRAPHQL_WS)
NODE_YOGA = Other(YOGA)
RECIPE = Other(STRAWBERRY)
CONSUMER = Other(CHANNELS)
FLOOR_OF_PYTHON = Other(PYTHON_FLOOR)


def floor() -> Other:
    """Built on demand, as the load generator is."""
    return Other(Peer(name="C floor", command=(str(build("floor")),)))
