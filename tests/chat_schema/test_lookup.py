"""`node` and `nodes`: everything with an id, and nothing that is not the viewer's to know."""

import pytest

from tests.chat_schema.speaker import Speaker
from tests.services.server import ServerProcess
from tests.transport.client import Person
from tests.transport.served import address, change

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Room { address }
    ... on Message { body }
    ... on Member { role user { username } }
    ... on User { username }
    ... on Viewer { user { username } }
    ... on PersonalToken { name }
    ... on Invitation { code }
  }
}
"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def everything(speaker: Speaker, where: str) -> dict[str, str]:
    """The id of one thing of each type, all of this person's."""
    room = (await speaker.enter(where))["room"]["id"]
    message = (await speaker.send(room, "salam", "1"))["message"]["id"]
    document = """
    query ($room: ID!) {
      viewer { id user { id } tokens { id } }
      room(by: { id: $room }) { members { nodes { id } } bans { nodes { id } } invitations { id } }
    }
    """
    async with await Person.register(speaker.person.url) as outcast:
        await outcast.enter(where)
        whom = (await outcast.http.ask("{ viewer { user { id } } }")).data["viewer"]["user"]["id"]
    await speaker.do("moderateMember", room=room, user=whom, action="BAN")
    await speaker.do("createInvitation", room=room)
    seen = await speaker.ask(document, room=room)
    return {
        "Room": room,
        "Message": message,
        "Member": seen["room"]["members"]["nodes"][0]["id"],
        "Ban": seen["room"]["bans"]["nodes"][0]["id"],
        "Invitation": seen["room"]["invitations"][0]["id"],
        "Viewer": seen["viewer"]["id"],
        "User": seen["viewer"]["user"]["id"],
        "PersonalToken": seen["viewer"]["tokens"][0]["id"],
    }


async def test_everything_of_ones_own_is_found_by_its_id(ali: Speaker) -> None:
    ids = await everything(ali, address())
    for type_name, global_id in ids.items():
        node = (await ali.ask(NODE, id=global_id))["node"]
        assert (node["__typename"], node["id"]) == (type_name, global_id)
    found = (await ali.ask(NODES, ids=list(ids.values())))["nodes"]
    assert [(each["__typename"], each["id"]) for each in found] == list(ids.items())


@pytest.mark.parametrize("private", [False, True])
async def test_what_is_somebody_elses_alone_is_null(
    server: ServerProcess, ali: Speaker, vera: Speaker, private: bool
) -> None:
    """As if there were no such thing; of a public room the room, and of a person what everybody sees."""
    where = address()
    ids = await everything(ali, where)
    if private:
        change(server, "UPDATE chat_room SET is_private = ? WHERE address = ?", True, where)
    seen = {"User"} if private else {"User", "Room"}
    for type_name, global_id in ids.items():
        node = (await vera.ask(NODE, id=global_id))["node"]
        assert (node is not None) == (type_name in seen), type_name
    found = (await vera.ask(NODES, ids=list(ids.values())))["nodes"]
    assert [each and each["__typename"] for each in found] == [each if each in seen else None for each in ids]


async def test_who_has_left_reads_no_more(ali: Speaker, vera: Speaker) -> None:
    where = address()
    ids = await everything(ali, where)
    await vera.enter(where)
    assert (await vera.ask(NODE, id=ids["Message"]))["node"]["body"] == "salam"
    await vera.do("leaveRoom", room=ids["Room"])
    for type_name in ("Message", "Member"):
        assert await vera.ask(NODE, id=ids[type_name]) == {"node": None}


async def test_what_is_no_id_of_anything_is_null(ali: Speaker) -> None:
    """However it is broken: empty, no base64, no number, too large, or another way to write one that is."""
    broken = [
        "",
        "salam",
        "چای",
        "\0",
        "Um9vbTo5OTk5OTk5OQ==",
        "Um9vbTow",
        "Um9vbTotMQ==",
        "Um9vbTox ",
        "Um9vbTp4",
        "Um9vbQ==",
        "QTox",
        "Um9vbTo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ==",
        "Um9vbTowMQ==",
        "Um9vbTrZoQ==",
    ]
    assert await ali.ask(NODES, ids=broken) == {"nodes": [None] * len(broken)}
    for each in broken:
        assert await ali.ask(NODE, id=each) == {"node": None}


async def test_nodes_come_in_the_order_of_their_ids(ali: Speaker) -> None:
    rooms = [(await ali.enter(address()))["room"]["id"] for _ in range(3)]
    asked = [rooms[2], "salam", rooms[0], rooms[0]]
    found = (await ali.ask(NODES, ids=asked))["nodes"]
    assert [each and each["id"] for each in found] == [rooms[2], None, rooms[0], rooms[0]]
    assert await ali.ask(NODES, ids=[]) == {"nodes": []}


async def test_more_than_a_hundred_ids_are_refused(ali: Speaker) -> None:
    assert len((await ali.ask(NODES, ids=["x"] * 100))["nodes"]) == 100
    answer = await ali.fail(NODES, ids=["x"] * 101)
    assert (answer.code, answer.errors[0]["extensions"]["fields"][0]["code"]) == ("INVALID", "TOO_LONG")


async def test_nobody_looks_up_nothing(nobody: Speaker) -> None:
    assert (await nobody.fail(NODE, id="x")).code == "UNAUTHENTICATED"
    assert (await nobody.fail(NODES, ids=["x"])).code == "UNAUTHENTICATED"
