"""The server that these tests talk to, and the people on it."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, closing, contextmanager

import pytest

from tests.services.server import ServerProcess
from tests.transport.client import Person

NewPerson = Callable[[], Awaitable[Person]]


@contextmanager
def serving(settings: str = "settings") -> Iterator[ServerProcess]:
    """A server with the settings of this name among the tests'."""
    with ServerProcess(environment={"DJANGO_SETTINGS_MODULE": f"tests.transport.{settings}"}) as server:
        yield server


def change(server: ServerProcess, statement: str, *values: object) -> None:
    """Behind the back of the server: what no mutation can do, and nobody hears of."""
    path = server.folder / "var" / "chaikhana.sqlite3"
    with closing(sqlite3.connect(path, timeout=20)) as database, database:
        assert database.execute(statement, values).rowcount in (1, -1), "one row, or no rows at all"


def address() -> str:
    """Of a room where nobody has been."""
    return f"room {secrets.token_hex(4)}"


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
async def new_person(server: ServerProcess) -> AsyncIterator[NewPerson]:
    async with AsyncExitStack() as people:

        async def make() -> Person:
            return await people.enter_async_context(await Person.register(server.url))

        yield make
