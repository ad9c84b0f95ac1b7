"""What cannot be asked of a server from outside: its faults, GraphiQL with and without a build, and health."""

import json
import logging
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError, connection
from django.test import AsyncClient
from pytest_django import Settings

from backend import database
from backend.accounts import passwords
from backend.errors import RateLimited
from backend.languages import text
from backend.transport import draining
from tests.transport.answers import WHO, code
from tests.transport.client import Http


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

    monkeypatch.setattr(passwords, "check_password", fail)
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
        raise RateLimited(1000, text("The server is busy."))

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
    (tmp_path / "index.html").write_text("<!doctype html><title>Chaikhana</title>")
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
    assert policy["script-src"] == policy["connect-src"] == policy["manifest-src"] == "'self'"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-cache"


async def test_graphiql_is_given_the_csrf_token_that_it_sends_back(here: AsyncClient, built: Path) -> None:
    await visit(here)
    assert here.cookies["csrftoken"].value


@pytest.mark.parametrize(
    "path", ["/", "/rooms/چایخانه", "/rooms/tea?query=samovar", "/people/nino", "/reset/VXNlcjox/token", "/nowhere"]
)
async def test_the_chat_is_at_every_other_address(here: AsyncClient, built: Path, path: str) -> None:
    page = await visit(here, path)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Chaikhana" in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-cache"
    assert here.cookies["csrftoken"].value


@pytest.mark.parametrize("path", ["/", "/rooms/tea?message=1", "/graphql"])
async def test_whether_a_page_is_there_can_be_asked_without_it(nobody: Http, built: Path, path: str) -> None:
    page = await nobody.http.head(path, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.content == b""


async def test_whoever_looks_whether_anybody_is_there_finds_the_first_page(here: AsyncClient, built: Path) -> None:
    page = await here.get("/", headers={"Accept": "*/*"})
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (await here.options("/")).status_code == 404


@pytest.mark.parametrize("path", ["/nowhere", "/static/assets/gone.js"])
async def test_who_is_no_browser_finds_nothing_at_an_address_that_is_not_there(
    here: AsyncClient, built: Path, path: str
) -> None:
    assert (await here.get(path, headers={"Accept": "*/*"})).status_code == 404


@pytest.mark.parametrize("path", ["/", "/graphql"])
async def test_a_client_that_was_not_built_is_told_in_one_sentence(here: AsyncClient, built: Path, path: str) -> None:
    (built / "explorer.html").unlink()
    (built / "index.html").unlink()
    page = await visit(here, path)
    assert (page.status_code, page.text) == (503, "The web client is not built: run `make run`.")


async def test_a_browser_that_gives_a_query_gets_its_result(here: AsyncClient, built: Path) -> None:
    response = await here.get("/graphql", {"query": WHO}, headers={"Accept": "text/html"})
    assert json.loads(response.content) == {"data": {"viewer": None}}


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
def disconnected(transactional_db: None) -> None:
    """This thread has no connection to the database."""
    connection.close()


async def test_readyz_opens_no_connection_that_nobody_gives_back(disconnected: None, here: AsyncClient) -> None:
    assert (await here.get("/readyz")).status_code == 200
    assert connection.connection is None


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_stopping", False)
    draining.begin()


async def test_readyz_says_if_the_server_is_stopping(here: AsyncClient, stopping: None) -> None:
    response = await here.get("/readyz")
    assert (response.status_code, response.content) == (503, b'{"status": "stopping"}')
    assert (await here.get("/healthz")).status_code == 200


async def test_what_is_named_by_its_contents_is_kept_for_ever_and_sent_compressed(here: AsyncClient) -> None:
    [script, *_] = sorted((settings.FRONTEND_DIST / "assets").glob("chat-*.js"))
    response = await here.get(f"/static/assets/{script.name}", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]
    assert int(response.headers["Content-Length"]) < script.stat().st_size


async def test_what_may_become_another_under_its_name_is_asked_for_again(here: AsyncClient) -> None:
    assert (await here.get("/static/favicon.svg")).headers["Cache-Control"] == "max-age=60, public"


async def test_what_makes_it_an_app_is_of_a_type_that_a_browser_takes(here: AsyncClient) -> None:
    manifest = await here.get("/static/manifest.webmanifest")
    assert manifest.headers["Content-Type"].startswith("application/manifest+json")
    for icon in json.loads((settings.FRONTEND_DIST / "manifest.webmanifest").read_text())["icons"]:
        shown = await here.get(f"/static/{icon['src']}")
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, icon["type"])
