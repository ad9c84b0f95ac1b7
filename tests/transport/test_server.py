"""Our daphne: it stops so that clients come back, finds out who reads no more, and says why it cannot start."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from backend.transport import bodies
from tests.services.ports import LOOPBACK, free_port
from tests.services.server import EMBEDDED, MANAGE, ServerProcess, embedded
from tests.transport.client import Person, open_socket
from tests.transport.served import address, nobody_writes, serving

SEND = """
mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on MessageAccepted { message { body } } } }
"""
EVENTS = "subscription ($room: ID!) { roomEvents(room: $room) { event { __typename } } }"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_stop_closes_its_sockets_with_1012_and_ends_well(number: signal.Signals) -> None:
    """Let in or not, idle or subscribed: 1012 is what clients try again after."""
    with serving() as server:
        async with (
            await Person.register(server.url) as ali,
            ali.socket() as subscribed,
            ali.socket() as idle,
            open_socket(server.ws_url) as silent,
        ):
            room = (await ali.enter(address()))["room"]["id"]
            await subscribed.subscribe(EVENTS, room=room)
            await subscribed.receive()
            server.child.signal(number)
            assert [await each.closed() for each in (subscribed, idle, silent)] == [1012] * 3
        assert server.wait() == 0
        assert "Traceback" not in server.log.read_text()
        assert "destroyed" not in server.log.read_text()


async def test_a_server_that_is_stopping_takes_no_connections_and_is_not_ready() -> None:
    """While a socket keeps it: who had a connection is told, and nobody gets a new one."""
    with serving() as server:
        async with (
            httpx.AsyncClient(base_url=server.url) as http,
            open_socket(server.ws_url) as socket,
        ):
            assert (await http.get("/readyz")).status_code == 200
            # It cannot answer the close, so the server waits a second for it.
            socket.connection.transport.pause_reading()
            server.terminate()
            async with asyncio.timeout(10):
                while (answer := await http.get("/readyz")).status_code == 200:  # on the connection that it had
                    pass
            assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})
            with pytest.raises(OSError, match="Connect call failed"):
                await asyncio.open_connection(LOOPBACK, server.port)
        assert await asyncio.to_thread(server.wait) == 0


async def test_a_socket_that_is_opened_on_an_older_connection_is_closed_with_1012_too() -> None:
    with serving() as server, socket.create_connection((LOOPBACK, server.port)) as connection:
        async with await Person.register(server.url) as ali:
            room = (await ali.enter(address()))["room"]["id"]
            with nobody_writes(server):  # so that the server does not end yet
                sending = asyncio.create_task(ali.send(room, "salam"))
                await asyncio.sleep(0.2)
                server.terminate()
                with suppress(ConnectionError):  # it has heard that
                    while True:
                        _, writer = await asyncio.open_connection(LOOPBACK, server.port)
                        writer.close()
                async with open_socket(server.ws_url, sock=connection) as late:
                    assert await late.closed() == 1012
            await sending
        assert server.wait() == 0


async def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    with serving() as server:
        async with await Person.register(server.url) as ali:
            room = (await ali.enter(address()))["room"]["id"]
            with nobody_writes(server):
                sending = asyncio.create_task(ali.send(room, "salam"))
                await asyncio.sleep(0.2)
                server.terminate()
                await asyncio.sleep(0.5)
                assert not sending.done()
            assert (await sending)["message"]["body"] == "salam"
        assert server.wait() == 0


async def test_a_mutation_under_way_on_a_socket_is_answered_before_it_is_closed() -> None:
    """And what comes after it is not begun: whoever sent it comes back, and sends it again."""
    with serving() as server:
        async with await Person.register(server.url) as ali, ali.socket() as socket:
            room = (await ali.enter(address()))["room"]["id"]
            with nobody_writes(server):
                op = await socket.subscribe(SEND, input={"room": room, "body": "salam", "key": "1"})
                await asyncio.sleep(0.2)
                server.terminate()
                await asyncio.sleep(0.5)
                late = await socket.subscribe(SEND, input={"room": room, "body": "khosh", "key": "2"})
            assert await socket.next(op) == {"sendMessage": {"message": {"body": "salam"}}}
            assert await socket.closed() == 1012
            assert not socket._waiting[late]
        assert server.wait() == 0


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data; boundary=\xe9"])
def test_no_more_of_a_body_is_kept_than_shows_that_it_is_too_long(content_type: str) -> None:
    """In a process of its own: importing daphne brings a loop into this one."""
    script = """
import io, sys, django
django.setup()
from twisted.web.http_headers import Headers
from backend.transport.server import BoundedRequest
request = BoundedRequest.__new__(BoundedRequest)
request.content = io.BytesIO()
request.requestHeaders = Headers({b"Content-Type": [sys.argv[1].encode("latin-1")]} if sys.argv[1] else {})
for _ in range(200):
    request.handleContentChunk(b"x" * 65536)
print(request.content.tell())
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.transport.settings"}
    command = [sys.executable, "-c", script, content_type]
    kept = subprocess.check_output(command, cwd=MANAGE.parent, env=environment, text=True)
    assert int(kept) == bodies.max_bytes(content_type) + 1


async def test_a_client_that_talks_but_reads_no_more_is_found_out(impatient_server: ServerProcess) -> None:
    """Its frames are no sign of life: only a pong answers a ping."""
    url = impatient_server.ws_url
    async with open_socket(url) as deaf, open_socket(url) as well:
        await deaf.init()
        await well.init()
        deaf.connection.transport.pause_reading()
        async with asyncio.timeout(15):
            while not deaf.connection.transport.is_closing():  # reset by the server, which writing finds out
                deaf.connection.transport.write(masked(json.dumps({"type": "ping"})))
                await asyncio.sleep(0.2)
        assert await well.so_far() == []


def masked(text: str) -> bytes:
    """A frame by hand, past the library, which waits for what it cannot read."""
    data = text.encode()
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


@pytest.fixture
def var(tmp_path: Path) -> str:
    """A folder in which nothing has to be migrated: on a busy machine that takes longer than anybody waits."""
    (tmp_path / EMBEDDED).write_bytes(embedded())
    return str(tmp_path)


def test_a_port_in_use_is_told_in_one_sentence(var: str) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        ended = serve("--port", str(port), VAR_DIR=var)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert f"Cannot listen on port {port}" in line
    assert "in use" in line


@pytest.mark.parametrize("port", ["salam", "65536"])
def test_a_port_that_is_none_is_told_in_one_sentence(port: str) -> None:
    ended = serve(f"--port={port}")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].endswith(f"PORT must be a number from 1 to 65535, not '{port}'.")
    assert "Traceback" not in ended.stderr


def test_a_redis_that_does_not_answer_is_told_in_one_sentence(var: str) -> None:
    ended = serve(VAR_DIR=var, REDIS_URL=f"redis://{LOOPBACK}:{free_port()}/0")
    assert (ended.returncode, ended.stderr.splitlines()) == (
        1,
        ["CommandError: The Redis of REDIS_URL does not answer."],
    )


def serve(*options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(MANAGE), "serve", "--host", LOOPBACK, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=settings)
