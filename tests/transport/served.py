"""The server that these tests talk to, and the people on it."""

import asyncio
import os
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.services.postgres import fresh_database
from tests.services.redis import RedisServer
from tests.services.server import MANAGE, ServerProcess, embedded
from tests.transport.client import PATIENCE, Person, Socket, open_socket

NewPerson = Callable[[], Awaitable[Person]]


@contextmanager
def serving(
    settings: str = "settings",
    *,
    redis_url: str | None = None,
    command: Sequence[str] = ("serve",),
    program: Path = MANAGE,
    environment: Mapping[str, str] | None = None,
) -> Iterator[ServerProcess]:
    """A server with the settings of this name among the tests'.

    It runs on what these tests run on: alone on SQLite, or with a database and a Redis, which it shares with nobody.
    `program` takes `command`, and an address after it.
    """
    environment = {"DJANGO_SETTINGS_MODULE": f"tests.transport.{settings}", **(environment or {})}
    with ExitStack() as services:
        database_url = file = None
        if cluster := os.environ.get("DATABASE_URL"):
            database_url = services.enter_context(fresh_database(cluster))
            redis_url = redis_url or services.enter_context(RedisServer()).url
        else:
            file = embedded()
        server = ServerProcess(
            database_url=database_url,
            file=file,
            redis_url=redis_url,
            environment=environment,
            manage=program,
            command=command,
        )
        yield services.enter_context(server)


def change(server: ServerProcess, statement: str, *values: object) -> None:
    """Behind the back of the server: what no mutation can do, and nobody hears of. Values stand where `?` does."""
    if server.database_url:
        with psycopg.connect(server.database_url) as database:
            count = database.execute(statement.replace("?", "%s").encode(), values).rowcount
    else:
        with closing(sqlite3.connect(server.file, timeout=20)) as file, file:
            count = file.execute(statement, values).rowcount
    assert count in (1, -1), "one row, or no rows at all"


@contextmanager
def nobody_writes(server: ServerProcess) -> Iterator[None]:
    """To rooms, for as long as the block: whoever wants to has to wait."""
    if server.database_url:
        with psycopg.connect(server.database_url) as lock:
            lock.execute("LOCK TABLE chat_room IN EXCLUSIVE MODE")
            yield
    else:
        with closing(sqlite3.connect(server.file)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield


def address() -> str:
    """Of a room where nobody has been."""
    return f"room {secrets.token_hex(4)}"


async def inside(server: ServerProcess) -> dict[str, Any]:
    """What the process holds (`tests/transport/urls.py`)."""
    async with httpx.AsyncClient(timeout=PATIENCE, verify=False) as client:
        answer = await client.get(f"{server.url}/inside")
    assert answer.status_code == 200, server.log.read_text()
    held: dict[str, Any] = answer.json()
    return held


async def until(server: ServerProcess, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Looks inside until it is as it has to be."""
    deadline = time.monotonic() + 3 * PATIENCE
    while not condition(held := await inside(server)):
        assert time.monotonic() < deadline, held
        await asyncio.sleep(0.05)
    return held


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def impatient_server() -> Iterator[ServerProcess]:
    with serving("impatient") as server:
        yield server


@pytest.fixture(scope="session")
def tokens(server: ServerProcess) -> dict[str, str]:
    """Of two people who are there from the beginning: most tests need no new ones."""

    async def register() -> dict[str, str]:
        people = [await Person.register(server.url, name) for name in ("ali", "vera")]
        for person in people:
            await person.http.close()
        return {person.username: person.token for person in people}

    with ThreadPoolExecutor(1) as elsewhere:  # where no loop of pytest's is in the way
        return elsewhere.submit(asyncio.run, register()).result()


@pytest.fixture
async def ali(server: ServerProcess, tokens: dict[str, str]) -> AsyncIterator[Person]:
    async with Person(url=server.url, username="ali", token=tokens["ali"]) as ali:
        yield ali


@pytest.fixture
async def vera(server: ServerProcess, tokens: dict[str, str]) -> AsyncIterator[Person]:
    async with Person(url=server.url, username="vera", token=tokens["vera"]) as vera:
        yield vera


@pytest.fixture
async def socket(server: ServerProcess) -> AsyncIterator[Socket]:
    """Open, and nothing said on it."""
    async with open_socket(server.ws_url) as socket:
        yield socket


@pytest.fixture
async def anonymous(socket: Socket) -> Socket:
    """Nobody, let in."""
    await socket.init()
    return socket


@pytest.fixture
async def new_person(server: ServerProcess) -> AsyncIterator[NewPerson]:
    async with AsyncExitStack() as people:

        async def make() -> Person:
            return await people.enter_async_context(await Person.register(server.url))

        yield make
