"""Connections that end without a word, wherever they are, leave nothing behind."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import cycle, islice
from typing import Any, NamedTuple

from redis import Redis

from tests.services.redis import RedisServer
from tests.transport.client import Person
from tests.transport.served import address, inside, serving, until
from tests.transport.wire import BINARY, CLOSE, HANDSHAKE, PING, TEXT, Wire, frame

EVENTS = "subscription ($room: ID!, $after: Cursor) { roomEvents(room: $room, after: $after) { cursor } }"
SEND = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }"


class Guest(NamedTuple):
    token: str
    room: str
    after: str


Stage = Callable[[Wire, Guest], Awaitable[None]]


async def connected(wire: Wire, guest: Guest) -> None:
    pass


async def upgraded(wire: Wire, guest: Guest) -> None:
    await wire.upgrade()


async def let_in(wire: Wire, guest: Guest) -> None:
    await wire.upgrade()
    await wire.init(guest.token)


async def about_to_be_subscribed(wire: Wire, guest: Guest) -> None:
    await wire.upgrade()
    await wire.say("connection_init", payload={"Authorization": f"Bearer {guest.token}"})
    await wire.subscribe(EVENTS, room=guest.room)


async def subscribed(wire: Wire, guest: Guest) -> None:
    await let_in(wire, guest)
    await wire.subscribe(EVENTS, room=guest.room)
    assert (await wire.hear())["type"] == "next"


async def not_reading(wire: Wire, guest: Guest) -> None:
    await let_in(wire, guest)
    for number in range(50):
        await wire.subscribe(EVENTS, id=str(number), room=guest.room, after=guest.after)


async def sending(wire: Wire, guest: Guest) -> None:
    await let_in(wire, guest)
    await wire.subscribe(SEND, input={"room": guest.room, "body": "salam", "key": str(id(wire))})


def after(stage: Stage, data: bytes) -> Stage:
    async def and_then(wire: Wire, guest: Guest) -> None:
        await stage(wire, guest)
        await wire.write(data)

    return and_then


STAGES: list[Stage] = [
    connected,
    after(connected, HANDSHAKE[:40]),
    after(connected, HANDSHAKE),
    after(connected, HANDSHAKE.replace(b"Sec-WebSocket-Key", b"X-Key")),
    upgraded,
    after(upgraded, frame(b"x")[:1]),
    after(upgraded, frame(b"x" * 1000)[:500]),
    after(let_in, frame(b"x", fin=False)),
    after(let_in, frame(b"x", BINARY)),
    about_to_be_subscribed,
    subscribed,
    after(subscribed, frame(b'{"type":"pi', TEXT, fin=False)),
    after(subscribed, frame(b"x" * 100, PING)[:50]),
    after(subscribed, frame(b"\x03\xe8", CLOSE)),
    not_reading,
    after(not_reading, frame(b"\x03\xe8", CLOSE)),
    sending,
]


def counts(held: dict[str, Any]) -> Counter[str]:
    numbers = {name: number for name, number in held.items() if name != "tasks"}
    return Counter({**numbers, **held["tasks"]})


async def test_200_connections_that_are_reset_leave_nothing_behind() -> None:
    """Some of them in the middle of a request, of a frame, of letting in, of opening a stream, of a replay."""
    with RedisServer() as redis, serving("brief", redis_url=redis.url) as server, Redis.from_url(redis.url) as client:
        async with await Person.register(server.url) as ali:
            entered = await ali.enter(address())
            guest = Guest(ali.token, entered["room"]["id"], entered["cursor"])
            for number in range(100):
                await ali.send(guest.room, str(number))

            async def come(stage: Stage) -> Wire:
                wire = await Wire.connect(server.port)
                await stage(wire, guest)
                return wire

            (await come(subscribed)).reset()  # whatever is made once for a process is there from now on
            before = await until(server, lambda held: not held["sockets"] and not held["feeds"])
            clients = len(client.client_list())
            stages = cycle(STAGES)
            for _ in range(10):
                wires = await asyncio.gather(*(come(stage) for stage in islice(stages, 20)))
                for wire in wires:
                    wire.reset()
            some = [await come(subscribed) for _ in range(3)]
            assert (await inside(server))["subscribers"] >= len(some)
            for wire in some:
                wire.reset()
            await until(server, lambda held: counts(held) <= counts(before))
            # One that was given up on a busy machine, and opened anew, may be there for a moment more.
            await until(server, lambda _: len(client.client_list()) <= clients)
        assert "Traceback" not in server.log.read_text()
        assert "killed" not in server.log.read_text()
