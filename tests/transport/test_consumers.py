"""graphql-transport-ws as it is on the wire: states, close codes, operations that end by themselves alone."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings
from websockets.exceptions import InvalidStatus

from backend import database, hub
from backend.accounts import tokens
from backend.accounts.credentials import Viewer
from backend.asgi import application
from backend.chat import event_log, rooms, streams
from backend.transport import connection, consumers
from chat_schema.nodes import global_id
from tests.chat_schema import inside
from tests.services.server import ServerProcess
from tests.transport.client import PROTOCOL, Person, Socket, do, open_socket
from tests.transport.served import address, change, serving
from tests.transport.test_frames import malformed

EVENTS = """
subscription Events($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    cursor
    event {
      __typename
      ... on MessageSent { message { body } }
      ... on MemberLeft { member { user { username } } }
      ... on StreamEnded { problem { code } }
    }
  }
}
"""
VIEWER = "{ viewer { user { username } } }"


@pytest.fixture
async def socket(server: ServerProcess) -> AsyncIterator[Socket]:
    """Open, and nothing said on it."""
    async with open_socket(server.ws_url) as socket:
        yield socket


@pytest.fixture
async def anonymous(socket: Socket) -> Socket:
    """Nobody, let in."""
    await socket.init()
    return socket


def bodies(frames: list[dict[str, object]]) -> list[str]:
    return [frame["event"]["message"]["body"] for frame in frames if "message" in frame["event"]]  # type: ignore[index,operator]


# --- The handshake --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["graphql-ws", None, "soap"])
async def test_another_subprotocol_is_closed_with_4406(server: ServerProcess, protocol: str | None) -> None:
    async with open_socket(server.ws_url, protocol=None, additional_headers=_offering(protocol)) as socket:
        assert await socket.closed() == 4406


def _offering(protocol: str | None) -> dict[str, str]:
    # As a header: the library itself would refuse an answer that chooses none.
    return {"Sec-WebSocket-Protocol": protocol} if protocol else {}


@pytest.mark.parametrize("path", ["/", "/graphql/", "/graphql/x", "/ws", "/admin/"])
async def test_a_socket_is_refused_at_every_other_path(server: ServerProcess, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(server.ws_url, path=path):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
async def test_the_page_of_another_site_is_refused(server: ServerProcess, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(server.ws_url, origin=origin):
            pass
    assert 400 <= refused.value.response.status_code < 500


async def test_our_own_page_is_let_in(server: ServerProcess) -> None:
    async with open_socket(server.ws_url, origin=server.url) as socket:
        await socket.init()


async def test_a_foreign_host_is_refused_even_from_its_own_page(server: ServerProcess) -> None:
    """DNS rebinding: the name of a hostile site resolves to this machine, and its page is of that name too."""
    foreign = f"evil.example:{server.port}"
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(f"ws://{foreign}", host="127.0.0.1", port=server.port, origin=f"http://{foreign}"):
            pass
    assert refused.value.response.status_code == 403


# --- connection_init ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", ['{"type":"connection_init"}', '{"type":"connection_init","payload":null}'])
async def test_connection_init_needs_no_payload(socket: Socket, message: str) -> None:
    await socket.raw(message)
    assert await socket.receive() == {"type": "connection_ack"}
    assert (await socket.ask(VIEWER)).data == {"viewer": None}


async def test_a_second_connection_init_closes_with_4429(anonymous: Socket) -> None:
    await anonymous.send("connection_init")
    assert await anonymous.closed() == 4429


async def test_an_operation_before_connection_init_closes_with_4401(socket: Socket) -> None:
    await socket.subscribe(VIEWER)
    assert await socket.closed() == 4401


async def test_an_operation_right_behind_connection_init_is_served(socket: Socket, ali: Person) -> None:
    """Frames that come while the token is being looked up wait for their turn."""
    await socket.send("connection_init", payload={"Authorization": f"Bearer {ali.token}"})
    op = await socket.subscribe(VIEWER)
    assert (await socket.receive())["type"] == "connection_ack"
    assert await socket.next(op) == {"viewer": {"user": {"username": ali.username}}}


async def test_without_connection_init_in_time_it_closes_with_4408(impatient_server: ServerProcess) -> None:
    url = impatient_server.ws_url
    async with open_socket(url) as silent, open_socket(url) as talking:
        await talking.init()
        await silent.so_far()  # a ping is no hello
        assert await silent.closed() == 4408
        assert await talking.so_far() == []


# --- Pings ----------------------------------------------------------------------------------------------------


async def test_a_ping_is_answered_before_connection_init_too(socket: Socket) -> None:
    await socket.send("ping")
    assert await socket.receive() == {"type": "pong"}


async def test_the_payload_of_a_ping_comes_back(anonymous: Socket) -> None:
    payload = {"at": 12, "nested": [{"x": None}], "text": "چای", "large": 10**30}
    await anonymous.send("ping", payload=payload)
    assert await anonymous.receive() == {"type": "pong", "payload": payload}


async def test_a_pong_is_taken_silently(anonymous: Socket) -> None:
    await anonymous.send("pong", payload={"x": 1})
    assert await anonymous.so_far() == []


# --- Frames that are none -------------------------------------------------------------------------------------


@malformed
async def test_what_is_no_message_closes_with_4400_at_once(anonymous: Socket, text: str) -> None:
    await anonymous.raw(text[:60_000])
    assert await anonymous.closed() == 4400


async def test_a_binary_frame_closes_with_4400(anonymous: Socket) -> None:
    await anonymous.connection.send(b'{"type":"ping"}')
    assert await anonymous.closed() == 4400


async def test_text_that_is_no_utf8_closes_with_1007(anonymous: Socket) -> None:
    await anonymous.connection.send(b'{"type":"ping\xff"}', text=True)
    assert await anonymous.closed() == 1007


async def test_a_frame_over_64_kib_closes_with_1009(anonymous: Socket) -> None:
    await anonymous.send("ping", payload={"x": "x" * 65_536})
    assert await anonymous.closed() == 1009


async def test_a_message_in_many_frames_may_not_be_longer_either(anonymous: Socket) -> None:
    await anonymous.connection.send(["x" * 30_000] * 3)
    assert await anonymous.closed() == 1009


async def test_a_message_may_come_in_many_frames(anonymous: Socket) -> None:
    await anonymous.connection.send(['{"type":', '"ping"', "}"])
    assert await anonymous.receive() == {"type": "pong"}


async def test_frames_behind_a_bad_one_are_not_acted_upon(server: ServerProcess, ali: Person) -> None:
    where = address()
    document = f'mutation {{ enterRoom(input: {{ address: "{where}" }}) {{ __typename }} }}'
    async with ali.socket() as socket:
        await socket.raw("{}")
        await socket.subscribe(document)
        assert await socket.closed() == 4400
    found = await ali.http.ask("query ($at: String!) { room(by: { address: $at }) { id } }", at=where)
    assert found.data == {"room": None}


# --- Operations -----------------------------------------------------------------------------------------------


async def test_a_query_is_a_next_and_a_complete(anonymous: Socket) -> None:
    op = await anonymous.subscribe(VIEWER)
    assert await anonymous.receive() == {"id": op, "type": "next", "payload": {"data": {"viewer": None}}}
    assert await anonymous.receive() == {"id": op, "type": "complete"}


@pytest.mark.parametrize(
    ("document", "operation_name"),
    [
        ("", None),
        ("   # nothing but a comment", None),
        ("{ viewer { id }", None),
        ("salam", None),
        ("{" * 700, None),
        ("{ nothing }", None),
        ("{ viewer }", None),
        ("fragment F on Query { viewer { id } }", None),
        ("type A { b: Int }", None),
        ("query A { viewer { id } } query B { viewer { id } }", None),
        ("query A { viewer { id } } query B { viewer { id } }", "C"),
        ("{ viewer { id } }", "A"),
        ("subscription { viewer { id } }", None),
        ("query ($x: Int!) { rooms(first: $x) { nodes { id } } }", None),
        ("subscription A { __typename }", None),
        ('subscription { roomEvents(room: "x") @skip(if: true) { cursor } }', None),
        ("{ " + "a: viewer { id } " * 400 + "}", None),
    ],
)
async def test_a_bad_document_ends_its_own_operation_alone(
    anonymous: Socket, document: str, operation_name: str | None
) -> None:
    """With an error that has a code; the socket stays, and the id is free again."""
    await anonymous.subscribe(document, id="bad", operation_name=operation_name)
    message = await anonymous.receive()
    assert (message["id"], message["type"]) == ("bad", "error")
    assert [each["extensions"]["code"] for each in message["payload"]] == ["BAD_REQUEST"] * len(message["payload"])
    await anonymous.subscribe(VIEWER, id="bad")
    assert await anonymous.next("bad") == {"viewer": None}


async def test_the_operation_that_is_named_is_run(anonymous: Socket) -> None:
    document = "query A { a: viewer { id } } query B { b: viewer { id } }"
    op = await anonymous.subscribe(document, operation_name="B")
    assert await anonymous.next(op) == {"b": None}


async def test_an_error_while_executing_comes_with_the_result(anonymous: Socket) -> None:
    answer = await anonymous.ask('{ viewer { id } node(id: "x") { id } }')
    assert answer.data == {"viewer": None, "node": None}
    assert answer.code == "UNAUTHENTICATED"


async def test_an_id_in_use_closes_with_4409(ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        await socket.subscribe(EVENTS, id="x", room=room)
        await socket.frame("x")
        await socket.subscribe(VIEWER, id="x")
        assert await socket.closed() == 4409


async def test_an_id_is_free_after_its_complete(ali: Person) -> None:
    """Whoever ended it, and at whatever moment: what comes under it belongs to the new operation."""
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        for _ in range(20):
            await socket.subscribe(EVENTS, id="x", room=room)
            await socket.send("complete", id="x")
        for _ in range(3):
            await socket.subscribe(VIEWER, id="x")
            messages = [await socket.message("x")]
            while messages[-1]["type"] != "complete":
                messages.append(await socket.message("x"))
            results = [each["payload"]["data"] for each in messages[:-1]]
            assert results[-1] == {"viewer": {"user": {"username": ali.username}}}
        await socket.subscribe(EVENTS, id="x", room=room)
        assert (await socket.frame("x"))["event"]["__typename"] == "CaughtUp"
        await ali.send(room, "salam")
        assert bodies([await socket.frame("x")]) == ["salam"]
        assert await socket.so_far() == []


async def test_a_complete_for_nothing_is_ignored(anonymous: Socket) -> None:
    await anonymous.send("complete", id="never heard of")
    assert await anonymous.so_far() == []


async def test_a_mutation_may_be_given_up_while_it_is_made(ali: Person) -> None:
    """It may have been made, and nothing is said of it any more."""
    document = "mutation ($input: EnterRoomInput!) { enterRoom(input: $input) { __typename } }"
    async with ali.socket() as socket:
        await socket.subscribe(document, id="x", input={"address": address()})
        await socket.send("complete", id="x")
        assert await socket.so_far() == []
        assert (await socket.ask(VIEWER)).data["viewer"]


async def test_more_operations_than_allowed_are_refused_one_by_one(ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        for number in range(100):
            await socket.subscribe(EVENTS, id=str(number), room=room)
            assert (await socket.frame(str(number)))["event"]["__typename"] == "CaughtUp"
        await socket.subscribe(EVENTS, id="one more", room=room)
        refused = await socket.message("one more")
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
        await socket.send("complete", id="0")
        assert (await socket.ask(VIEWER)).data["viewer"]


# --- Subscriptions --------------------------------------------------------------------------------------------


async def test_two_rooms_on_one_socket_never_cross(ali: Person) -> None:
    tea, coffee = [(await ali.enter(address()))["room"]["id"] for _ in range(2)]
    async with ali.socket() as socket:
        for op, room in (("tea", tea), ("coffee", coffee)):
            await socket.subscribe(EVENTS, id=op, room=room)
            await socket.until(op, "CaughtUp")
        for number in range(10):
            await ali.send(tea, f"tea {number}")
            await ali.send(coffee, f"coffee {number}")
        for op in ("tea", "coffee"):
            assert bodies([await socket.frame(op) for _ in range(10)]) == [f"{op} {number}" for number in range(10)]
        assert await socket.so_far() == []


async def test_the_same_room_twice_on_one_socket_comes_twice(ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        for op in ("a", "b"):
            await socket.subscribe(EVENTS, id=op, room=room)
            await socket.until(op, "CaughtUp")
        await ali.send(room, "salam")
        assert bodies([await socket.frame("a")]) == bodies([await socket.frame("b")]) == ["salam"]


async def test_a_subscription_goes_on_from_where_it_was(ali: Person) -> None:
    """Nothing is lost between two sockets, and nothing comes twice."""
    entered = await ali.enter(address())
    room, after = entered["room"]["id"], entered["cursor"]
    heard: list[str] = []
    for number in range(3):
        await ali.send(room, f"while away {number}")
        async with ali.socket() as socket:
            op = await socket.subscribe(EVENTS, room=room, after=after)
            frames = await socket.until(op, "CaughtUp")
            await ali.send(room, f"live {number}")
            frames.append(await socket.frame(op))
            heard += bodies(frames)
            after = frames[-1]["cursor"]
    assert heard == [f"{when} {number}" for number in range(3) for when in ("while away", "live")]


@pytest.mark.parametrize("end", ["complete", "leave", "error"])
async def test_the_end_of_one_operation_leaves_its_siblings(ali: Person, end: str) -> None:
    kept, ended = [(await ali.enter(address()))["room"]["id"] for _ in range(2)]
    async with ali.socket() as socket:
        for op, room in (("kept", kept), ("ended", ended)):
            await socket.subscribe(EVENTS, id=op, room=room)
            await socket.until(op, "CaughtUp")
        if end == "complete":
            await socket.send("complete", id="ended")
        elif end == "leave":
            await do(ali.http, "leaveRoom", "", room=ended)
            frames = await socket.until("ended", "StreamEnded")
            assert [each["event"]["__typename"] for each in frames] == ["MemberLeft", "StreamEnded"]
            assert frames[-1]["event"]["problem"]["code"] == "FORBIDDEN"
            assert await socket.message("ended") == {"id": "ended", "type": "complete"}
        else:
            await socket.subscribe("{ nothing }", id="bad")
            assert (await socket.message("bad"))["type"] == "error"
        await ali.send(kept, "still here")
        assert bodies([await socket.frame("kept")]) == ["still here"]
        assert await socket.so_far() == []


async def test_after_complete_nothing_comes_any_more(ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket, ali.socket() as other:
        for each in (socket, other):
            await each.subscribe(EVENTS, id="x", room=room)
            await each.until("x", "CaughtUp")
        await socket.send("complete", id="x")
        assert await socket.so_far() == []
        await ali.send(room, "salam")
        assert bodies([await other.frame("x")]) == ["salam"]
        assert await socket.so_far() == []


@pytest.mark.parametrize("moment", range(6))
async def test_complete_at_any_moment_ends_the_operation_and_nothing_else(ali: Person, moment: int) -> None:
    """While it is being parsed, authorized, opened, replayed: it is sent that many turns of the loop later."""
    entered = await ali.enter(address())
    room = entered["room"]["id"]
    for number in range(5):
        await ali.send(room, str(number))
    async with ali.socket() as socket:
        await socket.subscribe(EVENTS, id="kept", room=room)
        await socket.until("kept", "CaughtUp")
        for _ in range(5):
            await socket.subscribe(EVENTS, id="x", room=room, after=entered["cursor"])
            await asyncio.sleep(moment * 0.002)
            await socket.send("complete", id="x")
            await socket.so_far()
        await ali.send(room, "after all")
        assert bodies([await socket.frame("kept")]) == ["after all"]
        assert await socket.so_far() == []


@pytest.mark.parametrize(
    ("make", "code"),
    [("nobody", "UNAUTHENTICATED"), ("a stranger", "FORBIDDEN"), ("no room", "NOT_FOUND"), ("no id", "INVALID")],
)
async def test_a_refused_subscription_is_an_error_with_a_code(
    server: ServerProcess, ali: Person, vera: Person, make: str, code: str
) -> None:
    room = (await vera.enter(address()))["room"]["id"]
    if make == "no room":
        room = "Um9vbTo5OTk5OTk5OQ=="
    elif make == "no id":
        room = "salam"
    async with open_socket(server.ws_url) as socket:
        await socket.init(**({} if make == "nobody" else {"Authorization": f"Bearer {ali.token}"}))
        await socket.subscribe(EVENTS, id="x", room=room)
        message = await socket.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_a_private_room_is_to_a_stranger_as_if_it_were_none(
    server: ServerProcess, ali: Person, vera: Person
) -> None:
    entered = await vera.enter(address())
    change(server, "UPDATE chat_room SET is_private = 1 WHERE address = ?", entered["room"]["address"])
    async with ali.socket() as socket:
        messages = []
        for room in (entered["room"]["id"], "Um9vbTo5OTk5OTk5OQ=="):
            await socket.subscribe(EVENTS, id="x", room=room)
            messages.append(await socket.receive())
    assert messages[0] == messages[1]


@pytest.mark.parametrize("name", ["register", "logIn"])
async def test_who_must_be_given_a_cookie_is_told_of_create_token(anonymous: Socket, name: str) -> None:
    result = await do(anonymous, name, "", username="somebody", password="a long enough secret")
    assert result["__typename"] == "InvalidProblem"
    assert "createToken" in result["detail"]


async def test_logging_out_on_a_socket_points_to_create_token(ali: Person) -> None:
    async with ali.socket() as socket:
        answer = await socket.ask("mutation { logOut { __typename ... on Problem { detail } } }")
    assert answer.data["logOut"]["__typename"] == "InvalidProblem"
    assert "createToken" in answer.data["logOut"]["detail"]


# --- What is said of faults of ours ---------------------------------------------------------------------------


async def test_a_fault_of_the_server_is_masked_and_its_id_is_in_the_log() -> None:
    """Over HTTP and over a socket, in a query and in the opening of a stream: with the tables gone."""
    with serving() as server:
        async with await Person.register(server.url) as ali, ali.socket() as socket:
            room = (await ali.enter(address()))["room"]["id"]
            change(server, "ALTER TABLE chat_membership RENAME TO gone")
            query = "query ($id: ID!) { room(by: { id: $id }) { members { nodes { id } } } }"
            for answer in (await ali.http.ask(query, id=room), await socket.ask(query, id=room)):
                [error] = answer.errors
                assert error["message"] == "Something went wrong on the server."
                assert error["extensions"]["code"] == "INTERNAL"
                assert re.search(f"incident {error['extensions']['incident']} ", server.log.read_text())
                assert not re.search("chat_|sql|no such table", json.dumps(answer), re.IGNORECASE)
            # A stream cannot be opened now. Its client must come again, so it gets no error, and no final code.
            await socket.subscribe(EVENTS, id="x", room=room)
            assert await socket.closed() == 1013


# --- In this process: what happens at one moment among many ----------------------------------------------------


class Recorded(consumers.Handler):
    """Notes which messages it has been given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.given: list[str] = []

    async def handle_message(self, message: Any) -> None:
        self.given.append(message["type"])
        await super().handle_message(message)


