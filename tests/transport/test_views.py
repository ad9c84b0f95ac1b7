"""GraphQL over HTTP: who is served, what is answered to what is no request, GraphiQL, and the health checks."""

import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import AsyncClient
from pytest_django import Settings

from backend import database
from backend.accounts import users
from backend.errors import RateLimited
from backend.transport import draining
from tests.services.server import ServerProcess
from tests.transport.client import PASSWORD, Http, Person, do

WHO = "{ viewer { user { username } } }"
# Needs somebody to be logged in, and changes nothing else.
MUTATION = 'mutation { leaveRoom(input: { room: "x" }) { __typename } }'
RESPONSE = "application/graphql-response+json"


@pytest.fixture
async def nobody(server: ServerProcess) -> AsyncIterator[Http]:
    client = Http(server.url)
    yield client
    await client.close()


@pytest.fixture
async def browser(nobody: Http, ali: Person) -> Http:
    """Logged in with a session."""
    await do(nobody, "logIn", "", username=ali.username, password=PASSWORD)
    return nobody


def error(response: httpx.Response) -> dict[str, object]:
    """The only error of a JSON answer that holds nothing else."""
    assert response.headers["Content-Type"] == "application/json", response.text
    body = response.json()
    assert body.keys() == {"errors"}
    [only] = body["errors"]
    assert only["message"]
    found: dict[str, object] = only
    return found


def code(response: httpx.Response) -> object:
    extensions = error(response)["extensions"]
    assert isinstance(extensions, dict)
    return extensions["code"]


def username(response: httpx.Response) -> str | None:
    viewer = response.json()["data"]["viewer"]
    return viewer["user"]["username"] if viewer else None


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
    response = await nobody.http.post("/graphql", json={"query": WHO}, headers={"Host": host})
    assert response.status_code == 400


# --- What is no request ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"{ viewer { id } }"',
        b"true",
        b"[]",
        b'[{"query": "{ viewer { id } }"}]',
        b"{",
        b"salam",
        b'{"query": "{ viewer { id } }"} more',
        b'{"query": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"query": "{ viewer { id } }", "variables": {"x": "\\ud800"}}',
        b'{"query": NaN}',
        b'{"query": "{ viewer { id } }", "variables": {"x": 1e999}}',
        b'{"query": "{ viewer { id } }", "variables": ' + b'{"x":' * 20_000 + b"1" + b"}" * 20_001,
        b"[" * 100_000,
        b'{"query": 1}',
        b'{"query": ["{ viewer { id } }"]}',
        b'{"query": null}',
        b'{"query": ""}',
        b'{"variables": {}}',
        b'{"query": "{ viewer { id } }", "variables": []}',
        b'{"query": "{ viewer { id } }", "variables": "{}"}',
        b'{"query": "{ viewer { id } }", "extensions": 1}',
        b'{"query": "query A { viewer { id } }", "operationName": "B"}',
        b'{"query": "fragment F on Query { viewer { id } }"}',
    ],
    ids=lambda body: repr(body[:50]),
)
async def test_a_body_that_is_no_request_is_a_json_error(nobody: Http, body: bytes) -> None:
    response = await nobody.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("name", [1, ["A"], {"A": 1}, True, ""])
async def test_an_operation_name_that_is_none_is_a_json_error(nobody: Http, name: object) -> None:
    response = await nobody.post("query A { viewer { id } }", operationName=name)
    assert response.status_code in (200, 400)
    assert code(response) == "BAD_REQUEST"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "",
        ";",
        "application",
        "application/graphql",
        "charset=utf-8",
        "text/plain; application/json",
    ],
)
async def test_a_body_of_another_type_is_a_json_error(nobody: Http, content_type: str) -> None:
    """Those are what other sites' forms can send without asking."""
    body = json.dumps({"query": WHO}).encode()
    response = await nobody.http.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_an_upload_is_a_json_error(nobody: Http) -> None:
    response = await nobody.http.post("/graphql", files={"0": b"x"}, data={"operations": json.dumps({"query": WHO})})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_body_that_is_too_long_is_413(nobody: Http) -> None:
    response = await nobody.post(WHO, {"x": "x" * settings.REQUEST_MAX_BYTES})
    assert (response.status_code, code(response)) == (413, "BAD_REQUEST")


async def test_a_body_of_untold_length_that_is_too_long_is_413(nobody: Http) -> None:

    async def chunks() -> AsyncIterator[bytes]:
        yield json.dumps({"query": WHO}).encode()[:-1] + b', "variables": {"x": "'
        for _ in range(100):
            yield b"x" * 65_536
        yield b'"}}'

    response = await nobody.http.post("/graphql", content=chunks(), headers={"Content-Type": "application/json"})
    assert (response.status_code, code(response)) == (413, "BAD_REQUEST")


async def test_a_long_body_is_served(nobody: Http) -> None:
    assert username(await nobody.post(WHO, {"x": "x" * (settings.REQUEST_MAX_BYTES - 1000)})) is None


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_another_method_is_a_json_error(nobody: Http, method: str) -> None:
    response = await nobody.http.request(method, "/graphql", json={"query": WHO})
    assert (response.status_code, code(response)) == (405, "BAD_REQUEST")


async def test_a_get_without_a_query_is_a_json_error(nobody: Http) -> None:
    response = await nobody.get()
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("variables", ["null", "1", "[]", "{", "salam"])
async def test_variables_of_a_get_that_are_none_are_a_json_error(nobody: Http, variables: str) -> None:
    response = await nobody.get(query=WHO, variables=variables)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_too_many_parameters_are_a_json_error(nobody: Http) -> None:
    response = await nobody.get(query=WHO, **{f"p{number}": "" for number in range(1001)})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


# --- What is one ----------------------------------------------------------------------------------------------


async def test_a_get_runs_a_query_with_variables(nobody: Http) -> None:
    document = "query A($by: Boolean!) { viewer @include(if: $by) { id } } query B { b: viewer { id } }"
    response = await nobody.get(query=document, variables='{"by": true}', operationName="A")
    assert response.json() == {"data": {"viewer": None}}


async def test_a_get_never_runs_a_mutation(ali: Person) -> None:
    response = await ali.http.get(query=MUTATION)
    assert (response.status_code, code(response)) == (405, "BAD_REQUEST")


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
