"""Searching a room: which messages are found, in which order, and that nothing else is, whatever is asked."""

import importlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import hypothesis
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection, transaction
from hypothesis import strategies as st
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from backend import rates
from backend.accounts.credentials import Viewer
from backend.chat import history, messages, models, rooms, search
from backend.chat.pages import Page, Window
from backend.chat.policies import Audience
from backend.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.tables import tables_with
from tests.chat.steps import delete_account, enter, make_private, say

pytestmark = pytest.mark.django_db

migration: Any = importlib.import_module("backend.chat.migrations.0006_search")


def find(viewer: Viewer, room_id: int, query: str, **window: int) -> list[str]:
    page = history.history(reader=viewer, room_id=room_id, window=Window(**window), matching=query)
    return [each.body for each in page.items]


# --- What is found --------------------------------------------------------------------------------------------


def test_what_is_found_has_every_word_wherever_it_stands(ana: Viewer, tea: int) -> None:
    for body in ("green tea", "tea that is green", "black tea", "greenery, and tea"):
        say(ana, tea, body)
    assert find(ana, tea, "tea green") == ["green tea", "tea that is green", "greenery, and tea"]


def test_a_word_is_found_by_its_beginning_and_no_other_part(ana: Viewer, tea: int) -> None:
    say(ana, tea, "samovar")
    assert find(ana, tea, "s") == find(ana, tea, "samo") == find(ana, tea, "samovar") == ["samovar"]
    assert find(ana, tea, "samovars and") == find(ana, tea, "amovar") == find(ana, tea, "samovary") == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        pytest.param("Straße", "STRASSE", id="case that changes the length"),
        pytest.param("ＴＥＡ", "tea", id="width"),
        pytest.param("a\u00adb\u2060c", "abc", id="what cannot be seen"),
        pytest.param("a\u200bb", "b", id="a space of no width"),
        pytest.param("1️⃣", "1", id="a key of an emoji"),
        pytest.param("۱ 1 १ 𝟏", "1 1", id="digits of all scripts"),
        pytest.param("д’Артаньян", "дартаньян", id="an apostrophe"),
        pytest.param("مؤمن", "مومن", id="hamza"),
        pytest.param("ירושלים", "יְרוּשָׁלַיִם", id="points of Hebrew"),
        pytest.param("हिन्दी", "हिन्दी", id="vowels that are marks"),
    ],
)
def test_how_a_word_is_written_makes_no_difference(said: str, asked: str, ana: Viewer, tea: int) -> None:
    say(ana, tea, said)
    assert find(ana, tea, asked) == [said]


@pytest.mark.parametrize(("said", "asked"), [("иод", "йод"), ("हिन्दी", "हन"), ("tea house", "teahouse")])
def test_another_word_is_another_word(said: str, asked: str, ana: Viewer, tea: int) -> None:
    say(ana, tea, said)
    assert find(ana, tea, asked) == []


def test_a_stem_is_not_the_beginning_of_another_stem(ana: Viewer, tea: int) -> None:
    """ "Caring" is of "care", and "career" begins so: it is no form of it."""
    for body in ("she cares", "her career"):
        say(ana, tea, body)
    assert find(ana, tea, "caring") == ["she cares"]


def test_only_this_room_is_searched(ana: Viewer, babak: Viewer, tea: int) -> None:
    """Also where the number of one room is the beginning of another's."""
    here = [70_000_000, 700_000_000, 7_000_000_000]
    models.Room.objects.bulk_create(
        models.Room(pk=pk, address=f"room {pk}", address_folded=f"room {pk}") for pk in here
    )
    assert [enter(ana, f"room {pk}") for pk in here] == here
    for room_id in here:
        say(ana, room_id, f"samovar {room_id}")
    for room_id in here:
        assert find(ana, room_id, "samovar") == [f"samovar {room_id}"]
        assert find(ana, room_id, "7") == [f"samovar {room_id}"]
    assert find(ana, tea, "samovar") == []


