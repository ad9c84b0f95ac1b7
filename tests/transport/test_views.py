"""GraphQL over HTTP: who is served and how it is answered, GraphiQL, and the health checks."""

import json
import logging
import re
from pathlib import Path

import httpx
import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.test import AsyncClient
from pytest_django import Settings

from backend import database
from backend.accounts import users
from backend.errors import RateLimited
from backend.transport import draining
from tests.services.server import ServerProcess
from tests.transport.answers import JSON, MUTATION, RESPONSE, WHO, code, error, username
from tests.transport.client import PASSWORD, Http, Person, do


@pytest.fixture
async def browser(nobody: Http, ali: Person) -> Http:
    """Logged in with a session."""
    await do(nobody, "logIn", "", username=ali.username, password=PASSWORD)
    return nobody


# --- Who is served --------------------------------------------------------------------------------------------


async def test_without_cookies_no_csrf_token_is_needed(nobody: Http) -> None:
    assert username(await nobody.post(WHO)) is None


async def test_with_a_bearer_token_no_csrf_token_is_needed(ali: Person) -> None:
    assert username(await ali.http.post(WHO)) == ali.username


async def test_with_a_bearer_token_a_session_does_not_count_and_needs_no_csrf_token(
    browser: Http, vera: Person
) -> None:
    response = await browser.post(WHO, headers={"Authorization": f"Bearer {vera.token}"})
    assert username(response) == vera.username


@pytest.mark.parametrize("document", [WHO, MUTATION])
async def test_a_post_with_a_session_needs_a_csrf_token(browser: Http, document: str) -> None:
    """Also a query: what it shows could be timed."""
    response = await browser.post(document)
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_a_wrong_csrf_token_is_none(browser: Http) -> None:
    response = await browser.post(WHO, headers={"X-CSRFToken": "x" * 32})
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_a_post_with_a_session_and_its_csrf_token_is_its_users(browser: Http, ali: Person) -> None:
    headers = {"X-CSRFToken": browser.http.cookies["csrftoken"]}
    assert username(await browser.post(WHO, headers=headers)) == ali.username


async def test_a_get_with_a_session_is_its_users(browser: Http, ali: Person) -> None:
    """It needs no CSRF token, because it can change nothing."""
    assert username(await browser.get(query=WHO)) == ali.username


async def test_an_unknown_session_is_nobody(nobody: Http) -> None:
    nobody.http.cookies.set("sessionid", "x" * 32)
    assert username(await nobody.get(query=WHO)) is None


async def test_our_own_origin_is_served(browser: Http, ali: Person, server: ServerProcess) -> None:
    headers = {"X-CSRFToken": browser.http.cookies["csrftoken"], "Origin": server.url}
    assert username(await browser.post(WHO, headers=headers)) == ali.username


