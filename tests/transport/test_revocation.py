"""When what proved an identity stops counting, its sockets close, at once or by the sweep."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator

from backend import hub
from backend.accounts.credentials import Viewer
from backend.asgi import application
from backend.transport import connection
from tests.chat_schema.inside import ALI
from tests.services.server import ServerProcess
from tests.transport.client import PASSWORD, PROTOCOL, Http, Person, do, open_socket
from tests.transport.identity import browser_socket, log_in, name
from tests.transport.served import NewPerson, change

# Much longer than a hint takes, and much shorter than the sweep of these servers' settings (5 s).
AT_ONCE = 2.0


@pytest.fixture
async def ali(new_person: NewPerson) -> Person:
    """New: what ends here must not end for others."""
    return await new_person()


@pytest.fixture
async def browser(server: ServerProcess, ali: Person) -> AsyncIterator[Http]:
    browser = await log_in(server.url, ali)
    yield browser
    await browser.close()


async def test_logging_out_closes_the_sockets_of_the_session_and_no_others(
    server: ServerProcess, ali: Person, browser: Http
) -> None:
    elsewhere = await log_in(server.url, ali)
    async with (
        browser_socket(server, browser, origin=server.url) as tab,
        browser_socket(server, browser, origin=server.url) as other_tab,
        browser_socket(server, elsewhere, origin=server.url) as other_browser,
        ali.socket() as bot,
        open_socket(server.ws_url) as nobody,
    ):
        await nobody.init()
        await browser.ask("mutation { logOut { __typename } }")
        async with asyncio.timeout(AT_ONCE):
            assert await tab.closed() == 4403
            assert await other_tab.closed() == 4403
        assert await name(other_browser) == await name(bot) == ali.username
        assert await name(nobody) is None
    await elsewhere.close()


async def test_revoking_a_token_closes_its_sockets_and_no_others(ali: Person, new_person: NewPerson) -> None:
    vera = await new_person()
    created = await do(ali.http, "createToken", "... on TokenCreated { token { id } secret }", name="another")
    other = Person(url=ali.url, username=ali.username, token=created["secret"])
    async with ali.socket() as kept, other.socket() as ended, vera.socket() as somebody_else:
        revoked = await do(ali.http, "revokeToken", "... on TokenRevoked { tokenId }", token=created["token"]["id"])
        assert revoked["__typename"] == "TokenRevoked"
        async with asyncio.timeout(AT_ONCE):
            assert await ended.closed() == 4403
        assert await name(kept) == ali.username
        assert await name(somebody_else) == vera.username
    async with open_socket(ali.url.replace("http", "ws")) as socket, other:
        await socket.send("connection_init", payload={"Authorization": f"Bearer {other.token}"})
        assert await socket.closed() == 4403


async def test_a_token_may_revoke_itself(ali: Person) -> None:
    """The answer may still come, and the socket closes."""
    async with ali.socket() as socket:
        [token] = (await socket.ask("{ viewer { tokens { id } } }")).data["viewer"]["tokens"]
        await socket.subscribe(
            "mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename } }",
            input={"token": token["id"]},
        )
        assert await socket.closed() == 4403


async def test_a_new_password_closes_the_sockets_of_sessions_and_leaves_those_of_tokens(
    server: ServerProcess, ali: Person, browser: Http
) -> None:
    elsewhere = await log_in(server.url, ali)
    async with (
        browser_socket(server, browser, origin=server.url) as here,
        browser_socket(server, elsewhere, origin=server.url) as there,
        ali.socket() as bot,
    ):
        changed = await do(
            browser, "changePassword", "", currentPassword=PASSWORD, newPassword="another long enough secret"
        )
        assert changed["__typename"] == "PasswordChanged", changed
        async with asyncio.timeout(AT_ONCE):
            assert await there.closed() == 4403
            assert await here.closed() == 4403
        assert await name(bot) == ali.username
    # The browser that did it has a new cookie, and comes back as who it was; the other one is nobody now.
    async with (
        browser_socket(server, browser, origin=server.url) as here,
        browser_socket(server, elsewhere, origin=server.url) as there,
    ):
        assert await name(here) == ali.username
        assert await name(there) is None
    await elsewhere.close()


async def test_a_session_changes_its_password_over_http_alone(server: ServerProcess, browser: Http) -> None:
    """Over a socket it could not be given its new cookie, and would end itself."""
    async with browser_socket(server, browser, origin=server.url) as socket:
        problem = await do(socket, "changePassword", "", currentPassword=PASSWORD, newPassword="another long secret")
        assert problem["__typename"] == "InvalidProblem"
        assert "HTTP" in problem["detail"]
        assert await name(socket)


async def test_what_waits_on_a_socket_that_is_ended_is_not_done(ali: Person, new_person: NewPerson) -> None:
    """A client that does not answer the close goes on sending: nobody listens any more."""
    [token] = (await ali.http.ask("{ viewer { tokens { id } } }")).data["viewer"]["tokens"]
    async with ali.socket() as socket:
        connected = socket.connection.transport
        connected.pause_reading()  # so that it cannot hear, and answer, the close
        await do(ali.http, "revokeToken", "", token=token["id"])
        await asyncio.sleep(0.3)
        await socket.subscribe('mutation { enterRoom(input: { address: "too late" }) { __typename } }')
        await asyncio.sleep(0.2)
        connected.resume_reading()
        assert await socket.closed() in (4403, 1006)
    vera = await new_person()
    found = await vera.http.ask('{ room(by: { address: "too late" }) { id } }')
    assert found.data == {"room": None}


@pytest.fixture
async def vera(impatient_server: ServerProcess) -> AsyncIterator[Person]:
    async with await Person.register(impatient_server.url) as vera:
        yield vera


@pytest.fixture
async def quick_browser(impatient_server: ServerProcess, vera: Person) -> AsyncIterator[Http]:
    browser = await log_in(impatient_server.url, vera)
    yield browser
    await browser.close()


@pytest.mark.parametrize(
    ("statement", "ended"),
    [
        ("UPDATE accounts_user SET is_active = false WHERE username = ?", "both"),
        ("UPDATE accounts_user SET credentials_epoch = credentials_epoch + 1 WHERE username = ?", "session"),
        (
            "DELETE FROM accounts_personaltoken WHERE user_id = (SELECT id FROM accounts_user WHERE username = ?)",
            "token",
        ),
    ],
    ids=["a deactivated account", "a new password", "a token that has gone"],
)
async def test_what_nobody_has_told_of_is_found_by_the_sweep(
    impatient_server: ServerProcess, vera: Person, quick_browser: Http, statement: str, ended: str
) -> None:
    """A hint may be lost. These changes are made behind the server's back, so there is none."""
    async with (
        browser_socket(impatient_server, quick_browser, origin=impatient_server.url) as by_session,
        vera.socket() as by_token,
        await Person.register(impatient_server.url) as other,
        other.socket() as somebody_else,
    ):
        change(impatient_server, statement, vera.username)
        for kind, socket in (("session", by_session), ("token", by_token)):
            if ended in (kind, "both"):
                assert await socket.closed() == 4403
            else:
                assert await name(socket) == vera.username
        assert await name(somebody_else) == other.username