def test_what_is_found_is_paged_like_all_history(ana: Viewer, tea: int) -> None:
    for number in range(12):
        say(ana, tea, f"{'tea' if number % 2 else 'coffee'} {number}")
    found = [f"tea {number}" for number in range(1, 12, 2)]

    def page(**window: int) -> Page[Any]:
        return history.history(reader=ana, room_id=tea, window=Window(**window), matching="tea")

    last = page(last=2)
    assert ([each.body for each in last.items], last.has_previous, last.has_next) == (found[-2:], True, False)
    before = page(last=3, before=last.items[0].seq)
    assert ([each.body for each in before.items], before.has_previous) == (found[1:4], True)
    rest = page(last=3, before=before.items[0].seq)
    assert ([each.body for each in rest.items], rest.has_previous) == (found[:1], False)
    after = page(first=4, after=rest.items[0].seq)
    assert ([each.body for each in after.items], after.has_next) == (found[1:5], True)
    assert find(ana, tea, "tea") == found


def test_half_spaces_ask_for_the_word_or_for_its_parts(ana: Viewer, tea: int) -> None:
    ways = ["چای‌خانه", "چای خانه", "چایخانه"]
    for way in ways:
        say(ana, tea, way)
    assert find(ana, tea, "چای‌خانه") == ways
    assert find(ana, tea, "چایخانه") == ["چای‌خانه", "چایخانه"]
    assert find(ana, tea, "چای خانه") == ["چای‌خانه", "چای خانه"]


def test_an_edited_message_is_found_by_what_it_says_now(ana: Viewer, tea: int) -> None:
    message = say(ana, tea, "before dawn").message
    messages.edit_message(viewer=ana, message_id=message.id, body="after dusk")
    assert find(ana, tea, "before") == find(ana, tea, "dawn") == []
    assert find(ana, tea, "dusk") == ["after dusk"]
    messages.edit_message(viewer=ana, message_id=message.id, body="?!")
    assert find(ana, tea, "dusk") == []
    messages.edit_message(viewer=ana, message_id=message.id, body="at noon")
    assert find(ana, tea, "noon") == ["at noon"]


def test_what_was_not_sent_after_all_is_not_found(ana: Viewer, tea: int) -> None:
    with transaction.atomic():
        say(ana, tea, "samovar")
        assert find(ana, tea, "samovar") == ["samovar"]
        transaction.set_rollback(True)
    assert find(ana, tea, "samovar") == []


# --- What is deleted ------------------------------------------------------------------------------------------


def _anywhere(*texts: str) -> set[str]:
    """Tables that hold one of these, also where an index leaves out what a word has in common with the one before."""
    return {table for text in texts for table in tables_with(text)}


def test_no_byte_of_a_deleted_message_is_left_in_the_index(ana: Viewer, tea: int) -> None:
    for body in ("goose", "gold", "гора"):
        say(ana, tea, body)
    message = say(ana, tea, "gooseberries and горностай").message
    stays = {"chat_message"} | ({"chat_search", "chat_search_data"} if connection.vendor == "sqlite" else set())
    assert _anywhere("berries", str("ностай".encode())[2:-1], "ностай") == stays
    messages.edit_message(viewer=ana, message_id=message.id, body="gooseflesh, горница")
    assert _anywhere("berri", str("ностай".encode())[2:-1], "ностай") == set()
    assert find(ana, tea, "goose") == ["goose", "gooseflesh, горница"]
    messages.delete_message(viewer=ana, message_id=message.id)
    assert _anywhere("flesh", str("ница".encode())[2:-1], "ница") == set()
    assert find(ana, tea, "goose") == ["goose"]
    assert find(ana, tea, "goosef") == []


def test_a_deleted_room_leaves_nothing_in_the_index_and_others_are_searched_on(
    ana: Viewer, babak: Viewer, tea: int
) -> None:
    coffee = enter(ana, "coffee")
    for room_id in (tea, coffee):
        say(ana, room_id, f"samovar {room_id}")
    say(babak, tea, "gooseberries")
    rooms.delete_room(viewer=ana, room_id=tea)
    assert _anywhere("berri", f"{tea}.samo") == set()
    assert find(ana, coffee, "samovar") == [f"samovar {coffee}"]


def test_what_somebody_said_who_is_no_more_is_found(ana: Viewer, babak: Viewer, tea: int) -> None:
    say(babak, tea, "samovar")
    delete_account(babak)
    assert find(ana, tea, "samovar") == ["samovar"]


