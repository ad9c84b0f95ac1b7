"""The history of a room: in order, in pages, from any message on."""

from functools import partial

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import facts, history, messages
from backend.chat.pages import Page, Window
from backend.errors import NotFound
from tests.accounts import people
from tests.chat.steps import enter, say

pytestmark = pytest.mark.django_db


def _texts(page: Page[facts.Message]) -> list[str]:
    return [message.body for message in page.items]


@pytest.fixture
def talk(ana: Viewer, babak: Viewer, tea: int) -> list[int]:
    """The ids of ten messages, "0" to "9", with other events and another room's messages in between."""
    elsewhere = enter(babak, "elsewhere")
    ids = []
    for number in range(10):
        ids.append(say(ana, tea, str(number)).message.id)
        if number % 3 == 0:
            say(babak, elsewhere, f"elsewhere {number}")
            enter(people.viewer(f"guest{number}"))
    return ids


def test_history_is_the_last_messages_the_oldest_first(ana: Viewer, tea: int, settings: Settings) -> None:
    settings.PAGE_SIZE = 3
    for number in range(5):
        say(ana, tea, str(number))
    page = history.history(reader=ana, room_id=tea, window=Window())
    assert (_texts(page), page.has_previous, page.has_next) == (["2", "3", "4"], True, False)


@pytest.mark.usefixtures("talk")
def test_history_is_paged_both_ways_from_any_message(ana: Viewer, tea: int) -> None:
    read = partial(history.history, reader=ana, room_id=tea)
    last = read(window=Window(last=4))
    assert (_texts(last), last.has_previous, last.has_next) == (["6", "7", "8", "9"], True, False)
    before = read(window=Window(last=4, before=last.items[0].seq))
    assert (_texts(before), before.has_previous, before.has_next) == (["2", "3", "4", "5"], True, True)
    rest = read(window=Window(last=4, before=before.items[0].seq))
    assert (_texts(rest), rest.has_previous, rest.has_next) == (["0", "1"], False, True)
    after = read(window=Window(first=3, after=rest.items[-1].seq))
    assert (_texts(after), after.has_previous, after.has_next) == (["2", "3", "4"], True, True)
    only_before = read(window=Window(before=after.items[0].seq))
    assert _texts(only_before) == ["0", "1"]
    only_after = read(window=Window(after=after.items[-1].seq))
    assert _texts(only_after) == ["5", "6", "7", "8", "9"]


@pytest.mark.parametrize(
    ("middle", "size", "texts", "has_previous", "has_next"),
    [
        (5, 4, ["3", "4", "5", "6"], True, True),
        (5, 5, ["3", "4", "5", "6", "7"], True, True),
        (5, 1, ["5"], True, True),
        (5, 0, [], True, True),
        (0, 4, ["0", "1"], False, True),
        (9, 4, ["7", "8", "9"], True, False),
        (5, 100, [str(number) for number in range(10)], False, False),
    ],
)
def test_history_around_a_message_has_it_in_the_middle(
    middle: int, size: int, texts: list[str], has_previous: bool, has_next: bool, ana: Viewer, tea: int, talk: list[int]
) -> None:
    page = history.history_around(reader=ana, room_id=tea, message_id=talk[middle], window=Window(first=size))
    assert (_texts(page), page.has_previous, page.has_next) == (texts, has_previous, has_next)


def test_history_around_another_room_s_message_is_not_found(ana: Viewer, babak: Viewer, tea: int) -> None:
    other = say(babak, enter(babak, "elsewhere")).message
    details = set()
    for message_id in (other.id, other.id + 100, 2**70):
        with pytest.raises(NotFound) as refused:
            history.history_around(reader=ana, room_id=tea, message_id=message_id, window=Window())
        details.add(refused.value.detail)
    assert len(details) == 1


def test_deleted_messages_keep_their_place_in_history(ana: Viewer, tea: int) -> None:
    ids = [say(ana, tea, text).message.id for text in ("one", "two", "three")]
    messages.delete_message(viewer=ana, message_id=ids[1])
    page = history.history(reader=ana, room_id=tea, window=Window())
    assert [message.id for message in page.items] == ids
    assert _texts(page) == ["one", "", "three"]


def test_times_are_the_database_s_and_in_the_order_of_the_log(ana: Viewer, tea: int) -> None:
    sent = [say(ana, tea).message for _ in range(5)]
    times = [message.sent_at for message in sent]
    assert times == sorted(times)
    assert all(time.utcoffset() is not None and abs((time - now()).total_seconds()) < 60 for time in times)
