"""Reading the log: in pages, and resolved whatever came later."""

from functools import partial

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.models import User
from backend.chat import members, messages, models, replay
from tests.chat.steps import append_one, delete_account, enter, log, say, set_role

pytestmark = pytest.mark.django_db


def test_it_is_read_in_pages_from_any_position(tea: int) -> None:
    for _ in range(5):
        append_one(tea)
    read = partial(replay.read, tea)
    assert [logged.seq for logged in read(0, 3)] == [1, 2, 3]
    assert [logged.seq for logged in read(3, 3)] == [4, 5, 6]
    assert [logged.seq for logged in read(6, 3)] == [7]
    assert read(7, 3) == read(100, 3) == read(0, 0) == []


def test_where_the_next_event_is_no_longer_kept_there_are_none(tea: int) -> None:
    for _ in range(5):
        append_one(tea)
    models.RoomEvent.objects.filter(room=tea, seq__lte=4).delete()
    assert replay.read(tea, 2, 10) == [], "not those after the hole"
    assert [logged.seq for logged in replay.read(tea, 4, 10)] == [5, 6, 7]


def test_however_many_events_there_are_it_takes_four_queries(
    ana: Viewer, babak: Viewer, tea: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        messages.delete_message(viewer=ana, message_id=say(babak, tea).message.id)
        members.leave_room(viewer=babak, room_id=tea)
        enter(babak)
    with django_assert_max_num_queries(4):
        assert len(log(tea)) == 42


def test_the_whole_log_resolves_after_people_left_and_messages_changed(
    ana: Viewer, babak: Viewer, clara: Viewer, tea: int
) -> None:
    enter(clara)
    set_role(tea, clara, models.Role.MODERATOR)
    kept, edited, deleted = (say(babak, tea, text).message for text in ("kept", "to be edited", "to be deleted"))
    messages.edit_message(viewer=babak, message_id=edited.id, body="edited")
    messages.delete_message(viewer=clara, message_id=deleted.id)
    members.leave_room(viewer=babak, room_id=tea)
    members.leave_room(viewer=ana, room_id=tea)
    enter(babak)
    delete_account(clara)

    entries = log(tea)
    assert [type(logged.event).__name__ for logged in entries] == [
        *["MemberJoined"] * 3,
        *["MessageSent"] * 3,
        "MessageEdited",
        "MessageDeleted",
        *["MemberLeft"] * 2,
        "MemberChanged",
        "MemberJoined",
        "MemberLeft",
        "MemberChanged",
    ]
    for logged in entries:
        named = {name for name in ("message", "member", "by") if getattr(logged.event, name, None) is not None}
        shown = {name for name in ("message", "member", "by") if getattr(logged, name) is not None}
        assert shown == named, "all that an event names is there, and nothing else"
    bodies = {logged.message.id: logged.message.body for logged in entries if logged.message}
    assert bodies == {kept.id: "kept", edited.id: "edited", deleted.id: ""}, "as they are now, in every event"


def test_what_an_event_names_is_shown_as_it_is_now(ana: Viewer, tea: int) -> None:
    User.objects.filter(pk=ana.id).update(display_name="Ana of the tea house")
    first = log(tea)[0]
    assert first.member is not None
    assert first.member.person == users.people([ana.id])[ana.id]
    assert first.member.person.display_name == "Ana of the tea house"