# --- What may be asked ----------------------------------------------------------------------------------------


def test_only_members_search(ana: Viewer, clara: Viewer, tea: int) -> None:
    say(ana, tea, "samovar")
    with pytest.raises(Unauthenticated):
        history.history(reader=None, room_id=tea, window=Window(), matching="samovar")
    with pytest.raises(Forbidden):
        find(clara, tea, "samovar")
    with pytest.raises(Forbidden):
        find(clara, tea, "x" * 1000)
    make_private(tea)
    with pytest.raises(NotFound):
        find(clara, tea, "samovar")


@pytest.mark.parametrize(
    "query", ["", " ", "?!", "☕️", "\ufe0f", "\u200c", "\0", "\ud800", "'", '"', "-", "_", "\u0301"]
)
def test_a_query_without_a_word_finds_nothing(query: str, ana: Viewer, tea: int) -> None:
    for body in ("samovar", "☕️", "?!", "_"):
        say(ana, tea, body)
    assert find(ana, tea, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "tea OR coffee",
        "tea NOT milk",
        "NEAR(tea coffee)",
        "search : tea",
        "tea*cake",
        "^tea -milk",
        '"tea" + cake',
        "tea & !milk",
        "tea | coffee",
        "tea:*B",
        "tea <-> cake",
        "'tea':*B | 'milk'",
        "tea') OR 1=1 --",
        "\\'tea | x",
    ],
)
def test_what_means_something_to_a_database_is_words(query: str, ana: Viewer, tea: int) -> None:
    for body in ("tea", "coffee", "milk", "cake"):
        say(ana, tea, body)
    say(ana, tea, query)
    assert find(ana, tea, query) == [query]


