"""Whispers between processes: handed from socket to socket, and found nowhere afterwards."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import psycopg
import pytest
import redis

from tests.services.server import ServerProcess
from tests.system.conftest import Cluster
from tests.system.person import Person
from tests.transport.client import Http, Socket, do, open_socket

EVENTS = "subscription { viewerEvents { __typename ... on WhisperReceived { whisper { id body } } } }"
ROOM = "subscription ($room: ID!) { roomEvents(room: $room) { cursor } }"
RESULT = "... on WhisperDelivered { connections whisper { id body } }"
PROMISED = 2.0  # seconds for an answer, whoever is dead; a busy machine's own pauses come on top
PATIENCE = 15.0


class Pair(NamedTuple):
    """Ali and Vera, in a room."""

    ali: Person
    vera: Person
    vera_id: str
    room: str


@pytest.fixture
def pair(people: list[Person]) -> Pair:
    ali, vera = people
    address = f"room {secrets.token_hex(4)}"
    room = ali.enter(address)["room"]["id"]
    vera.enter(address)
    return Pair(ali, vera, vera.gql("{ viewer { user { id } } }")["viewer"]["user"]["id"], room)


@asynccontextmanager
async def device(person: Person, server: ServerProcess, room: str) -> AsyncIterator[tuple[Socket, str]]:
    """One that is online in the room and listens: its socket, and the operation that does."""
    async with open_socket(server.ws_url) as elsewhere, open_socket(server.ws_url) as socket:
        for each in (elsewhere, socket):
            await each.init(Authorization=f"Bearer {person.token}")
        await elsewhere.subscribe(ROOM, room=room)
        op = await socket.subscribe(EVENTS)
        assert await socket.next(op) == {"viewerEvents": {"__typename": "CaughtUp"}}
        yield socket, op


async def whisper(server: ServerProcess, pair: Pair, body: str, key: str | None = None) -> dict[str, Any]:
    http = Http(server.url, token=pair.ali.token)
    try:
        key = key or secrets.token_hex(8)
        return await do(http, "sendWhisper", RESULT, room=pair.room, recipient=pair.vera_id, body=body, key=key)
    finally:
        await http.close()


async def delivered(server: ServerProcess, pair: Pair, body: str, key: str | None = None) -> dict[str, Any]:
    """Once it is known everywhere that the recipient is there."""
    deadline = time.monotonic() + PATIENCE
    while (sent := await whisper(server, pair, body, key))["__typename"] != "WhisperDelivered":
        assert time.monotonic() < deadline, sent
    return sent


async def test_all_devices_get_it_whichever_process_they_are_connected_to(cluster: Cluster, pair: Pair) -> None:
    async with (
        device(pair.vera, cluster.a, pair.room) as (near, on_near),
        device(pair.vera, cluster.b, pair.room) as (far, on_far),
        device(pair.vera, cluster.b, pair.room) as (other, on_other),
        device(pair.ali, cluster.b, pair.room) as (own, on_own),
    ):
        sent = await delivered(cluster.a, pair, "salam", "first")
        assert sent["connections"] == 3
        again = await whisper(cluster.b, pair, "salam", "first")
        assert (again["connections"], again["whisper"]) == (3, sent["whisper"]), "whichever process is asked"
        for socket, op in ((near, on_near), (far, on_far), (other, on_other), (own, on_own)):
            assert (await socket.next(op))["viewerEvents"]["whisper"] == sent["whisper"]
            assert await socket.so_far() == []


async def test_whoever_was_connected_to_a_process_that_has_died_is_offline_in_time(
    cluster: Cluster, pair: Pair
) -> None:
    with cluster.another() as doomed:
        async with device(pair.vera, doomed, pair.room):
            assert (await delivered(cluster.a, pair, "salam"))["connections"] == 1
            doomed.kill()
            began = time.monotonic()
            refused = await whisper(cluster.a, pair, "are you there?")
            assert refused["__typename"] == "RecipientOfflineProblem"
            assert time.monotonic() - began < PROMISED


async def test_it_is_found_nowhere_also_while_it_waits_for_somebody(cluster: Cluster, pair: Pair) -> None:
    """Not in the database, nor in Redis or on its disk, nor in a log; what is said to all of the room is."""
    words = f"a secret {secrets.token_hex(8)}"
    async with device(pair.vera, cluster.b, pair.room) as (socket, op):
        await delivered(cluster.a, pair, "salam")
        await socket.next(op)
        cluster.b.child.freeze()
        try:
            for _ in range(2):  # of the core layer a process asks for one message ahead: the second stays in Redis
                assert (await whisper(cluster.a, pair, words))["__typename"] == "RecipientOfflineProblem"
            on_disk = saved(cluster)
        finally:
            cluster.b.child.thaw()
        for _ in range(2):
            assert (await socket.next(op))["viewerEvents"]["whisper"]["body"] == words, "it did wait somewhere"
        assert words.encode() not in on_disk
        assert words not in logs(cluster)
        assert tables_with(cluster, words) == set()
        pair.ali.send(pair.room, words)
        assert tables_with(cluster, words) == {"chat_message"}


def saved(cluster: Cluster) -> bytes:
    """All that Redis has, as it writes it to its disk."""
    with redis.Redis.from_url(cluster.redis.url) as client:
        client.config_set("rdbcompression", "no")
        client.save()
    return b"".join(path.read_bytes() for path in cluster.redis.folder.rglob("*") if path.is_file())


def logs(cluster: Cluster) -> str:
    return "".join(each.log.read_text() for each in (cluster.a, cluster.b, cluster.redis))


def tables_with(cluster: Cluster, text: str) -> set[str]:
    """The tables that hold this text, in whichever column."""
    assert cluster.a.database_url
    with psycopg.connect(cluster.a.database_url) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = set()
        for (table,) in tables:
            query = f'SELECT count(*) FROM "{table}" AS each WHERE each::text LIKE %s'
            [count] = database.execute(query.encode(), [f"%{text}%"]).fetchone() or [0]
            if count:
                found.add(table)
    return found
