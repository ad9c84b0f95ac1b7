"""Deleting one's account and a room: what those hear of it who are there, over either transport."""

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.chat_schema.test_events import follow, kinds, page
from tests.transport.client import PASSWORD

PERSON = "query ($id: ID!) { node(id: $id) { ... on User { id username displayName deletedAt } } }"
ROOM = "query ($id: ID!) { node(id: $id) { id } room(by: { id: $id }) { id } }"


@pytest.fixture
async def omid(new_speaker: NewSpeaker, where: str) -> Speaker:
    """Somebody new, in the room, who has said something."""
    omid = await new_speaker()
    entered = await omid.enter(where)
    await omid.send(entered["room"]["id"], "Salaam", "first")
    return omid


# --- Accounts -------------------------------------------------------------------------------------------------


async def test_who_deletes_the_account_is_told_and_is_nobody_from_then_on(omid: Speaker, ali: Speaker) -> None:
    deleted = await omid.do("deleteAccount", "... on AccountDeleted { userId }", currentPassword=PASSWORD)
    assert deleted["__typename"] == "AccountDeleted"
    assert (await omid.person.http.post("{ viewer { id } }")).status_code == 401
    person = (await ali.ask(PERSON, id=deleted["userId"]))["node"]
    assert (person["username"], person["displayName"]) == ("", "")
    assert person["deletedAt"]


async def test_a_wrong_password_deletes_no_account(omid: Speaker) -> None:
    await omid.invalid("deleteAccount", "currentPassword", "MALFORMED", currentPassword="a guess")
    assert (await omid.ask("{ viewer { user { username } } }"))["viewer"]["user"]["username"] == omid.username


async def test_nobody_has_no_account_to_delete(nobody: Speaker) -> None:
    await nobody.refused("deleteAccount", "UNAUTHENTICATED", currentPassword=PASSWORD)


async def test_others_hear_that_a_member_left_and_never_again_who_it_was(
    omid: Speaker, ali: Speaker, room: str
) -> None:
    start = (await page(ali, room))["frames"][0]["cursor"]
    async with ali.person.socket() as socket:
        assert omid.username in str(await follow(socket, room, start)), "it is in the ring, and rendered"
        await omid.do("deleteAccount", currentPassword=PASSWORD)
        [left] = await socket.until("x", "MemberLeft")
        assert left["event"]["departure"] == "DELETED"
        assert left["event"]["member"]["user"]["username"] == ""
        assert left["event"]["by"] is None
    async with ali.person.socket() as socket:
        again = await follow(socket, room, start)
    assert kinds(again) == ["MemberJoined", "MemberJoined", "MessageSent", "MemberLeft", "CaughtUp"]
    everything = [again, await page(ali, room), await ali.ask(f'{{ room(by: {{ id: "{room}" }}) {{ {HISTORY} }} }}')]
    assert omid.username not in str(everything)
    assert "Salaam" in str(everything)


HISTORY = "messages { nodes { body author { username displayName } } } members { nodes { user { username } } }"


# --- Rooms ----------------------------------------------------------------------------------------------------


async def test_all_who_follow_a_deleted_room_are_told_that_it_has_gone(ali: Speaker, vera: Speaker, room: str) -> None:
    async with ali.person.socket() as one, vera.person.socket() as two:
        for socket in (one, two):
            await follow(socket, room)
        deleted = await ali.do("deleteRoom", "... on RoomDeleted { roomId }", room=room)
        assert deleted == {"__typename": "RoomDeleted", "roomId": room}
        for socket in (one, two):
            ended = (await socket.frame("x"))["event"]
            assert (ended["__typename"], ended["problem"]["code"]) == ("StreamEnded", "NOT_FOUND")
            assert await socket.message("x") == {"id": "x", "type": "complete"}


async def test_whoever_comes_later_finds_no_room(ali: Speaker, vera: Speaker, room: str, where: str) -> None:
    start = (await page(ali, room))["frames"][0]["cursor"]
    await ali.do("deleteRoom", room=room)
    assert await vera.ask(ROOM, id=room) == {"node": None, "room": None}
    await vera.refused("deleteRoom", "NOT_FOUND", room=room)
    await ali.refused("deleteRoom", "NOT_FOUND", room=room)
    async with vera.person.socket() as socket:
        op = await socket.subscribe(
            "subscription ($room: ID!, $after: Cursor) { roomEvents(room: $room, after: $after) { cursor } }",
            room=room,
            after=start,
        )
        message = await socket.message(op)
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    entered = await vera.enter(where)
    assert entered["created"]
    assert entered["room"]["id"] != room


async def test_only_its_owner_deletes_a_room(vera: Speaker, new_speaker: NewSpeaker, room: str) -> None:
    await vera.refused("deleteRoom", "FORBIDDEN", room=room)
    await (await new_speaker()).refused("deleteRoom", "FORBIDDEN", room=room)
    await vera.invalid("deleteRoom", "room", "MALFORMED", room="no id")
    can = "viewer { can { delete } }"
    answer = await vera.ask(f'{{ room(by: {{ id: "{room}" }}) {{ {can} }} }}')
    assert answer["room"]["viewer"]["can"] == {"delete": False}
