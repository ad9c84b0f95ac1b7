"""A document with texts for people is executed for each language; any other one for all of them together."""

from typing import Any

import pytest
from graphql import GraphQLError

from backend import database
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import facts, moderation
from backend.chat.moderation import ModerationAction
from backend.chat.policies import Audience
from chat_schema import shapes, sharing
from chat_schema.context import Context, ViewerReached
from chat_schema.schema import schema
from tests.chat_schema.inside import enter, send, somebody
from tests.chat_schema.sharing.subscribers import BY_VARIABLE, Work, caught_up

pytestmark = pytest.mark.django_db(transaction=True)

LOCALIZED = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    event { __typename ... on MessageSent { message { body } } ... on StreamEnded { problem { code detail } } }
  }
}
"""
# Said of every event, in an error: no text that the document selects.
REFUSED = """
subscription ($room: ID!) {
  roomEvents(room: $room) { event { __typename ... on MessageSent { message { author { avatarUrl(px: 0) } } } } }
}
"""
KICKED = {"ru": "Вы больше не участник этой комнаты.", "ka": "თქვენ აღარ ხართ ამ ოთახის წევრი."}


async def speaker(language: str) -> Viewer:
    """Somebody who is in the room, and has chosen a language."""
    viewer = await somebody()
    await database.run(users.update, user_id=viewer.id, changes=users.Changes(locale=language))
    await enter(viewer)
    return viewer


@pytest.mark.parametrize(
    "document",
    [
        LOCALIZED,
        LOCALIZED.replace("detail", "words: detail"),
        LOCALIZED.replace("code detail", "...Words") + "fragment Words on Problem { ... on Problem { detail } }",
    ],
    ids=["plain", "alias", "fragments"],
)
async def test_a_document_that_asks_for_a_text_is_executed_for_each_language(
    room: facts.Room, ali: Viewer, work: Work, document: str
) -> None:
    readers = [await speaker(language) for language in ("ru", "ka", "ru", "ka", "ka")]
    sinks = [await caught_up(reader, room, document) for reader in readers]
    work.take()
    await send(ali, room, "salam")
    assert {(await sink.frame())["event"]["message"]["body"] for sink in sinks} == {"salam"}
    assert work.take() == (2, 2)


async def test_a_document_that_asks_for_none_is_executed_once_for_all_languages(
    room: facts.Room, ali: Viewer, work: Work
) -> None:
    readers = [await speaker(language) for language in ("ru", "ka", "fa", "en")]
    sinks = [await caught_up(reader, room, BY_VARIABLE) for reader in readers]
    work.take()
    await send(ali, room, "salam")
    assert {(await sink.frame())["event"]["message"]["body"] for sink in sinks} == {"salam"}
    assert work.take() == (1, 1)


@pytest.mark.parametrize("first", ["ru", "ka"])
async def test_each_is_told_in_their_own_language_whoever_came_first(room: facts.Room, ali: Viewer, first: str) -> None:
    """The feed works in a task that the first subscriber has started: it must not speak as they do."""
    people = {language: await speaker(language) for language in sorted(KICKED, key=lambda each: each != first)}
    sinks = {language: await caught_up(person, room, LOCALIZED) for language, person in people.items()}
    for person in people.values():
        await database.run(
            moderation.moderate_member, viewer=ali, room_id=room.id, user_id=person.id, action=ModerationAction.KICK
        )
    for language, sink in sinks.items():
        *_, last = await sink.until("StreamEnded")
        assert last["event"]["problem"]["detail"] == KICKED[language]


async def test_a_text_in_an_execution_without_a_language_is_a_fault_and_no_guess(
    monkeypatch: pytest.MonkeyPatch, room: facts.Room, ali: Viewer
) -> None:
    """So a field that is told in a language, and is not listed as one, is found."""
    faults: list[Exception | None] = []

    def note(error: GraphQLError, language: str) -> GraphQLError:
        faults.append(error.original_error)
        return error

    monkeypatch.setattr(shapes, "LOCALIZED_FIELDS", frozenset())
    monkeypatch.setattr(sharing, "present", note)
    shapes._remembered.cache_clear()
    try:
        reader = await speaker("ru")
        sink = await caught_up(reader, room, LOCALIZED)
        await database.run(
            moderation.moderate_member, viewer=ali, room_id=room.id, user_id=reader.id, action=ModerationAction.KICK
        )
        while "errors" not in await sink.payload():
            pass
    finally:
        shapes._remembered.cache_clear()
    assert [type(each) for each in faults] == [ViewerReached]


async def test_a_refusal_that_no_document_selects_is_told_in_english(room: facts.Room, ali: Viewer, work: Work) -> None:
    """It is one for readers of all languages."""
    readers = [await speaker(language) for language in ("ru", "ka")]
    sinks = [await caught_up(reader, room, REFUSED) for reader in readers]
    work.take()
    await send(ali, room, "salam")
    assert {(await sink.payload())["errors"][0]["message"] for sink in sinks} == {"From 1 to 1024."}
    assert work.take() == (1, 1)


def test_every_field_that_is_told_in_a_language_is_known_as_one() -> None:
    """They are those whose resolvers say a text."""
    told: set[str] = set()
    for name, type_ in schema._schema.type_map.items():
        definition: Any = schema.schema_converter.type_map.get(name)
        for field in getattr(getattr(definition, "definition", None), "fields", ()):
            resolver = getattr(field, "base_resolver", None)
            if resolver and "say" in resolver.wrapped_func.__code__.co_names:
                told.add(schema.config.name_converter.from_field(field))
        assert type_
    assert told == shapes.LOCALIZED_FIELDS


async def test_reaching_for_a_language_where_there_is_no_viewer_raises() -> None:
    with pytest.raises(ViewerReached):
        await Context(reader=Audience(1), origin="").language()
