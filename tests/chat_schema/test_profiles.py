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
