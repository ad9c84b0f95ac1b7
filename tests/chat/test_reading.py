"""What somebody has not read: counted without a row for each member and message, and nobody else's to know."""

from functools import partial

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.accounts.credentials import Viewer
from backend.chat import members, messages, models, reading, rooms
from backend.chat.reading import Notify
from backend.errors import Forbidden, NotFound
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.steps import enter, happened, say

pytestmark = pytest.mark.django_db


def unread(viewer: Viewer, room_id: int) -> int:
    return rooms.own_memberships(viewer=viewer, room_ids=[room_id])[room_id].unread_count


def last_read(viewer: Viewer, room_id: int) -> int | None:
    return rooms.own_memberships(viewer=viewer, room_ids=[room_id])[room_id].last_read


def test_what_others_say_is_unread_until_it_is_marked(ana: Viewer, babak: Viewer, tea: int) -> None:
    said = [say(ana, tea).message.id for _ in range(5)]
    assert (unread(babak, tea), last_read(babak, tea)) == (5, None)
    assert reading.mark_read(viewer=babak, message_id=said[2]) == tea
    assert (unread(babak, tea), last_read(babak, tea)) == (2, said[2])
    reading.mark_read(viewer=babak, message_id=said[0])
    assert (unread(babak, tea), last_read(babak, tea)) == (2, said[2]), "never less than before"
    reading.mark_read(viewer=babak, message_id=said[4])
    assert unread(babak, tea) == 0


def test_whoever_speaks_has_read_what_was_said_before(ana: Viewer, babak: Viewer, tea: int) -> None:
    say(ana, tea)
    own = say(babak, tea).message.id
    assert (unread(babak, tea), last_read(babak, tea)) == (0, own)
    assert unread(ana, tea) == 1


def test_what_was_said_before_one_came_is_history(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    say(ana, tea)
    members.leave_room(viewer=babak, room_id=tea)
    say(ana, tea)
    enter(clara)
    enter(babak)
    assert unread(clara, tea) == unread(babak, tea) == 0
    say(ana, tea)
    assert unread(clara, tea) == unread(babak, tea) == 1


def test_other_events_are_no_messages(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    message = say(ana, tea).message.id
    messages.edit_message(viewer=ana, message_id=message, body="another")
    enter(clara)
    assert unread(babak, tea) == 1


def test_a_retry_counts_once(ana: Viewer, babak: Viewer, tea: int) -> None:
    for _ in range(3):
        say(ana, tea, key="k")
    assert unread(babak, tea) == 1
    assert models.Room.objects.get(pk=tea).message_count == 1


def test_reading_is_no_event_and_changes_nobody_else_s(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    enter(clara)
    message = say(ana, tea).message.id
    before = happened(tea)
    reading.mark_read(viewer=babak, message_id=message)
    reading.set_notify(viewer=babak, room_id=tea, notify=Notify.NONE)
    assert happened(tea) == before
    assert unread(clara, tea) == 1


def test_one_says_what_one_wants_to_be_told_of(ana: Viewer, babak: Viewer, tea: int) -> None:
    def notify() -> Notify:
        return rooms.own_memberships(viewer=babak, room_ids=[tea])[tea].notify

    assert notify() is Notify.ALL
    reading.set_notify(viewer=babak, room_id=tea, notify=Notify.MENTIONS)
    assert notify() is Notify.MENTIONS


def test_whoever_is_no_member_reads_nothing(ana: Viewer, clara: Viewer, tea: int) -> None:
    message = say(ana, tea).message.id
    before = all_rows()
    with pytest.raises(NotFound):
        reading.mark_read(viewer=clara, message_id=message)
    with pytest.raises(Forbidden):
        reading.set_notify(viewer=clara, room_id=tea, notify=Notify.NONE)
    assert all_rows() == before


def test_however_many_members_and_messages_there_are_it_takes_one_query(
    ana: Viewer, babak: Viewer, tea: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        say(ana, tea)
    with django_assert_num_queries(1):
        assert unread(babak, tea) == 10


@pytest.mark.usefixtures("transactional_db")
def test_messages_at_the_same_moment_are_numbered_without_a_hole(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    enter(babak)
    at_once([partial(say, viewer, room_id) for viewer in (ana, babak) for _ in range(6)])
    numbers = models.Message.objects.filter(room=room_id).order_by("seq").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 13))
