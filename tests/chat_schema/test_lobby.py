"""The list of public rooms, live: what those who watch it are told, and what nobody is told."""

from typing import Any

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.transport.client import Socket
from tests.transport.served import address

ROOM = "id address title topic isPrivate memberCount onlineCount cursor"
WATCH = f"""
subscription {{
  lobbyEvents {{ __typename ... on RoomListed {{ room {{ {ROOM} }} }} ... on RoomUnlisted {{ roomId }} }}
}}
"""


async def watch(socket: Socket, document: str = WATCH, /) -> str:
    op = await socket.subscribe(document)
    assert (await socket.frame(op))["__typename"] == "CaughtUp"
    return op


async def told(socket: Socket, op: str, *room_ids: str) -> dict[str, Any]:
    """The next event of one of these rooms: others use the same server."""
    while True:
        event = await socket.frame(op)
        if (event["room"]["id"] if "room" in event else event.get("roomId")) in room_ids:
            return event


async def test_a_room_appears_changes_and_disappears(ali: Speaker, vera: Speaker) -> None:
    where = address()
    async with vera.person.socket() as socket:
        op = await watch(socket)
        room = (await ali.enter(where))["room"]["id"]
        listed = await told(socket, op, room)
        assert listed["__typename"] == "RoomListed"
        assert (listed["room"]["address"], listed["room"]["memberCount"]) == (where, 1)
        await vera.enter(where)
        assert (await told(socket, op, room))["room"]["memberCount"] == 2
        await ali.do("updateRoom", room=room, title="Another", topic="tea")
        changed = (await told(socket, op, room))["room"]
        assert (changed["title"], changed["topic"]) == ("Another", "tea")
        document = "query ($room: ID!) { room(by: { id: $room }) { cursor } }"
        assert changed["cursor"] == (await ali.ask(document, room=room))["room"]["cursor"]
        for is_private, expected in ((True, "RoomUnlisted"), (False, "RoomListed")):
            await ali.do("updateRoom", room=room, isPrivate=is_private)
            assert (await told(socket, op, room))["__typename"] == expected
        await ali.do("deleteRoom", room=room)
        assert await told(socket, op, room) == {"__typename": "RoomUnlisted", "roomId": room}


async def test_of_a_private_room_nothing_is_told_but_that_it_is_public_no_more(ali: Speaker, vera: Speaker) -> None:
    secret = (await ali.enter(address()))["room"]["id"]
    other = (await ali.enter(address()))["room"]["id"]
    await ali.do("updateRoom", room=secret, isPrivate=True)
    async with vera.person.socket() as socket:
        op = await watch(socket)
        await ali.send(secret, "salam", "1")
        await ali.do("updateRoom", room=secret, title="secret")
        events: list[dict[str, Any]] = []
        for number in range(3):
            await ali.send(other, "salam", str(number))
            while not events or "room" not in events[-1]:
                events.append(await told(socket, op, secret, other))
            assert events.pop()["room"]["id"] == other
    # It went a moment before, and may still be on somebody's list.
    assert events in ([], [{"__typename": "RoomUnlisted", "roomId": secret}])


async def test_what_members_see_of_a_room_is_told_to_nobody_there(ali: Speaker, vera: Speaker) -> None:
    document = """
    subscription { lobbyEvents { __typename ... on RoomListed { room { id members { nodes { id } } } } } }
    """
    async with vera.person.socket() as socket:
        op = await watch(socket, document)
        await ali.enter(address())
        payload = (await socket.message(op))["payload"]
        assert payload["data"] is None
        assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_what_is_the_viewers_own_is_told_to_each_alone(ali: Speaker, vera: Speaker) -> None:
    document = "subscription { lobbyEvents { __typename ... on RoomListed { room { id viewer { role } } } } }"
    async with ali.person.socket() as first, vera.person.socket() as second:
        watched = [(socket, await watch(socket, document)) for socket in (first, second)]
        room = (await ali.enter(address()))["room"]["id"]
        own = [(await told(socket, op, room))["room"]["viewer"] for socket, op in watched]
        assert own == [{"role": "OWNER"}, None]


async def test_who_is_not_logged_in_watches_nothing(nobody: Speaker, new_speaker: NewSpeaker) -> None:
    if isinstance(nobody.client, Socket):
        assert (await nobody.fail(WATCH)).code == "UNAUTHENTICATED"
    somebody = await new_speaker()
    async with somebody.person.socket() as socket:
        await watch(socket)
