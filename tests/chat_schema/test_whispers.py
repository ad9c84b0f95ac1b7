"""Whispers as those see them who are there, who are not, and who would rather not be spoken to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.chat_schema.viewers import listening, user
from tests.transport.client import PATIENCE, Socket

WHISPER = "id body sentAt sender { username } recipient { username } room { id }"
RESULT = f"""
  ... on WhisperDelivered {{ connections whisper {{ {WHISPER} }} }}
  ... on RecipientOfflineProblem {{ lastSeenAt }}
"""
EVENT = f"... on WhisperReceived {{ whisper {{ {WHISPER} }} }}"
NOBODY = "VXNlcjo5OTk5OTk5OQ=="


@pytest.fixture
def transport() -> str:
    """What is heard does not depend on the way in which it was said."""
    return "http"


@asynccontextmanager
async def present(speaker: Speaker, room: str, document: str = EVENT) -> AsyncIterator[tuple[Socket, str]]:
    """A device of somebody who is online in a room, and listens: its socket, and the operation that does."""
    async with speaker.person.socket() as elsewhere, speaker.person.socket() as socket:
        await elsewhere.subscribe("subscription ($room: ID!) { roomEvents(room: $room) { cursor } }", room=room)
        yield socket, await listening(socket, document)


@pytest.fixture
async def omid(new_speaker: NewSpeaker, where: str) -> Speaker:
    """A new member of the room."""
    omid = await new_speaker()
    await omid.enter(where)
    return omid


async def heard(sender: Speaker, recipient: Speaker, room: str, body: str = "salam", key: str = "first") -> Any:
    """What comes of it once it is known that the recipient is in the room: written in batches, it takes a moment."""
    async with asyncio.timeout(PATIENCE):
        while True:
            sent = await whisper(sender, recipient, room, body, key)
            if sent["__typename"] != "RecipientOfflineProblem":
                return sent
            await asyncio.sleep(0.05)


async def whisper(sender: Speaker, recipient: Speaker, room: str, body: str = "salam", key: str = "first") -> Any:
    to = await user(recipient)
    return await sender.do("sendWhisper", RESULT, room=room, recipient=to, body=body, key=key)


async def test_all_devices_of_both_get_it_and_nobody_elses(
    omid: Speaker, vera: Speaker, ali: Speaker, room: str
) -> None:
    async with (
        present(vera, room) as (phone, on_phone),
        present(vera, room) as (laptop, on_laptop),
        present(omid, room) as (own, on_own),
        present(ali, room) as (other, _),
    ):
        sent = await heard(omid, vera, room, "salam\n<b>")
        assert sent["__typename"] == "WhisperDelivered", sent
        assert sent["connections"] == 2
        assert sent["whisper"]["body"] == "salam\n<b>"
        assert sent["whisper"]["sender"] == {"username": omid.username}
        assert sent["whisper"]["recipient"] == {"username": vera.username}
        assert sent["whisper"]["room"] == {"id": room}
        for socket, op in ((phone, on_phone), (laptop, on_laptop), (own, on_own)):
            event = (await socket.next(op))["viewerEvents"]
            assert event == {"__typename": "WhisperReceived", "whisper": sent["whisper"]}
        assert await other.so_far() == []


async def test_a_retry_shows_nothing_twice_and_is_told_the_same(omid: Speaker, vera: Speaker, room: str) -> None:
    async with present(vera, room) as (socket, op), present(omid, room) as (own, on_own):
        first = await heard(omid, vera, room)
        again = await whisper(omid, vera, room)
        assert first["connections"] == again["connections"] == 1
        assert again["whisper"]["id"] == first["whisper"]["id"]
        another = await whisper(omid, vera, room, key="second")
        assert another["whisper"]["id"] != first["whisper"]["id"]
        for device, events in ((socket, op), (own, on_own)):
            ids = [(await device.next(events))["viewerEvents"]["whisper"]["id"] for _ in range(2)]
            assert ids == [first["whisper"]["id"], another["whisper"]["id"]]
            assert await device.so_far() == []


async def test_a_key_says_one_thing(omid: Speaker, vera: Speaker, ali: Speaker, room: str) -> None:
    async with present(vera, room) as (socket, op), present(ali, room) as (other, _):
        await heard(omid, vera, room)
        assert (await whisper(omid, vera, room, "something else"))["__typename"] == "ConflictProblem"
        assert (await heard(omid, ali, room))["__typename"] == "ConflictProblem"
        await socket.next(op)
        assert await socket.so_far() == await other.so_far() == []


async def test_who_is_not_there_is_offline_whatever_keeps_them(
    omid: Speaker, vera: Speaker, ali: Speaker, new_speaker: NewSpeaker, room: str
) -> None:
    """In the room, but not listening; listening, but not in the room; a stranger; oneself."""
    stranger = await new_speaker()
    async with (
        ali.person.socket() as silent,
        vera.person.socket() as elsewhere,
        stranger.person.socket() as outside,
        present(omid, room) as (own, _),
    ):
        await silent.subscribe("subscription ($room: ID!) { roomEvents(room: $room) { cursor } }", room=room)
        for socket in (elsewhere, outside):
            await listening(socket, EVENT)
        for recipient in (ali, vera, stranger, omid):
            assert (await whisper(omid, recipient, room))["code"] == "RECIPIENT_OFFLINE"
        assert await elsewhere.so_far() == await outside.so_far() == await own.so_far() == []


async def test_for_whom_somebody_has_blocked_they_are_not_there(omid: Speaker, vera: Speaker, room: str) -> None:
    async with present(vera, room) as (socket, op):
        await heard(omid, vera, room)
        await socket.next(op)
        await vera.do("blockUser", user=await user(omid))
        refused = await whisper(omid, vera, room, key="second")
        assert (refused["__typename"], refused["lastSeenAt"]) == ("RecipientOfflineProblem", None)
        assert await socket.so_far() == []
        await vera.do("unblockUser", user=await user(omid))
        assert (await whisper(omid, vera, room, key="second"))["connections"] == 1
        await socket.next(op)
    # Whoever has blocked may speak to whom they like.
    await vera.do("blockUser", user=await user(omid))
    async with present(omid, room):
        assert (await heard(vera, omid, room))["connections"] == 1
    await vera.do("unblockUser", user=await user(omid))


async def test_what_cannot_be_whispered_is_refused(
    omid: Speaker, vera: Speaker, nobody: Speaker, new_speaker: NewSpeaker, room: str
) -> None:
    to = await user(vera)
    good = {"room": room, "recipient": to, "body": "salam", "key": "first"}
    await omid.invalid("sendWhisper", "body", "REQUIRED", **{**good, "body": " "})
    await omid.invalid("sendWhisper", "body", "TOO_LONG", **{**good, "body": "x" * 4001})
    await omid.invalid("sendWhisper", "key", "REQUIRED", **{**good, "key": ""})
    await omid.invalid("sendWhisper", "room", "MALFORMED", **{**good, "room": "no id"})
    await omid.invalid("sendWhisper", "recipient", "MALFORMED", **{**good, "recipient": "no id"})
    await omid.refused("sendWhisper", "NOT_FOUND", **{**good, "recipient": NOBODY})
    await nobody.refused("sendWhisper", "UNAUTHENTICATED", **good)
    stranger = await new_speaker()
    await stranger.refused("sendWhisper", "FORBIDDEN", **good)


async def test_whispering_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    room = (await hasty.enter("tea"))["room"]["id"]
    sent = {"room": room, "recipient": await user(hasty), "body": "salam", "key": "first"}
    for _ in range(5):
        await hasty.refused("sendWhisper", "RECIPIENT_OFFLINE", **sent)
    assert (await hasty.refused("sendWhisper", "RATE_LIMITED", **sent))["retryAfterMs"] > 0
