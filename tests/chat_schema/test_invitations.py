"""Private rooms and the ways into them, as those see it who invite, who are invited, and who are not."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.transport.served import address

INVITATION = "id code room { id address } invitedBy { username } invitee { username } expiresAt usesLeft"
CREATED = f"... on InvitationCreated {{ invitation {{ {INVITATION} }} }}"
OF_ROOM = f"query ($room: ID!) {{ room(by: {{ id: $room }}) {{ invitations {{ {INVITATION} }} }} }}"
OF_VIEWER = f"{{ viewer {{ invitations {{ {INVITATION} }} }} }}"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Invitation {{ {INVITATION} }} }} }}"
SEEN = """
query ($room: ID!) {
  room(by: { id: $room }) { address title topic memberCount viewer { can { invite } } }
}
"""
ENTERED = "... on RoomEntered { created room { id viewer { role } } }"
NO_ROOM = "Um9vbTo5OTk5OTk5OQ=="


async def user(speaker: Speaker) -> str:
    found: str = (await speaker.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    return found


async def private_room(speaker: Speaker) -> tuple[str, str]:
    """The address and the id of a new one."""
    where = address()
    room = (await speaker.enter(where))["room"]["id"]
    await speaker.do("updateRoom", room=room, isPrivate=True)
    return where, room


async def invite(speaker: Speaker, room: str, **more: Any) -> dict[str, Any]:
    created = await speaker.do("createInvitation", CREATED, room=room, **more)
    assert created["__typename"] == "InvitationCreated", created
    invitation: dict[str, Any] = created["invitation"]
    return invitation


async def test_who_gets_a_code_comes_in(ali: Speaker, vera: Speaker) -> None:
    where, room = await private_room(ali)
    until = (datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)).isoformat()
    made = await invite(ali, room, expiresAt=until, uses=2)
    assert made["room"] == {"id": room, "address": where}
    assert (made["invitedBy"], made["invitee"], made["usesLeft"]) == ({"username": ali.username}, None, 2)
    assert datetime.fromisoformat(made["expiresAt"]) == datetime.fromisoformat(until)
    assert (await ali.ask(OF_ROOM, room=room))["room"]["invitations"] == [made]
    assert (await ali.ask(NODE, id=made["id"]))["node"] == made
    absent = await vera.refused("enterRoom", "NOT_FOUND", address=where)
    assert await vera.refused("enterRoom", "NOT_FOUND", address=where, invitation="wrong") == absent
    assert await vera.refused("enterRoom", "NOT_FOUND", address=address(), invitation=made["code"]) == absent
    entered = await vera.do("enterRoom", ENTERED, address=where, invitation=made["code"])
    assert entered == {
        "__typename": "RoomEntered",
        "created": False,
        "room": {"id": room, "viewer": {"role": "MEMBER"}},
    }
    [left] = (await ali.ask(OF_ROOM, room=room))["room"]["invitations"]
    assert left == {**made, "usesLeft": 1}


async def test_who_is_invited_sees_where_to_and_comes_in_and_nobody_else_does(
    ali: Speaker, new_speaker: NewSpeaker
) -> None:
    guest, stranger = await new_speaker(), await new_speaker()
    where, room = await private_room(ali)
    made = await invite(ali, room, invitee=await user(guest))
    assert made["invitee"] == {"username": guest.username}
    assert (await guest.ask(OF_VIEWER))["viewer"]["invitations"] == [made]
    assert (await guest.ask(NODE, id=made["id"]))["node"] == made
    seen = (await guest.ask(SEEN, room=room))["room"]
    assert seen == {"address": where, "title": where, "topic": "", "memberCount": 1, "viewer": None}
    assert (await guest.fail(OF_ROOM, room=room)).code == "FORBIDDEN"
    assert (await stranger.ask(OF_VIEWER))["viewer"]["invitations"] == []
    assert await stranger.ask(NODE, id=made["id"]) == {"node": None}
    assert await stranger.ask(SEEN, room=room) == {"room": None}
    await stranger.refused("enterRoom", "NOT_FOUND", address=where, invitation=made["code"])
    assert (await guest.do("enterRoom", ENTERED, address=where))["room"]["id"] == room
    assert (await guest.ask(OF_VIEWER))["viewer"]["invitations"] == []
    assert await guest.ask(NODE, id=made["id"]) == {"node": None}


async def test_what_was_revoked_or_declined_is_gone(ali: Speaker, new_speaker: NewSpeaker) -> None:
    guest = await new_speaker()
    where, room = await private_room(ali)
    for who in (ali, guest):
        made = await invite(ali, room, invitee=await user(guest))
        done = await who.do("revokeInvitation", "... on InvitationRevoked { invitationId }", invitation=made["id"])
        assert done == {"__typename": "InvitationRevoked", "invitationId": made["id"]}
        assert (await ali.ask(OF_ROOM, room=room))["room"]["invitations"] == []
        assert (await guest.ask(OF_VIEWER))["viewer"]["invitations"] == []
        await guest.refused("enterRoom", "NOT_FOUND", address=where, invitation=made["code"])
        await who.refused("revokeInvitation", "NOT_FOUND", invitation=made["id"])


async def test_moderators_invite_and_say_so_to_their_clients(ali: Speaker, vera: Speaker, room: str) -> None:
    for role, may in (("MEMBER", False), ("MODERATOR", True)):
        await ali.do("setMemberRole", room=room, user=await user(vera), role=role)
        assert (await vera.ask(SEEN, room=room))["room"]["viewer"]["can"]["invite"] is may
        done = await vera.do("createInvitation", room=room)
        assert done["__typename"] == ("InvitationCreated" if may else "ForbiddenProblem")


async def test_what_cannot_be_is_told(ali: Speaker, vera: Speaker, nobody: Speaker, room: str) -> None:
    past = "2020-01-01T00:00:00Z"
    await ali.invalid("createInvitation", "uses", "UNSUPPORTED", room=room, uses=0)
    await ali.invalid("createInvitation", "expiresAt", "UNSUPPORTED", room=room, expiresAt=past)
    await ali.invalid("createInvitation", "room", "MALFORMED", room="salam")
    await ali.invalid("createInvitation", "invitee", "MALFORMED", room=room, invitee="")
    await ali.invalid("revokeInvitation", "invitation", "MALFORMED", invitation="salam")
    await ali.refused("createInvitation", "NOT_FOUND", room=room, invitee=room)
    await ali.refused("createInvitation", "NOT_FOUND", room=NO_ROOM)
    await ali.refused("revokeInvitation", "NOT_FOUND", invitation=room)
    await vera.refused("createInvitation", "FORBIDDEN", room=room)
    await nobody.refused("createInvitation", "UNAUTHENTICATED", room=room)
    await nobody.refused("revokeInvitation", "UNAUTHENTICATED", invitation=room)


async def test_inviting_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    room = (await hasty.enter(address()))["room"]["id"]
    for _ in range(5):
        made = await invite(hasty, room)
    assert (await hasty.refused("createInvitation", "RATE_LIMITED", room=room))["retryAfterMs"] > 0
    await hasty.refused("revokeInvitation", "RATE_LIMITED", invitation=made["id"])


async def test_a_private_room_is_nowhere_to_be_found(ali: Speaker, new_speaker: NewSpeaker) -> None:
    """Not in lists, not by its id or address, not among what its people do."""
    host, stranger = await new_speaker(), await new_speaker()
    where, room = await private_room(host)
    message = (await host.send(room, "hush", "1"))["message"]["id"]
    document = """
    query ($room: ID!, $message: ID!, $at: String!, $host: String!) {
      rooms(matching: $at) { nodes { id } }
      id: room(by: { id: $room }) { id }
      address: room(by: { address: $at }) { id }
      nodes(ids: [$room, $message]) { id }
      user(by: { username: $host }) { stats { messages rooms } }
      viewer { rooms { nodes { id } } mentionedIn { nodes { id } } invitations { id } }
    }
    """
    asked = {"room": room, "message": message, "at": where, "host": host.username}
    assert await stranger.ask(document, **asked) == {
        "rooms": {"nodes": []},
        "id": None,
        "address": None,
        "nodes": [None, None],
        "user": {"stats": {"messages": 0, "rooms": 0}},
        "viewer": {"rooms": {"nodes": []}, "mentionedIn": {"nodes": []}, "invitations": []},
    }
    own = (await stranger.enter(f"room {secrets.token_hex(4)}"))["room"]["id"]
    taken = await stranger.refused("updateRoom", "CONFLICT", room=own, address=where)
    public = (await ali.enter(address()))["room"]["address"]
    assert await stranger.refused("updateRoom", "CONFLICT", room=own, address=public) == taken
