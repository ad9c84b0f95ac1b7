"""`Room.messages(matching:)`: the messages that have the words asked for, in pages."""

import pytest

from tests.chat_schema.speaker import Speaker
from tests.transport.served import address

SEARCH = """
query ($room: ID!, $matching: String, $first: Int, $after: String, $last: Int, $before: String, $around: ID) {
  room(by: { id: $room }) {
    messages(matching: $matching, first: $first, after: $after, last: $last, before: $before, around: $around) {
      nodes { body }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""


@pytest.fixture
async def room(ali: Speaker) -> str:
    """Of Ali's own, where something was said."""
    room: str = (await ali.enter(address()))["room"]["id"]
    for number, body in enumerate(("tea 1", "Чай в чайхане", "tea 2", "چای می‌خورم", "ᲩᲐᲘ", "tea 3")):
        await ali.send(room, body, str(number))
    return room


async def found(speaker: Speaker, room: str, matching: str | None, **page: object) -> list[str]:
    messages = (await speaker.ask(SEARCH, room=room, matching=matching, **page))["room"]["messages"]
    return [each["body"] for each in messages["nodes"]]


async def test_what_has_the_words_is_found_however_they_are_written(ali: Speaker, room: str) -> None:
    assert await found(ali, room, "TEAS") == ["tea 1", "tea 2", "tea 3"]
    assert await found(ali, room, "чайхану") == ["Чай в чайхане"]
    assert await found(ali, room, "میخورم چاي") == ["چای می‌خورم"]
    assert await found(ali, room, "ჩაი") == ["ᲩᲐᲘ"]
    assert await found(ali, room, "tea coffee") == await found(ali, room, "") == await found(ali, room, "?!") == []
    assert len(await found(ali, room, None)) == 6


async def test_what_is_found_is_read_both_ways_in_pages(ali: Speaker, room: str) -> None:
    for length, bound, end, more, pages in (
        ("last", "before", "startCursor", "hasPreviousPage", [["tea 2", "tea 3"], ["tea 1"]]),
        ("first", "after", "endCursor", "hasNextPage", [["tea 1", "tea 2"], ["tea 3"]]),
    ):
        read: list[list[str]] = []
        cursor = None
        while cursor or not read:
            asked = {"matching": "tea", length: 2, bound: cursor}
            page = (await ali.ask(SEARCH, room=room, **asked))["room"]["messages"]
            read.append([each["body"] for each in page["nodes"]])
            cursor = page["pageInfo"][end] if page["pageInfo"][more] else None
        assert read == pages


async def test_a_deleted_message_is_not_found(ali: Speaker, room: str) -> None:
    message = (await ali.send(room, "samovar", "one more"))["message"]["id"]
    assert await found(ali, room, "samovar") == ["samovar"]
    await ali.do("deleteMessage", message=message)
    assert await found(ali, room, "samovar") == []


async def test_a_search_that_is_not_answered_is_told(ali: Speaker, vera: Speaker, nobody: Speaker, room: str) -> None:
    message = (await ali.send(room, "samovar", "one more"))["message"]["id"]
    for asked in (
        {"matching": "x" * 201},
        {"matching": " ".join("abcdefghijklmnopq")},
        {"matching": "samovar", "around": message},
        {"matching": "samovar", "first": 101},
        {"matching": "samovar", "first": 1, "last": 1},
    ):
        assert (await ali.fail(SEARCH, room=room, **asked)).code == "INVALID"
    assert (await vera.fail(SEARCH, room=room, matching="samovar")).code == "FORBIDDEN"
    assert (await nobody.fail(SEARCH, room=room, matching="samovar")).code == "UNAUTHENTICATED"


async def test_searching_too_often_is_told(hasty: Speaker) -> None:
    room = (await hasty.enter(address()))["room"]["id"]
    for _ in range(5):
        assert await found(hasty, room, "tea") == []
    assert (await hasty.fail(SEARCH, room=room, matching="tea")).code == "RATE_LIMITED"
    assert await found(hasty, room, None) == []
