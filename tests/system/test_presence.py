"""Whoever is online through one process is seen in the other, and missed there when that process is killed."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.services.server import ServerProcess
from tests.system.conftest import Cluster
from tests.system.person import Person
from tests.transport.client import Socket, open_socket

STREAM = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    event {
      __typename
      ... on OnlineChanged { joined { user { username } } left { username } onlineCount }
    }
  }
}
"""
ONLINE = "query ($room: ID!) { room(by: { id: $room }) { onlineCount online { nodes { user { username } } } } }"
PROMISED = 15.0  # seconds, from the kill
ABRUPT, AT_ONCE = 200, 20


@asynccontextmanager
async def following(person: Person, server: ServerProcess, room: str) -> AsyncIterator[Socket]:
    """As operation "x", from when they are caught up."""
    async with open_socket(server.ws_url) as socket:
        socket.hears_of_presence = True
        await socket.init(Authorization=f"Bearer {person.token}")
        await socket.subscribe(STREAM, id="x", room=room)
        await socket.until("x", "CaughtUp")
        yield socket


async def told(socket: Socket, what: str, person: Person) -> None:
    """Waits until a follower is told that somebody has joined, or left."""
    async with asyncio.timeout(2 * PROMISED):
        while True:
            with suppress(TimeoutError):  # a socket is less patient
                [*_, frame] = await socket.until("x", "OnlineChanged")
                if person.username in [each.get("user", each)["username"] for each in frame["event"][what]]:
                    return


def online(person: Person, room: str, *there: Person) -> bool:
    """Whether it is these, in the order in which they came, and as many are counted."""
    found = person.gql(ONLINE, room=room)["room"]
    names = [each["user"]["username"] for each in found["online"]["nodes"]]
    return names == [each.username for each in there] and found["onlineCount"] == len(there)


async def come_and_go_abruptly(people: list[Person], server: ServerProcess, room: str) -> None:
    """Many sockets of theirs, each cut without a word."""

    async def once(number: int) -> None:
        async with following(people[number % len(people)], server, room) as socket:
            socket.connection.transport.abort()

    for first in range(0, ABRUPT, AT_ONCE):
        await asyncio.gather(*map(once, range(first, first + AT_ONCE)))


async def test_no_ghost_is_left_by_abrupt_ends_and_a_kill_and_who_comes_back_is_online(
    cluster: Cluster, people: list[Person]
) -> None:
    ali, vera = people
    guest = Person(cluster.a.url)
    address = f"room {secrets.token_hex(4)}"
    for person in people:
        person.enter(address)
    room: str = guest.enter(address)["room"]["id"]
    async with following(ali, cluster.a, room) as follower:
        with cluster.another() as dying:
            await come_and_go_abruptly([vera, guest], dying, room)
            async with following(vera, dying, room):
                deadline = time.monotonic() + PROMISED
                while not await asyncio.to_thread(online, ali, room, ali, vera):
                    assert time.monotonic() < deadline, "a ghost"
                    await asyncio.sleep(0.1)
                dying.kill()
                killed = time.monotonic()
        await told(follower, "left", vera)
        assert time.monotonic() - killed <= PROMISED
        assert await asyncio.to_thread(online, ali, room, ali)
        async with following(vera, cluster.b, room):
            await told(follower, "joined", vera)
            assert await asyncio.to_thread(online, ali, room, ali, vera)
    guest.close()
