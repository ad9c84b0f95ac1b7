"""Typing over either transport: what is answered, and what those who follow the room are shown of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.transport.client import Socket
from tests.transport.served import address

FOLLOW = """
subscription ($room: ID!) {
  roomEvents(room: $room) { cursor event { __typename ... on TypingChanged { users { username } } } }
}
"""


async def follow(socket: Socket, room: str) -> str:
    op = await socket.subscribe(FOLLOW, room=room)
    await socket.until(op, "CaughtUp")
    return op


async def typing(socket: Socket, op: str) -> list[str]:
    """Who is shown next."""
    [*_, frame] = await socket.until(op, "TypingChanged")
    return [user["username"] for user in frame["event"]["users"]]


async def test_whoever_types_is_shown_to_all_who_follow_the_room_until_they_send_it(
    ali: Speaker, vera: Speaker, room: str
) -> None:
    async with ali.person.socket() as ali_s, vera.person.socket() as vera_s:
        followed = [(socket, await follow(socket, room)) for socket in (ali_s, vera_s)]
        set_ = await vera.do("setTyping", "... on TypingSet { expiresAt }", room=room, typing=True)
        assert set_["__typename"] == "TypingSet"
        left = datetime.fromisoformat(set_["expiresAt"]) - datetime.now(UTC)
        assert timedelta(0) < left <= timedelta(seconds=6)
        for socket, op in followed:
            assert await typing(socket, op) == [vera.username]
        await vera.send(room, "salam", "1")
        for socket, op in followed:
            [sent] = await socket.until(op, "MessageSent")
            [changed] = await socket.until(op, "TypingChanged")
            assert changed["event"]["users"] == []
            assert changed["cursor"] == sent["cursor"], "it has no place of its own in the log"


async def test_saying_that_one_has_stopped_ends_it_and_two_are_two(ali: Speaker, vera: Speaker, room: str) -> None:
    async with ali.person.socket() as socket:
        op = await follow(socket, room)
        await ali.do("setTyping", room=room, typing=True)
        assert await typing(socket, op) == [ali.username]
        await vera.do("setTyping", room=room, typing=True)
        assert await typing(socket, op) == [ali.username, vera.username]
        await ali.do("setTyping", room=room, typing=False)
        assert await typing(socket, op) == [vera.username]


async def test_whoever_is_sent_away_types_no_more(ali: Speaker, vera: Speaker, room: str) -> None:
    user = (await vera.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    async with ali.person.socket() as socket:
        op = await follow(socket, room)
        await vera.do("setTyping", room=room, typing=True)
        assert await typing(socket, op) == [vera.username]
        await ali.do("moderateMember", room=room, user=user, action="KICK")
        assert await typing(socket, op) == []
    await vera.refused("setTyping", "FORBIDDEN", room=room, typing=True)


async def test_nothing_of_it_is_in_the_log(ali: Speaker, room: str) -> None:
    document = "query ($room: ID!) { room(by: { id: $room }) { cursor events { frames { cursor } } } }"
    before = await ali.ask(document, room=room)
    await ali.do("setTyping", room=room, typing=True)
    assert await ali.ask(document, room=room) == before


async def test_what_is_no_room_or_none_to_write_in_is_told(
    ali: Speaker, new_speaker: NewSpeaker, nobody: Speaker, room: str
) -> None:
    stranger = await new_speaker()
    given: dict[str, Any] = {"typing": True}
    await ali.invalid("setTyping", "room", "MALFORMED", room="no id", **given)
    await stranger.refused("setTyping", "FORBIDDEN", room=room, **given)
    await nobody.refused("setTyping", "UNAUTHENTICATED", room=room, **given)


async def test_saying_it_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    room = (await hasty.enter(address()))["room"]["id"]
    for _ in range(5):
        await hasty.do("setTyping", room=room, typing=True)
    assert (await hasty.refused("setTyping", "RATE_LIMITED", room=room, typing=True))["retryAfterMs"] > 0
