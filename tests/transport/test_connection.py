"""Who opens a socket: a session beside our own origin, or a token; and under which host."""

from collections.abc import AsyncIterator

import pytest

from tests.services.server import ServerProcess
from tests.transport.client import Http, Person, open_socket
from tests.transport.identity import browser_socket, log_in, name
from tests.transport.served import NewPerson


@pytest.fixture
async def ali(new_person: NewPerson) -> Person:
    """New: what ends here must not end for others."""
    return await new_person()


@pytest.fixture
async def browser(server: ServerProcess, ali: Person) -> AsyncIterator[Http]:
    browser = await log_in(server.url, ali)
    yield browser
    await browser.close()


async def test_a_session_with_our_own_origin_is_its_user(server: ServerProcess, ali: Person, browser: Http) -> None:
    async with browser_socket(server, browser, origin=server.url) as socket:
        assert await name(socket) == ali.username


async def test_a_session_without_an_origin_is_nobody(server: ServerProcess, browser: Http) -> None:
    """No browser leaves it out, so it is no browser; and a cookie is a browser's."""
    async with browser_socket(server, browser, origin=None) as socket:
        assert await name(socket) is None


async def test_a_session_that_has_ended_is_nobody(server: ServerProcess, browser: Http) -> None:
    cookies = dict(browser.http.cookies)
    assert not (await browser.ask("mutation { logOut { __typename } }")).errors
    browser.http.cookies.update(cookies)
    async with browser_socket(server, browser, origin=server.url) as socket:
        assert await name(socket) is None


async def test_cookies_that_others_have_set_badly_hide_no_session(
    server: ServerProcess, ali: Person, browser: Http
) -> None:
    """Cookies are shared by all ports of a host: anything on this machine may have set some."""
    session = browser.http.cookies["sessionid"]
    header = {"Cookie": f'other={{"a": [1, 2]}}; b[]=1; =; sessionid={session}'}
    async with open_socket(server.ws_url, origin=server.url, additional_headers=header) as socket:
        await socket.init()
        assert await name(socket) == ali.username


@pytest.mark.parametrize("key", ["Authorization", "authorization"])
async def test_a_token_counts_in_the_payload(server: ServerProcess, ali: Person, key: str) -> None:
    async with open_socket(server.ws_url) as socket:
        await socket.init(**{key: f"Bearer {ali.token}"})
        assert await name(socket) == ali.username


async def test_a_token_counts_in_the_header(server: ServerProcess, ali: Person) -> None:
    header = {"Authorization": f"bearer  {ali.token} "}
    async with open_socket(server.ws_url, additional_headers=header) as socket:
        await socket.init()
        assert await name(socket) == ali.username


async def test_a_token_counts_before_a_session(server: ServerProcess, new_person: NewPerson, browser: Http) -> None:
    vera = await new_person()
    headers = {"Cookie": f"sessionid={browser.http.cookies['sessionid']}"}
    async with open_socket(server.ws_url, origin=server.url, additional_headers=headers) as socket:
        await socket.init(Authorization=f"Bearer {vera.token}")
        assert await name(socket) == vera.username


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer ", "Bearer", "Basic YTpi", "", 1, [], {"a": 1}, True])
async def test_a_token_that_is_not_good_closes_with_4403(server: ServerProcess, given: object) -> None:
    """It is not let in as nobody: whoever gave a token meant to be somebody."""
    async with open_socket(server.ws_url) as socket:
        await socket.send("connection_init", payload={"Authorization": given})
        assert await socket.closed() == 4403


@pytest.fixture
async def vera(impatient_server: ServerProcess) -> AsyncIterator[Person]:
    async with await Person.register(impatient_server.url) as vera:
        yield vera
