"""What concerns one person alone, on whichever of their devices: over the served product."""

import secrets
from typing import Any

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.chat_schema.viewers import event, listening, user
from tests.services.server import ServerProcess
from tests.transport.client import Socket, open_socket
from tests.transport.served import address

EVENT = """
  ... on Mentioned { message { body room { id } author { username } } }
  ... on RoomActivity { room { id viewer { unreadCount } } latest { body } }
  ... on ViewerRoomChanged { roomId room { title viewer { role mutedUntil unreadCount notify } } }
  ... on Invited { invitation { code room { id title } invitedBy { username } } }
"""


@pytest.fixture
def transport() -> str:
    """What is told does not depend on the way in which it was done."""
    return "http"


@pytest.fixture
async def omid(new_speaker: NewSpeaker, where: str) -> Speaker:
    """A new member of the room."""
    omid = await new_speaker()
    await omid.enter(where)
    return omid


async def say(speaker: Speaker, room: str, body: str = "salam") -> str:
    return str((await speaker.send(room, body, secrets.token_hex(8)))["message"]["id"])


async def changed(socket: Socket, op: str) -> dict[str, Any]:
    found = await event(socket, op)
    assert found["__typename"] == "ViewerRoomChanged"
    return found


async def test_nobody_has_no_events(server: ServerProcess) -> None:
    async with open_socket(server.ws_url) as socket:
        await socket.init()
        op = await socket.subscribe("subscription { viewerEvents { __typename } }")
        message = await socket.message(op)
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_others_say_is_told_on_every_device_and_to_them_alone(
    omid: Speaker, ali: Speaker, vera: Speaker, room: str
) -> None:
    async with omid.person.socket() as phone, omid.person.socket() as laptop, vera.person.socket() as other:
        devices = [(phone, await listening(phone, EVENT)), (laptop, await listening(laptop, EVENT))]
        vera_op = await listening(other, EVENT)
        await say(ali, room, f"@{omid.username} chai?")
        for socket, op in devices:
            mentioned = await event(socket, op)
            assert mentioned["__typename"] == "Mentioned"
            assert mentioned["message"]["body"] == f"@{omid.username} chai?"
            activity = await event(socket, op)
            assert activity == {
                "__typename": "RoomActivity",
                "room": {"id": room, "viewer": {"unreadCount": 1}},
                "latest": {"body": f"@{omid.username} chai?"},
            }
        assert (await event(other, vera_op))["__typename"] == "RoomActivity", "she was not named"


async def test_of_much_that_is_said_at_once_the_last_is_told(omid: Speaker, ali: Speaker, room: str) -> None:
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        for number in range(5):
            await say(ali, room, str(number))
        latest = [(await event(socket, op))["latest"]["body"]]
        while latest[-1] != "4":
            latest.append((await event(socket, op))["latest"]["body"])
        assert latest[0] == "0"
        assert len(latest) < 5
        assert await socket.so_far() == []


async def test_what_one_says_and_reads_is_told_on_ones_other_devices(omid: Speaker, ali: Speaker, room: str) -> None:
    message = await say(ali, room)
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        await omid.do("markRead", message=message)
        read = await changed(socket, op)
        assert read["roomId"] == room
        assert read["room"]["viewer"]["unreadCount"] == 0
        await omid.do("markRead", message=message)
        await omid.do("setNotify", room=room, notify="NONE")
        await omid.do("setNotify", room=room, notify="NONE")
        assert (await changed(socket, op))["room"]["viewer"]["notify"] == "NONE"
        await say(omid, room)
        assert (await changed(socket, op))["room"]["viewer"]["unreadCount"] == 0


async def test_a_room_that_one_enters_is_followed_from_then_on_and_no_more_when_one_leaves(
    new_speaker: NewSpeaker, ali: Speaker
) -> None:
    omid, where = await new_speaker(), address()
    room = (await ali.enter(where))["room"]["id"]
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        await say(ali, room, "before")
        await omid.enter(where)
        entered = await changed(socket, op)
        assert (entered["roomId"], entered["room"]["viewer"]["role"]) == (room, "MEMBER")
        await say(ali, room, "after")
        activity = await event(socket, op)
        while activity["__typename"] == "ViewerRoomChanged":  # its log may say so once more
            activity = await event(socket, op)
        assert activity["latest"] == {"body": "after"}
        await omid.do("leaveRoom", room=room)
        left = await changed(socket, op)
        assert left == {"__typename": "ViewerRoomChanged", "roomId": room, "room": {"title": where, "viewer": None}}
        await say(ali, room, "without you")
        own = (await omid.enter(address()))["room"]["id"]
        assert (await changed(socket, op))["roomId"] == own, "and nothing of the other room"


async def test_who_is_sent_away_from_a_private_room_learns_that_and_nothing_more(
    omid: Speaker, ali: Speaker, room: str
) -> None:
    await ali.do("updateRoom", room=room, isPrivate=True)
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        await ali.do("setMemberRole", room=room, user=await user(omid), role="MODERATOR")
        assert (await changed(socket, op))["room"]["viewer"]["role"] == "MODERATOR"
        await say(ali, room, "the last words")
        assert (await event(socket, op))["latest"] == {"body": "the last words"}
        await ali.do("moderateMember", room=room, user=await user(omid), action="KICK")
        await say(ali, room, "a secret")
        assert await changed(socket, op) == {"__typename": "ViewerRoomChanged", "roomId": room, "room": None}
        assert await socket.so_far() == []


async def test_a_room_that_is_renamed_is_told_to_those_who_are_in_it_and_to_nobody_else(
    new_speaker: NewSpeaker, omid: Speaker, ali: Speaker, room: str
) -> None:
    stranger = await new_speaker()
    async with omid.person.socket() as socket, stranger.person.socket() as other:
        op, _ = await listening(socket, EVENT), await listening(other, EVENT)
        await ali.do("updateRoom", room=room, title="A garden")
        renamed = await changed(socket, op)
        assert (renamed["roomId"], renamed["room"]["title"]) == (room, "A garden")
        assert await other.so_far() == []


async def test_whoever_is_muted_learns_until_when(omid: Speaker, ali: Speaker, room: str) -> None:
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        for action, is_muted in (("MUTE", True), ("UNMUTE", False)):
            moderated = await ali.do(
                "moderateMember",
                "... on MemberModerated { member { mutedUntil } }",
                room=room,
                user=await user(omid),
                action=action,
            )
            until = (await changed(socket, op))["room"]["viewer"]["mutedUntil"]
            assert until == moderated["member"]["mutedUntil"]
            assert (until is not None) is is_muted


async def test_a_room_that_is_deleted_is_there_no_more(omid: Speaker) -> None:
    room = (await omid.enter(address()))["room"]["id"]
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        await omid.do("deleteRoom", room=room)
        assert await changed(socket, op) == {"__typename": "ViewerRoomChanged", "roomId": room, "room": None}


async def test_who_is_invited_is_told(new_speaker: NewSpeaker, ali: Speaker) -> None:
    omid, where = await new_speaker(), address()
    room = (await ali.enter(where))["room"]["id"]
    await ali.do("updateRoom", room=room, isPrivate=True)
    async with omid.person.socket() as socket:
        op = await listening(socket, EVENT)
        await ali.do("createInvitation", room=room)
        await ali.do("createInvitation", room=room, invitee=await user(omid))
        invited = await event(socket, op)
        assert invited["__typename"] == "Invited"
        assert invited["invitation"]["room"] == {"id": room, "title": where}
        assert invited["invitation"]["invitedBy"] == {"username": ali.username}
        assert await socket.so_far() == []
