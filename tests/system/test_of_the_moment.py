"""What is in no log reaches the other process all the same: who types, and what changes in the lobby."""

import asyncio
import secrets
from contextlib import suppress

from tests.system.conftest import Cluster
from tests.system.person import Person
from tests.transport.client import open_socket

FOLLOW = """
subscription ($room: ID!) {
  roomEvents(room: $room) { event { __typename ... on TypingChanged { users { username } } } }
}
"""
WATCH = """
subscription {
  lobbyEvents {
    __typename ... on RoomListed { room { id memberCount lastActivityAt } } ... on RoomUnlisted { roomId }
  }
}
"""
TYPE = "mutation ($room: ID!) { setTyping(input: { room: $room, typing: true }) { __typename } }"
DELETE = "mutation ($room: ID!) { deleteRoom(input: { room: $room }) { __typename } }"


async def test_whoever_types_in_one_process_is_shown_by_the_other_and_so_is_what_changes_in_the_lobby(
    cluster: Cluster, people: list[Person]
) -> None:
    ali, vera = people
    address = f"room {secrets.token_hex(4)}"
    room = ali.at(cluster.a.url).enter(address)["room"]["id"]
    vera.enter(address)
    async with open_socket(cluster.b.ws_url) as socket:
        await socket.init(Authorization=f"Bearer {vera.token}")
        follows = await socket.subscribe(FOLLOW, room=room)
        await socket.until(follows, "CaughtUp")
        watches = await socket.subscribe(WATCH)
        assert (await socket.frame(watches))["__typename"] == "CaughtUp"

        shown = None
        while shown is None:  # said again and again, as clients do: the topic may not have been joined yet
            assert ali.gql(TYPE, room=room)["setTyping"]["__typename"] == "TypingSet"
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    [*_, shown] = await socket.until(follows, "TypingChanged")
        assert shown["event"]["users"] == [{"username": ali.username}]

        new = ali.enter(f"another {address}")["room"]["id"]
        listed = await socket.frame(watches)
        while listed.get("room", {}).get("id") != new:
            listed = await socket.frame(watches)
        assert listed["room"]["memberCount"] == 1
        ali.gql(DELETE, room=new)
        unlisted = await socket.frame(watches)
        while "roomId" not in unlisted:
            unlisted = await socket.frame(watches)
        assert unlisted["roomId"] == new