async def test_a_session_that_has_gone_is_found_by_the_sweep(
    impatient_server: ServerProcess, vera: Person, quick_browser: Http
) -> None:
    async with (
        browser_socket(impatient_server, quick_browser, origin=impatient_server.url) as ended,
        vera.socket() as kept,
    ):
        change(
            impatient_server,
            "DELETE FROM django_session WHERE session_key = ?",
            quick_browser.http.cookies["sessionid"],
        )
        assert await ended.closed() == 4403
        assert await name(kept) == vera.username


async def test_a_token_that_expires_closes_its_sockets(vera: Person) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1)
    secret = "... on TokenCreated { secret }"
    created = await do(vera.http, "createToken", secret, name="brief", expiresAt=soon.isoformat())
    async with Person(url=vera.url, username=vera.username, token=created["secret"]) as brief, brief.socket() as socket:
        assert await name(socket) == vera.username
        assert await socket.closed() == 4403


async def test_a_socket_that_goes_away_while_it_is_let_in_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, to catch it in the middle; what is left of it would be looked up for ever."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def identify(*_: object) -> Viewer:
        begun.set()
        await go_on.wait()
        return ALI

    monkeypatch.setattr(connection, "identify", identify)
    channel_layers.backends.clear()
    headers = [(b"host", b"localhost")]
    client = WebsocketCommunicator(application, "/graphql", headers=headers, subprotocols=[PROTOCOL])
    await client.connect()
    await client.send_to(text_data='{"type":"connection_init"}')
    await begun.wait()
    await client.send_input({"type": "websocket.disconnect", "code": 1006})
    await asyncio.sleep(0)
    go_on.set()
    await client.wait()
    assert connection.watch()._open == {}
    await hub.current().close()
