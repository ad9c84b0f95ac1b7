"""The product itself, as its operator runs it: `manage.py serve`, or the same application under uvicorn."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from benchmarks.engine import cores
from benchmarks.engine.generator import Line
from benchmarks.engine.house_keeper import Room
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects import DOCUMENT, Audience
from tests.services.server import MANAGE, ServerProcess

_UVICORN = Path(sys.executable).with_name("uvicorn")


@dataclass(frozen=True)
class Ours:
    """`command` is of `program`, and gets `--host` and `--port`."""

    name: str = "ours"
    program: Path = MANAGE
    command: Sequence[str] = ("serve",)
    environment: Mapping[str, str] = field(default_factory=dict)
    documents: Sequence[str] = (DOCUMENT,)  # in turn, a socket after the other

    @contextmanager
    def running(self, stage: Stage) -> Iterator["OursRunning"]:
        server = ServerProcess(
            database_url=stage.database_url,
            redis_url=stage.redis_url,
            environment={"DJANGO_SETTINGS_MODULE": "backend.settings", **self.environment},
            manage=self.program,
            command=self.command,
        )
        with cores.for_a_server():
            server.__enter__()
        try:
            yield OursRunning(stage, server, self.documents)
        finally:
            server.__exit__()


def documents(count: int) -> Sequence[str]:
    """So many that differ, and ask for the same."""
    return [DOCUMENT.replace("{ cursor event", f"{{ as{number}: cursor event") for number in range(count)]


# The same application behind a server that only knows ASGI's own `send`.
PORTABLE = Ours(
    name="ours, portable",
    program=_UVICORN,
    command=("backend.asgi:application", "--app-dir", str(MANAGE.parent), "--log-level", "warning", "--no-access-log"),
)


class OursRunning:
    def __init__(self, stage: Stage, server: ServerProcess, documents: Sequence[str]) -> None:
        self._stage = stage
        self._server = server
        self._documents = documents

    @property
    def pids(self) -> tuple[int, ...]:
        return (self._server.child.pid,)

    @property
    def port(self) -> int:
        return self._server.port

    def audience(self, *, rooms: int, each: int, after: str | None = None) -> Audience:
        inside = self._stage.house.rooms(rooms, each)
        members = [(room, token) for room in inside for token in room.tokens]
        asked = cycle(self._documents)
        lines = [self._line(room, token, next(asked), after) for room, token in members]
        return Audience(lines, self._stage.house.publisher(inside))

    def _line(self, room: Room, token: str, document: str, after: str | None) -> Line:
        variables = {"room": room.id}
        if after is not None:
            document = document.replace("$room: ID!", "$room: ID!, $after: Cursor").replace(
                "room: $room", "room: $room, after: $after"
            )
            variables["after"] = after
        opening = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        payload = {"query": document, "variables": variables}
        subscribe = {"id": "1", "type": "subscribe", "payload": payload}
        # It says itself that the subscription has begun; a pong could come before that.
        then = (json.dumps(subscribe),)
        return Line(self._server.port, json.dumps(opening), then, settled_by="CaughtUp")
