"""Who takes messages, and how they are sent: our mutation over the socket and over HTTP, and strawberry's recipe."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import psycopg

from benchmarks.engine import cores
from benchmarks.engine.asking import NUMBER, Question
from benchmarks.engine.peers.peers import SITE, STRAWBERRY, SUBPROTOCOL
from benchmarks.engine.peers.server import PeerServer
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects.ours import Ours
from tests.services.postgres import empty_database

ROOMS = 8
EACH = 8  # people in a room, each with a connection
_SELECTED = "id body sentAt author { id username displayName }"
_OURS = (
    "mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename "
    f"... on MessageAccepted {{ message {{ {_SELECTED} }} }} }} }}"
)
_RECIPE = f"mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ {_SELECTED} }} }}"
_BODY = f"{NUMBER} The samovar is hot, and there is room at the table by the window."


@dataclass(frozen=True)
class Writing:
    """A server that takes messages."""

    pids: tuple[int, ...]
    questions: list[Question]
    database_url: str
    table: str

    def stored(self) -> int:
        """How many messages there are by now."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {self.table}".encode()).fetchone()
        assert row
        return int(row[0])


class Writer(Protocol):
    @property
    def name(self) -> str: ...

    def running(self, stage: Stage) -> AbstractContextManager[Writing]: ...


@dataclass(frozen=True)
class OurWriter:
    name: str
    by_socket: bool

    @contextmanager
    def running(self, stage: Stage) -> Iterator[Writing]:
        with Ours().running(stage) as server:
            rooms = stage.house.rooms(ROOMS, EACH)
            questions = [self._question(server.port, room.id, token) for room in rooms for token in room.tokens]
            yield Writing(server.pids, questions, stage.database_url, "chat_message")

    def _question(self, port: int, room: str, token: str) -> Question:
        # A key is its author's for good, and each round's are new.
        message = {"room": room, "body": _BODY, "key": f"{secrets.token_hex(8)}{NUMBER}"}
        payload = {"query": _OURS, "variables": {"input": message}}
        if not self.by_socket:
            return Question(port, "", f"Authorization: Bearer {token}", "MessageAccepted", json.dumps(payload))
        opening = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        request = {"id": NUMBER, "type": "subscribe", "payload": payload}
        return Question(port, SUBPROTOCOL, json.dumps(opening), "MessageAccepted", json.dumps(request))


@dataclass(frozen=True)
class RecipeWriter:
    """A site of Django with `people` in a database of its own."""

    name: str
    database_url: str
    people: list[Mapping[str, str]]
    settings: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self, stage: Stage) -> Iterator[Writing]:
        server = PeerServer(
            STRAWBERRY, redis_url=stage.redis_url, database_url=self.database_url, environment=self.settings
        )
        with cores.for_a_server():
            server.__enter__()
        try:
            questions = [self._question(server.port, person) for person in self.people]
            yield Writing((server.child.pid,), questions, self.database_url, "channels_site_message")
        finally:
            server.__exit__()

    @staticmethod
    def _question(port: int, person: Mapping[str, str]) -> Question:
        payload = {"query": _RECIPE, "variables": {"input": {"room": person["room"], "body": _BODY}}}
        return Question(port, "", f"Cookie: {person['cookie']}", '"displayName"', json.dumps(payload))


@contextmanager
def recipe_people(stage: Stage) -> Iterator[tuple[str, list[Mapping[str, str]]]]:
    """A database for the recipe with as many people in as many rooms as ours has, all logged in."""
    command = [sys.executable, "-m", f"{SITE}.people", str(ROOMS * EACH), str(ROOMS)]
    with empty_database(stage.database_url) as url:
        made = subprocess.run(
            command, check=True, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, text=True
        )
        yield url, [json.loads(line) for line in made.stdout.splitlines()]
