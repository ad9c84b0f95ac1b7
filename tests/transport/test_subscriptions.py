"""Subscriptions on a socket: in order, apart from each other, ended from either side."""

import asyncio

import pytest

from tests.services.server import ServerProcess
from tests.transport.client import EVENTS, Person, bodies, do, open_socket
from tests.transport.served import address, change


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
async def test_the_end_of_one_operation_leaves_its_siblings(ali: Person, vera: Person, end: str) -> None:
    addresses = [address(), address()]
    kept, ended = [(await ali.enter(each))["room"]["id"] for each in addresses]
    await vera.enter(addresses[1])  # a room that nobody is left in goes, and all that was said there
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
    change(server, "UPDATE chat_room SET is_private = ? WHERE address = ?", True, entered["room"]["address"])
    async with ali.socket() as socket:
        messages = []
        for room in (entered["room"]["id"], "Um9vbTo5OTk5OTk5OQ=="):
            await socket.subscribe(EVENTS, id="x", room=room)
            messages.append(await socket.receive())
    assert messages[0] == messages[1]
