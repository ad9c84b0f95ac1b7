"""Leaks of every kind are found, wherever an answer can arrive, and nothing else is taken for one."""

import traceback
from collections.abc import Iterator, Sequence

import httpx
import pytest
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import AsyncClient, Client
from graphql import GraphQLError, get_introspection_query

from backend import hub
from backend.accounts import passwords
from backend.asgi import application
from chat_schema import execution, sharing
from chat_schema.context import Context
from chat_schema.schema import schema
from tests import leaks
from tests.chat_schema import inside
from tests.services.server import ServerProcess
from tests.transport.client import PROTOCOL, Http, open_socket
from tests.transport.served import serving

CREATE_TOKEN = """
mutation ($text: String!) {
  createToken(input: { name: "x", credentials: { username: "x", password: $text } }) { __typename }
}
"""


def _traceback() -> str:
    try:
        raise LookupError
    except LookupError:
        return traceback.format_exc()


LEAKS = [
    ("a traceback", _traceback()),
    ("an exception", "DoesNotExist"),
    ("an exception", "Room matching query does not exist."),
    ("an exception", "ValidationError"),
    ("an exception", "invalid literal for int() with base 10: 'x'"),
    ("an exception", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ("an exception", "'NoneType' object is not subscriptable"),
    ("an exception", "<Room object at 0x7f5c7a1e3d50>"),
    ("a database", "UNIQUE constraint failed: x.y"),
    ("a database", 'duplicate key value violates unique constraint "x"'),
    ("a database", "database is locked"),
    ("a database", 'connection to server at "127.0.0.1", port 5432 failed'),
    ("SQL", 'SELECT "id"\nFROM "x"'),
    ("SQL", 'UPDATE "x" SET "y" = 1'),
    ("a table", "accounts_user"),
    ("a table", "chat_room.id"),
    ("a path", f"{settings.BASE_DIR}/manage.py"),
    ("a path", "/usr/lib/python3"),
    ("a path", "site-packages"),
    ("a module", "backend.chat.rooms"),
    ("a module", "django.db.utils"),
    ("a module", "strawberry"),
    ("a password hash", PBKDF2PasswordHasher().encode("x", "salt", iterations=1)),
    ("a password hash", "md5$salt$0123"),
    ("the secret key", settings.SECRET_KEY),
    ("the secret key", leaks.SERVER_SECRET_KEY),
]
every_leak = pytest.mark.parametrize(("kind", "text"), LEAKS, ids=lambda value: value[:30])


def found() -> set[tuple[str, str]]:
    """What was found since the last time, and where."""
    return {(leak.kind, leak.where) for leak in leaks.take()}


# --- Over the wire --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unmasked() -> Iterator[ServerProcess]:
    with serving("unmasked") as server:
        yield server


@every_leak
async def test_a_leak_through_http_is_found(unmasked: ServerProcess, kind: str, text: str) -> None:
    client = Http(unmasked.url)
    answer = await client.ask(CREATE_TOKEN, text=text)
    await client.close()
    assert answer.errors[0]["message"] == text, "it is not masked there"
    assert (kind, "an HTTP response") in found()


@every_leak
async def test_a_leak_through_the_socket_is_found(unmasked: ServerProcess, kind: str, text: str) -> None:
    async with open_socket(unmasked.ws_url) as socket:
        await socket.init()
        await socket.ask(CREATE_TOKEN, text=text)
    assert (kind, "a frame") in found()


def test_a_leak_in_an_answer_to_a_synchronous_client_is_found(unmasked: ServerProcess) -> None:
    with httpx.Client(base_url=unmasked.url) as client:
        client.post("/graphql", json={"query": CREATE_TOKEN, "variables": {"text": "psycopg"}})
    assert found() == {("a database", "an HTTP response")}


def test_a_leak_in_a_header_is_found() -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Server": "daphne.server"})

    with httpx.Client(transport=httpx.MockTransport(handle)) as client:
        client.get("http://localhost")
    assert found() == {("a module", "an HTTP response")}


# --- In this process ------------------------------------------------------------------------------------------


@pytest.fixture
def unmasked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("no such table: x")

    async def present_nothing(errors: Sequence[GraphQLError], _: Context) -> Sequence[GraphQLError]:
        return errors

    monkeypatch.setattr(execution, "present_all", present_nothing)
    monkeypatch.setattr(passwords, "check_password", fail)


async def test_a_leak_in_a_result_is_found(unmasked_here: None) -> None:
    await schema.execute(CREATE_TOKEN, {"text": "x"}, context_value=Context(reader=None, origin=""))
    assert found() == {("a database", "a result")}


async def test_a_leak_through_djangos_client_is_found(unmasked_here: None) -> None:
    body = {"query": CREATE_TOKEN, "variables": {"text": "x"}}
    await AsyncClient().post("/graphql", body, content_type="application/json")
    assert found() == {("a database", "a result"), ("a database", "an HTTP response")}


@pytest.mark.django_db(transaction=True)
def test_a_leak_through_djangos_synchronous_client_is_found(unmasked_here: None) -> None:
    body = {"query": CREATE_TOKEN, "variables": {"text": "x"}}
    Client().post("/graphql", body, content_type="application/json")
    assert found() == {("a database", "a result"), ("a database", "an HTTP response")}


async def test_a_leak_through_the_consumer_is_found(unmasked_here: None) -> None:
    channel_layers.backends.clear()
    headers = [(b"host", b"localhost")]
    client = WebsocketCommunicator(application, "/graphql", headers=headers, subprotocols=[PROTOCOL])
    await client.connect()
    await client.send_json_to({"type": "connection_init"})
    await client.receive_json_from()
    payload = {"query": CREATE_TOKEN, "variables": {"text": "x"}}
    await client.send_json_to({"type": "subscribe", "id": "x", "payload": payload})
    await client.receive_json_from()
    assert found() == {("a database", "a result"), ("a database", "a frame")}
    await client.disconnect()
    await hub.current().close()


@pytest.mark.django_db(transaction=True)
async def test_a_leak_in_a_frame_of_the_hub_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    channel_layers.backends.clear()
    viewer = await inside.somebody()
    room = await inside.enter(viewer)

    def fail() -> None:
        raise KeyError("strawberry")

    monkeypatch.setattr(sharing, "present", lambda error, _: error)
    monkeypatch.setattr("backend.database.now", fail)
    sink = inside.Sink()
    document = "subscription ($room: ID!) { roomEvents(room: $room) { event { ... on CaughtUp { at } } } }"
    await inside.subscribe(viewer, room, document, sink)
    assert (await sink.payload())["errors"]
    await hub.current().close()
    assert found() == {("a module", "a shared frame")}


# --- What is none, and what becomes of one -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Cannot query field 'x' on type 'Room'.",
        "Syntax Error: Expected Name, found <EOF>.",
        "I had an error today, and select a table from the list",
        "Django, GraphQL and Redis",
        "https://scalars.graphql.org/andimarek/date-time.html",
        "graphql-transport-ws",
        "the chat room",
    ],
)
def test_ordinary_words_are_no_leak(text: str) -> None:
    leaks.look("a message", text)
    assert found() == set()


async def test_the_schema_is_no_leak() -> None:
    result = await schema.execute(get_introspection_query(), context_value=Context(reader=None, origin=""))
    assert result.data
    leaks.look("the schema", schema.as_str())
    assert found() == set()


def test_a_leak_fails_the_test_that_saw_it_and_is_named(request: pytest.FixtureRequest) -> None:
    assert "_no_leaks" in request.fixturenames
    leaks.look("an HTTP response", '{"errors": [{"message": "chat_room"}]}')
    with pytest.raises(AssertionError, match=r'a table in an HTTP response: {"errors": \[{"message": "chat_room"}\]}'):
        leaks.complain()
    leaks.complain()


def test_what_json_escapes_is_found() -> None:
    leaks.look("a frame", r'"x\nDoesNotExist"')
    leaks.look("a frame", r'"File \"x\", line 1"')
    assert found() == {("an exception", "a frame"), ("a traceback", "a frame")}
