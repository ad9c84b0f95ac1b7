"""Accounts: registering, logging in and out, passwords, personal tokens."""

import secrets
from collections.abc import AsyncIterator

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.services.server import ServerProcess
from tests.transport.client import PASSWORD, Http, do
from tests.transport.served import change

VIEWER = "id user { id username displayName } email locale lastLogInAt"
REGISTERED = f"... on Registered {{ viewer {{ {VIEWER} }} }}"
TOKEN = "id name createdAt lastUsedAt expiresAt"
CREATED = f"... on TokenCreated {{ secret token {{ {TOKEN} }} }}"


@pytest.fixture
async def browser(server: ServerProcess) -> AsyncIterator[Speaker]:
    """Keeps cookies; nobody yet."""
    client = Http(server.url)
    yield Speaker(client, None)
    await client.close()


@pytest.fixture
async def ali(new_speaker: NewSpeaker) -> Speaker:
    """New: what is told here is all that there is of an account."""
    return await new_speaker()


def new_name() -> str:
    return f"person.{secrets.token_hex(4)}"


# --- Registering, logging in, logging out: HTTP alone ----------------------------------------------------------


async def test_registering_logs_in(browser: Speaker) -> None:
    name = new_name()
    registered = await browser.do(
        "register",
        REGISTERED,
        username=name,
        password=PASSWORD,
        email="ali@example.org",
        displayName="علی",
        locale="FA",
    )
    viewer = registered["viewer"]
    assert (viewer["user"]["username"], viewer["user"]["displayName"]) == (name, "علی")
    assert (viewer["email"], viewer["locale"]) == ("ali@example.org", "FA")
    assert viewer["lastLogInAt"]
    assert await browser.ask("{ viewer { id } }") == {"viewer": {"id": viewer["id"]}}


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"username": ""}, "username", "REQUIRED"),
        ({"username": "x" * 33}, "username", "TOO_LONG"),
        ({"username": "two words"}, "username", "MALFORMED"),
        ({"password": "1Zq"}, "password", "TOO_SHORT"),
        ({"password": "password"}, "password", "UNSUPPORTED"),
        ({"password": "x" * 257}, "password", "TOO_LONG"),
        ({"email": "nobody"}, "email", "MALFORMED"),
        ({"displayName": "x" * 65}, "displayName", "TOO_LONG"),
        ({"displayName": "a\u202eb"}, "displayName", "MALFORMED"),
    ],
)
async def test_a_bad_account_is_not_made(browser: Speaker, given: dict[str, str], field: str, code: str) -> None:
    await browser.invalid("register", field, code, **{"username": new_name(), "password": PASSWORD, **given})
    assert await browser.ask("{ viewer { id } }") == {"viewer": None}


async def test_everything_that_is_bad_is_told_at_once(browser: Speaker) -> None:
    problem = await browser.refused("register", "INVALID", username="", password="x", email="x")
    assert [each["path"] for each in problem["fields"]] == [["username"], ["email"], ["password"]]


async def test_a_name_that_is_taken_is_a_conflict_however_it_is_written(browser: Speaker) -> None:
    name = new_name()
    await browser.do("register", username=name, password=PASSWORD)
    await browser.refused("register", "CONFLICT", username=name.upper(), password=PASSWORD)


async def test_logging_in_and_out(browser: Speaker, server: ServerProcess) -> None:
    name = new_name()
    await browser.do("register", username=name, password=PASSWORD)
    assert (await browser.ask("mutation { logOut { __typename ... on LoggedOut { at } } }"))["logOut"]["at"]
    assert await browser.ask("{ viewer { id } }") == {"viewer": None}
    logged_in = await browser.do(
        "logIn", f"... on LoggedIn {{ viewer {{ {VIEWER} }} }}", username=name.upper(), password=PASSWORD
    )
    assert logged_in["viewer"]["user"]["username"] == name
    assert (await browser.ask("{ viewer { user { username } } }"))["viewer"]["user"]["username"] == name


