"""graphql-transport-ws from the first byte to the acknowledgement: who is let in, and how the others are told."""

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus

from tests.services.server import ServerProcess
from tests.transport.client import VIEWER, Person, Socket, open_socket

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


async def test_a_second_connection_init_before_the_answer_to_the_first_closes_with_4429(
    socket: Socket, ali: Person
) -> None:
    for _ in range(2):
        await socket.send("connection_init", payload={"Authorization": f"Bearer {ali.token}"})
    assert await socket.closed() == 4429


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


def test_the_time_for_connection_init_is_10_seconds() -> None:
    assert settings.CONNECTION_INIT_TIMEOUT == 10


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
