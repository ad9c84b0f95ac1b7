"""Entering rooms: whoever comes first makes and owns one, all others join it."""

from collections import Counter
from functools import partial

import pytest
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, members, models, rooms, streams
from backend.chat.facts import Role
from backend.chat.members import Entered
from backend.errors import Forbidden, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import enter, happened, log, make_private, outcome, say

pytestmark = pytest.mark.django_db


# --- Entering -------------------------------------------------------------------------------------------------


def test_whoever_enters_first_makes_the_room_and_owns_it(ana: Viewer) -> None:
    entered = members.enter_room(viewer=ana, address=" Чай  и кофе ")
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
    first = members.enter_room(viewer=ana, address=made)
    second = members.enter_room(viewer=babak, address=asked)
    assert second.room.id == first.room.id
    assert second.room.address == made.strip()
    assert not second.created
    assert second.member.role == Role.MEMBER
    found = rooms.find_room(reader=babak, address=asked)
    assert found is not None
    assert found.id == first.room.id


def test_entering_again_changes_nothing(ana: Viewer, babak: Viewer) -> None:
    enter(ana)
    first = members.enter_room(viewer=babak, address="tea")
    before = all_rows()
    again = members.enter_room(viewer=babak, address="TEA")
    assert all_rows() == before
    assert again == Entered(room=first.room, member=first.member, created=False)


def test_what_one_is_shown_of_the_room_is_as_of_one_s_own_entering(
    ana: Viewer, babak: Viewer, clara: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = enter(ana)
    joined = members._joined

    def then_somebody_speaks(viewer: Viewer, room: models.Room, code: str | None) -> models.Room | None:
        outcome = joined(viewer, room, code)
        monkeypatch.setattr(members, "_joined", joined)
        enter(clara)
        say(clara, room_id)
        return outcome

    monkeypatch.setattr(members, "_joined", then_somebody_speaks)
    entered = members.enter_room(viewer=babak, address="tea")
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
        members.enter_room(viewer=ana, address=address)
    [error] = refused.value.fields
    assert (error.path, error.code) == (("address",), code)
    assert all_rows() == before
    assert rooms.find_room(reader=ana, address=address) is None


@pytest.mark.parametrize("address", ["a" * 64, "  " + "a" * 64 + "  ", "...", "?#%&", "چای" * 21])
def test_an_address_that_looks_odd_is_one_all_the_same(ana: Viewer, address: str) -> None:
    assert members.enter_room(viewer=ana, address=address).room.address == address.strip()


def test_entering_is_limited(ana: Viewer, babak: Viewer, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "enter": Rate(2, 0.001)}
    room_id = enter(ana)
    enter(ana)
    with pytest.raises(RateLimited):
        enter(ana, "another")
    with pytest.raises(RateLimited):
        members.leave_room(viewer=ana, room_id=room_id)
    enter(babak)


@pytest.mark.usefixtures("transactional_db")
def test_fifty_who_enter_at_once_share_one_room_with_one_owner_and_one_maker(published: Published) -> None:
    crowd = [people.viewer(f"guest{number}") for number in range(50)]
    addresses = ["چای‌خانه", "چایخانه", "چايخانه"]
    calls = [
        partial(members.enter_room, viewer=guest, address=addresses[number % 3]) for number, guest in enumerate(crowd)
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
    results = at_once([partial(members.enter_room, viewer=babak, address="tea")] * 8)
    entered = [result for result in results if isinstance(result, Entered)]
    assert len(entered) == 8
    room_id = entered[0].room.id
    assert happened(room_id) == ["MemberJoined"] * 2
    assert models.Membership.objects.filter(user=babak.id).count() == 1
    for each in entered:
        opening = streams.open_stream(viewer=babak, room_id=room_id, after=event_log.head_cursor(each.room))
        assert opening.reset is None, "whichever it was, the log goes on from where it was shown"


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
    assert members.enter_room(viewer=ana, address="tea").member.role == Role.OWNER


def test_whoever_left_a_private_room_is_a_stranger_to_it(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    enter(babak)
    make_private(room_id)
    members.leave_room(viewer=babak, room_id=room_id)
    with pytest.raises(NotFound):
        enter(babak)
    assert rooms.find_room(reader=babak, room_id=room_id) is None


def test_an_old_cursor_says_nothing_of_a_room_that_is_none_any_more(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    after = event_log.head_cursor(members.enter_room(viewer=babak, address="tea").room)
    make_private(room_id)
    members.leave_room(viewer=babak, room_id=room_id)
    for cursor in (after, None):
        for where in (room_id, 99_999):
            for ask in (
                partial(streams.open_stream, viewer=babak, room_id=where, after=cursor),
                partial(streams.events_page, reader=babak, room_id=where, after=cursor, first=1),
            ):
                assert outcome(ask) == ("NOT_FOUND", "No such room.")


def test_a_room_that_turns_private_while_somebody_enters_lets_them_in_no_more(
    ana: Viewer, babak: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = enter(ana)
    found = members._find_or_create

    def find(viewer: Viewer, address: str, folded: str, code: str | None) -> tuple[models.Room, bool]:
        result = found(viewer, address, folded, code)
        make_private(room_id)
        return result

    monkeypatch.setattr(members, "_find_or_create", find)
    with pytest.raises(NotFound):
        enter(babak)
    assert rooms.member_counts([room_id]) == {room_id: 1}
