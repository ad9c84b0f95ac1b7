"""Keeping order: roles, kicking, banning and muting, as those see it who do it and those whom it is done to."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chat_schema.speaker import Speaker
from tests.transport.served import address

MEMBER = "member { role leftAt mutedUntil user { username } } cursor"
MODERATED = f"... on MemberModerated {{ {MEMBER} }}"
SEEN = """
query ($room: ID!) {
  viewer { user { id } }
  room(by: { id: $room }) { viewer { role can { send moderate } } }
}
"""
BANS = """
query ($room: ID!, $first: Int, $after: String) {
  room(by: { id: $room }) {
    bans(first: $first, after: $after) { nodes { user { username } by { username } at } pageInfo { hasNextPage } }
  }
}
"""
NO_ROOM = "Um9vbTo5OTk5OTk5OQ=="
NO_USER = "VXNlcjo5OTk5OTk5OQ=="


async def user(speaker: Speaker) -> str:
    found: str = (await speaker.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    return found


async def moderate(speaker: Speaker, room: str, whom: Speaker, action: str, **more: Any) -> dict[str, Any]:
    done = await speaker.do("moderateMember", MODERATED, room=room, user=await user(whom), action=action, **more)
    assert done["__typename"] == "MemberModerated", done
    member: dict[str, Any] = done["member"]
    assert member["user"]["username"] == whom.username
    return member


async def test_an_owner_gives_and_takes_roles(ali: Speaker, vera: Speaker, room: str) -> None:
    for role, may in (("MODERATOR", True), ("MEMBER", False)):
        selection = f"... on MemberRoleSet {{ {MEMBER} }}"
        done = await ali.do("setMemberRole", selection, room=room, user=await user(vera), role=role)
        assert done["member"]["role"] == role
        seen = (await vera.ask(SEEN, room=room))["room"]["viewer"]
        assert (seen["role"], seen["can"]) == (role, {"send": True, "moderate": may})


async def test_who_is_kicked_is_told_so_and_may_come_back(ali: Speaker, vera: Speaker, where: str, room: str) -> None:
    stream = """
    subscription ($room: ID!) {
      roomEvents(room: $room) {
        event {
          __typename
          ... on MemberLeft { departure by { username } }
          ... on StreamEnded { problem { code } }
        }
      }
    }
    """
    async with vera.person.socket() as socket:
        await socket.subscribe(stream, id="x", room=room)
        await socket.until("x", "CaughtUp")
        assert (await moderate(ali, room, vera, "KICK"))["leftAt"]
        left, ended = [frame["event"] for frame in await socket.until("x", "StreamEnded")]
        assert (left["departure"], left["by"]) == ("KICKED", {"username": ali.username})
        assert ended["problem"]["code"] == "FORBIDDEN"
        assert await socket.message("x") == {"id": "x", "type": "complete"}
    await vera.refused("sendMessage", "FORBIDDEN", room=room, body="still here", key="1")
    await vera.enter(where)
    await vera.send(room, "back", "2")


async def test_who_is_banned_stays_out_until_the_ban_is_lifted(
    ali: Speaker, vera: Speaker, where: str, room: str
) -> None:
    assert (await moderate(ali, room, vera, "BAN"))["leftAt"]
    await vera.refused("enterRoom", "FORBIDDEN", address=where)
    [ban] = (await ali.ask(BANS, room=room))["room"]["bans"]["nodes"]
    assert (ban["user"]["username"], ban["by"]["username"]) == (vera.username, ali.username)
    assert (await vera.fail(BANS, room=room)).code == "FORBIDDEN"
    await moderate(ali, room, vera, "UNBAN")
    assert (await ali.ask(BANS, room=room))["room"]["bans"]["nodes"] == []
    await vera.enter(where)


async def test_who_is_muted_reads_and_does_not_write(ali: Speaker, vera: Speaker, room: str) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for more in ({"until": until}, {}):
        muted = await moderate(ali, room, vera, "MUTE", **more)
        assert muted["mutedUntil"]
        assert (await vera.ask(SEEN, room=room))["room"]["viewer"]["can"]["send"] is False
        await vera.refused("sendMessage", "FORBIDDEN", room=room, body="mm", key="1")
        assert await vera.ask("query ($room: ID!) { room(by: { id: $room }) { messages { nodes { id } } } }", room=room)
    assert (await moderate(ali, room, vera, "UNMUTE"))["mutedUntil"] is None
    await vera.send(room, "at last", "2")


async def test_doing_what_is_done_already_changes_nothing(ali: Speaker, vera: Speaker, room: str) -> None:
    given = {"room": room, "user": await user(vera)}
    for mutation, selection, more in (
        ("moderateMember", MODERATED, {"action": "BAN"}),
        ("moderateMember", MODERATED, {"action": "UNBAN"}),
    ):
        first, again = [await ali.do(mutation, selection, **given, **more) for _ in range(2)]
        assert again["member"] == first["member"]


async def test_only_moderators_keep_order_and_only_owners_give_roles(
    ali: Speaker, vera: Speaker, nobody: Speaker, room: str
) -> None:
    """And nobody acts on somebody of the same rank, or above."""
    for who, code in ((vera, "FORBIDDEN"), (nobody, "UNAUTHENTICATED")):
        whom = await user(ali)
        await who.refused("moderateMember", code, room=room, user=whom, action="KICK")
        await who.refused("setMemberRole", code, room=room, user=whom, role="MEMBER")
    await ali.do("setMemberRole", room=room, user=await user(vera), role="MODERATOR")
    await vera.refused("moderateMember", "FORBIDDEN", room=room, user=await user(ali), action="BAN")
    await vera.refused("setMemberRole", "FORBIDDEN", room=room, user=await user(vera), role="OWNER")
    await ali.refused("setMemberRole", "FORBIDDEN", room=room, user=await user(ali), role="MEMBER")


async def test_who_or_what_is_not_there_is_told(ali: Speaker, vera: Speaker) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    for mutation, more in (("moderateMember", {"action": "KICK"}), ("setMemberRole", {"role": "MEMBER"})):
        for whom in (NO_USER, await user(vera), room):
            await ali.refused(mutation, "NOT_FOUND", room=room, user=whom, **more)
        await ali.refused(mutation, "NOT_FOUND", room=NO_ROOM, user=NO_USER, **more)
        await ali.invalid(mutation, "room", "MALFORMED", room="salam", user=NO_USER, **more)
        await ali.invalid(mutation, "user", "MALFORMED", room=room, user="salam", **more)


async def test_a_time_that_makes_no_sense_is_told(ali: Speaker, vera: Speaker, room: str) -> None:
    past, future = "2001-01-01T00:00:00Z", "2126-01-01T00:00:00Z"
    for action, until in (("MUTE", past), ("KICK", future), ("BAN", future)):
        given = {"room": room, "user": await user(vera), "action": action, "until": until}
        await ali.invalid("moderateMember", "until", "UNSUPPORTED", **given)


async def test_moderating_too_much_is_told_with_a_time(hasty: Speaker) -> None:
    room = (await hasty.enter(address()))["room"]["id"]
    given = {"room": room, "user": NO_USER}
    for _ in range(5):
        await hasty.refused("moderateMember", "NOT_FOUND", action="KICK", **given)
    assert (await hasty.refused("moderateMember", "RATE_LIMITED", action="KICK", **given))["retryAfterMs"] > 0
    await hasty.refused("setMemberRole", "RATE_LIMITED", role="MEMBER", **given)
