"""Multipart requests: who may send them, how long they may be, and what is none. And pictures, as they are served."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from django.conf import settings

from tests.pictures import picture
from tests.services.server import ServerProcess
from tests.transport.answers import JSON, MUTATION, WHO, code, username
from tests.transport.client import PASSWORD, Http, Person, do
from tests.transport.served import NewPerson

SET = """
mutation ($input: SetAvatarInput!) {
  setAvatar(input: $input) {
    ... on ProfileUpdated { viewer { user { username avatarUrl } } }
    ... on InvalidProblem { fields { path code } }
  }
}
"""
MULTIPART = b"multipart/form-data; boundary=b"


@pytest.fixture
async def browser(nobody: Http, new_person: NewPerson) -> Http:
    """Logged in with a session."""
    await do(nobody, "logIn", "", username=(await new_person()).username, password=PASSWORD)
    return nobody


def was_set(response: httpx.Response) -> bool:
    assert response.status_code == 200, response.text
    return "viewer" in response.json()["data"]["setAvatar"]


# --- Who may ---------------------------------------------------------------------------------------------------


async def test_with_a_bearer_token_no_csrf_token_is_needed(ali: Person) -> None:
    assert was_set(await ali.http.upload(SET, picture()))


async def test_with_a_session_it_needs_a_csrf_token(browser: Http) -> None:
    """Another site's form can send it without asking."""
    response = await browser.upload(SET, picture())
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    response = await browser.upload(SET, picture(), headers={"X-CSRFToken": "x" * 32})
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")
    assert was_set(await browser.upload(SET, picture(), headers={"X-CSRFToken": browser.http.cookies["csrftoken"]}))


@pytest.mark.parametrize("who", ["token", "session"])
async def test_a_foreign_origin_is_never_served(browser: Http, ali: Person, who: str) -> None:
    client, headers = (
        (ali.http, {}) if who == "token" else (browser, {"X-CSRFToken": browser.http.cookies["csrftoken"]})
    )
    response = await client.upload(SET, picture(), headers={**headers, "Origin": "https://evil.example"})
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_a_bad_token_is_401(nobody: Http) -> None:
    response = await nobody.upload(SET, picture(), headers={"Authorization": "Bearer wrong"})
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")


# --- How long --------------------------------------------------------------------------------------------------


async def test_a_file_as_long_as_may_be_arrives(ali: Person) -> None:
    """It is no picture; but it was looked at. One byte more, and it is not."""
    found = []
    for length in (settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES + 1):
        response = await ali.http.upload(SET, bytes(length))
        found += [each["code"] for each in response.json()["data"]["setAvatar"]["fields"]]
    assert found == ["UNSUPPORTED", "TOO_LONG"]


async def test_a_body_that_is_too_long_for_an_upload_is_413(ali: Person) -> None:
    response = await ali.http.upload(SET, bytes(settings.UPLOAD_MAX_BYTES + settings.REQUEST_MAX_BYTES))
    assert (response.status_code, code(response)) == (413, "BAD_REQUEST")


async def test_what_is_beside_the_file_is_bounded_like_any_request(ali: Person) -> None:
    response = await ali.http.upload(SET, picture(), x="x" * settings.REQUEST_MAX_BYTES)
    assert (response.status_code, code(response)) == (413, "BAD_REQUEST")


@pytest.mark.parametrize("content_type", [JSON, "text/plain", "", "application/json; x=multipart/form-data"])
async def test_no_other_request_may_be_as_long_as_an_upload(ali: Person, content_type: str) -> None:
    body = json.dumps({"query": WHO, "variables": {"x": "x" * settings.REQUEST_MAX_BYTES}}).encode()
    response = await ali.http.http.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert response.status_code == (413 if content_type.startswith(JSON) else 415)


async def test_a_body_of_untold_length_is_411(ali: Person) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 65_536

    response = await ali.http.http.post("/graphql", content=chunks(), headers={b"Content-Type": MULTIPART})
    assert (response.status_code, code(response)) == (411, "BAD_REQUEST")


