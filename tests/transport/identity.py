"""Who a socket or a browser is, as these tests ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.services.server import ServerProcess
from tests.transport.client import PASSWORD, Http, Person, Socket, do, open_socket

WHO = "{ viewer { user { username } } }"


async def name(socket: Socket) -> str | None:
    viewer = (await socket.ask(WHO)).data["viewer"]
    return viewer["user"]["username"] if viewer else None


async def log_in(url: str, person: Person) -> Http:
    """A browser of this person's, with a session."""
    browser = Http(url)
    result = await do(browser, "logIn", "", username=person.username, password=PASSWORD)
    assert result["__typename"] == "LoggedIn", result
    return browser


@asynccontextmanager
async def browser_socket(server: ServerProcess, browser: Http, *, origin: str | None) -> AsyncIterator[Socket]:
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.http.cookies.jar)
    async with open_socket(server.ws_url, origin=origin, additional_headers={"Cookie": cookies}) as socket:
        await socket.init()
        yield socket
