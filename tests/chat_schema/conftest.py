"""The server, the people and the transports of this folder's tests."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speak, Speaker
from tests.services.server import ServerProcess
from tests.transport.client import Http, Person, open_socket
from tests.transport.served import NewPerson, address, new_person, server, serving, tokens

__all__ = ["new_person", "server", "tokens"]


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def speak(transport: str) -> AsyncIterator[Speak]:
    async with AsyncExitStack() as sockets:

        async def speak(person: Person) -> Speaker:
            if transport == "http":
                return Speaker(person.http, person)
            return Speaker(await sockets.enter_async_context(person.socket()), person)

        yield speak


@pytest.fixture
async def new_speaker(speak: Speak, new_person: NewPerson) -> NewSpeaker:
    async def make() -> Speaker:
        return await speak(await new_person())

    return make


@pytest.fixture
async def ali(speak: Speak, server: ServerProcess, tokens: dict[str, str]) -> AsyncIterator[Speaker]:
    async with Person(url=server.url, username="ali", token=tokens["ali"]) as ali:
        yield await speak(ali)


@pytest.fixture
async def vera(speak: Speak, server: ServerProcess, tokens: dict[str, str]) -> AsyncIterator[Speaker]:
    async with Person(url=server.url, username="vera", token=tokens["vera"]) as vera:
        yield await speak(vera)


@pytest.fixture(scope="session")
def strict_server() -> Iterator[ServerProcess]:
    with serving("strict") as server:
        yield server


@pytest.fixture
async def hasty(speak: Speak, strict_server: ServerProcess) -> AsyncIterator[Speaker]:
    """Somebody on a server where nothing may be done more than five times."""
    async with await Person.register(strict_server.url) as person:
        yield await speak(person)


@pytest.fixture
async def nobody(transport: str, server: ServerProcess) -> AsyncIterator[Speaker]:
    """Not logged in."""
    if transport == "http":
        client = Http(server.url)
        yield Speaker(client, None)
        await client.close()
    else:
        async with open_socket(server.ws_url) as socket:
            await socket.init()
            yield Speaker(socket, None)


@pytest.fixture
async def where(ali: Speaker, vera: Speaker) -> str:
    """The address of a room that Ali has made, and Vera has entered."""
    at = address()
    await ali.enter(at)
    await vera.enter(at)
    return at


@pytest.fixture
async def room(ali: Speaker, where: str) -> str:
    """Its id."""
    room: str = (await ali.enter(where))["room"]["id"]
    return room