async def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(browser: Speaker) -> None:
    name = new_name()
    await browser.do("register", username=name, password=PASSWORD)
    wrong_password = await browser.refused("logIn", "INVALID", username=name, password="wrong")
    wrong_name = await browser.refused("logIn", "INVALID", username=new_name(), password="wrong")
    assert wrong_password == wrong_name


async def test_logging_in_too_often_is_told_with_a_time(strict_server: ServerProcess) -> None:
    """Whether there is such a person or not; and others are not kept out by it."""
    client = Http(strict_server.url)
    browser, name = Speaker(client, None), new_name()
    for _ in range(5):
        await browser.refused("logIn", "INVALID", username=name, password="wrong")
    assert (await browser.refused("logIn", "RATE_LIMITED", username=name, password="wrong"))["retryAfterMs"] > 0
    await browser.refused("logIn", "INVALID", username=new_name(), password="wrong")
    await client.close()


async def test_nobody_cannot_log_out(browser: Speaker) -> None:
    answer = await browser.ask("mutation { logOut { __typename ... on Problem { code } } }")
    assert answer["logOut"] == {"__typename": "UnauthenticatedProblem", "code": "UNAUTHENTICATED"}


async def test_a_token_is_not_logged_out_but_revoked(ali: Speaker) -> None:
    """Over HTTP, where others log out: it would answer that something has ended, and the token would go on."""
    answer = await ali.person.http.ask("mutation { logOut { __typename ... on Problem { detail } } }")
    assert answer.data["logOut"]["__typename"] == "InvalidProblem"
    assert "revokeToken" in answer.data["logOut"]["detail"]


# --- Personal tokens ------------------------------------------------------------------------------------------


async def test_a_token_is_made_listed_and_revoked(ali: Speaker) -> None:
    created = await ali.do("createToken", CREATED, name=" my bot ", expiresAt="2126-11-21T18:30:00+03:30")
    token = created["token"]
    assert (token["name"], token["lastUsedAt"], token["expiresAt"]) == ("my bot", None, "2126-11-21T15:00:00.000Z")
    listed = (await ali.ask(f"{{ viewer {{ tokens {{ {TOKEN} }} }} }}"))["viewer"]["tokens"]
    assert listed[0] == token
    assert len(listed) == 2, "the one that the test itself uses too"
    revoked = await ali.do("revokeToken", "... on TokenRevoked { tokenId }", token=token["id"])
    assert revoked == {"__typename": "TokenRevoked", "tokenId": token["id"]}
    listed = (await ali.ask("{ viewer { tokens { id } } }"))["viewer"]["tokens"]
    assert token["id"] not in [each["id"] for each in listed]


async def test_who_has_no_session_makes_a_token_with_a_password(nobody: Speaker, ali: Speaker) -> None:
    credentials = {"username": ali.username, "password": PASSWORD}
    created = await nobody.do("createToken", CREATED, name="bot", credentials=credentials)
    assert created["secret"].startswith("chai_")


async def test_a_bad_token_is_not_made(ali: Speaker) -> None:
    for given, path, code in (
        ({"name": "  "}, ["name"], "REQUIRED"),
        ({"name": "x" * 65}, ["name"], "TOO_LONG"),
        ({"name": "a\u202eb"}, ["name"], "MALFORMED"),
        ({"expiresAt": "2001-01-01T00:00:00Z"}, ["expiresAt"], "UNSUPPORTED"),
        ({"credentials": {"username": "nobody at all", "password": "x"}}, ["credentials", "password"], "MALFORMED"),
    ):
        problem = await ali.refused("createToken", "INVALID", **{"name": "bot", **given})
        assert [(each["path"], each["code"]) for each in problem["fields"]] == [(path, code)]
    assert len((await ali.ask("{ viewer { tokens { id } } }"))["viewer"]["tokens"]) == 1


