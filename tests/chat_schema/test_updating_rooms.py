"""Changing a room over either transport: what is answered, what its members hear, and who is refused."""

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.chat_schema.test_events import follow
from tests.services.server import ServerProcess
from tests.transport.served import address, change

ROOM = "id address title topic isPrivate cursor"
UPDATED = f"... on RoomUpdated {{ cursor room {{ {ROOM} }} }}"
FOLLOW = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    cursor event { __typename ... on RoomChanged { room { title topic isPrivate } by { username } } }
  }
}
"""


async def test_all_members_hear_what_changed_and_who_did_it(ali: Speaker, vera: Speaker, room: str) -> None:
    async with vera.person.socket() as socket:
        op = await socket.subscribe(FOLLOW, room=room)
        await socket.until(op, "CaughtUp")
        updated = await ali.do("updateRoom", UPDATED, room=room, title="Tea house", topic="Seven glasses")
        assert updated["room"]["title"] == "Tea house"
        assert updated["cursor"] == updated["room"]["cursor"]
        frame = await socket.frame(op)
        assert frame == {
            "cursor": updated["cursor"],
            "event": {
                "__typename": "RoomChanged",
                "room": {"title": "Tea house", "topic": "Seven glasses", "isPrivate": False},
                "by": {"username": ali.username},
            },
        }


async def test_whoever_comes_to_the_old_address_makes_a_new_room(
    ali: Speaker, new_speaker: NewSpeaker, room: str, where: str
) -> None:
    at = address()
    await ali.do("updateRoom", room=room, address=at)
    stranger = await new_speaker()
    assert (await stranger.enter(at))["room"]["id"] == room
    assert (await stranger.enter(where))["created"]


async def test_what_cannot_be_is_told_by_its_field(ali: Speaker, vera: Speaker, room: str) -> None:
    await ali.invalid("updateRoom", "address", "MALFORMED", room=room, address="a/b")
    await ali.invalid("updateRoom", "title", "REQUIRED", room=room, title="")
    await ali.invalid("updateRoom", "topic", "TOO_LONG", room=room, topic="a" * 257)
    await ali.invalid("updateRoom", "room", "MALFORMED", room="no id", topic="tea")
    taken = address()
    await vera.enter(taken)
    await ali.refused("updateRoom", "CONFLICT", room=room, address=taken)


async def test_only_moderators_rename_and_only_owners_make_private(
    ali: Speaker, vera: Speaker, new_speaker: NewSpeaker, room: str
) -> None:
    for changes in ({"title": "Mine"}, {"isPrivate": True}):
        await vera.refused("updateRoom", "FORBIDDEN", room=room, **changes)
    updated = await ali.do("updateRoom", UPDATED, room=room, isPrivate=True)
    assert updated["room"]["isPrivate"]
    stranger = await new_speaker()
    await stranger.refused("updateRoom", "NOT_FOUND", room=room, title="Mine")
    document = f'{{ room(by: {{ id: "{room}" }}) {{ viewer {{ can {{ rename setPrivacy }} }} }} }}'
    can = [(await who.ask(document))["room"]["viewer"]["can"] for who in (ali, vera)]
    assert can == [{"rename": True, "setPrivacy": True}, {"rename": False, "setPrivacy": False}]


async def test_staff_rename_a_room_that_they_are_not_in(
    server: ServerProcess, new_speaker: NewSpeaker, room: str
) -> None:
    person = (await new_speaker()).person
    change(server, "UPDATE accounts_user SET is_staff = ? WHERE username = ?", True, person.username)
    updated = await Speaker(person.http, person).do("updateRoom", UPDATED, room=room, title="In order")
    assert updated["room"]["title"] == "In order"


async def test_making_a_room_private_ends_no_member_s_stream(ali: Speaker, vera: Speaker, room: str) -> None:
    async with vera.person.socket() as socket:
        await follow(socket, room)
        await ali.do("updateRoom", room=room, isPrivate=True)
        await ali.send(room, "salam", "1")
        assert await socket.until("x", "MessageSent")


async def test_nobody_changes_a_room(nobody: Speaker, room: str) -> None:
    await nobody.refused("updateRoom", "UNAUTHENTICATED", room=room, title="Mine")