def test_a_query_is_bounded(ana: Viewer, tea: int, settings: Settings) -> None:
    long = "ab " * (settings.SEARCH_MAX_LENGTH // 3) + "x" * (settings.SEARCH_MAX_LENGTH % 3)
    assert len(long) == settings.SEARCH_MAX_LENGTH
    assert find(ana, tea, long) == []
    with pytest.raises(Invalid) as refusal:
        find(ana, tea, long + "x")
    assert [(each.path, each.code) for each in refusal.value.fields] == [(("matching",), "TOO_LONG")]
    words = [f"a{number}" for number in range(settings.SEARCH_MAX_WORDS)]
    say(ana, tea, " ".join(words))
    assert find(ana, tea, " ".join(words)) == [" ".join(words)]
    for query in (" ".join([*words, "b"]), "\u200c".join([*words, "b"])):
        with pytest.raises(Invalid):
            find(ana, tea, query)


def test_so_much_of_a_word_counts(ana: Viewer, tea: int, settings: Settings) -> None:
    word = "აბგდ" * 1000
    say(ana, tea, word)
    assert find(ana, tea, word[: settings.SEARCH_MAX_LENGTH]) == [word]
    assert find(ana, tea, word[: settings.SEARCH_WORD_LENGTH] + "x") == [word]
    assert find(ana, tea, word[: settings.SEARCH_WORD_LENGTH - 1] + "x") == []


def test_searching_too_often_is_told_and_reading_is_not_searching(
    ana: Viewer, babak: Viewer, tea: int, settings: Settings
) -> None:
    settings.RATES = {**settings.RATES, "search": Rate(burst=2, per_second=0.001)}
    rates.forget()
    for _ in range(2):
        find(ana, tea, "tea")
    with pytest.raises(RateLimited):
        find(ana, tea, "tea")
    history.history(reader=ana, room_id=tea, window=Window())
    find(babak, tea, "tea")
    for _ in range(3):
        history.history(reader=Audience(tea), room_id=tea, window=Window(), matching="tea")


# --- Any text at all ------------------------------------------------------------------------------------------

_AWKWARD = "aA'’\"\\*:&|!()<>^+-=._ \u200c\u200b\u00ad\u0301\ufe0f\0\ud800ёЁйичЧ Ჩჩيیكکـ\u064b۱１½ﷺ☕नि"
texts = st.text(st.one_of(st.sampled_from(_AWKWARD), st.characters()), max_size=20)


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Viewer, int]]:
    """A room where one thing was said that no query asks for. One for all examples."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr("backend.hub.publish", Mock())
        viewer = people.viewer("Searcher")
        room_id = enter(viewer, "any text at all")
        say(viewer, room_id, "\N{CHEROKEE SMALL LETTER YV}" * 9)
        yield viewer, room_id
        transaction.set_rollback(True)


@hypothesis.settings(deadline=None)
@hypothesis.given(texts)
def test_any_query_is_answered_and_none_finds_everything(scene: tuple[Viewer, int], query: str) -> None:
    viewer, room_id = scene
    rates.forget()
    try:
        found = find(viewer, room_id, query)
    except Invalid:
        return
    asked = [word.written for word in search.words(query)]
    said = search.fold("\N{CHEROKEE SMALL LETTER YV}" * 9)
    assert bool(found) == (bool(asked) and all(said.startswith(word) for word in asked))


@hypothesis.settings(deadline=None)
@hypothesis.given(texts)
def test_any_text_is_found_by_itself(scene: tuple[Viewer, int], text: str) -> None:
    viewer, room_id = scene
    rates.forget()
    said = text.replace("\0", "?").encode("utf-8", "replace").decode()
    hypothesis.assume(said.strip())
    say(viewer, room_id, said)
    try:
        found = find(viewer, room_id, text, last=1)
    except Invalid:
        return
    assert found == ([said] if search.words(text) else [])


@hypothesis.settings(deadline=None)
@hypothesis.given(texts)
def test_the_column_holds_nothing_but_words(text: str) -> None:
    for term in search.indexed(7, text).split(" "):
        mark, word = term[:2], term[2:]
        assert not term or mark in ("7.", "7=")
        assert word == "" or word.isalnum() or any(each.isalnum() for each in word)
        assert not set(word) & set("'\"\\*:&|!()<>^+-=._ \0")


# --- The index ------------------------------------------------------------------------------------------------


def test_a_search_asks_the_index(ana: Viewer, tea: int) -> None:
    for number in range(3):
        say(ana, tea, f"samovar {number}")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
    rows = search.matching(models.Message.objects.all(), room_id=tea, query="samovar 2")
    plan = rows.explain()
    assert "chat_search" in plan
    if connection.vendor == "sqlite":
        assert "SCAN chat_search VIRTUAL TABLE INDEX" in plan
    else:
        assert "Bitmap Index Scan on chat_search" in plan


def test_what_was_said_before_is_indexed_by_the_migration(ana: Viewer, tea: int) -> None:
    said = [say(ana, tea, f"samovar {number}").message.id for number in range(5)]
    messages.delete_message(viewer=ana, message_id=said[0])
    editor = SimpleNamespace(connection=connection, execute=lambda sql: connection.cursor().execute(sql))
    apps = Mock(get_model=Mock(return_value=models.Message))
    connection.check_constraints()  # deferred ones would be in the way of an index
    migration.drop(apps, editor)
    models.Message.objects.update(search="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration, "CHUNK", 2)
        migration.fill(apps, editor)
    migration.check(apps, editor)
    connection.check_constraints()
    migration.index(apps, editor)
    assert find(ana, tea, "samovar") == [f"samovar {number}" for number in range(1, 5)]
    say(ana, tea, "samovar 5")
    assert find(ana, tea, "samovar 5") == ["samovar 5"]


def test_an_sqlite_that_cannot_search_is_told_in_a_sentence() -> None:
    class Cursor:
        def __enter__(self) -> "Cursor":
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def execute(self, sql: str) -> None:
            pass

        def fetchone(self) -> tuple[int]:
            return (0,)

    editor = SimpleNamespace(connection=SimpleNamespace(vendor="sqlite", cursor=Cursor))
    with pytest.raises(CommandError, match=r"^This Python's SQLite was built without FTS5[^.]*\.$"):
        migration.check(None, editor)


def test_a_stem_is_found_once_and_no_more_are_remembered_than_the_limit_says() -> None:
    stems, hits = search.words("drinking tea"), search._stem.cache_info().hits
    assert [each.stem for each in stems] == ["drink", "tea"]
    assert search.words("drinking tea") == stems
    after = search._stem.cache_info()
    assert (after.hits, after.maxsize) == (hits + 2, settings.STEM_CACHE_SIZE)
