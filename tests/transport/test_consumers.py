"""The consumer from inside: what is said of faults of ours, and what happens at one moment among many."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings

from backend import database, hub
from backend.accounts import tokens
from backend.accounts.credentials import Viewer
from backend.asgi import application
from backend.chat import event_log, members, streams
from backend.transport import connection, consumers, handler
from chat_schema.nodes import global_id
from tests.chat_schema import inside
from tests.transport.client import EVENTS, PROTOCOL, Person
from tests.transport.served import address, change, serving

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


# --- In this process ------------------------------------------------------------------------------------------


class Recorded(handler.Handler):
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
    await database.run(members.leave_room, viewer=viewer, room_id=room.id)
    assert await sink.until("StreamEnded")

    async def identify(*_: object) -> Viewer:
        return viewer

    def open_for_members(_: object) -> list[streams.Opening | None]:
        return [streams.Opening(position=room.head, cursor=event_log.head_cursor(room), head=room.head)]

    monkeypatch.setattr(connection, "identify", identify)
    inside.asked_of(monkeypatch, open_for_members)
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


@pytest.mark.django_db(transaction=True)
async def test_a_socket_that_its_server_gives_up_without_a_word_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, handlers: list[Recorded]
) -> None:
    """As daphne does when an end takes longer than ten seconds, and others when they stop."""
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
    assert viewer.credential in connection.watch()._open
    [reader] = [task for task in asyncio.all_tasks() if "GraphQLConsumer._serve" in repr(task)]
    client.future.cancel()
    await asyncio.wait([reader], timeout=5)
    assert reader.done()
    assert hub.current()._holders == {}
    assert viewer.credential not in connection.watch()._open
