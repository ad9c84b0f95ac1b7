"""Whatever a client may send by mistake or on purpose: it is acted upon or closes the socket, which is never mute."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.services.server import ServerProcess
from tests.transport.client import Person, open_socket
from tests.transport.served import address
from tests.transport.test_frames import malformed
from tests.transport.wire import BINARY, CLOSE, PING, PONG, TEXT, frame, open_wire

PAYLOAD = {"query": "{ viewer { id } }", "operationName": None, "variables": {"a": 1}, "extensions": {"b": 2}}
MESSAGES: list[dict[str, Any]] = [
    {"type": "connection_init", "payload": {"a": 1}},
    {"type": "ping", "payload": {"a": 1}},
    {"type": "pong", "payload": {"a": 1}},
    {"type": "subscribe", "id": "x", "payload": PAYLOAD},
    {"type": "complete", "id": "x"},
]
MISSING = object()
VALUES: list[object] = [MISSING, None, True, False, 0, -1.5, 10**30, "", "salam", [], ["x"], [{}], {}, {"query": 1}]
MAY_BE_OBJECT = (MISSING, None, dict)
# By the protocol. The numbers, lists and booleans of JSON are nowhere allowed.
ALLOWED: dict[tuple[str, ...], tuple[Any, ...]] = {
    ("connection_init", "payload"): MAY_BE_OBJECT,
    ("ping", "payload"): MAY_BE_OBJECT,
    ("pong", "payload"): MAY_BE_OBJECT,
    ("subscribe", "id"): (str,),
    ("subscribe", "payload"): (),  # any other object than ours has no query, or a bad one
    ("subscribe", "payload", "query"): (str,),
    ("subscribe", "payload", "operationName"): (MISSING, None, str),
    ("subscribe", "payload", "variables"): MAY_BE_OBJECT,
    ("subscribe", "payload", "extensions"): MAY_BE_OBJECT,
    ("complete", "id"): (str,),
}


def shapes() -> Iterator[tuple[str, bool]]:
    """Every field of every message with every type of value, and none; and whether that is a message."""
    for value in VALUES[1:]:
        yield json.dumps(value), False
    for message in MESSAGES:
        yield json.dumps([message]), False
        yield json.dumps({**message, "more": {"x": 1}}), True
        for value in VALUES:
            yield _with(message, ("type",), value), False
    for (type_name, *path), allowed in ALLOWED.items():
        [message] = [each for each in MESSAGES if each["type"] == type_name]
        for value in VALUES:
            is_allowed = any(value is each or (isinstance(each, type) and isinstance(value, each)) for each in allowed)
            yield _with(message, path, value), is_allowed and not (path == ["id"] and not value)


def _with(message: dict[str, Any], path: Any, value: object) -> str:
    changed = copy.deepcopy(message)
    *outer, name = path
    inner = changed
    for each in outer:
        inner = inner[each]
    if value is MISSING:
        del inner[name]
    else:
        inner[name] = value
    return json.dumps(changed)


async def test_every_shape_of_json_is_acted_upon_or_closes_with_4400(server: ServerProcess) -> None:
    for text, is_message in shapes():
        async with open_socket(server.ws_url) as socket:
            await socket.init()
            await socket.raw(text)
            if not is_message:
                assert await socket.closed() == 4400, text
            elif '"connection_init"' in text:
                assert await socket.closed() == 4429, text
            else:
                await socket.send("ping", payload={"still": "here"})
                while await socket.receive() != {"type": "pong", "payload": {"still": "here"}}:
                    pass


@malformed
async def test_what_is_no_message_closes_with_4400_at_once(server: ServerProcess, text: str) -> None:
    async with open_socket(server.ws_url) as socket:
        await socket.init()
        await socket.raw(text[:60_000])
        assert await socket.closed() == 4400


@pytest.mark.parametrize("level", ['{"x":', '{"x":['])
async def test_nesting_is_taken_up_to_a_limit_and_no_further(server: ServerProcess, level: str) -> None:
    """Also near the depth at which Python itself gives up, which depends on who asks."""

    def nested(levels: int) -> str:
        return (
            level * levels
            + "1"
            + "".join("]" if each == "[" else "}" for each in reversed(level * levels) if each in "[{")
        )

    step = sum(level.count(bracket) for bracket in "[{")
    most = (settings.FRAME_MAX_DEPTH - 1) // step
    async with open_socket(server.ws_url) as socket:
        await socket.raw(f'{{"type":"ping","payload":{nested(most)}}}')
        assert await socket.receive() == {"type": "pong", "payload": json.loads(nested(most))}
    for depth in (settings.FRAME_MAX_DEPTH, *range(100, 900, 50), *range(900, 1010, 3)):
        payload = nested(depth // step + 1)
        for text in (
            f'{{"type":"ping","payload":{payload}}}',
            f'{{"type":"subscribe","id":"x","payload":{{"query":"{{x}}","variables":{payload}}}}}',
        ):
            async with open_socket(server.ws_url) as socket:
                await socket.init()
                await socket.raw(text)
                assert await socket.closed() == 4400, depth


async def test_frames_behind_a_bad_one_are_not_acted_upon(server: ServerProcess, ali: Person) -> None:
    where = address()
    document = f'mutation {{ enterRoom(input: {{ address: "{where}" }}) {{ __typename }} }}'
    async with open_wire(server.port) as wire:
        await wire.init(ali.token)
        mutation = {"type": "subscribe", "id": "x", "payload": {"query": document}}
        await wire.write(frame(b"{}") + frame(json.dumps(mutation).encode()) + frame(b'{"type":"ping"}') * 10)
        assert await wire.until_closed() == ([], 4400)
    found = await ali.http.ask("query ($at: String!) { room(by: { address: $at }) { id } }", at=where)
    assert found.data == {"room": None}


# --- Frames, by RFC 6455 --------------------------------------------------------------------------------------

PING_MESSAGE = '{"type":"ping","payload":{"text":"چای"}}'.encode()
HALF = PING_MESSAGE.index("چ".encode()) + 1  # in the middle of a letter


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(PING_MESSAGE, BINARY), 4400),
        (frame(b"", BINARY), 4400),
        (frame(b""), 4400),
        (frame(PING_MESSAGE[:HALF]), 1007),
        (frame(b'{"type":"ping\xff"}'), 1007),
        (frame(PING_MESSAGE[:HALF], fin=False) + frame(b"\xff", 0), 1007),
        (frame(b"x" * 65_537)[:14], 1009),  # before the rest of it has come
        (b"\x81\xff" + b"\x7f" * 8 + bytes(4), 1009),
        ((frame(b"x" * 40_000, fin=False) + frame(b"x" * 40_000, 0)), 1009),
        (frame(PING_MESSAGE, masked=False), 1002),
        (frame(PING_MESSAGE, 0x3), 1002),
        (frame(PING_MESSAGE, 0xB), 1002),
        (frame(PING_MESSAGE, 0x41), 1002),
        (frame(b"no beginning", 0), 1002),
        (frame(b"", TEXT, fin=False) + frame(PING_MESSAGE), 1002),
        (frame(b"x", PING, fin=False), 1002),
        (frame(b"x" * 126, PING), 1002),
    ],
)
async def test_a_frame_that_is_none_closes_with_a_code(server: ServerProcess, data: bytes, code: int) -> None:
    async with open_wire(server.port) as wire:
        await wire.write(data)
        assert await wire.until_closed() == ([], code)


async def test_a_message_may_come_in_pieces_with_pings_between(server: ServerProcess) -> None:
    """Even in the middle of a letter, and byte by byte."""
    async with open_wire(server.port) as wire:
        await wire.write(frame(PING_MESSAGE[:HALF], fin=False) + frame(b"now", PING) + frame(PING_MESSAGE[HALF:], 0))
        assert await wire.read() == (PONG, b"now")
        assert await wire.hear() == {**json.loads(PING_MESSAGE), "type": "pong"}
        for byte in frame(PING_MESSAGE):
            await wire.write(bytes([byte]))
        assert await wire.hear() == {**json.loads(PING_MESSAGE), "type": "pong"}


async def test_a_close_is_answered(server: ServerProcess) -> None:
    async with open_wire(server.port) as wire:
        await wire.write(frame(b"\x03\xe8bye", CLOSE))
        assert await wire.until_closed() == ([], 1000)
