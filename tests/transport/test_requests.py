"""What is no request of GraphQL over HTTP: refused in JSON, by a status that says so; never a page, never a 500."""

import gzip
import json
from collections.abc import AsyncIterator

import pytest
from django.conf import settings

from tests.transport.answers import JSON, WHO, code, username
from tests.transport.client import Http


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


@pytest.mark.parametrize("name", [1, 0, ["A"], [], {"A": 1}, {}, True, False, ""])
async def test_an_operation_name_that_is_none_is_a_json_error(nobody: Http, name: object) -> None:
    response = await nobody.post("query A { viewer { id } }", operationName=name)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
    assert "['A']" not in response.text, "nobody has to read Python"


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
        "text/plain application/json",
        "application/jsonp",
        "multipart/mixed",
        "x" * 9000,
    ],
    ids=lambda content_type: content_type[:40],
)
async def test_a_body_of_another_type_is_a_json_error(nobody: Http, content_type: str) -> None:
    """Some are what other sites' forms can send without asking."""
    body = json.dumps({"query": WHO}).encode()
    response = await nobody.http.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert (response.status_code, code(response)) == (415, "BAD_REQUEST")


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON ; charset=utf-8"])
async def test_json_is_known_however_its_type_is_written(nobody: Http, content_type: str) -> None:
    body = json.dumps({"query": WHO}).encode()
    response = await nobody.http.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert username(response) is None


async def test_a_compressed_body_is_a_json_error(nobody: Http) -> None:
    """Nothing is unpacked: a few bytes could become gigabytes."""
    body = gzip.compress(json.dumps({"query": WHO}).encode())
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    response = await nobody.http.post("/graphql", content=body, headers=headers)
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


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "SALAM"])
async def test_another_method_is_a_json_error(nobody: Http, method: str) -> None:
    response = await nobody.http.request(method, "/graphql", json={"query": WHO})
    assert (response.status_code, code(response)) == (405, "BAD_REQUEST")
    assert response.headers["Allow"] == "GET, POST"


async def test_a_head_has_no_body(nobody: Http) -> None:
    response = await nobody.http.head("/graphql")
    assert (response.status_code, response.headers["Content-Type"], response.content) == (405, JSON, b"")


async def test_a_get_without_a_query_is_a_json_error(nobody: Http) -> None:
    response = await nobody.get()
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("given", ["null", "1", "[]", "{", "salam", '{"x": "\\ud800"}', "[" * 5000])
@pytest.mark.parametrize("parameter", ["variables", "extensions"])
async def test_parameters_of_a_get_that_are_no_objects_are_a_json_error(
    nobody: Http, parameter: str, given: str
) -> None:
    response = await nobody.get(query=WHO, **{parameter: given})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_query_of_a_get_that_is_no_utf_8_is_a_json_error(nobody: Http) -> None:
    assert code(await nobody.http.get("/graphql?query=%ff%fe")) == "BAD_REQUEST"


async def test_too_many_parameters_are_a_json_error(nobody: Http) -> None:
    response = await nobody.get(query=WHO, **{f"p{number}": "" for number in range(1001)})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