@pytest.mark.parametrize("who", ["nobody", "token", "session"])
async def test_a_foreign_origin_is_never_served(browser: Http, ali: Person, who: str) -> None:
    client, headers = browser, {"X-CSRFToken": browser.http.cookies["csrftoken"]}
    if who == "token":
        client, headers = ali.http, {}
    elif who == "nobody":
        browser.http.cookies.clear()
    for origin in ("https://evil.example", "http://127.0.0.1:1", "null", "", "salam"):
        for response in (
            await client.post(WHO, headers={**headers, "Origin": origin}),
            await client.http.get("/graphql", params={"query": WHO}, headers={"Origin": origin}),
        ):
            assert (response.status_code, code(response)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer", "Basic YTpi", "salam", ""])
async def test_a_token_that_is_not_good_is_401(nobody: Http, given: str) -> None:
    response = await nobody.post(WHO, headers={"Authorization": given})
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
async def test_a_foreign_host_is_not_served(nobody: Http, host: str) -> None:
    for path in ("/graphql", "/healthz"):  # Django refuses it before anybody is asked
        response = await nobody.http.post(path, json={"query": WHO}, headers={"Host": host})
        assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


# --- What is one ----------------------------------------------------------------------------------------------


async def test_a_get_runs_a_query_with_variables(nobody: Http) -> None:
    document = "query A($by: Boolean!) { viewer @include(if: $by) { id } } query B { b: viewer { id } }"
    response = await nobody.get(query=document, variables='{"by": true}', operationName="A")
    assert response.json() == {"data": {"viewer": None}}


async def test_a_get_never_runs_a_mutation(ali: Person) -> None:
    response = await ali.http.get(query=MUTATION)
    assert (response.status_code, code(response)) == (405, "BAD_REQUEST")
    assert response.headers["Allow"] == "POST"


async def test_a_get_never_runs_a_mutation_that_stands_beside_a_query(ali: Person) -> None:
    response = await ali.http.get(
        query=f"query A {WHO} {MUTATION.replace('mutation', 'mutation B')}", operationName="B"
    )
    assert response.status_code == 405


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_a_subscription_is_refused_and_told_where_to_go(ali: Person, accept: str) -> None:
    document = 'subscription { roomEvents(room: "x") { cursor } }'
    response = await ali.http.post(document, headers={"Accept": accept})
    refused = error(response)
    assert code(response) == "BAD_REQUEST"
    assert "graphql-transport-ws" in str(refused["message"])


@pytest.mark.parametrize(
    ("document", "status"),
    [(WHO, 200), ('{ node(id: "x") { id } }', 200), ("{ nothing }", 400), ("{", 400), ("{ viewer { id } ", 400)],
)
async def test_who_asks_for_graphql_responses_is_told_by_the_status(nobody: Http, document: str, status: int) -> None:
    """400 if nothing was executed; whoever asks for plain JSON gets 200 and reads the errors."""
    response = await nobody.post(document, headers={"Accept": f"{RESPONSE}, application/json;q=0.9"})
    assert (response.status_code, response.headers["Content-Type"]) == (status, RESPONSE)
    plain = await nobody.post(document)
    assert (plain.status_code, plain.headers["Content-Type"]) == (200, "application/json")
    assert plain.json().keys() == response.json().keys()
    assert ("data" in plain.json()) == (status == 200)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/plain", JSON),
        ("application/*;q=nonsense", JSON),
        (f"{JSON}, {RESPONSE};q=0.1", JSON),
        (f"{RESPONSE};q=0, {JSON}", JSON),
        (f"{RESPONSE}x", JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}; charset=UTF-8, {JSON}; charset=UTF-8", RESPONSE),
        (f"{JSON};q=0.9, {RESPONSE}", RESPONSE),
    ],
)
async def test_the_media_type_is_the_one_that_is_asked_for(nobody: Http, accept: str, media_type: str) -> None:
    """Of whatever is answered: a result, or a refusal at the door."""
    headers = {"Accept": accept}
    assert (await nobody.post(WHO, headers=headers)).headers["Content-Type"] == media_type
    for refused in (
        await nobody.post(WHO, headers={**headers, "Authorization": "Bearer wrong"}),
        await nobody.post(WHO, headers={**headers, "Origin": "https://evil.example"}),
        await nobody.post(WHO, headers={**headers, "Host": "evil.example"}),
        await nobody.http.post("/graphql", content=b"{", headers={**headers, "Content-Type": JSON}),
        await nobody.http.put("/graphql", headers=headers),
    ):
        assert error(refused, media_type)


async def test_every_error_has_a_code(nobody: Http) -> None:
    documents = [
        "{",
        "{ nothing }",
        '{ node(id: "x") { id } }',
        "query ($x: Int!) { rooms(first: $x) { nodes { id } } }",
    ]
    for document in documents:
        errors = (await nobody.post(document)).json()["errors"]
        assert all(re.fullmatch("[A-Z_]+", each["extensions"]["code"]) for each in errors)


# --- In this process: what cannot be asked of a server from outside --------------------------------------------


@pytest.fixture
def here() -> AsyncClient:
    return AsyncClient(enforce_csrf_checks=True)


async def post(client: AsyncClient, document: str) -> httpx.Response:
    response = await client.post("/graphql", {"query": document}, content_type="application/json")
    return httpx.Response(response.status_code, content=response.content, headers=dict(response.items()))


