"""Rooms and members: finding, listing, entering, leaving, and what a stranger may know."""

import secrets
import threading
from typing import Any

import pytest

from backend.chat import event_log, facts, messages, rooms
from chat_schema.context import Context
from chat_schema.scalars import Cursor
from chat_schema.schema import schema
from tests.chat_schema import inside
from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.services.server import ServerProcess
from tests.transport.served import address, change

ROOM = "id address title topic isPrivate createdAt lastActivityAt memberCount cursor viewer { role can { send } }"
BY_ADDRESS = f"query ($at: String!) {{ room(by: {{ address: $at }}) {{ {ROOM} }} }}"
BY_ID = f"query ($room: ID!) {{ room(by: {{ id: $room }}) {{ {ROOM} }} }}"
MEMBERS = """
query ($room: ID!, $first: Int, $after: String) {
  room(by: { id: $room }) {
    members(first: $first, after: $after) {
      nodes { id role joinedAt leftAt user { username } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
NO_ROOM = "Um9vbTo5OTk5OTk5OQ=="


# --- Entering and leaving -------------------------------------------------------------------------------------


async def test_whoever_enters_first_makes_the_room_and_owns_it(ali: Speaker, vera: Speaker) -> None:
    where = address()
    made = await ali.enter(where)
    entered = await vera.enter(f"  {where.upper()} ")
    assert (made["created"], entered["created"]) == (True, False)
    assert made["room"]["id"] == entered["room"]["id"]
    room = (await ali.ask(BY_ADDRESS, at=where))["room"]
    assert (room["address"], room["title"], room["topic"], room["isPrivate"]) == (where, where, "", False)
    assert (room["memberCount"], room["viewer"]) == (2, {"role": "OWNER", "can": {"send": True}})
    room = (await vera.ask(BY_ID, room=room["id"]))["room"]
    assert room["viewer"] == {"role": "MEMBER", "can": {"send": True}}


async def test_entering_again_changes_nothing(ali: Speaker) -> None:
    where = address()
    first, again = await ali.enter(where), await ali.enter(where)
    assert (again["created"], again["cursor"]) == (False, first["cursor"])


async def test_an_address_that_cannot_be_is_told(ali: Speaker) -> None:
    for where, code in (
        ("", "REQUIRED"),
        ("  ", "REQUIRED"),
        ("x" * 65, "TOO_LONG"),
        ("a/b", "MALFORMED"),
        ("a\u202eb", "MALFORMED"),
        ("..", "UNSUPPORTED"),
    ):
        await ali.invalid("enterRoom", "address", code, address=where)


async def test_entering_too_many_rooms_is_told_with_a_time(hasty: Speaker) -> None:
    where = address()
    for _ in range(5):
        await hasty.enter(where)
    assert (await hasty.refused("enterRoom", "RATE_LIMITED", address=where))["retryAfterMs"] > 0


async def test_leaving_hands_the_room_over(ali: Speaker, vera: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    await vera.enter(where)
    left = await ali.do("leaveRoom", "... on RoomLeft { member { leftAt user { username } } cursor }", room=room)
    assert left["member"]["user"]["username"] == ali.username
    assert left["member"]["leftAt"]
    assert (await vera.ask(BY_ID, room=room))["room"]["viewer"]["role"] == "OWNER"
    await ali.refused("leaveRoom", "FORBIDDEN", room=room)


async def test_a_membership_leads_to_its_room_and_to_one_that_goes_with_it(ali: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    members = "members { nodes { room { id address memberCount } } }"
    [member] = (await ali.ask(f'{{ room(by: {{ id: "{room}" }}) {{ {members} }} }}'))["room"]["members"]["nodes"]
    assert member["room"] == {"id": room, "address": where, "memberCount": 1}
    left = await ali.do("leaveRoom", "... on RoomLeft { member { room { id address memberCount } } }", room=room)
    assert left["member"]["room"] == {"id": room, "address": "", "memberCount": 0}


async def test_what_is_no_room_cannot_be_left(ali: Speaker) -> None:
    await ali.refused("leaveRoom", "NOT_FOUND", room=NO_ROOM)
    await ali.invalid("leaveRoom", "room", "MALFORMED", room="salam")
    viewer = (await ali.ask("{ viewer { id } }"))["viewer"]
    await ali.refused("leaveRoom", "NOT_FOUND", room=viewer["id"])


async def test_nobody_enters_or_leaves(nobody: Speaker) -> None:
    await nobody.refused("enterRoom", "UNAUTHENTICATED", address="a")
    await nobody.refused("leaveRoom", "UNAUTHENTICATED", room="x")


# --- Seeing ---------------------------------------------------------------------------------------------------


async def test_a_stranger_sees_a_public_room_from_outside(ali: Speaker, vera: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    seen = (await vera.ask(BY_ID, room=room))["room"]
    assert (seen["address"], seen["memberCount"], seen["viewer"]) == (where, 1, None)
    for part in ("members { nodes { id } }", "messages { nodes { id } }", "events { hasMore }"):
        answer = await vera.fail(f"query ($room: ID!) {{ room(by: {{ id: $room }}) {{ {part} }} }}", room=room)
        assert answer.code == "FORBIDDEN"
        assert answer.data == {"room": None}


async def test_to_a_stranger_a_private_room_does_not_exist(server: ServerProcess, ali: Speaker, vera: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    change(server, "UPDATE chat_room SET is_private = ? WHERE address = ?", True, where)
    assert (await ali.ask(BY_ID, room=room))["room"]["isPrivate"]
    assert await vera.ask(BY_ID, room=room) == await vera.ask(BY_ADDRESS, at=where) == {"room": None}
    assert where not in [each["address"] for each in await listed(vera, where)]
    absent = await vera.refused("leaveRoom", "NOT_FOUND", room=NO_ROOM)
    assert await vera.refused("leaveRoom", "NOT_FOUND", room=room) == absent
    await vera.refused("enterRoom", "NOT_FOUND", address=where)


async def test_an_id_of_no_room_finds_none(ali: Speaker) -> None:
    assert await ali.ask(BY_ID, room=NO_ROOM) == {"room": None}
    for room, code in (("salam", "INVALID"), ("VXNlcjox", "NOT_FOUND")):
        answer = await ali.fail(BY_ID, room=room)
        assert (answer.data, answer.code) == ({"room": None}, code)


async def test_a_room_is_asked_for_in_exactly_one_way(ali: Speaker) -> None:
    for by in ({}, {"id": NO_ROOM, "address": "a"}, {"id": None}):
        assert (await ali.fail("query ($by: RoomBy!) { room(by: $by) { id } }", by=by)).code == "BAD_REQUEST"


async def test_nobody_sees_no_rooms(nobody: Speaker) -> None:
    for document in ('{ room(by: { address: "a" }) { id } }', "{ rooms { nodes { id } } }"):
        assert (await nobody.fail(document)).code == "UNAUTHENTICATED"


# --- Listing --------------------------------------------------------------------------------------------------


async def listed(speaker: Speaker, matching: str) -> list[dict[str, str]]:
    document = "query ($matching: String) { rooms(matching: $matching) { nodes { id address } } }"
    nodes: list[dict[str, str]] = (await speaker.ask(document, matching=matching))["rooms"]["nodes"]
    return nodes


async def test_rooms_are_listed_page_by_page_the_newest_first(ali: Speaker) -> None:
    word = secrets.token_hex(4)
    made = [(await ali.enter(f"{word} {number}"))["room"]["id"] for number in range(5)]
    document = """
    query ($matching: String, $after: String) {
      rooms(matching: $matching, first: 2, after: $after) {
        edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
    """
    found: list[str] = []
    after: str | None = None
    more = True
    while more:
        page = (await ali.ask(document, matching=word.upper(), after=after))["rooms"]
        assert [each["node"] for each in page["edges"]] == page["nodes"]
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        found += [each["id"] for each in page["nodes"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    assert found == made[::-1]


async def test_a_page_that_makes_no_sense_is_told(ali: Speaker) -> None:
    for page in ("first: -1", "first: 101", 'after: "salam"', 'after: "Um9vbTox"'):
        answer = await ali.fail(f"{{ rooms({page}) {{ nodes {{ id }} }} }}")
        assert answer.code == "INVALID"
        assert answer.errors[0]["extensions"]["fields"][0]["path"] == [page.split(":")[0]]
    assert (await ali.ask("{ rooms(first: 0) { nodes { id } } }")) == {"rooms": {"nodes": []}}


async def test_members_are_listed_page_by_page_as_they_came(new_speaker: NewSpeaker) -> None:
    people = [await new_speaker() for _ in range(3)]
    where = address()
    for each in people:
        room = (await each.enter(where))["room"]["id"]
    first = (await people[0].ask(MEMBERS, room=room, first=2))["room"]["members"]
    rest = (await people[0].ask(MEMBERS, room=room, after=first["pageInfo"]["endCursor"]))["room"]["members"]
    members = [*first["nodes"], *rest["nodes"]]
    assert [each["user"]["username"] for each in members] == [each.username for each in people]
    assert [each["role"] for each in members] == ["OWNER", "MEMBER", "MEMBER"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert all(each["joinedAt"] and not each["leftAt"] for each in members)


# --- The cursor -----------------------------------------------------------------------------------------------


async def test_a_rooms_cursor_is_its_position_before_all_that_is_shown_of_it(ali: Speaker, vera: Speaker) -> None:
    """What happens from there on is what a snapshot may have missed."""
    where = address()
    await ali.enter(where)
    snapshot = (await ali.ask(BY_ADDRESS, at=where))["room"]
    await vera.enter(where)
    await vera.send(snapshot["id"], "salam", "1")
    document = """
    query ($room: ID!, $after: Cursor) {
      room(by: { id: $room }) { events(after: $after) { frames { event { __typename } } endCursor } cursor }
    }
    """
    room = (await ali.ask(document, room=snapshot["id"], after=snapshot["cursor"]))["room"]
    assert [each["event"]["__typename"] for each in room["events"]["frames"]] == ["MemberJoined", "MessageSent"]
    assert room["events"]["endCursor"] == room["cursor"] != snapshot["cursor"]


@pytest.mark.django_db(transaction=True)
async def test_a_room_shown_twice_in_one_response_has_one_position(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client merges them: with the later one of two it would miss what the earlier reading did not show."""
    viewer = await inside.somebody()
    await inside.enter(viewer, "tea")
    show, read = Context.cursor_of, rooms.rooms_of
    shown = threading.Event()

    def show_first(context: Context, room: facts.Room) -> Cursor:
        cursor = show(context, room)
        shown.set()
        return cursor

    def read_late(**given: Any) -> Any:
        assert shown.wait(10)
        messages.send_message(viewer=viewer, room_id=room.id, body="meanwhile", key="1")
        return read(**given)

    room = await inside.enter(viewer, "tea")
    monkeypatch.setattr(Context, "cursor_of", show_first)
    monkeypatch.setattr(rooms, "rooms_of", read_late)
    document = '{ room(by: { address: "tea" }) { cursor } viewer { rooms { nodes { cursor lastActivityAt } } } }'
    result = await schema.execute(document, context_value=Context(reader=viewer, origin=""))
    assert result.data
    assert not result.errors
    [again] = result.data["viewer"]["rooms"]["nodes"]
    assert again["cursor"] == result.data["room"]["cursor"] == event_log.head_cursor(room)
    assert (await inside.enter(viewer, "tea")).head > room.head, "something has happened between"
