"""Access that is withdrawn in one process has ended in the other a second later, for whom it was withdrawn alone."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest

from tests.services.server import ServerProcess
from tests.system.conftest import Cluster
from tests.system.person import Person
from tests.transport.client import Http, Socket, do, open_socket

STREAM = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    event {
      __typename
      ... on MemberLeft { departure member { user { username } } }
      ... on StreamEnded { problem { __typename } }
    }
  }
}
"""
PROMISED = 1.0  # seconds, from the answer to the kick
# The promise is one of the product, not of a machine that has more to do than it can: a pause of the test's own, or
# of a server that is not given its turn, comes on top of what is measured. It passes, and a broken promise does not:
# so the best of a few is taken, and each of them has to end at all.
ATTEMPTS = 3


class People(NamedTuple):
    """Ali owns the rooms. Vera is kicked. Guest looks on."""

    ali: Person
    vera: Person
    guest: Person
    vera_id: str


@pytest.fixture(scope="module")
def trio(cluster: Cluster) -> Iterator[People]:
    ali, vera, guest = (Person(cluster.b.url) for _ in range(3))
    yield People(ali, vera, guest, vera.gql("{ viewer { user { id } } }")["viewer"]["user"]["id"])
    for person in (ali, vera, guest):
        person.close()


@asynccontextmanager
async def connected(person: Person, server: ServerProcess) -> AsyncIterator[Socket]:
    async with open_socket(server.ws_url) as socket:
        await socket.init(Authorization=f"Bearer {person.token}")
        yield socket


async def watching(socket: Socket, room: str) -> str:
    """The operation that follows a room, once it is up to date."""
    op = await socket.subscribe(STREAM, room=room)
    assert [frame["event"]["__typename"] for frame in await socket.until(op, "CaughtUp")] == ["CaughtUp"]
    return op


def new_room(trio: People) -> str:
    address = f"room {secrets.token_hex(4)}"
    room: str = trio.ali.enter(address)["room"]["id"]
    for person in (trio.vera, trio.guest):
        person.enter(address)
    return room


async def kick(cluster: Cluster, trio: People, room: str) -> float:
    """When it was answered, by the first process."""
    http = Http(cluster.a.url, token=trio.ali.token)
    try:
        done = await do(http, "moderateMember", "", room=room, user=trio.vera_id, action="KICK")
    finally:
        await http.close()
    assert done["__typename"] == "MemberModerated", done
    return time.monotonic()


async def end(socket: Socket, op: str) -> float:
    """When the operation ended: by its stream's end, or refused because access had gone before it began."""
    message = await socket.message(op)
    events = []
    while message["type"] == "next":
        events.append(message["payload"]["data"]["roomEvents"]["event"])
        message = await socket.message(op)
    ended = time.monotonic()
    if message["type"] == "error":
        assert message["payload"][0]["extensions"]["code"] == "FORBIDDEN"
        assert events == []
    else:
        assert message["type"] == "complete"
        names = [event["__typename"] for event in events if event["__typename"] != "CaughtUp"]
        assert names in (["MemberLeft", "StreamEnded"], ["StreamEnded"]), "the second if it lagged"
        assert all(event["departure"] == "KICKED" for event in events if event["__typename"] == "MemberLeft")
        assert events[-1]["problem"] == {"__typename": "ForbiddenProblem"}
    return ended


async def best(attempt: Callable[[], Awaitable[float]]) -> float:
    """Seconds from the answer to the end; a quick one needs no other."""
    taken = []
    for _ in range(ATTEMPTS):
        taken.append(await attempt())
        if taken[-1] <= PROMISED:
            break
    return min(taken)


async def test_a_kick_ends_the_stream_in_another_process_within_a_second_and_nobody_elses(
    cluster: Cluster, trio: People
) -> None:
    async def attempt() -> float:
        room = new_room(trio)
        async with (
            connected(trio.vera, cluster.b) as vera,
            connected(trio.guest, cluster.b) as guest,
            connected(trio.ali, cluster.a) as ali,
        ):
            followed = [(guest, await watching(guest, room)), (ali, await watching(ali, room))]
            op = await watching(vera, room)
            ending = asyncio.create_task(end(vera, op))
            answered = await kick(cluster, trio, room)
            ended = await ending
            trio.ali.at(cluster.b.url).send(room, "who is still here?")
            for socket, other in followed:
                frames = await socket.until(other, "MessageSent")
                assert [frame["event"]["__typename"] for frame in frames] == ["MemberLeft", "MessageSent"]
                assert frames[0]["event"]["member"]["user"]["username"] == trio.vera.username
            assert await vera.so_far() == []
        return ended - answered

    assert await best(attempt) <= PROMISED


async def test_a_kick_while_another_process_begins_the_stream_ends_it_within_a_second(
    cluster: Cluster, trio: People
) -> None:
    """It may be refused, or ended: also when the hint has come before the process has joined the room's group."""

    async def attempt() -> float:
        room = new_room(trio)
        async with connected(trio.vera, cluster.b) as vera:

            async def subscribe() -> float:
                return await end(vera, await vera.subscribe(STREAM, room=room))

            ended, answered = await asyncio.gather(subscribe(), kick(cluster, trio, room))
        return ended - answered

    assert await best(attempt) <= PROMISED
