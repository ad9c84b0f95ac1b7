"""Deleting a message: for good, by its author or a moderator, and once."""

from functools import partial

import pytest

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, history, members, messages, models, room_log
from backend.chat.models import Role
from backend.chat.pages import Window
from backend.errors import Forbidden, NotFound
from tests.accounts import people
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows, tables_with
from tests.chat.steps import KEY, enter, happened, log, say, set_role

pytestmark = pytest.mark.django_db


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
    assert "chat_message" in tables_with(later)
    messages.delete_message(viewer=ana, message_id=message.id)
    assert tables_with(marker) == tables_with(later) == set()
    window = Window()
    answers = [
        log(tea),
        room_log.RoomLog().read(event_log.topic(tea), 0, 100),
        [entry.payload for entry in room_log.RoomLog().read(event_log.topic(tea), 0, 100)],
        history.history(reader=ana, room_id=tea, window=window),
        history.history_around(reader=ana, room_id=tea, message_id=message.id, window=window),
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
    members.leave_room(viewer=staff, room_id=tea)
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
    members.leave_room(viewer=babak, room_id=tea)
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
