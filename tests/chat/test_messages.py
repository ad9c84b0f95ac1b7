"""Messages: sent once for each key, kept as they were written, changed by their authors, and deleted for good."""

from collections import Counter
from functools import partial

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, facts, messages, models, rooms
from backend.chat.messages import Accepted
from backend.chat.models import Role
from backend.chat.pages import Page, Window
from backend.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows, tables_with
from tests.chat.conftest import Published
from tests.chat.steps import enter, happened, log, make_private, say, set_role

pytestmark = pytest.mark.django_db

KEY = "a key of the client's own"


@pytest.fixture
def tea(ana: Viewer, babak: Viewer) -> int:
    """A room that Ana owns, and Babak has entered."""
    enter(babak, "elsewhere")  # so that ids of rooms and people differ
    room_id = enter(ana)
    enter(babak)
    return room_id


# --- Sending --------------------------------------------------------------------------------------------------


def test_a_message_is_stored_with_its_event_and_told_as_it_is(ana: Viewer, tea: int) -> None:
    accepted = say(ana, tea, "Salaam")
    message, event = accepted.message, log(tea)[-1]
    assert not accepted.duplicate
    assert (message.room_id, message.author.id, message.body) == (tea, ana.id, "Salaam")
    assert message.seq == message.version == event.seq == 3
    assert message.sent_at == event.at
    assert (message.edited_at, message.deleted_at) == (None, None)
    assert event.event == events.MessageSent(message=message.id)
    assert event.message == message == messages.find_message(reader=ana, message_id=message.id)
    assert accepted.cursor == event_log.cursor(event)


@pytest.mark.parametrize(
    "body",
    [
        "one\ntwo\r\n\nfour\ttabbed",
        "  spaces around stay  \n",
        "<script>alert('tea')</script> &amp; <b>bold</b>",
        "'; DROP TABLE chat_room; --",
        "%s {body} \\n \x01\x7f",
        "سلام‌های \u202bمن\u202c 👨\u200d👩\u200d👧 ☕\ufe0f \uffff",
        "á a\u0301",  # composed and not: kept, not normalized
        "0",
    ],
)
def test_what_was_written_is_kept_to_the_letter(body: str, ana: Viewer, tea: int) -> None:
    message = say(ana, tea, body).message
    assert message.body == body
    [kept] = messages.history(reader=ana, room_id=tea, window=Window(last=1)).items
    assert kept.body == body
    assert event_log.read(tea, 2, 1)[0].message == kept


