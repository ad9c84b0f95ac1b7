"""Frames on their way to a socket, by each of the ways there are: none is lost, repeated or late for somebody else."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend import hub
from backend.transport import sinks
from tests.services.ports import LOOPBACK, free_port
from tests.services.server import MANAGE, ServerProcess
from tests.transport.certificate import self_signed
from tests.transport.client import EVENTS, Person, Socket, bodies, open_socket
from tests.transport.served import address, serving

WAYS = ["ready frames", "TLS", "another server"]
LONG = "слово " * 600  # of several hundred kilobytes in all: more than a socket takes at once


@dataclass
class Way:
    server: ServerProcess
    url: str
    tls: ssl.SSLContext | None = None

    @asynccontextmanager
    async def socket(self, person: Person, **more: Any) -> AsyncIterator[Socket]:
        async with open_socket(self.url, ssl=self.tls, **more) as socket:
            await socket.init(Authorization=f"Bearer {person.token}")
            yield socket


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """Our server, the same with TLS, and one that knows nothing but ASGI's own `send`."""
    if request.param == "ready frames":
        with serving() as server:
            yield Way(server, server.ws_url)
    elif request.param == "TLS":
        file, trust = self_signed(tmp_path_factory.mktemp("tls"))
        port = free_port()
        environment = {"TLS_PORT": str(port), "TLS_FILE": str(file)}
        program = Path(__file__).with_name("with_tls.py")
        with serving(program=program, command=(), environment=environment) as server:
            yield Way(server, f"wss://{LOOPBACK}:{port}", trust)
    else:
        program = Path(sys.executable).with_name("uvicorn")
        command = ("backend.asgi:application", "--app-dir", str(MANAGE.parent), "--log-level", "warning")
        with serving(program=program, command=command) as server:
            yield Way(server, server.ws_url)


@pytest.fixture
async def ali(way: Way) -> AsyncIterator[Person]:
    async with await Person.register(way.server.url) as ali:
        yield ali


async def test_everybody_gets_every_frame_once_and_in_order(way: Way, ali: Person) -> None:
    """Under ids of different lengths, for which the same frames are put together differently."""
    room = (await ali.enter(address()))["room"]["id"]
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(way.socket(ali)) for _ in range(3)]
        ops = [
            await each.subscribe(EVENTS, id="x" * length, room=room)
            for each, length in zip(sockets, (1, 7, 200), strict=True)
        ]
        for each, op in zip(sockets, ops, strict=True):
            await each.until(op, "CaughtUp")
        sent = [f"{number} {LONG if number % 5 == 0 else 'ё' * number}" for number in range(40)]
        for body in sent:
            await ali.send(room, body)
        for each, op in zip(sockets, ops, strict=True):
            assert bodies([await each.frame(op) for _ in sent]) == sent


async def test_who_is_behind_gets_all_that_was_missed(way: Way, ali: Person) -> None:
    entered = await ali.enter(address())
    sent = [f"{number} {LONG}" for number in range(120)]
    for body in sent:
        await ali.send(entered["room"]["id"], body)
    async with way.socket(ali) as socket:
        op = await socket.subscribe(EVENTS, room=entered["room"]["id"], after=entered["cursor"])
        assert bodies((await socket.until(op, "CaughtUp"))[:-1]) == sent


async def test_who_reads_late_gets_all_of_it_and_keeps_nobody_waiting(way: Way, ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with way.socket(ali, max_queue=1) as late, way.socket(ali) as quick:
        ops = [await each.subscribe(EVENTS, room=room) for each in (late, quick)]
        await quick.until(ops[1], "CaughtUp")
        sent = [f"{number} {LONG}" for number in range(150)]
        for body in sent:
            await ali.send(room, body)
            assert bodies([await quick.frame(ops[1])]) == [body]
        await late.until(ops[0], "CaughtUp")
        assert bodies([await late.frame(ops[0]) for _ in sent]) == sent


@pytest.mark.parametrize("goes", ["closes", "breaks"])
async def test_who_goes_while_frames_are_under_way_disturbs_nobody(way: Way, ali: Person, goes: str) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with way.socket(ali) as stays:
        op = await stays.subscribe(EVENTS, room=room)
        await stays.until(op, "CaughtUp")
        for turn in range(5):
            async with way.socket(ali, max_queue=1) as leaves:
                await leaves.subscribe(EVENTS, room=room)
                said = [f"{turn} {number} {LONG}" for number in range(8)]
                sending = [asyncio.create_task(ali.send(room, body)) for body in said]
                await asyncio.sleep(0.01 * turn)
                if goes == "breaks":
                    leaves.connection.transport.abort()
            await asyncio.gather(*sending)
            assert sorted(bodies([await stays.frame(op) for _ in said])) == sorted(said)
    assert "Traceback" not in way.server.log.read_text()


async def test_an_operation_that_is_complete_gets_no_frame_more(way: Way, ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with way.socket(ali) as socket:
        ended, other = [await socket.subscribe(EVENTS, room=room) for _ in range(2)]
        for op in (ended, other):
            await socket.until(op, "CaughtUp")
        await socket.send("complete", id=ended)
        await socket.ask("{ __typename }")  # by now it was heard
        await ali.send(room, "hello")
        assert bodies([await socket.frame(other)]) == ["hello"]
        assert await socket.so_far() == []


async def test_each_answer_comes_whole_and_with_its_end_however_many_are_asked_for_at_once(
    way: Way, ali: Person
) -> None:
    """Of less than 126 bytes, of more, and of hundreds of kilobytes: a frame says its length in another way each."""
    room = (await ali.enter(address()))["room"]["id"]
    for _ in range(60):
        await ali.send(room, LONG)
    longer = "query($room: ID!) { room(by: {id: $room}) { messages(first: 60) { nodes { body } } } }"
    answers: dict[str, Any] = {
        "{ __typename }": {"__typename": "Query"},
        f"{{ {'n' * 200}: __typename }}": {"n" * 200: "Query"},
        longer: {"room": {"messages": {"nodes": [{"body": LONG}] * 60}}},
    }
    async with way.socket(ali, max_queue=1, max_size=None) as socket:
        ops = [
            (await socket.subscribe(document, **({"room": room} if document is longer else {})), answer)
            for document, answer in list(answers.items()) * 10
        ]
        for op, answer in ops:
            assert await socket.next(op) == answer
            assert (await socket.message(op))["type"] == "complete"


async def test_a_server_may_let_itself_be_awaited_in_any_way() -> None:
    """By ASGI `send` is called and awaited, and not more: some return a future."""
    sent: list[Any] = []
    taken: list[asyncio.Future[None]] = []

    def send(message: Any) -> asyncio.Future[None]:
        sent.append(message["text"])
        taken.append(asyncio.get_running_loop().create_future())
        return taken[-1]

    async def complete() -> None: ...

    sink = sinks.sink({}, send, "1", complete)
    assert sink.write(hub.Frames([b"1", b"2"])) == 1
    taken.pop().set_result(None)
    await sink.room()
    assert sink.write(hub.Frames([b"2"])) == 1
    assert sent == [f'{{"id":"1","type":"next","payload":{number}}}' for number in (1, 2)]
    taken.pop().set_result(None)
    await sink.room()
