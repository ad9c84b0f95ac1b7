"""One acts only on those below oneself; every act is an event, and ends or keeps what it should."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, history, members, messages, models, moderation, policies, room_log, rooms
from backend.chat.models import Role
from backend.chat.moderation import FOR_EVER, ModerationAction
from backend.chat.pages import Window
from backend.chat.policies import Standing
from backend.errors import Forbidden, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.chat.steps import enter, happened, log, say, set_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(ana: Viewer, babak: Viewer, clara: Viewer) -> int:
    """A room that Ana owns, where Babak and Clara are."""
    room_id = enter(ana)
    enter(babak)
    enter(clara)
    return room_id


def _act(by: Viewer, on: Viewer, room_id: int, action: ModerationAction) -> moderation.Moderated:
    return moderation.moderate_member(viewer=by, room_id=room_id, user_id=on.id, action=action)


def test_who_is_kicked_has_left_and_may_come_back(ana: Viewer, babak: Viewer, tea: int) -> None:
    done = _act(ana, babak, tea, ModerationAction.KICK)
    last = log(tea)[-1]
    assert last.event == events.MemberLeft(member=done.member.id, departure=events.Departure.KICKED, by=ana.id)
    assert done.member.left_at == last.at
    assert done.cursor == event_log.cursor(last)
    assert members.enter_room(viewer=babak, address="tea").member.left_at is None


def test_the_entry_of_a_kick_ends_the_access_of_who_was_kicked_and_of_nobody_else(
    ana: Viewer, babak: Viewer, tea: int
) -> None:
    _act(ana, babak, tea, ModerationAction.KICK)
    assert room_log.entry(log(tea)[-1]).ends == event_log.principal(babak.id)


def test_who_is_banned_may_not_come_back_until_unbanned(ana: Viewer, babak: Viewer, tea: int) -> None:
    _act(ana, babak, tea, ModerationAction.BAN)
    with pytest.raises(Forbidden):
        enter(babak)
    [ban] = moderation.bans(reader=ana, room_id=tea, window=Window()).items
    assert (ban.person.id, ban.by and ban.by.id) == (babak.id, ana.id)
    _act(ana, babak, tea, ModerationAction.UNBAN)
    assert not moderation.bans(reader=ana, room_id=tea, window=Window()).items
    assert enter(babak) == tea


def test_somebody_who_left_can_be_banned_all_the_same(ana: Viewer, babak: Viewer, tea: int) -> None:
    members.leave_room(viewer=babak, room_id=tea)
    _act(ana, babak, tea, ModerationAction.BAN)
    assert happened(tea)[-1] == "MemberChanged"
    with pytest.raises(Forbidden):
        enter(babak)


def test_who_is_muted_reads_and_does_not_write(ana: Viewer, babak: Viewer, tea: int) -> None:
    own = say(babak, tea).message.id
    assert _act(ana, babak, tea, ModerationAction.MUTE).member.muted_until == FOR_EVER
    assert history.history(reader=babak, room_id=tea, window=Window()).items
    with pytest.raises(Forbidden):
        say(babak, tea)
    with pytest.raises(Forbidden):
        messages.edit_message(viewer=babak, message_id=own, body="louder")
    _act(ana, babak, tea, ModerationAction.UNMUTE)
    say(babak, tea)


def test_a_mute_ends_by_itself(ana: Viewer, babak: Viewer, tea: int) -> None:
    until = database.now() + timedelta(hours=1)
    mute = ModerationAction.MUTE
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=mute, until=until)
    room = models.Room.objects.get(pk=tea)
    assert policies.standings(room, babak) == {Standing.MUTED}
    models.Membership.objects.filter(user=babak.id).update(muted_until=database.now() - timedelta(seconds=1))
    assert policies.standings(room, babak) == {Standing.MEMBER}


@pytest.mark.parametrize(("action", "hours"), [(ModerationAction.KICK, 1), (ModerationAction.MUTE, -1)])
def test_only_a_mute_has_an_end_and_it_is_to_come(
    ana: Viewer, babak: Viewer, tea: int, action: ModerationAction, hours: int
) -> None:
    until = database.now() + timedelta(hours=hours)
    with pytest.raises(Invalid):
        moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=action, until=until)


@pytest.mark.parametrize("action", list(ModerationAction))
def test_doing_what_is_done_already_makes_no_event(
    ana: Viewer, babak: Viewer, tea: int, action: ModerationAction
) -> None:
    _act(ana, babak, tea, action)
    before = happened(tea)
    _act(ana, babak, tea, action)
    assert happened(tea) == before


def test_nobody_acts_on_their_equals_or_betters(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    set_role(tea, babak, Role.MODERATOR)
    set_role(tea, clara, Role.MODERATOR)
    for other in (ana, clara, babak):
        with pytest.raises(Forbidden):
            _act(babak, other, tea, ModerationAction.KICK)


def test_staff_act_on_owners_of_rooms_that_they_are_not_in(ana: Viewer, staff: Viewer, tea: int) -> None:
    assert _act(staff, ana, tea, ModerationAction.KICK).member.left_at is not None


@pytest.mark.parametrize("action", [ModerationAction.KICK, ModerationAction.BAN])
def test_a_room_whose_owner_is_sent_away_has_another_one_at_once(
    ana: Viewer, babak: Viewer, clara: Viewer, staff: Viewer, tea: int, action: ModerationAction
) -> None:
    set_role(tea, clara, Role.MODERATOR)
    _act(staff, ana, tea, action)
    assert happened(tea)[-2:] == ["MemberLeft", "MemberChanged"]
    assert rooms.own_memberships(viewer=clara, room_ids=[tea])[tea].role == Role.OWNER
    _act(staff, babak, tea, action)
    assert happened(tea)[-1] == "MemberLeft", "while there is one, nobody else becomes it"


def test_the_last_owner_keeps_their_role_until_there_is_another(
    ana: Viewer, babak: Viewer, staff: Viewer, tea: int
) -> None:
    def give(viewer: Viewer, role: Role) -> None:
        moderation.set_member_role(viewer=staff, room_id=tea, user_id=viewer.id, role=role)

    with pytest.raises(Forbidden):
        give(ana, Role.MEMBER)
    give(babak, Role.OWNER)
    give(ana, Role.MEMBER)
    with pytest.raises(Forbidden):
        give(babak, Role.MODERATOR)
    members.leave_room(viewer=babak, room_id=tea)
    with pytest.raises(NotFound):
        give(babak, Role.OWNER)


@pytest.mark.parametrize("how", ["by succession", "by being given it"])
def test_who_becomes_the_owner_is_no_longer_muted(
    how: str, ana: Viewer, babak: Viewer, clara: Viewer, tea: int
) -> None:
    _act(ana, babak, tea, ModerationAction.MUTE)
    members.leave_room(viewer=clara, room_id=tea)
    if how == "by being given it":
        moderation.set_member_role(viewer=ana, room_id=tea, user_id=babak.id, role=Role.OWNER)
    else:
        members.leave_room(viewer=ana, room_id=tea)
    [own] = rooms.own_memberships(viewer=babak, room_ids=[tea]).values()
    assert own.role == Role.OWNER
    assert own.held == {Standing.OWNER}
    say(babak, tea)


def test_leaving_and_coming_back_lifts_no_mute(ana: Viewer, babak: Viewer, tea: int) -> None:
    _act(ana, babak, tea, ModerationAction.MUTE)
    members.leave_room(viewer=babak, room_id=tea)
    enter(babak)
    with pytest.raises(Forbidden):
        say(babak, tea)


def test_a_role_is_given_once_and_taken_back(ana: Viewer, babak: Viewer, tea: int) -> None:
    given = moderation.set_member_role(viewer=ana, room_id=tea, user_id=babak.id, role=Role.MODERATOR)
    assert given.member.role == Role.MODERATOR
    before = happened(tea)
    moderation.set_member_role(viewer=ana, room_id=tea, user_id=babak.id, role=Role.MODERATOR)
    assert happened(tea) == before
    moderation.set_member_role(viewer=ana, room_id=tea, user_id=babak.id, role=Role.MEMBER)
    assert happened(tea)[-1] == "MemberChanged"


def test_who_was_never_there_cannot_be_acted_on(ana: Viewer, staff: Viewer, tea: int) -> None:
    with pytest.raises(NotFound):
        _act(ana, staff, tea, ModerationAction.KICK)
    with pytest.raises(NotFound):
        moderation.set_member_role(viewer=ana, room_id=tea, user_id=staff.id, role=Role.MEMBER)


def test_a_banned_person_learns_nothing_of_a_room_that_became_private(ana: Viewer, babak: Viewer, tea: int) -> None:
    _act(ana, babak, tea, ModerationAction.BAN)
    models.Room.objects.filter(pk=tea).update(is_private=True)
    assert rooms.find_room(reader=babak, room_id=tea) is None
    with pytest.raises(NotFound):
        enter(babak)


def test_moderating_is_limited(settings: Settings, ana: Viewer, babak: Viewer, tea: int) -> None:
    settings.RATES = {**settings.RATES, "moderate": Rate(burst=2, per_second=1)}
    _act(ana, babak, tea, ModerationAction.MUTE)
    moderation.set_member_role(viewer=ana, room_id=tea, user_id=babak.id, role=Role.MODERATOR)
    before = happened(tea)
    with pytest.raises(RateLimited):
        _act(ana, babak, tea, ModerationAction.KICK)
    with pytest.raises(RateLimited):
        moderation.set_member_role(viewer=ana, room_id=tea, user_id=babak.id, role=Role.MEMBER)
    assert happened(tea) == before
