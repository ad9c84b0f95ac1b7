"""People: the viewer, and what they see of themselves."""

import pytest

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.transport.served import address

VIEWER = "id user { id username displayName } email locale lastLogInAt"


@pytest.fixture
async def ali(new_speaker: NewSpeaker) -> Speaker:
    """New: what is told here is all that there is of an account."""
    return await new_speaker()


async def test_the_viewer_is_the_person_asking(ali: Speaker) -> None:
    viewer = (await ali.ask(f"{{ viewer {{ {VIEWER} }} }}"))["viewer"]
    assert viewer["user"]["username"] == viewer["user"]["displayName"] == ali.username
    assert (viewer["email"], viewer["locale"]) == (None, "EN")


async def test_nobody_has_no_viewer(nobody: Speaker) -> None:
    assert await nobody.ask("{ viewer { id } }") == {"viewer": None}


async def test_the_viewers_rooms_are_those_entered_and_not_left_the_newest_first(ali: Speaker, vera: Speaker) -> None:
    rooms = [(await ali.enter(address()))["room"]["id"] for _ in range(3)]
    await vera.enter(address())
    await ali.do("leaveRoom", room=rooms[1])
    page = "nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }"
    first = (await ali.ask(f"{{ viewer {{ rooms(first: 1) {{ {page} }} }} }}"))["viewer"]["rooms"]
    assert (first["nodes"], first["pageInfo"]["hasNextPage"]) == ([{"id": rooms[2]}], True)
    document = f"query ($after: String) {{ viewer {{ rooms(after: $after) {{ {page} }} }} }}"
    rest = (await ali.ask(document, after=first["pageInfo"]["endCursor"]))["viewer"]["rooms"]
    assert (rest["nodes"], rest["pageInfo"]["hasNextPage"]) == ([{"id": rooms[0]}], False)


# --- Changing it ----------------------------------------------------------------------------------------------

UPDATED = "... on ProfileUpdated { viewer { email locale user { username displayName bio } } }"
FOLLOW = """
subscription ($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    event { __typename ... on MemberChanged { member { user { username displayName } } by { displayName } } }
  }
}
"""


async def test_everything_may_change_at_once(ali: Speaker) -> None:
    name = f"ana.{ali.username}"
    updated = await ali.do(
        "updateProfile", UPDATED, username=name, displayName="Ana", bio="Tea", email="ana@example.org", locale="KA"
    )
    assert updated["viewer"] == {
        "email": "ana@example.org",
        "locale": "KA",
        "user": {"username": name, "displayName": "Ana", "bio": "Tea"},
    }
    assert (await ali.do("updateProfile", UPDATED, email=""))["viewer"]["email"] is None


async def test_another_name_is_told_in_every_room_at_once_and_the_old_one_never_again(
    ali: Speaker, vera: Speaker
) -> None:
    entered = await ali.enter(address())
    room, start = entered["room"]["id"], entered["room"]["cursor"]
    await ali.send(room, "salam", "1")
    await vera.enter(entered["room"]["address"])
    async with vera.person.socket() as socket:
        op = await socket.subscribe(f"{FOLLOW}", room=room, after=start)
        await socket.until(op, "CaughtUp")
        await ali.do("updateProfile", displayName="Ana of the tea house")
        [changed] = await socket.until(op, "MemberChanged")
        assert changed["event"]["member"]["user"] == {"username": ali.username, "displayName": "Ana of the tea house"}
        assert changed["event"]["by"] == {"displayName": "Ana of the tea house"}


async def test_what_cannot_be_is_told_by_its_field(ali: Speaker, vera: Speaker) -> None:
    await ali.invalid("updateProfile", "username", "MALFORMED", username="a b")
    await ali.invalid("updateProfile", "displayName", "TOO_LONG", displayName="a" * 65)
    await ali.invalid("updateProfile", "bio", "TOO_LONG", bio="a" * 501)
    await ali.invalid("updateProfile", "email", "MALFORMED", email="ana")
    await ali.refused("updateProfile", "CONFLICT", username=vera.username.upper())


async def test_changing_it_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    for number in range(5):
        await hasty.do("updateProfile", displayName=str(number))
    assert (await hasty.refused("updateProfile", "RATE_LIMITED", displayName="6"))["retryAfterMs"] > 0


async def test_nobody_has_no_profile(nobody: Speaker) -> None:
    await nobody.refused("updateProfile", "UNAUTHENTICATED", displayName="Nobody")


# --- Others ---------------------------------------------------------------------------------------------------

USER = "query ($by: UserBy!) { user(by: $by) { id username bio stats { messages rooms joinedAt } } }"


async def test_somebody_is_found_by_id_and_by_name_however_it_is_written(ali: Speaker, vera: Speaker) -> None:
    entered = await ali.enter(address())
    await ali.send(entered["room"]["id"], "salam", "1")
    found = (await vera.ask(USER, by={"username": ali.username.upper()}))["user"]
    assert found["username"] == ali.username
    assert (found["stats"]["messages"], found["stats"]["rooms"]) == (1, 1)
    assert (await vera.ask(USER, by={"id": found["id"]}))["user"] == found


@pytest.mark.parametrize("by", [{"username": "no such person"}, {"username": ""}, {"username": "\0"}])
async def test_a_name_of_nobody_finds_nobody(ali: Speaker, by: dict[str, str]) -> None:
    assert await ali.ask(USER, by=by) == {"user": None}


async def test_nobody_looks_up_nobody(nobody: Speaker) -> None:
    assert (await nobody.fail(USER, by={"username": "ali"})).code == "UNAUTHENTICATED"
