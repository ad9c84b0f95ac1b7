"""Rooms: whoever comes first makes and owns one, all others join it, and it never stays without an owner."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, facts, models, rooms, streams
from backend.chat.cursors import Cursor
from backend.chat.facts import Role
from backend.chat.pages import Page, Window
from backend.chat.rooms import Entered
from backend.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import enter, happened, log, make_private, say, set_role

pytestmark = pytest.mark.django_db


# --- Entering -------------------------------------------------------------------------------------------------


def test_whoever_enters_first_makes_the_room_and_owns_it(ana: Viewer) -> None:
    entered = rooms.enter_room(viewer=ana, address=" Чай  и кофе ")
    room, member = entered.room, entered.member
    assert entered.created
    assert (room.address, room.title, room.topic, room.is_private) == ("Чай  и кофе", "Чай  и кофе", "", False)
    assert (member.person.id, member.room_id, member.role, member.left_at) == (ana.id, room.id, Role.OWNER, None)
    assert [logged.event for logged in log(room.id)] == [events.MemberJoined(member=member.id)]
    assert room.head == 1
    assert member.joined_at == room.last_activity_at == log(room.id)[0].at


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ("Tea House", "tea  HOUSE"),
        ("چای‌خانه", "چايخانه"),
        ("ЧАЙХАНА", "чайхана"),
        ("ჩაიხანა", "ᲩᲐᲘᲮᲐᲜᲐ"),
        ("ｔｅａ", "tea"),
        ("☕", "☕\ufe0f"),
        ("кафе", "ка\u0444е "),
    ],
)
def test_an_address_leads_to_one_room_however_it_is_written(made: str, asked: str, ana: Viewer, babak: Viewer) -> None:
    first = rooms.enter_room(viewer=ana, address=made)
    second = rooms.enter_room(viewer=babak, address=asked)
    assert second.room.id == first.room.id
    assert second.room.address == made.strip()
    assert not second.created
    assert second.member.role == Role.MEMBER
    found = rooms.find_room(reader=babak, address=asked)
    assert found is not None
    assert found.id == first.room.id


def test_entering_again_changes_nothing(ana: Viewer, babak: Viewer) -> None:
    enter(ana)
    first = rooms.enter_room(viewer=babak, address="tea")
    before = all_rows()
    again = rooms.enter_room(viewer=babak, address="TEA")
    assert all_rows() == before
    assert again == Entered(room=first.room, member=first.member, created=False)


def test_what_one_is_shown_of_the_room_is_as_of_one_s_own_entering(
    ana: Viewer, babak: Viewer, clara: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = enter(ana)
    join = rooms._join

    def then_somebody_speaks(viewer: Viewer, room: models.Room) -> None:
        join(viewer, room)
        monkeypatch.setattr(rooms, "_join", join)
        enter(clara)
        say(clara, room_id)

    monkeypatch.setattr(rooms, "_join", then_somebody_speaks)
    entered = rooms.enter_room(viewer=babak, address="tea")
    own = log(room_id)[1]
    assert own.event == events.MemberJoined(member=entered.member.id)
    assert event_log.head_cursor(entered.room) == event_log.cursor(own)
    assert happened(room_id) == ["MemberJoined", "MemberJoined", "MemberJoined", "MessageSent"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "REQUIRED"),
        (" \u3000\u00a0", "REQUIRED"),
        ("\u200c", "REQUIRED"),
        ("a" * 65, "TOO_LONG"),
        ("\u0301\u0316" * 100_000, "TOO_LONG"),
        ("\ufdfa" * 64, "TOO_LONG"),  # a character that folds to eighteen
        ("tea/house", "MALFORMED"),
        ("tea／house", "MALFORMED"),
        ("tea\u200b", "MALFORMED"),
        ("tea\u202e", "MALFORMED"),
        ("tea\n", "MALFORMED"),
        ("tea\0", "MALFORMED"),
        ("tea\ud800", "MALFORMED"),
        (".", "UNSUPPORTED"),
        ("..", "UNSUPPORTED"),
        ("．．", "UNSUPPORTED"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_its_code(ana: Viewer, address: str, code: str) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        rooms.enter_room(viewer=ana, address=address)
    [error] = refused.value.fields
    assert (error.path, error.code) == (("address",), code)
    assert all_rows() == before
    assert rooms.find_room(reader=ana, address=address) is None


@pytest.mark.parametrize("address", ["a" * 64, "  " + "a" * 64 + "  ", "...", "?#%&", "چای" * 21])
def test_an_address_that_looks_odd_is_one_all_the_same(ana: Viewer, address: str) -> None:
    assert rooms.enter_room(viewer=ana, address=address).room.address == address.strip()


def test_entering_is_limited(ana: Viewer, babak: Viewer, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "enter": Rate(2, 0.001)}
    room_id = enter(ana)
    enter(ana)
    with pytest.raises(RateLimited):
        enter(ana, "another")
    with pytest.raises(RateLimited):
        rooms.leave_room(viewer=ana, room_id=room_id)
    enter(babak)


@pytest.mark.usefixtures("transactional_db")
def test_fifty_who_enter_at_once_share_one_room_with_one_owner_and_one_maker(published: Published) -> None:
    crowd = [people.viewer(f"guest{number}") for number in range(50)]
    addresses = ["چای‌خانه", "چایخانه", "چايخانه"]
    calls = [
        partial(rooms.enter_room, viewer=guest, address=addresses[number % 3]) for number, guest in enumerate(crowd)
    ]
    results = at_once(calls)
    entered = [result for result in results if isinstance(result, Entered)]
    assert len(entered) == 50
    [room] = models.Room.objects.all()
    assert {each.room.id for each in entered} == {room.pk}
    assert sum(each.created for each in entered) == 1
    assert Counter(models.Membership.objects.values_list("role", flat=True)) == {"owner": 1, "member": 49}
    assert [each.member.role for each in entered if each.created] == [Role.OWNER]
    assert [logged.seq for logged in log(room.pk)] == list(range(1, 51))
    assert happened(room.pk) == ["MemberJoined"] * 50
    assert sorted(each.room.head for each in entered) == list(range(1, 51)), "each is shown their own entering"
    assert len(published) == 50


@pytest.mark.usefixtures("transactional_db")
def test_devices_of_one_person_that_enter_at_once_make_one_membership_and_one_event() -> None:
    enter(people.viewer("Ana"))
    babak = people.viewer("Babak")
    results = at_once([partial(rooms.enter_room, viewer=babak, address="tea")] * 8)
    entered = [result for result in results if isinstance(result, Entered)]
    assert len(entered) == 8
    room_id = entered[0].room.id
    assert happened(room_id) == ["MemberJoined"] * 2
    assert models.Membership.objects.filter(user=babak.id).count() == 1
    for each in entered:
        opening = streams.open_stream(viewer=babak, room_id=room_id, after=event_log.head_cursor(each.room))
        assert opening.reset is None, "whichever it was, the log goes on from where it was shown"


# --- Leaving and coming back ----------------------------------------------------------------------------------


def test_whoever_leaves_keeps_their_membership_with_the_time_of_leaving(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    joined = rooms.enter_room(viewer=babak, address="tea").member
    left = rooms.leave_room(viewer=babak, room_id=room_id)
    event = log(room_id)[-1]
    assert left.member.id == joined.id
    assert left.member.joined_at == joined.joined_at
    assert left.member.left_at == event.at
    assert event.event == events.MemberLeft(member=joined.id, departure=events.Departure.LEFT)
    assert left.cursor == event_log.cursor(event)
    assert rooms.member_counts([room_id]) == {room_id: 1}
    assert rooms.own_memberships(viewer=babak, room_ids=[room_id]) == {}


def test_whoever_comes_back_has_the_same_membership_again(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    first = rooms.enter_room(viewer=babak, address="tea").member
    set_role(room_id, babak, models.Role.MODERATOR)
    left = rooms.leave_room(viewer=babak, room_id=room_id).member
    again = rooms.enter_room(viewer=babak, address="tea").member
    assert again.id == first.id
    assert again.left_at is None
    assert again.joined_at == log(room_id)[-1].at > first.joined_at
    assert left.role == again.role == Role.MEMBER, "what they were before ended with leaving"
    assert happened(room_id) == ["MemberJoined", "MemberJoined", "MemberLeft", "MemberJoined"]


def test_whoever_is_no_member_cannot_leave(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    before = all_rows()
    with pytest.raises(Forbidden):
        rooms.leave_room(viewer=babak, room_id=room_id)
    with pytest.raises(NotFound):
        rooms.leave_room(viewer=babak, room_id=room_id + 1)
    assert all_rows() == before
    rooms.leave_room(viewer=ana, room_id=room_id)
    with pytest.raises(Forbidden):
        rooms.leave_room(viewer=ana, room_id=room_id)


def _roles(room_id: int) -> dict[str, Role]:
    present = models.Membership.objects.filter(room=room_id, left_at=None)
    return {name: Role(role) for name, role in present.values_list("user__username", "role")}


def test_the_owner_s_place_goes_to_the_senior_moderator_before_any_older_member(
    ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    room_id = enter(ana)
    for each in (babak, clara, david := people.viewer("David")):
        enter(each)
    set_role(room_id, clara, models.Role.MODERATOR)
    set_role(room_id, david, models.Role.MODERATOR)
    rooms.leave_room(viewer=ana, room_id=room_id)
    assert _roles(room_id) == {"Babak": Role.MEMBER, "Clara": Role.OWNER, "David": Role.MODERATOR}
    left, changed = log(room_id)[-2:]
    assert isinstance(left.event, events.MemberLeft)
    assert isinstance(changed.event, events.MemberChanged)
    assert changed.by is not None
    assert changed.by.id == ana.id
    assert changed.member is not None
    assert (changed.member.person.id, changed.member.role) == (clara.id, Role.OWNER)


def test_without_moderators_it_goes_to_who_has_been_there_longest_without_leaving(
    ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    room_id = enter(ana)
    enter(babak)
    enter(clara)
    rooms.leave_room(viewer=babak, room_id=room_id)
    enter(babak)  # and so came after Clara
    rooms.leave_room(viewer=ana, room_id=room_id)
    assert _roles(room_id) == {"Babak": Role.MEMBER, "Clara": Role.OWNER}


def test_it_goes_to_nobody_while_another_owner_stays_or_another_member_leaves(
    ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    room_id = enter(ana)
    enter(babak)
    enter(clara)
    rooms.leave_room(viewer=clara, room_id=room_id)
    assert _roles(room_id) == {"Ana": Role.OWNER, "Babak": Role.MEMBER}
    set_role(room_id, babak, models.Role.OWNER)
    rooms.leave_room(viewer=ana, room_id=room_id)
    assert _roles(room_id) == {"Babak": Role.OWNER}
    assert happened(room_id)[-2:] == ["MemberLeft", "MemberLeft"]


def test_whoever_enters_a_room_that_all_have_left_owns_it(ana: Viewer, babak: Viewer, clara: Viewer) -> None:
    room_id = enter(ana)
    enter(babak)
    rooms.leave_room(viewer=babak, room_id=room_id)
    rooms.leave_room(viewer=ana, room_id=room_id)
    assert _roles(room_id) == {}
    entered = rooms.enter_room(viewer=babak, address="tea")
    assert not entered.created
    assert entered.member.role == Role.OWNER
    enter(ana)
    enter(clara)
    assert _roles(room_id) == {"Babak": Role.OWNER, "Ana": Role.MEMBER, "Clara": Role.MEMBER}


@pytest.mark.usefixtures("transactional_db")
def test_a_room_that_people_enter_and_leave_at_once_has_one_owner_in_the_end() -> None:
    crowd = [people.viewer(f"guest{number}") for number in range(6)]
    room_id = enter(crowd[0])
    for guest in crowd[1:4]:
        enter(guest)
    leave: list[Callable[[], object]] = [
        partial(rooms.leave_room, viewer=guest, room_id=room_id) for guest in crowd[:3]
    ]
    come: list[Callable[[], object]] = [partial(rooms.enter_room, viewer=guest, address="tea") for guest in crowd[4:]]
    at_once([*leave, *come])
    assert sorted(_roles(room_id)) == ["guest3", "guest4", "guest5"]
    assert list(_roles(room_id).values()).count(Role.OWNER) == 1
    assert [logged.seq for logged in log(room_id)] == list(range(1, len(log(room_id)) + 1))


# --- Private rooms --------------------------------------------------------------------------------------------


def test_a_private_room_lets_in_its_members_alone(ana: Viewer, babak: Viewer, staff: Viewer) -> None:
    room_id = enter(ana)
    make_private(room_id)
    before = all_rows()
    with pytest.raises(NotFound):
        enter(babak)
    with pytest.raises(Forbidden):  # they know of it, and still are no members
        enter(staff)
    assert all_rows() == before
    assert rooms.enter_room(viewer=ana, address="tea").member.role == Role.OWNER


def test_whoever_left_a_private_room_is_a_stranger_to_it(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    enter(babak)
    make_private(room_id)
    rooms.leave_room(viewer=babak, room_id=room_id)
    with pytest.raises(NotFound):
        enter(babak)
    assert rooms.find_room(reader=babak, room_id=room_id) is None


def test_a_room_that_turns_private_while_somebody_enters_lets_them_in_no_more(
    ana: Viewer, babak: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = enter(ana)
    found = rooms._find_or_create

    def find(viewer: Viewer, address: str, folded: str) -> tuple[models.Room, bool]:
        result = found(viewer, address, folded)
        make_private(room_id)
        return result

    monkeypatch.setattr(rooms, "_find_or_create", find)
    with pytest.raises(NotFound):
        enter(babak)
    assert rooms.member_counts([room_id]) == {room_id: 1}


# --- Finding --------------------------------------------------------------------------------------------------


def _ids(page: Page[facts.Room]) -> list[int]:
    return [room.id for room in page.items]


def test_public_rooms_are_listed_the_newest_first_and_private_ones_not(ana: Viewer, babak: Viewer) -> None:
    first, secret, second = enter(ana, "tea"), enter(ana, "secret tea"), enter(ana, "coffee")
    make_private(secret)
    everything = partial(rooms.rooms, matching=None, window=Window())
    assert _ids(everything(reader=babak)) == [second, first]
    assert _ids(everything(reader=ana)) == [second, first], "one's own private rooms are under one's own rooms"
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
    page = rooms.rooms(reader=ana, matching=matching, window=Window())
    assert [room.address for room in page.items] == found


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
    rooms.leave_room(viewer=ana, room_id=room_id)
    rooms.leave_room(viewer=babak, room_id=room_id)
    enter(ana)
    page = rooms.members(reader=clara, room_id=room_id, window=Window())
    assert [member.person.username for member in page.items] == ["Ana", "Clara"]


def test_a_past_member_is_still_found_by_those_who_may_read(ana: Viewer, babak: Viewer, clara: Viewer) -> None:
    room_id = enter(ana)
    member = rooms.enter_room(viewer=babak, address="tea").member
    rooms.leave_room(viewer=babak, room_id=room_id)
    found = rooms.find_member(reader=ana, member_id=member.id)
    assert found is not None
    assert found.left_at is not None
    assert rooms.find_member(reader=babak, member_id=member.id) is None
    assert rooms.find_member(reader=clara, member_id=member.id) is None
    assert rooms.find_member(reader=ana, member_id=member.id + 100) is None


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
        rooms.rooms(reader=None, matching=None, window=Window())


def test_a_room_s_head_cursor_is_that_of_its_last_event(ana: Viewer) -> None:
    room_id = enter(ana)
    say(ana, room_id)
    room = rooms.find_room(reader=ana, room_id=room_id)
    assert room is not None
    last = log(room_id)[-1]
    assert event_log.head_cursor(room) == event_log.cursor(last) == str(Cursor(room_id, 2, last.tag))
    assert room.last_activity_at == last.at
