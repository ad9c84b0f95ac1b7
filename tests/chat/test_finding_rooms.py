"""Finding rooms and members: what is listed, found by id or address, and read of many at once."""

import pytest

from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, listing, members, models, rooms
from backend.chat.cursors import Cursor
from backend.chat.facts import Role
from backend.chat.pages import Page, Window
from backend.errors import Unauthenticated
from tests.chat.steps import enter, log, make_private, say, set_role

pytestmark = pytest.mark.django_db


def _ids(page: Page[facts.Room]) -> list[int]:
    return [room.id for room in page.items]


def test_public_rooms_are_listed_and_private_ones_not(ana: Viewer, babak: Viewer) -> None:
    first, secret, second = enter(ana, "tea"), enter(ana, "secret tea"), enter(ana, "coffee")
    make_private(secret)
    for reader in (babak, ana):  # one's own private rooms are under one's own rooms
        assert {room.pk for room in listing.listed(reader=reader)} == {second, first}
    assert _ids(rooms.rooms_of(viewer=ana, window=Window())) == [second, secret, first]
    assert _ids(rooms.rooms_of(viewer=babak, window=Window())) == []


@pytest.mark.parametrize(
    ("matching", "found"),
    [
        ("چاي", ["چای‌خانه"]),
        ("خانه", ["چای‌خانه"]),
        ("TEA", ["green tea", "Tea.50%"]),
        ("50%", ["Tea.50%"]),
        ("%", ["Tea.50%"]),
        ("_", []),
        (".", ["Tea.50%"]),
        ("  ", ["green tea", "Tea.50%", "چای‌خانه"]),
        ("", ["green tea", "Tea.50%", "چای‌خانه"]),
        ("tea/", []),
        ("tea\0", []),
        ("\ud800", []),
        ("\u202e", []),
        ("a" * 100_000, []),
        ("\u0301\u0316" * 100_000, []),
    ],
)
def test_rooms_are_found_by_a_part_of_their_address(matching: str, found: list[str], ana: Viewer) -> None:
    for address in ("چای‌خانه", "Tea.50%", "green tea"):
        enter(ana, address)
    rows = listing.listed(reader=ana, matching=matching)
    assert [room.address for room in rows.order_by("-pk")] == found


def test_a_room_that_is_not_there_is_none_by_id_and_by_address(ana: Viewer) -> None:
    assert rooms.find_room(reader=ana, room_id=7) is None
    assert rooms.find_room(reader=ana, room_id=2**70) is None
    assert rooms.find_room(reader=ana, address="nowhere") is None
    assert rooms.find_room(reader=ana, address="") is None
    assert rooms.find_room(reader=ana) is None


def test_members_are_those_who_are_there_now_in_the_order_in_which_they_first_came(
    ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    room_id = enter(ana)
    enter(babak)
    enter(clara)
    members.leave_room(viewer=ana, room_id=room_id)
    members.leave_room(viewer=babak, room_id=room_id)
    enter(ana)
    page = members.members(reader=clara, room_id=room_id, window=Window())
    assert [member.person.username for member in page.items] == ["Ana", "Clara"]


def test_a_past_member_is_still_found_by_those_who_may_read(ana: Viewer, babak: Viewer, clara: Viewer) -> None:
    room_id = enter(ana)
    member = members.enter_room(viewer=babak, address="tea").member
    members.leave_room(viewer=babak, room_id=room_id)
    found = members.find_member(reader=ana, member_id=member.id)
    assert found is not None
    assert found.left_at is not None
    assert members.find_member(reader=babak, member_id=member.id) is None
    assert members.find_member(reader=clara, member_id=member.id) is None
    assert members.find_member(reader=ana, member_id=member.id + 100) is None


def test_facts_of_many_rooms_are_read_at_once(ana: Viewer, babak: Viewer) -> None:
    tea, coffee = enter(ana, "tea"), enter(ana, "coffee")
    enter(babak, "tea")
    set_role(tea, babak, models.Role.MODERATOR)
    assert rooms.member_counts([tea, coffee, 99]) == {tea: 2, coffee: 1}
    assert {key: room.address for key, room in rooms.rooms_by_id([tea, coffee, 99]).items()} == {
        tea: "tea",
        coffee: "coffee",
    }
    owned = rooms.own_memberships(viewer=babak, room_ids=[tea, coffee, 99])
    assert {key: own.role for key, own in owned.items()} == {tea: Role.MODERATOR}


def test_nobody_unknown_finds_or_lists_rooms() -> None:
    with pytest.raises(Unauthenticated):
        rooms.find_room(reader=None, address="tea")
    with pytest.raises(Unauthenticated):
        listing.listed(reader=None)


def test_a_room_s_head_cursor_is_that_of_its_last_event(ana: Viewer) -> None:
    room_id = enter(ana)
    say(ana, room_id)
    room = rooms.find_room(reader=ana, room_id=room_id)
    assert room is not None
    last = log(room_id)[-1]
    assert event_log.head_cursor(room) == event_log.cursor(last) == str(Cursor(room_id, 2, last.tag))
    assert room.last_activity_at == last.at


def test_an_operator_finds_whatever_room_is_at_an_address(ana: Viewer) -> None:
    room_id = enter(ana, "tea house")
    make_private(room_id)
    found = rooms.room_at(" TEA  house")
    assert found is not None
    assert found.id == room_id
    rooms.delete_room(viewer=ana, room_id=room_id)
    assert [rooms.room_at(each) for each in ("tea house", "", "/", f"/{room_id}")] == [None] * 4
