"""Leaving and coming back: a room never stays without an owner, nor without members."""

from collections.abc import Callable
from functools import partial

import pytest

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, members, models, rooms
from backend.chat.facts import Role
from backend.errors import Forbidden, NotFound
from tests.accounts import people
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.steps import enter, happened, log, set_role

pytestmark = pytest.mark.django_db


def test_whoever_leaves_keeps_their_membership_with_the_time_of_leaving(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    joined = members.enter_room(viewer=babak, address="tea").member
    left = members.leave_room(viewer=babak, room_id=room_id)
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
    first = members.enter_room(viewer=babak, address="tea").member
    set_role(room_id, babak, models.Role.MODERATOR)
    left = members.leave_room(viewer=babak, room_id=room_id).member
    again = members.enter_room(viewer=babak, address="tea").member
    assert again.id == first.id
    assert again.left_at is None
    assert again.joined_at == log(room_id)[-1].at > first.joined_at
    assert left.role == again.role == Role.MEMBER, "what they were before ended with leaving"
    assert happened(room_id) == ["MemberJoined", "MemberJoined", "MemberLeft", "MemberJoined"]


def test_whoever_is_no_member_cannot_leave(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    before = all_rows()
    with pytest.raises(Forbidden):
        members.leave_room(viewer=babak, room_id=room_id)
    with pytest.raises(NotFound):
        members.leave_room(viewer=babak, room_id=room_id + 1)
    assert all_rows() == before
    enter(babak)
    members.leave_room(viewer=ana, room_id=room_id)
    with pytest.raises(Forbidden):
        members.leave_room(viewer=ana, room_id=room_id)


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
    members.leave_room(viewer=ana, room_id=room_id)
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
    members.leave_room(viewer=babak, room_id=room_id)
    enter(babak)  # and so came after Clara
    members.leave_room(viewer=ana, room_id=room_id)
    assert _roles(room_id) == {"Babak": Role.MEMBER, "Clara": Role.OWNER}


def test_it_goes_to_nobody_while_another_owner_stays_or_another_member_leaves(
    ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    room_id = enter(ana)
    enter(babak)
    enter(clara)
    members.leave_room(viewer=clara, room_id=room_id)
    assert _roles(room_id) == {"Ana": Role.OWNER, "Babak": Role.MEMBER}
    set_role(room_id, babak, models.Role.OWNER)
    members.leave_room(viewer=ana, room_id=room_id)
    assert _roles(room_id) == {"Babak": Role.OWNER}
    assert happened(room_id)[-2:] == ["MemberLeft", "MemberLeft"]


def test_a_room_that_all_have_left_is_gone_and_its_address_free(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    enter(babak)
    members.leave_room(viewer=babak, room_id=room_id)
    left = members.leave_room(viewer=ana, room_id=room_id)
    assert left.member.person.username == "Ana"
    assert rooms.find_room(reader=ana, room_id=room_id) is None
    entered = members.enter_room(viewer=babak, address="tea")
    assert entered.created
    assert entered.room.id != room_id
    assert entered.member.role == Role.OWNER


@pytest.mark.usefixtures("transactional_db")
def test_a_room_that_people_enter_and_leave_at_once_has_one_owner_in_the_end() -> None:
    crowd = [people.viewer(f"guest{number}") for number in range(6)]
    room_id = enter(crowd[0])
    for guest in crowd[1:4]:
        enter(guest)
    leave: list[Callable[[], object]] = [
        partial(members.leave_room, viewer=guest, room_id=room_id) for guest in crowd[:3]
    ]
    come: list[Callable[[], object]] = [partial(members.enter_room, viewer=guest, address="tea") for guest in crowd[4:]]
    at_once([*leave, *come])
    assert sorted(_roles(room_id)) == ["guest3", "guest4", "guest5"]
    assert list(_roles(room_id).values()).count(Role.OWNER) == 1
    assert [logged.seq for logged in log(room_id)] == list(range(1, len(log(room_id)) + 1))
