"""GraphQL over HTTP: who is served, and what an answer is."""

import re

import pytest

from tests.services.server import ServerProcess
from tests.transport.answers import JSON, MUTATION, RESPONSE, WHO, code, error, username
from tests.transport.client import PASSWORD, Http, Person, do


@pytest.fixture
async def browser(nobody: Http, ali: Person) -> Http:
    """Logged in with a session."""
    await do(nobody, "logIn", "", username=ali.username, password=PASSWORD)
    return nobody


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
