"""Forgotten passwords, from asking for a mail to logging in with another one. Without EMAIL_URL a mail is printed."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.services.server import ServerProcess
from tests.transport.client import PASSWORD, PATIENCE, Http, do, open_socket
from tests.transport.served import change

NEW = "another long enough secret"
REQUESTED = "... on PasswordResetRequested { at }"
RESET = "... on PasswordReset { at }"


@pytest.fixture
async def browser(server: ServerProcess) -> AsyncIterator[Speaker]:
    """Keeps cookies; nobody yet."""
    client = Http(server.url)
    yield Speaker(client, None)
    await client.close()


@pytest.fixture
async def ali(new_speaker: NewSpeaker) -> Speaker:
    """With an address for mail that nobody else has."""
    speaker = await new_speaker()
    await speaker.do("updateProfile", email=address_of(speaker))
    return speaker


def address_of(speaker: Speaker) -> str:
    return f"{speaker.username}@example.org"


async def link_to(server: ServerProcess, email: str) -> tuple[str, str, str]:
    """The site, the user and the token in the last mail to this address."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        mails = [each for each in re.split("-{79}", server.log.read_text()) if f"To: {email}\n" in each]
        if mails and (link := re.search(r"^(\S+)/reset/(\S+)/(\S+)$", mails[-1], re.MULTILINE)):
            return link[1], unquote(link[2]), link[3]
        await asyncio.sleep(0.05)
    raise AssertionError("no mail was sent")


async def test_from_a_mail_to_a_new_password(
    nobody: Speaker, ali: Speaker, browser: Speaker, server: ServerProcess
) -> None:
    await browser.do("logIn", username=ali.username, password=PASSWORD)
    requested = await nobody.do("requestPasswordReset", REQUESTED, email=address_of(ali).upper())
    assert requested["at"]
    site, user, token = await link_to(server, address_of(ali))
    assert site == server.url
    assert user == (await ali.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    assert (await nobody.do("resetPassword", RESET, user=user, token=token, newPassword=NEW))["at"]
    assert await browser.ask("{ viewer { id } }") == {"viewer": None}, "other sessions have ended"
    assert (await ali.ask("{ viewer { id } }"))["viewer"], "tokens have not"
    await browser.refused("logIn", "INVALID", username=ali.username, password=PASSWORD)
    assert (await browser.do("logIn", username=ali.username, password=NEW))["__typename"] == "LoggedIn"
    await nobody.invalid("resetPassword", "token", "MALFORMED", user=user, token=token, newPassword=PASSWORD)


async def test_the_answer_is_the_same_whoever_has_the_address(nobody: Speaker, ali: Speaker) -> None:
    answers = [
        await nobody.do("requestPasswordReset", email=email)
        for email in (address_of(ali), f"{secrets.token_hex(4)}@example.org")
    ]
    assert answers == [{"__typename": "PasswordResetRequested"}] * 2


async def test_what_is_no_address_is_told_by_its_field(nobody: Speaker) -> None:
    await nobody.invalid("requestPasswordReset", "email", "REQUIRED", email=" ")
    await nobody.invalid("requestPasswordReset", "email", "MALFORMED", email="ali")


async def test_a_bad_link_and_a_bad_password_are_told_by_their_field(
    nobody: Speaker, ali: Speaker, server: ServerProcess
) -> None:
    await nobody.do("requestPasswordReset", email=address_of(ali))
    _, user, token = await link_to(server, address_of(ali))
    await nobody.invalid("resetPassword", "user", "MALFORMED", user="salam", token=token, newPassword=NEW)
    await nobody.invalid("resetPassword", "token", "MALFORMED", user=user, token="salam", newPassword=NEW)
    await nobody.invalid("resetPassword", "newPassword", "TOO_SHORT", user=user, token=token, newPassword="1Zq")
    viewer = (await ali.ask("{ viewer { id } }"))["viewer"]["id"]
    await nobody.refused("resetPassword", "NOT_FOUND", user=viewer, token=token, newPassword=NEW)
    change(server, "UPDATE accounts_user SET is_active = ? WHERE username = ?", False, ali.username)
    await nobody.invalid("resetPassword", "token", "MALFORMED", user=user, token=token, newPassword=NEW)


async def test_a_socket_of_a_session_closes(ali: Speaker, nobody: Speaker, server: ServerProcess) -> None:
    """A new password ends it, whoever set it."""
    browser = Http(server.url)
    await do(browser, "logIn", "", username=ali.username, password=PASSWORD)
    # After that: who has logged in remembers the password, and the links that were sent before are good no more.
    await nobody.do("requestPasswordReset", email=address_of(ali))
    _, user, token = await link_to(server, address_of(ali))
    headers = {"Cookie": f"sessionid={browser.http.cookies['sessionid']}"}
    async with open_socket(server.ws_url, origin=server.url, additional_headers=headers) as socket:
        await socket.init()
        assert (await socket.ask("{ viewer { id } }")).data["viewer"]
        reset = await nobody.do("resetPassword", user=user, token=token, newPassword=NEW)
        assert reset["__typename"] == "PasswordReset", reset
        assert await socket.closed() == 4403
    await browser.close()


@pytest.mark.parametrize("host", ["{host}:1", "localhost:1"])
async def test_a_link_leads_to_us_whatever_the_host_of_the_request_says(
    server: ServerProcess, ali: Speaker, host: str
) -> None:
    """Of what may be named, the name is kept; the port is ours. (Other names are not served at all.)"""
    client = Http(server.url)
    document = "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { __typename } }"
    headers = {"Host": host.format(host="127.0.0.1"), "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    response = await client.post(document, {"input": {"email": address_of(ali)}}, headers=headers)
    assert response.status_code == 200, response.text
    site, _, _ = await link_to(server, address_of(ali))
    assert site == f"http://{headers['Host'].split(':')[0]}:{server.port}"
    await client.close()


async def test_asking_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    for number in range(5):
        await hasty.do("requestPasswordReset", email=f"{number}.{secrets.token_hex(4)}@example.org")
    problem = await hasty.refused("requestPasswordReset", "RATE_LIMITED", email="more@example.org")
    assert problem["retryAfterMs"] > 0
    user = (await hasty.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    await hasty.refused("resetPassword", "RATE_LIMITED", user=user, token="x", newPassword=NEW)