async def test_two_files_are_one_too_many(ali: Person) -> None:
    fields = {"operations": json.dumps({"query": WHO}), "map": "{}"}
    response = await ali.http.http.post("/graphql", data=fields, files={"0": picture(), "1": picture()})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


# --- What is none ----------------------------------------------------------------------------------------------

NESTED = '{"query": "{ viewer { id } }", "variables": ' + '{"x":' * 900 + "1" + "}" * 901


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"operations": "salam"},
        {"operations": "null"},
        {"operations": "[]"},
        {"operations": json.dumps([{"query": WHO}])},
        {"operations": "{}"},
        {"operations": "[" * 100_000},
        {"operations": NESTED[:-1]},
        {"operations": json.dumps({"query": WHO}), "map": "salam"},
        {"operations": json.dumps({"query": WHO}), "map": "[]"},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": null}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": 1}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": [1]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": [null]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": ["variables.input.file"]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": ["query"]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": ["query.0"]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": ["operationName"]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"0": ["variables"]}'},
        {"operations": json.dumps({"query": WHO, "variables": {"x": []}}), "map": '{"0": ["variables.x.7"]}'},
        {"operations": json.dumps({"query": WHO, "variables": {"x": []}}), "map": '{"0": ["variables.x.y"]}'},
        {"operations": json.dumps({"query": WHO}), "map": '{"1": ["variables.x"]}'},
    ],
    ids=lambda fields: repr(fields)[:70],
)
async def test_a_form_that_is_no_request_is_a_json_error(ali: Person, fields: dict[str, str]) -> None:
    response = await ali.http.http.post("/graphql", data=fields, files={"0": picture()})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"multipart/form-data", b"x"),
        (b"multipart/form-data; boundary=", b"x"),
        (b"multipart/form-data; boundary=" + b"b" * 300, b"x"),
        (b"multipart/form-data; boundary=\xe9", b"x"),
        (MULTIPART, b""),
        (MULTIPART, b"x"),
        (MULTIPART, b"--b\r\n"),
        (MULTIPART, b"--b\r\n\r\n\r\n--b--"),
        (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="0"; filename="x"\r\n\r\n'),
        (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="0"\r\nContent-Transfer-Encoding: base64\r\n\r\n!'),
    ],
    ids=lambda each: repr(each)[:60],
)  # fmt: skip
async def test_a_body_that_is_no_form_is_a_json_error(ali: Person, content_type: bytes, body: bytes) -> None:
    response = await ali.http.http.post("/graphql", content=body, headers={b"Content-Type": content_type})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_form_without_a_file_is_a_request_like_any_other(ali: Person) -> None:
    fields = {"operations": json.dumps({"query": WHO}), "map": "{}"}
    response = await ali.http.http.post("/graphql", data=fields, files={"unused": picture()})
    assert username(response) == ali.username


async def test_a_form_by_get_is_none(ali: Person) -> None:
    response = await ali.http.http.request(
        "GET", "/graphql", data={"operations": json.dumps({"query": MUTATION})}, files={"0": picture()}
    )
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


# --- Pictures, as they are served ------------------------------------------------------------------------------


async def test_a_picture_is_kept_for_good_by_whoever_has_had_it_and_does_nothing(ali: Person, nobody: Http) -> None:
    answer = (await ali.http.upload(SET, picture())).json()["data"]["setAvatar"]
    url = answer["viewer"]["user"]["avatarUrl"]
    response = await nobody.http.get(url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
    head = await nobody.http.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert (await nobody.http.post(url)).status_code in (403, 405)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        f"{'0' * 32}.96.webp",
        "../secret_key",
        "..%2fsecret_key",
        "%2e%2e/%2e%2e/secret_key",
        "..\\secret_key",
        "/etc/passwd",
        "%00",
        "%ff",
        f"{'0' * 32}.96.webp%0a",
    ],
)
async def test_nothing_else_is_there(server: ServerProcess, path: str) -> None:
    async with httpx.AsyncClient(base_url=server.url, verify=False) as client:
        # httpx would tidy the path up.
        url = httpx.URL(server.url).copy_with(raw_path=f"/avatars/{path}".encode())
        response = await client.get(url)
    assert response.status_code == 404, response.text
    assert len(response.content) < 200