@pytest.mark.parametrize("character", ["a", "چ", "🫖"])
def test_a_message_has_at_most_4000_characters_whatever_their_bytes(character: str, ana: Viewer, tea: int) -> None:
    assert len(say(ana, tea, 4000 * character).message.body) == 4000
    with pytest.raises(Invalid) as refused:
        say(ana, tea, 4001 * character)
    assert refused.value.fields[0].code == "TOO_LONG"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"body": ""}, "body", "REQUIRED"),
        ({"body": " \n\u3000"}, "body", "REQUIRED"),
        ({"body": "a" * 4001}, "body", "TOO_LONG"),
        ({"body": "tea\0"}, "body", "MALFORMED"),
        ({"body": "tea\ud83e"}, "body", "MALFORMED"),
        ({"key": ""}, "key", "REQUIRED"),
        ({"key": "a" * 65}, "key", "TOO_LONG"),
        ({"key": "a\0"}, "key", "MALFORMED"),
        ({"key": "a\udc00"}, "key", "MALFORMED"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field_and_changes_nothing(
    given: dict[str, str], field: str, code: str, ana: Viewer, tea: int
) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        say(ana, tea, **{"body": "Salaam", "key": KEY, **given})
    [error] = refused.value.fields
    assert (error.path, error.code) == ((field,), code)
    assert all_rows() == before
    assert say(ana, tea, key=KEY).message.seq == 3, "neither the key nor a place in the log was used up"


@pytest.mark.usefixtures("transactional_db")
def test_only_members_send_and_a_refusal_changes_and_publishes_nothing(published: Published) -> None:
    ana, babak, clara = (people.viewer(name) for name in ("Ana", "Babak", "Clara"))
    room_id = enter(ana)
    enter(babak)
    rooms.leave_room(viewer=babak, room_id=room_id)
    before, told = all_rows(), list(published)
    for stranger in (babak, clara):
        with pytest.raises(Forbidden):
            say(stranger, room_id)
    with pytest.raises(NotFound):
        say(ana, room_id + 1)
    with pytest.raises(NotFound):
        say(ana, 2**63 - 1)
    assert all_rows() == before
    assert published == told


@pytest.mark.usefixtures("transactional_db")
def test_sending_is_limited_for_each_person_and_a_refusal_changes_nothing(
    settings: Settings, published: Published
) -> None:
    settings.RATES = {**settings.RATES, "send": Rate(2, 0.001)}
    ana, babak = people.viewer("Ana"), people.viewer("Babak")
    room_id = enter(ana)
    enter(babak)
    first = say(ana, room_id, key=KEY)
    say(ana, room_id)
    before, told = all_rows(), list(published)
    with pytest.raises(RateLimited):
        say(ana, room_id)
    with pytest.raises(RateLimited):
        messages.edit_message(viewer=ana, message_id=first.message.id, body="Salaam!")
    with pytest.raises(RateLimited):
        messages.delete_message(viewer=ana, message_id=first.message.id)
    assert say(ana, room_id, key=KEY).duplicate, "a retry is not a second message"
    assert all_rows() == before
    assert published == told
    say(babak, room_id)


# --- Its key --------------------------------------------------------------------------------------------------


def test_a_retry_returns_the_first_message_and_changes_nothing(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(ana, tea, key=KEY)
    say(babak, tea)
    before = all_rows()
    again = say(ana, tea, key=KEY)
    assert again == Accepted(message=first.message, cursor=first.cursor, duplicate=True)
    assert all_rows() == before


def test_a_retry_after_leaving_still_returns_it(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(babak, tea, key=KEY)
    rooms.leave_room(viewer=babak, room_id=tea)
    assert say(babak, tea, key=KEY).message == first.message
    make_private(tea)
    assert say(babak, tea, key=KEY).message == first.message
    with pytest.raises(NotFound):
        say(babak, tea, key="another")


def test_a_retry_after_an_edit_returns_it_as_it_is_now(ana: Viewer, tea: int) -> None:
    first = say(ana, tea, "Salaam", key=KEY)
    edited = messages.edit_message(viewer=ana, message_id=first.message.id, body="Salaam!")
    again = say(ana, tea, "Salaam", key=KEY)
    assert again == Accepted(message=edited.message, cursor=edited.cursor, duplicate=True)
    with pytest.raises(Conflict):
        say(ana, tea, "Salaam!", key=KEY)


def test_a_retry_after_a_deletion_returns_what_is_left_of_it(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(babak, tea, "Salaam", key=KEY)
    deleted = messages.delete_message(viewer=ana, message_id=first.message.id)
    again = say(babak, tea, "Salaam", key=KEY)
    assert again == Accepted(message=deleted.message, cursor=deleted.cursor, duplicate=True)
    assert again.message.body == ""


@pytest.mark.parametrize("other", ["salaam", "Salaam ", "Salaam\n", "s"])
def test_the_same_key_with_another_text_is_a_conflict_and_changes_nothing(other: str, ana: Viewer, tea: int) -> None:
    say(ana, tea, "Salaam", key=KEY)
    before = all_rows()
    with pytest.raises(Conflict):
        say(ana, tea, other, key=KEY)
    assert all_rows() == before


def test_another_author_and_another_room_may_use_the_same_key(ana: Viewer, babak: Viewer, tea: int) -> None:
    coffee = enter(ana, "coffee")
    sent = [say(ana, tea, key=KEY), say(babak, tea, key=KEY), say(ana, coffee, key=KEY), say(ana, tea, key=KEY + "!")]
    assert not any(each.duplicate for each in sent)
    assert len({each.message.id for each in sent}) == 4


@pytest.mark.parametrize("key", ["K" * 64, "ключ", "🔑", " ", "key\n"])
def test_a_key_may_be_any_short_text_and_is_compared_to_the_letter(key: str, ana: Viewer, tea: int) -> None:
    first = say(ana, tea, key=key)
    assert say(ana, tea, key=key).message == first.message
    assert not say(ana, tea, key=key[:-1] + "x").duplicate


def test_what_was_sent_cannot_be_told_from_what_is_kept_with_the_key(ana: Viewer, tea: int, settings: Settings) -> None:
    def digest() -> str:
        return models.Message.objects.order_by("pk").values_list("key_digest", flat=True).last() or ""

    say(ana, tea, "yes")
    here = digest()
    settings.SECRET_KEY = "another server's"
    say(ana, tea, "yes")
    assert digest() != here, "who knows only the database can try no texts"


@pytest.mark.usefixtures("transactional_db")
def test_of_equal_sends_at_the_same_moment_one_is_stored_and_all_return_it(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    published.clear()
    results = at_once([partial(say, ana, room_id, key=KEY)] * 8)
    accepted = [result for result in results if isinstance(result, Accepted)]
    assert Counter(each.duplicate for each in accepted) == {True: 7, False: 1}
    assert len({each.message.id for each in accepted}) == 1
    assert happened(room_id) == ["MemberJoined", "MessageSent"]
    assert len(published) == 1


@pytest.mark.usefixtures("transactional_db")
def test_if_the_first_of_equal_sends_fails_to_commit_another_one_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    store, failures = events.store, [DomainError("the database went away")]

    def fail_once(event: events.RoomEvent) -> str:
        if failures:
            raise failures.pop()
        return store(event)

    monkeypatch.setattr(event_log, "store", fail_once)
    results = at_once([partial(say, ana, room_id, key=KEY)] * 6)
    accepted = [result for result in results if isinstance(result, Accepted)]
    assert Counter(each.duplicate for each in accepted) == {True: 4, False: 1}
    assert happened(room_id) == ["MemberJoined", "MessageSent"]


@pytest.mark.usefixtures("transactional_db")
def test_of_different_texts_with_one_key_at_the_same_moment_one_is_stored_and_the_others_conflict() -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    results = at_once([partial(say, ana, room_id, f"text {number}", key=KEY) for number in range(6)])
    assert Counter(type(result) for result in results) == {Accepted: 1, Conflict: 5}
    assert happened(room_id) == ["MemberJoined", "MessageSent"]


# --- Editing --------------------------------------------------------------------------------------------------


def test_an_edit_replaces_the_text_and_is_an_event(ana: Viewer, tea: int) -> None:
    first = say(ana, tea, "Salaam").message
    accepted = messages.edit_message(viewer=ana, message_id=first.id, body="Good evening\n")
    edited, event = accepted.message, log(tea)[-1]
    assert (edited.id, edited.body, edited.seq, edited.sent_at) == (
        first.id,
        "Good evening\n",
        first.seq,
        first.sent_at,
    )
    assert edited.version == event.seq == 4
    assert edited.edited_at == event.at
    assert event.event == events.MessageEdited(message=first.id)
    assert accepted.cursor == event_log.cursor(event)
    assert tables_with("Salaam") == set(), "the text before is not kept"
    assert tables_with("Good evening") == {"chat_message"}, "nor the new one twice"


def test_an_edit_that_changes_nothing_is_none(ana: Viewer, tea: int) -> None:
    first = say(ana, tea)
    before = all_rows()
    assert messages.edit_message(viewer=ana, message_id=first.message.id, body="Salaam") == first
    assert all_rows() == before


@pytest.mark.parametrize("body", ["", " ", "a" * 4001, "\0", "\ud800"])
def test_a_text_that_cannot_be_sent_cannot_be_edited_in(body: str, ana: Viewer, tea: int) -> None:
    message = say(ana, tea).message
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        messages.edit_message(viewer=ana, message_id=message.id, body=body)
    assert refused.value.fields[0].path == ("body",)
    assert all_rows() == before


def test_nobody_but_its_author_edits_a_message(
    ana: Viewer, babak: Viewer, clara: Viewer, staff: Viewer, tea: int
) -> None:
    message = say(babak, tea).message
    enter(moderator := people.viewer("David"))
    set_role(tea, moderator, Role.MODERATOR)
    enter(clara)
    rooms.leave_room(viewer=clara, room_id=tea)
    before = all_rows()
    for other in (ana, moderator):
        with pytest.raises(Forbidden):
            messages.edit_message(viewer=other, message_id=message.id, body="Nobody said this")
    for stranger in (clara, staff):
        with pytest.raises(NotFound):
            messages.edit_message(viewer=stranger, message_id=message.id, body="Nobody said this")
    assert all_rows() == before


def test_its_author_edits_it_no_more_after_leaving_or_its_deletion(ana: Viewer, babak: Viewer, tea: int) -> None:
    first, second = say(babak, tea).message, say(babak, tea).message
    messages.delete_message(viewer=babak, message_id=first.id)
    with pytest.raises(NotFound):
        messages.edit_message(viewer=babak, message_id=first.id, body="Here again")
    rooms.leave_room(viewer=babak, room_id=tea)
    with pytest.raises(NotFound):
        messages.edit_message(viewer=babak, message_id=second.id, body="Here again")
    assert tables_with("Here again") == set()


# --- Deleting -------------------------------------------------------------------------------------------------


def test_a_deletion_leaves_the_row_without_its_text_and_is_an_event(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(babak, tea, "Salaam").message
    accepted = messages.delete_message(viewer=ana, message_id=first.id)
    deleted, event = accepted.message, log(tea)[-1]
    assert (deleted.id, deleted.body, deleted.seq, deleted.author.id) == (first.id, "", first.seq, babak.id)
    assert deleted.version == event.seq == 4
    assert deleted.deleted_at == event.at
    assert event.event == events.MessageDeleted(message=first.id, by=ana.id)
    assert event.by is not None
    assert event.by.username == "Ana"
    assert accepted.cursor == event_log.cursor(event)


def test_deleting_twice_is_deleting_once(ana: Viewer, babak: Viewer, tea: int) -> None:
    message = say(babak, tea).message
    first = messages.delete_message(viewer=babak, message_id=message.id)
    before = all_rows()
    assert messages.delete_message(viewer=ana, message_id=message.id) == first
    assert all_rows() == before


def test_a_deleted_text_is_in_no_table_and_in_no_answer(ana: Viewer, babak: Viewer, tea: int) -> None:
    marker, later = "gooseberry jam", "rose-hip jam"
    message = say(babak, tea, f"there is {marker}", key=KEY).message
    messages.edit_message(viewer=babak, message_id=message.id, body=f"there is {later}")
    assert tables_with(later) == {"chat_message"}
    messages.delete_message(viewer=ana, message_id=message.id)
    assert tables_with(marker) == tables_with(later) == set()
    window = Window()
    answers = [
        log(tea),
        event_log.RoomLog().read(event_log.topic(tea), 0, 100),
        [entry.payload for entry in event_log.RoomLog().read(event_log.topic(tea), 0, 100)],
        messages.history(reader=ana, room_id=tea, window=window),
        messages.history_around(reader=ana, room_id=tea, message_id=message.id, window=window),
        messages.find_message(reader=ana, message_id=message.id),
        say(babak, tea, f"there is {marker}", key=KEY),
        messages.delete_message(viewer=ana, message_id=message.id),
    ]
    assert message.body == f"there is {marker}", "the search below can find something"
    for answer in answers:
        assert marker not in repr(answer)
        assert later not in repr(answer)


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("author", id="its author"),
        pytest.param("owner", id="the owner"),
        pytest.param("moderator", id="a moderator"),
        pytest.param("staff", id="staff who are no members"),
        pytest.param("staff author", id="its author, who has left and is staff"),
    ],
)
def test_it_is_deleted_by(who: str, ana: Viewer, babak: Viewer, clara: Viewer, tea: int, staff: Viewer) -> None:
    enter(clara)
    set_role(tea, clara, Role.MODERATOR)
    enter(staff)
    message = say(staff if who == "staff author" else babak, tea).message
    rooms.leave_room(viewer=staff, room_id=tea)
    doer = {"author": babak, "owner": ana, "moderator": clara, "staff": staff, "staff author": staff}[who]
    assert messages.delete_message(viewer=doer, message_id=message.id).message.deleted_at is not None


def test_it_is_not_deleted_by_anybody_else(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    message = say(ana, tea).message
    own = say(babak, tea).message
    before = all_rows()
    with pytest.raises(Forbidden):
        messages.delete_message(viewer=babak, message_id=message.id)
    with pytest.raises(NotFound):
        messages.delete_message(viewer=clara, message_id=message.id)
    with pytest.raises(NotFound):
        messages.delete_message(viewer=ana, message_id=own.id + 100)
    assert all_rows() == before
    rooms.leave_room(viewer=babak, room_id=tea)
    with pytest.raises(NotFound):
        messages.delete_message(viewer=babak, message_id=own.id)


@pytest.mark.usefixtures("transactional_db")
def test_a_message_that_is_edited_and_deleted_at_the_same_moment_stays_deleted() -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    for _ in range(5):
        message = say(ana, room_id, "before").message
        edit = partial(messages.edit_message, viewer=ana, message_id=message.id, body="after")
        delete = partial(messages.delete_message, viewer=ana, message_id=message.id)
        at_once([edit, delete, edit])
        row = models.Message.objects.get(pk=message.id)
        assert row.body == ""
        assert row.deleted_at is not None
    assert tables_with("after") == set()
    assert happened(room_id).count("MessageDeleted") == 5


@pytest.mark.usefixtures("transactional_db")
def test_a_message_that_is_deleted_by_many_at_the_same_moment_is_deleted_once() -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    message = say(ana, room_id).message
    results = at_once([partial(messages.delete_message, viewer=ana, message_id=message.id)] * 6)
    assert happened(room_id) == ["MemberJoined", "MessageSent", "MessageDeleted"]
    assert results == [results[0]] * 6


# --- History --------------------------------------------------------------------------------------------------


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
    page = messages.history(reader=ana, room_id=tea, window=Window())
    assert (_texts(page), page.has_previous, page.has_next) == (["2", "3", "4"], True, False)


@pytest.mark.usefixtures("talk")
def test_history_is_paged_both_ways_from_any_message(ana: Viewer, tea: int) -> None:
    read = partial(messages.history, reader=ana, room_id=tea)
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
    page = messages.history_around(reader=ana, room_id=tea, message_id=talk[middle], window=Window(first=size))
    assert (_texts(page), page.has_previous, page.has_next) == (texts, has_previous, has_next)


def test_history_around_another_room_s_message_is_not_found(ana: Viewer, babak: Viewer, tea: int) -> None:
    other = say(babak, enter(babak, "elsewhere")).message
    details = set()
    for message_id in (other.id, other.id + 100, 2**70):
        with pytest.raises(NotFound) as refused:
            messages.history_around(reader=ana, room_id=tea, message_id=message_id, window=Window())
        details.add(refused.value.detail)
    assert len(details) == 1


def test_deleted_messages_keep_their_place_in_history(ana: Viewer, tea: int) -> None:
    ids = [say(ana, tea, text).message.id for text in ("one", "two", "three")]
    messages.delete_message(viewer=ana, message_id=ids[1])
    page = messages.history(reader=ana, room_id=tea, window=Window())
    assert [message.id for message in page.items] == ids
    assert _texts(page) == ["one", "", "three"]


def test_times_are_the_database_s_and_in_the_order_of_the_log(ana: Viewer, tea: int) -> None:
    sent = [say(ana, tea).message for _ in range(5)]
    times = [message.sent_at for message in sent]
    assert times == sorted(times)
    assert all(time.utcoffset() is not None and abs((time - now()).total_seconds()) < 60 for time in times)
