"""The document of exports asks for all that an event tells, and gives what its readers get by the API."""

from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    visit,
)

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import messages, reactions, rooms, streams
from backend.errors import NotFound, RateLimited
from chat_schema import documents, export
from chat_schema.context import Context
from chat_schema.nodes import global_id
from chat_schema.schema import schema
from tests.chat_schema import inside

# What depends on who asks, what the log tells by itself, and what is no matter of what happened.
LEFT_OUT = {
    "Message": {"room", "viewer"},
    "Reaction": {"users"},
    "Member": {"room"},
    "User": {"bio", "stats", "isOnline", "lastSeenAt"},
    "Room": {
        *("lastActivityAt", "cursor", "memberCount", "onlineCount", "viewer"),
        *("members", "messages", "online", "bans", "invitations"),
    },
}
# Of a stream: no page has them.
OF_STREAMS = {"CaughtUp", "StreamEnded", "OnlineChanged", "TypingChanged"}


class _Asked(Visitor):
    """The fields that a document asks for, by type; those of one type, wherever it stands, are added up."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.fields: dict[str, set[str]] = {}
        self._types = types

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._types.get_parent_type()
        if isinstance(parent, GraphQLObjectType):  # a union has only its `__typename`
            self.fields.setdefault(parent.name, set()).add(node.name.value)


@pytest.fixture
def asked() -> dict[str, set[str]]:
    types = TypeInfo(schema._schema)
    visitor = _Asked(types)
    visit(parse(export.DOCUMENT), TypeInfoVisitor(types, visitor))
    return visitor.fields


def fields(type_name: str) -> set[str]:
    found = schema._schema.type_map[type_name]
    assert isinstance(found, GraphQLObjectType)
    return set(found.fields)


def test_every_event_that_a_page_can_have_is_asked_for(asked: dict[str, set[str]]) -> None:
    union = schema._schema.type_map["RoomEvent"]
    assert {each.name for each in union.types} - OF_STREAMS <= set(asked)  # type: ignore[attr-defined]  # it is a union


def test_nothing_is_left_out_by_oversight(asked: dict[str, set[str]]) -> None:
    """Whoever adds a field puts it into the document, or says here that it stays out."""
    of_all = {name: fields(name) - selected for name, selected in asked.items() if name != "Query"}
    assert {name: missing for name, missing in of_all.items() if missing} == LEFT_OUT


def test_a_page_costs_no_more_than_anybody_may_ask() -> None:
    document = documents.check(schema._schema, export.DOCUMENT).document
    assert document
    documents.runnable(schema._schema, document, None, {"room": "any"})


@pytest.fixture
async def ali(transactional_db: None) -> Viewer:
    return await inside.somebody()


async def test_an_export_has_the_frames_that_a_member_gets_by_the_api(ali: Viewer) -> None:
    room = await inside.enter(ali)
    said = await inside.send(ali, room, "Salaam")
    await database.run(messages.edit_message, viewer=ali, message_id=said.message.id, body="Salam")
    await database.run(reactions.add_reaction, viewer=ali, message_id=said.message.id, emoji="☕")
    await database.run(rooms.update_room, viewer=ali, room_id=room.id, changes=rooms.Changes(topic="tea"))
    result = await schema.execute(
        export.DOCUMENT,
        variable_values={"room": global_id("Room", room.id)},
        context_value=Context(reader=ali, origin="tests"),
    )
    assert not result.errors
    assert result.data
    page = result.data["room"]["events"]
    assert [frame["event"]["__typename"] for frame in page["frames"]] == [
        "MemberJoined",
        "MessageSent",
        "MessageEdited",
        "ReactionsChanged",
        "RoomChanged",
    ]
    assert [each async for each in export.pages(room.id, after=None)] == [page["frames"]]
    assert [each async for each in export.pages(room.id, after=page["endCursor"])] == []


async def test_a_fault_names_its_incident_and_nothing_else(ali: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await inside.enter(ali)

    def fail(**_: object) -> None:
        raise ZeroDivisionError("of the innards")

    monkeypatch.setattr("backend.chat.streams.events_page", fail)
    with pytest.raises(export.Failed, match=r"^Something went wrong on the server. Incident [0-9a-f]{8}\.$"):
        await anext(export.pages(room.id, after=None))


async def test_a_refusal_in_a_page_is_told_in_its_own_words(ali: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await inside.enter(ali)

    def refuse(**_: object) -> None:
        raise RateLimited(retry_after_ms=1000)

    monkeypatch.setattr("backend.chat.streams.events_page", refuse)
    with pytest.raises(export.Failed, match=r"^Too often"):
        await anext(export.pages(room.id, after=None))


async def test_a_room_that_is_deleted_while_a_page_is_read_is_not_found(
    ali: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await inside.enter(ali)
    events_page = streams.events_page

    def delete_and_read(**given: Any) -> object:
        rooms.delete_room(viewer=ali, room_id=room.id)
        return events_page(**given)

    monkeypatch.setattr("backend.chat.streams.events_page", delete_and_read)
    with pytest.raises(NotFound, match="deleted"):
        await anext(export.pages(room.id, after=None))


async def test_a_room_that_is_no_more_is_not_found(transactional_db: None) -> None:
    with pytest.raises(NotFound):
        await anext(export.pages(12345, after=None))
