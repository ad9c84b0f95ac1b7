"""A stop that hundreds of clients survive: a jittered wave of 1012; who waits for an answer gets it first."""

import asyncio
import json
import time
from bisect import bisect
from contextlib import ExitStack
from itertools import pairwise
from typing import NamedTuple

import httpx
import pytest

from tests.services.ports import LOOPBACK
from tests.services.server import ServerProcess
from tests.transport import unhurried
from tests.transport.client import Person
from tests.transport.served import address, nobody_writes, serving, until
from tests.transport.wire import TEXT, Wire

IDLE, BUSY, AT_ONCE = 300, 5, 50
WAVE = IDLE / unhurried.DRAINED_PER_SECOND  # seconds
EVENTS = "subscription ($room: ID!) { roomEvents(room: $room) { cursor } }"
SEND = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }"
SENT = {"id": "send", "type": "next", "payload": {"data": {"sendMessage": {"__typename": "MessageAccepted"}}}}


class End(NamedTuple):
    """Of a socket: what came before it, its code, and when."""

    messages: list[object]
    code: int | None
    at: float


async def following(server: ServerProcess, person: Person, room: str, closing: ExitStack) -> Wire:
    wire = await Wire.connect(server.port)
    closing.callback(wire.reset)
    await wire.upgrade()
    await wire.init(person.token)
    await wire.subscribe(EVENTS, id="events", room=room)
    assert (await wire.hear())["type"] == "next"
    return wire


async def end_of(wire: Wire) -> End:
    frames, code = await wire.until_closed()
    return End([json.loads(payload) for opcode, payload in frames if opcode == TEXT], code, time.monotonic())


async def test_a_stop_closes_hundreds_of_sockets_in_a_jittered_wave_but_none_that_waits_for_an_answer() -> None:
    with serving("unhurried") as server, ExitStack() as closing:
        async with await Person.register(server.url) as ali, httpx.AsyncClient(base_url=server.url) as http:
            room = (await ali.enter(address()))["room"]["id"]
            busy = [await following(server, ali, room, closing) for _ in range(BUSY)]
            idle: list[Wire] = []
            while len(idle) < IDLE:
                idle += await asyncio.gather(*(following(server, ali, room, closing) for _ in range(AT_ONCE)))
            assert (await http.get("/readyz")).status_code == 200
            with nobody_writes(server):
                for number, wire in enumerate(busy):
                    said = {"room": room, "body": "salam", "key": f"{number}"}
                    await wire.subscribe(SEND, id="send", input=said)
                await until(server, lambda held: held["tasks"].get("Handler.run_operation") == BUSY)
                ends = [asyncio.create_task(end_of(wire)) for wire in idle]
                later = [asyncio.create_task(end_of(wire)) for wire in busy]
                server.terminate()
                while (await http.get("/readyz")).status_code == 200:  # on the connection that it had
                    pass
                not_ready_at = time.monotonic()
                with pytest.raises(OSError, match="Connect call failed"):
                    await asyncio.open_connection(LOOPBACK, server.port)
                closed = await asyncio.gather(*ends)
                assert not any(each.done() for each in later)
            answered = await asyncio.gather(*later)
        assert await asyncio.to_thread(server.wait) == 0
    assert {each.code for each in (*closed, *answered)} == {1012}
    assert all(SENT in each.messages for each in answered)
    times = sorted(each.at for each in closed)
    assert not_ready_at < times[IDLE // 2], "who asks is told before most have to go"
    assert WAVE / 2 < times[-1] - times[0] < 2 * WAVE
    in_a_third = max(bisect(times, at + WAVE / 3) - before for before, at in enumerate(times))
    assert in_a_third < IDLE * 0.6, "not all at once"
    overtaken = sum(later.at < earlier.at for earlier, later in pairwise(closed))
    assert overtaken > IDLE / 4, "in no order"