async def test_a_fault_while_executing_is_masked_and_logged(
    here: AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise ValueError("SECRET of the innards")

    monkeypatch.setattr(users, "check_password", fail)
    response = await post(
        here,
        'mutation { createToken(input: { name: "x", credentials: { username: "x", password: "x" } }) { __typename } }',
    )
    assert response.status_code == 200
    assert "SECRET" not in response.text
    [only] = response.json()["errors"]
    assert only["extensions"]["code"] == "INTERNAL"
    [record] = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert only["extensions"]["incident"] in record.getMessage()
    assert "SECRET" in caplog.text


@pytest.mark.parametrize(
    "failure", [ValueError("SECRET"), OperationalError("SECRET"), ExceptionGroup("SECRET", [OSError()])]
)
async def test_a_fault_before_executing_is_masked_and_logged(
    here: AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    """The database is away when the session is looked up: still no page, and no text of ours."""

    async def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(database, "run", fail)
    here.cookies["sessionid"] = "x" * 32
    response = await here.get("/graphql", {"query": WHO})
    assert (response.status_code, response["Content-Type"]) == (500, "application/json")
    assert b"SECRET" not in response.content
    [only] = json.loads(response.content)["errors"]
    assert only["extensions"]["incident"] in caplog.text
    assert "SECRET" in caplog.text


async def test_a_fault_after_executing_is_masked_and_logged(
    here: AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The session that a login has made is stored when the view has done its part."""

    def fail(*_: object) -> None:
        raise OperationalError("SECRET")

    monkeypatch.setattr(SessionMiddleware, "process_response", fail)
    here.raise_request_exception = False  # as a server
    response = await post(here, WHO)
    assert (response.status_code, code(response)) == (500, "INTERNAL")
    assert "SECRET" not in response.text
    assert "SECRET" in caplog.text


async def test_a_server_with_too_much_to_do_says_so(here: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise RateLimited(1000, "The server is busy.")

    monkeypatch.setattr(database, "run", refuse)
    here.cookies["sessionid"] = "x" * 32
    response = await here.get("/graphql", {"query": WHO})
    assert response.status_code == 503
    [only] = json.loads(response.content)["errors"]
    assert only["extensions"] == {"code": "RATE_LIMITED", "retryAfterMs": 1000}


@pytest.fixture
def built(settings: Settings, tmp_path: Path) -> Path:
    settings.FRONTEND_DIST = tmp_path
    (tmp_path / "explorer.html").write_text("<!doctype html><title>GraphiQL</title>")
    return tmp_path


async def visit(client: AsyncClient, path: str = "/graphql") -> httpx.Response:
    response = await client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    return httpx.Response(response.status_code, content=response.content, headers=dict(response.items()))


async def test_a_browser_is_shown_graphiql_under_a_strict_policy(here: AsyncClient, built: Path) -> None:
    page = await visit(here)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "GraphiQL" in page.text
    policy = dict(each.split(" ", 1) for each in page.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-cache"


async def test_graphiql_is_given_the_csrf_token_that_it_sends_back(here: AsyncClient, built: Path) -> None:
    await visit(here)
    assert here.cookies["csrftoken"].value


async def test_the_root_leads_to_graphiql(here: AsyncClient, built: Path) -> None:
    root = await visit(here, "/")
    assert (root.status_code, root.headers["Location"]) == (302, "/graphql")


async def test_graphiql_that_was_not_built_is_told_in_one_sentence(here: AsyncClient, built: Path) -> None:
    (built / "explorer.html").unlink()
    page = await visit(here)
    assert (page.status_code, page.text) == (503, "GraphiQL is not built: run `make run`.")


async def test_a_browser_that_gives_a_query_gets_its_result(here: AsyncClient, built: Path) -> None:
    response = await here.get("/graphql", {"query": WHO}, headers={"Accept": "text/html"})
    assert json.loads(response.content) == {"data": {"viewer": None}}


# --- Health ---------------------------------------------------------------------------------------------------


async def test_healthz_and_readyz_answer(nobody: Http) -> None:
    for path in ("/healthz", "/readyz"):
        response = await nobody.http.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("failure", [OperationalError("SECRET"), RateLimited(1000)])
async def test_readyz_says_if_the_database_is_away(
    here: AsyncClient, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(database, "run", fail)
    response = await here.get("/readyz")
    assert (response.status_code, response.content) == (503, b'{"status": "no database"}')
    assert (await here.get("/healthz")).status_code == 200


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_stopping", False)
    draining.begin()


async def test_readyz_says_if_the_server_is_stopping(here: AsyncClient, stopping: None) -> None:
    response = await here.get("/readyz")
    assert (response.status_code, response.content) == (503, b'{"status": "stopping"}')
    assert (await here.get("/healthz")).status_code == 200