@pytest.fixture
async def handlers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Recorded]]:
    """Those of the sockets that a test opens here."""
    made: list[Recorded] = []

    def make(*args: Any, **kwargs: Any) -> Recorded:
        made.append(Recorded(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(consumers.GraphQLConsumer, "graphql_transport_ws_handler_class", staticmethod(make))
    channel_layers.backends.clear()
    yield made
    await hub.current().close()


def here() -> WebsocketCommunicator:
    headers = [(b"host", b"localhost")]
    return WebsocketCommunicator(application, "/graphql", headers=headers, subprotocols=[PROTOCOL])


async def said(client: WebsocketCommunicator) -> list[dict[str, Any]]:
    """All that the server has sent by now."""
    messages: list[dict[str, Any]] = []
    while not await client.receive_nothing():
        messages.append(await client.receive_output())
    return messages


async def test_too_many_frames_at_once_close_with_1013_and_are_not_acted_upon(
    monkeypatch: pytest.MonkeyPatch, handlers: list[Recorded]
) -> None:
    """They wait while somebody is let in, and there is an end to it. It may be the server that is slow: try again."""
    go_on = asyncio.Event()

    async def identify(*_: object) -> None:
        await go_on.wait()

    monkeypatch.setattr(connection, "identify", identify)
    client = here()
    await client.connect()
    await client.send_to(text_data='{"type":"connection_init"}')
    await asyncio.sleep(0)
    for _ in range(settings.INBOUND_FRAMES_WAITING + 2):
        await client.send_to(text_data='{"type":"ping"}')
    assert await client.receive_output() == {"type": "websocket.close", "code": 1013}
    go_on.set()
    assert await said(client) == []
    assert [handler.given for handler in handlers] == [["connection_init"]]
    await client.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_a_subscription_that_ends_with_its_first_frames_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, handlers: list[Recorded]
) -> None:
    """Access may end between its being read and the first event: then the end is sent before there is a beginning."""
    viewer = await inside.somebody()
    room = await inside.enter(viewer)
    document = "subscription ($room: ID!) { roomEvents(room: $room) { event { __typename } } }"
    sink = inside.Sink()
    await inside.subscribe(viewer, room, document, sink)  # so that the feed has heard of what follows
    assert await sink.until("CaughtUp")
    await database.run(rooms.leave_room, viewer=viewer, room_id=room.id)
    assert await sink.until("StreamEnded")

    async def identify(*_: object) -> Viewer:
        return viewer

    def open_stream(**_: object) -> streams.Opening:
        return streams.Opening(position=room.head, cursor=event_log.head_cursor(room), head=room.head)

    monkeypatch.setattr(connection, "identify", identify)
    monkeypatch.setattr(streams, "open_stream", open_stream)
    client = here()
    await client.connect()
    await client.send_to(text_data='{"type":"connection_init"}')
    payload = {"query": document, "variables": {"room": global_id("Room", room.id)}}
    await client.send_to(text_data=json.dumps({"type": "subscribe", "id": "x", "payload": payload}))
    messages = [json.loads(each["text"]) for each in await said(client)]
    assert messages[-1] == {"id": "x", "type": "complete"}
    [handler] = handlers
    assert not handler.operations
    assert not handler._subscribers
    await client.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_a_socket_that_is_ended_lets_go_of_everything_at_once(
    monkeypatch: pytest.MonkeyPatch, handlers: list[Recorded]
) -> None:
    """Not only when its client has answered the close, which it may never do."""
    viewer = await inside.somebody()
    room = await inside.enter(viewer)

    async def identify(*_: object) -> Viewer:
        return viewer

    monkeypatch.setattr(connection, "identify", identify)
    client = here()
    await client.connect()
    await client.send_to(text_data='{"type":"connection_init"}')
    payload = {"query": EVENTS, "variables": {"room": global_id("Room", room.id)}}
    await client.send_to(text_data=json.dumps({"type": "subscribe", "id": "x", "payload": payload}))
    assert len(await said(client)) == 2
    assert hub.current()._holders
    await database.run(tokens.revoke_token, user_id=viewer.id, token_id=int(viewer.credential.key))
    assert await client.receive_output(timeout=5) == {"type": "websocket.close", "code": 4403}
    assert await said(client) == []
    assert hub.current()._holders == {}
    await client.disconnect()