async def test_too_many_tokens_at_once_are_told_with_a_time(hasty: Speaker) -> None:
    for _ in range(4):  # with the one that was made when registering
        assert (await hasty.do("createToken", name="bot"))["__typename"] == "TokenCreated"
    assert (await hasty.refused("createToken", "RATE_LIMITED", name="bot"))["retryAfterMs"] > 0


async def test_only_ones_own_token_can_be_revoked(ali: Speaker, vera: Speaker) -> None:
    [token] = (await vera.ask("{ viewer { tokens { id } } }"))["viewer"]["tokens"]
    await ali.refused("revokeToken", "NOT_FOUND", token=token["id"])
    await ali.invalid("revokeToken", "token", "MALFORMED", token="salam")
    viewer = (await vera.ask("{ viewer { id } }"))["viewer"]
    await vera.refused("revokeToken", "NOT_FOUND", token=viewer["id"])


async def test_whoever_ends_their_own_token_is_told_before_the_socket_closes(ali: Speaker) -> None:
    [token] = (await ali.ask("{ viewer { tokens { id } } }"))["viewer"]["tokens"]
    async with ali.person.socket() as socket:
        revoked = await do(socket, "revokeToken", "... on TokenRevoked { tokenId }", token=token["id"])
        assert revoked["tokenId"] == token["id"]
        assert await socket.closed() == 4403


async def test_nobody_has_no_tokens(nobody: Speaker) -> None:
    await nobody.refused("createToken", "UNAUTHENTICATED", name="bot")
    await nobody.refused("revokeToken", "UNAUTHENTICATED", token="x")


# --- Passwords ------------------------------------------------------------------------------------------------


async def test_with_a_token_a_password_is_changed_over_any_transport(ali: Speaker, browser: Speaker) -> None:
    changed = await ali.do(
        "changePassword",
        f"... on PasswordChanged {{ viewer {{ {VIEWER} }} }}",
        currentPassword=PASSWORD,
        newPassword="another long enough secret",
    )
    assert changed["viewer"]["user"]["username"] == ali.username
    await browser.refused("logIn", "INVALID", username=ali.username, password=PASSWORD)
    logged_in = await browser.do("logIn", username=ali.username, password="another long enough secret")
    assert logged_in["__typename"] == "LoggedIn"


async def test_with_a_session_the_browser_that_changes_the_password_stays_logged_in(browser: Speaker) -> None:
    name = new_name()
    await browser.do("register", username=name, password=PASSWORD)
    await browser.do("changePassword", currentPassword=PASSWORD, newPassword="another long enough secret")
    assert (await browser.ask("{ viewer { user { username } } }"))["viewer"]["user"]["username"] == name


async def test_a_bad_new_password_is_refused(ali: Speaker) -> None:
    await ali.invalid("changePassword", "currentPassword", "MALFORMED", currentPassword="wrong", newPassword="x")
    await ali.invalid("changePassword", "newPassword", "TOO_SHORT", currentPassword=PASSWORD, newPassword="1Zq")
    await ali.invalid("changePassword", "newPassword", "UNSUPPORTED", currentPassword=PASSWORD, newPassword="password")


async def test_guessing_the_current_password_is_told_to_wait(hasty: Speaker) -> None:
    for _ in range(5):
        await hasty.refused("changePassword", "INVALID", currentPassword="wrong", newPassword="x")
    problem = await hasty.refused("changePassword", "RATE_LIMITED", currentPassword="wrong", newPassword="x")
    assert problem["retryAfterMs"] > 0


async def test_nobody_has_no_password_to_change(nobody: Speaker) -> None:
    await nobody.refused("changePassword", "UNAUTHENTICATED", currentPassword="x", newPassword="x")


async def test_a_deactivated_account_is_nobodys(server: ServerProcess, ali: Speaker, browser: Speaker) -> None:
    change(server, "UPDATE accounts_user SET is_active = ? WHERE username = ?", False, ali.username)
    answer = await ali.person.http.post("{ viewer { id } }")
    assert answer.status_code == 401
    await browser.refused("logIn", "INVALID", username=ali.username, password=PASSWORD)
