"""Messages: kept as they were written, by members, and changed by their authors."""

from functools import partial
from typing import Any

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, history, members, messages, replay
from backend.chat.models import Role
from backend.chat.pages import Window
from backend.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.tables import all_rows, tables_with
from tests.chat.conftest import Published
from tests.chat.steps import KEY, enter, log, say, set_role

pytestmark = pytest.mark.django_db


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


def test_sending_takes_five_statements_in_a_transaction(
    ana: Viewer, tea: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5 + 2):  # in a test, with a savepoint
        say(ana, tea, "Salaam")


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
    [kept] = history.history(reader=ana, room_id=tea, window=Window(last=1)).items
    assert kept.body == body
    assert replay.read(tea, 2, 1)[0].message == kept


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
    given: dict[str, Any], field: str, code: str, ana: Viewer, tea: int
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
    members.leave_room(viewer=babak, room_id=room_id)
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
    members.leave_room(viewer=clara, room_id=tea)
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
    members.leave_room(viewer=babak, room_id=tea)
    with pytest.raises(NotFound):
        messages.edit_message(viewer=babak, message_id=second.id, body="Here again")
    assert tables_with("Here again") == set()


# --- Replying -------------------------------------------------------------------------------------------------


def reply(viewer: Viewer, room_id: int, to: int, key: str = KEY) -> messages.Accepted:
    return messages.send_message(viewer=viewer, room_id=room_id, body="Salaam", key=key, reply_to=to)


def test_a_reply_names_the_message_that_it_answers(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(ana, tea).message
    answer = reply(babak, tea, first.id)
    assert answer.message.reply_to == first.id
    assert reply(babak, tea, first.id) == msgspec.structs.replace(answer, duplicate=True)
    messages.delete_message(viewer=ana, message_id=first.id)
    [_, kept] = history.history(reader=ana, room_id=tea, window=Window()).items
    assert kept.reply_to == first.id, "what it answers is blank, but there"


def test_the_same_key_with_another_message_to_answer_is_a_conflict(ana: Viewer, tea: int) -> None:
    one, two = (say(ana, tea).message.id for _ in range(2))
    reply(ana, tea, one)
    for again in (partial(reply, ana, tea, two), partial(say, ana, tea, key=KEY)):
        with pytest.raises(Conflict):
            again()


def test_only_a_message_of_the_same_room_is_answered(ana: Viewer, tea: int) -> None:
    elsewhere = say(ana, enter(ana, "elsewhere")).message.id
    before = all_rows()
    for to in (elsewhere, 10_000):
        with pytest.raises(NotFound):
            reply(ana, tea, to)
    assert all_rows() == before
