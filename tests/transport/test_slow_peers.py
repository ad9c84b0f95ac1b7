"""Clients that read late or never: what waits for them is bounded, they are closed, and nobody else is concerned."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest
from django.conf import settings

from tests.services.proxy import TcpProxy
from tests.services.server import ServerProcess
from tests.transport import stalled
from tests.transport.client import Person, is_of_presence, open_socket
from tests.transport.served import address, inside, serving, until
from tests.transport.wire import CLOSE, PING, PONG, TEXT, Wire, frame, open_wire

EVENTS = """
subscription ($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) { cursor event { __typename ... on MessageSent { message { body } } } }
}
"""
LONGEST = "𝄞" * (settings.MESSAGE_MAX_LENGTH - 8)  # four bytes each
TOO_MUCH = settings.MESSAGE_MAX_LENGTH * 4 + 1000  # more than any one message here


async def fill(server: ServerProcess, wire: Wire) -> None:
    """Makes the server answer, until it cannot get rid of its answers any more."""
    full = 0
    while full < 3:  # the kernel's buffers may grow once more
        held = await inside(server)
        full = full + 1 if held["full"] else 0
        await wire.write(frame(b"x" * 125, PING) * (1 if held["full"] else 2000))


@pytest.fixture
async def deaf(server: ServerProcess, ali: Person) -> AsyncIterator[Wire]:
    """A client that is let in, and then does not read what the server has for it."""
    async with open_wire(server.port) as deaf:
        await deaf.init(ali.token)
        await fill(server, deaf)
        yield deaf
    await until(server, lambda held: held["sockets"] == 0)


async def test_a_client_that_never_reads_is_closed_with_1013_and_resumes_without_loss() -> None:
    with serving("stalled") as server:
        async with (
            await Person.register(server.url) as ali,
            open_wire(server.port) as deaf,
            ali.socket() as well,
        ):
            entered = await ali.enter(address())
            room, after = entered["room"]["id"], entered["cursor"]
            await deaf.init(ali.token)
            for number in range(20):
                await deaf.subscribe(EVENTS, id=str(number), room=room, after=after)
            op = await well.subscribe(EVENTS, room=room, after=after)
            await well.until(op, "CaughtUp")

            sent: list[str] = []
            behind, held = 0, await inside(server)
            while behind < 10 and not held["closing"]:
                sent.append(f"{len(sent)} {LONGEST}")
                await ali.send(room, sent[-1])
                # Whoever reads is told at once, whatever waits for others; and that is not much.
                assert (await well.frame(op))["event"]["message"]["body"] == sent[-1]
                held = await inside(server)
                assert held["unsent"] <= stalled.UNSENT_MAX_BYTES + TOO_MUCH
                behind += held["full"]

            # Let go of at once, and not only when it has answered.
            await until(server, lambda held: held["closing"] == 1 == held["subscribers"])
            frames, code = await deaf.until_closed()
            assert code == 1013
            assert await well.so_far() == []

            heard = defaultdict(list)
            for _, payload in frames:
                message = json.loads(payload)
                assert message["type"] == "next"
                if not is_of_presence(message):
                    heard[message["id"]].append(message["payload"]["data"]["roomEvents"])
            for came in heard.values():
                assert came[0]["event"]["__typename"] == "CaughtUp"
                assert [each["event"]["message"]["body"] for each in came[1:]] == sent[: len(came) - 1]
            assert len(heard["0"]) - 1 < len(sent)
            op = await well.subscribe(EVENTS, room=room, after=heard["0"][-1]["cursor"])
            rest = (await well.until(op, "CaughtUp"))[:-1]
            assert [each["event"]["message"]["body"] for each in rest] == sent[len(heard["0"]) - 1 :]


@pytest.mark.parametrize("opcode", [PING, TEXT])
async def test_a_client_that_pings_and_never_reads_is_closed_with_1013(opcode: int) -> None:
    message = json.dumps({"type": "ping", "payload": {"x": "x" * 10_000}}).encode()
    ping, at_once = (frame(b"x" * 125, PING), 1000) if opcode == PING else (frame(message), 20)
    with serving("stalled") as server:
        async with await Person.register(server.url) as ali, open_wire(server.port) as deaf:
            await deaf.init(ali.token)
            while not (held := await inside(server))["closing"]:
                assert held["unsent"] <= stalled.UNSENT_MAX_BYTES + TOO_MUCH
                await deaf.write(ping * (1 if held["full"] else at_once))
            frames, code = await deaf.until_closed()
        assert code == 1013
        assert {each for each, _ in frames} == {PONG if opcode == PING else TEXT}
        assert "Traceback" not in server.log.read_text()


async def test_of_pings_that_pile_up_the_last_is_answered_once_there_is_room(
    server: ServerProcess, ali: Person, deaf: Wire
) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as well:
        op = await well.subscribe(EVENTS, room=room)
        await well.until(op, "CaughtUp")
        await deaf.write(frame(b"not the last", PING) * 2000 + frame(b"the last", PING))
        mutation = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }"
        await deaf.subscribe(mutation, id="x", input={"room": room, "body": "behind the pings", "key": "x"})
        assert (await well.frame(op))["event"]["message"]["body"] == "behind the pings"
        assert (await inside(server))["unsent"] <= settings.UNSENT_MAX_BYTES + TOO_MUCH
    while (came := await deaf.read())[1] != b"the last":
        assert came[0] == PONG
        assert came[1] != b"not the last"
    answers = [await deaf.hear(), await deaf.hear()]
    assert [each["type"] for each in answers] == ["next", "complete"]
    await deaf.write(frame(b"as before", PING))
    assert await deaf.read() == (PONG, b"as before")


async def test_answers_that_nobody_reads_are_no_more_than_operations_at_a_time(
    server: ServerProcess, deaf: Wire
) -> None:
    """Also those that end an operation, whose id is free again."""
    asked = settings.OPERATIONS_PER_CONNECTION + settings.INBOUND_FRAMES_WAITING // 2
    for number in range(asked):
        await deaf.subscribe("{ nothing }", id=str(number))

    def running(held: dict[str, dict[str, int]]) -> int:
        return held["tasks"].get("Handler.run_operation", 0)

    await until(server, lambda held: running(held) >= settings.OPERATIONS_PER_CONNECTION)
    for _ in range(5):
        assert running(await inside(server)) == settings.OPERATIONS_PER_CONNECTION
    answered: set[str] = set()
    while len(answered) < asked:
        opcode, payload = await deaf.read()
        if opcode == TEXT:
            message = json.loads(payload)
            assert message["type"] == "error"
            answered.add(message["id"])


async def test_a_client_that_never_reads_delays_no_stop() -> None:
    with serving() as server:
        async with await Person.register(server.url) as ali, open_wire(server.port) as deaf:
            room = (await ali.enter(address()))["room"]["id"]
            await deaf.init(ali.token)
            await deaf.subscribe(EVENTS, room=room)
            await fill(server, deaf)
            await ali.send(room, "salam")
            server.terminate()
            assert server.wait() == 0
        assert "Traceback" not in server.log.read_text()
        assert "destroyed" not in server.log.read_text()


async def test_a_client_that_says_goodbye_and_never_reads_is_let_go_of(server: ServerProcess, deaf: Wire) -> None:
    """What it has not read would keep the connection for as long as it likes."""
    await deaf.write(frame(b"\x03\xe8", CLOSE))
    await until(server, lambda held: held["sockets"] == 0)


async def test_a_client_that_never_reads_and_goes_away_is_let_go_of(server: ServerProcess, deaf: Wire) -> None:
    """While its messages are being answered: nobody waits for a room that will never be."""
    await deaf.subscribe("{ nothing }")
    await deaf.say("ping")
    await until(server, lambda held: held["full"] and "Handler.run_operation" in held["tasks"])
    deaf.reset()
    await until(server, lambda held: "GraphQLConsumer._serve" not in held["tasks"] and not held["sockets"])
    assert "killed" not in server.log.read_text()


async def test_a_peer_that_has_gone_silent_is_closed(impatient_server: ServerProcess) -> None:
    """No end of the connection comes, as when a router forgets it; let in or not."""
    with TcpProxy("127.0.0.1", impatient_server.port) as proxy:
        url = f"ws://127.0.0.1:{proxy.port}"
        async with await Person.register(impatient_server.url) as ali, open_socket(url) as silent:
            room = (await ali.enter(address()))["room"]["id"]
            await silent.init(Authorization=f"Bearer {ali.token}")
            op = await silent.subscribe(EVENTS, room=room)
            await silent.until(op, "CaughtUp")
            assert proxy.swallow() == 1
            held = await until(impatient_server, lambda held: held["sockets"] == 0)
            assert held["subscribers"] == held["holders"] == 0


def test_a_peer_that_has_gone_silent_is_closed_within_75_seconds() -> None:
    assert settings.PING_INTERVAL + settings.PONG_TIMEOUT <= 75
    assert settings.STALL_TIMEOUT <= 60
