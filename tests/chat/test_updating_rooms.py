"""Changing a room: its address, title and topic, and who it is for; an event, and nobody has to leave."""

from functools import partial
from typing import Any

import pytest

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, members, models, rooms
from backend.chat.rooms import Changes
from backend.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.steps import enter, happened, log, make_private, outcome, say, set_role

pytestmark = pytest.mark.django_db


EMPTY = [("address", "REQUIRED"), ("title", "REQUIRED")]


def update(viewer: Viewer, room_id: int, **changes: Any) -> rooms.Updated:
    return rooms.update_room(viewer=viewer, room_id=room_id, changes=Changes(**changes))


def test_everything_may_change_at_once_and_is_one_event(ana: Viewer, tea: int) -> None:
    updated = update(ana, tea, address=" Чай ", title=" Tea house ", topic="Seven glasses\nof tea", is_private=True)
    room = updated.room
    assert (room.address, room.title, room.topic) == ("Чай", "Tea house", "Seven glasses\nof tea")
    assert room.is_private
    last = log(tea)[-1]
    assert last.event == events.RoomChanged(by=ana.id)
    assert last.by is not None
    assert updated.cursor == event_log.cursor(last) == event_log.head_cursor(room)
    assert rooms.find_room(reader=ana, address="чай") == room
    assert rooms.find_room(reader=ana, address="tea") is None


def test_what_is_left_out_stays(ana: Viewer, tea: int) -> None:
    before = update(ana, tea, topic="tea").room
    after = update(ana, tea, title="Tea house").room
    assert (after.address, after.title, after.topic) == (before.address, "Tea house", "tea")


def test_a_title_that_was_the_address_follows_it_and_another_one_does_not(ana: Viewer, tea: int) -> None:
    assert update(ana, tea, address="coffee").room.title == "coffee"
    update(ana, tea, title="Coffee house")
    assert update(ana, tea, address="cocoa").room.title == "Coffee house"


def test_nothing_new_is_no_event(ana: Viewer, tea: int) -> None:
    update(ana, tea, title="Tea house")
    before = all_rows()
    again = update(ana, tea, title="Tea house ", topic="", address="tea", is_private=False)
    assert again.cursor == event_log.cursor(log(tea)[-1])
    assert update(ana, tea).room == again.room
    assert all_rows() == before


def test_another_way_to_write_the_address_is_a_change(ana: Viewer, tea: int) -> None:
    assert update(ana, tea, address="TEA").room.address == "TEA"
    assert happened(tea)[-1] == "RoomChanged"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"address": ""}, [("address", "REQUIRED")]),
        ({"address": "a/b"}, [("address", "MALFORMED")]),
        ({"address": ".."}, [("address", "UNSUPPORTED")]),
        ({"address": "a" * 65}, [("address", "TOO_LONG")]),
        ({"title": " "}, [("title", "REQUIRED")]),
        ({"title": "a" * 65}, [("title", "TOO_LONG")]),
        ({"title": "a\u202eb"}, [("title", "MALFORMED")]),
        ({"topic": "a" * 257}, [("topic", "TOO_LONG")]),
        ({"topic": "\0"}, [("topic", "MALFORMED")]),
        (
            {"address": "", "title": "", "topic": "\ud800"},
            [("address", "REQUIRED"), ("title", "REQUIRED"), ("topic", "MALFORMED")],
        ),
    ],
)
def test_what_cannot_be_is_refused_with_all_its_fields_and_changes_nothing(
    changes: dict[str, str], wrong: list[tuple[str, str]], ana: Viewer, tea: int
) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        update(ana, tea, **changes)
    assert [(each.path[0], each.code) for each in refused.value.fields] == wrong
    assert all_rows() == before


def test_an_address_that_is_taken_is_a_conflict_and_changes_nothing(ana: Viewer, babak: Viewer, tea: int) -> None:
    enter(babak, "coffee")
    before = all_rows()
    with pytest.raises(Conflict):
        update(ana, tea, address="COFFEE", topic="beans")
    assert all_rows() == before


@pytest.mark.usefixtures("transactional_db")
def test_of_rooms_that_want_one_address_at_the_same_moment_one_gets_it(ana: Viewer) -> None:
    mine = [enter(ana, f"room {number}") for number in range(4)]
    results = at_once([partial(update, ana, room_id, address="tea") for room_id in mine])
    assert sorted(isinstance(each, DomainError) for each in results) == [False, True, True, True]
    assert models.Room.objects.filter(address_folded="tea").count() == 1


def test_moderators_rename_and_owners_say_who_it_is_for(ana: Viewer, babak: Viewer, staff: Viewer, tea: int) -> None:
    for changes in ({"title": "Mine"}, {"is_private": True}):
        with pytest.raises(Forbidden):
            update(babak, tea, **changes)
    set_role(tea, babak, models.Role.MODERATOR)
    assert update(babak, tea, title="Ours").room.title == "Ours"
    with pytest.raises(Forbidden):
        update(babak, tea, topic="both or none", is_private=True)
    assert update(staff, tea, is_private=True).room.topic == ""


def test_staff_who_are_not_in_it_cannot_open_a_private_room_to_read_what_was_said(
    ana: Viewer, staff: Viewer, tea: int
) -> None:
    update(ana, tea, is_private=True)
    with pytest.raises(Forbidden):
        update(staff, tea, title="Ours", is_private=False)
    assert update(staff, tea, title="Ours").room.is_private
    with pytest.raises(Forbidden):
        members.enter_room(viewer=staff, address="tea")


def test_a_private_room_keeps_its_members_and_is_none_to_others(
    ana: Viewer, babak: Viewer, clara: Viewer, tea: int
) -> None:
    update(ana, tea, is_private=True)
    say(babak, tea)
    with pytest.raises(NotFound):
        update(clara, tea, title="Mine")
    with pytest.raises(NotFound):
        members.enter_room(viewer=clara, address="tea")
    update(ana, tea, is_private=False)
    enter(clara)


def test_a_private_room_s_address_is_refused_in_the_same_words_as_a_public_one_s(
    ana: Viewer, clara: Viewer, tea: int
) -> None:
    """That it is taken cannot be hidden: an address leads to one room. By what, is."""
    other = enter(clara, "coffee")
    rename = partial(update, clara, other, address="tea")
    told = outcome(rename)
    assert told == ("CONFLICT", "Another room has this address.")
    make_private(tea)
    assert outcome(rename) == told
