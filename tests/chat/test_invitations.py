"""Invitations: who makes them, whom they let in and how often, and what becomes of them."""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import facts, invitations, members, models, moderation, rooms
from backend.chat.members import Entered
from backend.chat.models import Role
from backend.chat.moderation import ModerationAction
from backend.errors import DomainError, Forbidden, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.at_once import at_once, elsewhere
from tests.accounts.tables import all_rows
from tests.chat.steps import delete_account, enter, happened, make_private, outcome, set_role

pytestmark = pytest.mark.django_db

NO_ROOM = ("NOT_FOUND", "No such room.")


@pytest.fixture
def secret(ana: Viewer) -> int:
    """A private room of Ana's, at the address "tea"."""
    room_id = enter(ana)
    make_private(room_id)
    return room_id


def invite(by: Viewer, room_id: int, to: Viewer | None = None, **more: Any) -> facts.Invitation:
    return invitations.create_invitation(viewer=by, room_id=room_id, invitee_id=to.id if to else None, **more)


def come(viewer: Viewer, code: str | None, address: str = "tea") -> Entered:
    return members.enter_room(viewer=viewer, address=address, invitation=code)


def listed(viewer: Viewer, room_id: int) -> list[int]:
    return [each.id for each in invitations.invitations(reader=viewer, room_id=room_id)]


def mine(viewer: Viewer) -> list[int]:
    return [each.id for each in invitations.invitations_to(viewer=viewer)]


def expire(invitation: facts.Invitation) -> None:
    past = database.now() - timedelta(seconds=1)
    assert models.Invitation.objects.filter(pk=invitation.id).update(expires_at=past) == 1


# --- Making them ----------------------------------------------------------------------------------------------


def test_an_invitation_says_who_made_it_for_whom_and_for_how_long(ana: Viewer, babak: Viewer, secret: int) -> None:
    until = database.now() + timedelta(hours=1)
    made = invite(ana, secret, babak, expires_at=until, uses=3)
    assert (made.room_id, made.expires_at, made.uses_left) == (secret, until, 3)
    assert made.invited_by is not None
    assert made.invitee is not None
    assert (made.invited_by.id, made.invitee.id) == (ana.id, babak.id)
    assert invitations.invitations(reader=ana, room_id=secret) == [made]
    assert invitations.find_invitation(reader=ana, invitation_id=made.id) == made
    plain = invite(ana, secret)
    assert (plain.invitee, plain.expires_at, plain.uses_left) == (None, None, None)


def test_codes_are_random_and_long_enough_that_nobody_guesses_one(ana: Viewer, secret: int) -> None:
    codes = {invite(ana, secret).code for _ in range(20)}
    assert len(codes) == 20
    assert min(map(len, codes)) >= 22, "of 64 characters each: 128 bits and more"


def test_nothing_of_it_is_told_to_the_room(ana: Viewer, babak: Viewer, secret: int) -> None:
    before = happened(secret)
    made = invite(ana, secret, babak)
    invitations.revoke_invitation(viewer=ana, invitation_id=made.id)
    assert happened(secret) == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"uses": 0}, "uses"),
        ({"uses": -1}, "uses"),
        ({"expires_at": datetime.fromisoformat("2020-01-01T00:00:00Z")}, "expiresAt"),
    ],
)
def test_an_invitation_that_nobody_could_use_is_refused(
    given: dict[str, Any], field: str, ana: Viewer, secret: int
) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        invite(ana, secret, **given)
    assert [(each.path, each.code) for each in refused.value.fields] == [((field,), "UNSUPPORTED")]
    assert all_rows() == before


def test_nobody_is_invited_who_is_not_there(ana: Viewer, babak: Viewer, secret: int) -> None:
    delete_account(babak)
    for user_id in (babak.id, 99_999):
        told = outcome(partial(invitations.create_invitation, viewer=ana, room_id=secret, invitee_id=user_id))
        assert told == ("NOT_FOUND", "No such user.")


def test_members_do_not_invite_and_moderators_do(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    with pytest.raises(Forbidden):
        invite(babak, tea, clara)
    set_role(tea, babak, Role.MODERATOR)
    made = invite(babak, tea, clara)
    assert listed(ana, tea) == [made.id]


def test_a_room_has_so_many_good_ones_and_room_again_when_one_goes(
    ana: Viewer, babak: Viewer, secret: int, settings: Settings
) -> None:
    settings.INVITATIONS_PER_ROOM = 3
    made = [invite(ana, secret, uses=1) for _ in range(3)]
    before = all_rows()
    with pytest.raises(Invalid):
        invite(ana, secret)
    assert all_rows() == before
    expire(made[0])
    made.append(invite(ana, secret))
    assert listed(ana, secret) == [each.id for each in made[:0:-1]], "the newest first, without the expired one"
    come(babak, made[1].code)
    invite(ana, secret)
    invitations.revoke_invitation(viewer=ana, invitation_id=made[2].id)
    invite(ana, secret)


@pytest.mark.usefixtures("transactional_db")
def test_of_those_made_at_once_no_more_than_the_limit_are_kept(
    ana: Viewer, secret: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though each, having counted, would wait for the others to have counted too."""
    settings.INVITATIONS_PER_ROOM = 3
    counted, code = threading.Barrier(8), secrets.token_urlsafe

    def when_all_have_counted(size: int) -> str:
        with suppress(threading.BrokenBarrierError):
            counted.wait(timeout=0.3)
        return code(size)

    monkeypatch.setattr(secrets, "token_urlsafe", when_all_have_counted)
    results = at_once([partial(invite, ana, secret)] * 8)
    assert sum(isinstance(each, facts.Invitation) for each in results) == 3
    assert models.Invitation.objects.count() == 3


def test_inviting_and_revoking_are_limited(ana: Viewer, secret: int, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "invite": Rate(2, 0.001)}
    made = invite(ana, secret)
    invite(ana, secret)
    with pytest.raises(RateLimited):
        invite(ana, secret)
    with pytest.raises(RateLimited):
        invitations.revoke_invitation(viewer=ana, invitation_id=made.id)


# --- Entering -------------------------------------------------------------------------------------------------


def test_who_has_the_code_enters_a_private_room_as_a_member(ana: Viewer, babak: Viewer, secret: int) -> None:
    entered = come(babak, invite(ana, secret).code, "TEA")
    assert (entered.room.id, entered.created, entered.member.role) == (secret, False, Role.MEMBER)
    assert happened(secret) == ["MemberJoined"] * 2


def test_who_is_invited_by_name_needs_no_code(ana: Viewer, babak: Viewer, clara: Viewer, secret: int) -> None:
    made = invite(ana, secret, babak, uses=1)
    with pytest.raises(NotFound):
        come(clara, None)
    assert come(babak, None).room.id == secret
    assert models.Invitation.objects.filter(pk=made.id).count() == 0, "it took the use"


def test_staff_enter_a_private_room_by_invitation_alone(ana: Viewer, staff: Viewer, secret: int) -> None:
    with pytest.raises(Forbidden):
        come(staff, None)
    assert come(staff, invite(ana, secret).code).room.id == secret


def test_each_who_becomes_a_member_takes_one_use_and_nothing_else_does(
    ana: Viewer, babak: Viewer, clara: Viewer, staff: Viewer, secret: int
) -> None:
    made = invite(ana, secret, uses=2)

    def left() -> int | None:
        return invitations.invitations(reader=ana, room_id=secret)[0].uses_left

    come(ana, made.code)
    assert left() == 2, "who is in needs none"
    come(babak, made.code)
    come(babak, made.code)
    assert left() == 1, "a second time changes nothing"
    come(clara, made.code)
    assert listed(ana, secret) == []
    assert outcome(partial(come, staff, made.code)) == NO_ROOM
    assert come(clara, made.code).room.id == secret, "who did not hear the answer may ask again"


def test_one_without_a_bound_stays(ana: Viewer, babak: Viewer, clara: Viewer, secret: int) -> None:
    made = invite(ana, secret)
    come(babak, made.code)
    come(clara, made.code)
    assert listed(ana, secret) == [made.id]


def test_a_public_room_takes_a_code_as_well_and_a_use_of_it(ana: Viewer, babak: Viewer, clara: Viewer) -> None:
    room_id = enter(ana)
    made = invite(ana, room_id, uses=2)
    enter(clara)
    assert invitations.invitations(reader=ana, room_id=room_id)[0].uses_left == 2, "nobody has to show one"
    come(babak, made.code)
    assert invitations.invitations(reader=ana, room_id=room_id)[0].uses_left == 1


def test_who_was_kicked_may_come_back_by_one_and_who_was_banned_may_not(
    ana: Viewer, babak: Viewer, secret: int
) -> None:
    code = invite(ana, secret).code
    act = partial(moderation.moderate_member, viewer=ana, room_id=secret, user_id=babak.id)
    come(babak, code)
    act(action=ModerationAction.KICK)
    assert outcome(partial(come, babak, None)) == NO_ROOM
    come(babak, code)
    act(action=ModerationAction.BAN)
    own = invite(ana, secret, babak)
    for each in (code, own.code, None):
        assert outcome(partial(come, babak, each)) == NO_ROOM
    assert mine(babak) == []
    assert rooms.find_room(reader=babak, room_id=secret) is None
    models.Room.objects.update(is_private=False)
    with pytest.raises(Forbidden):
        come(babak, code)
    act(action=ModerationAction.UNBAN)
    come(babak, code)


# --- What is not good -----------------------------------------------------------------------------------------


def not_good(ana: Viewer, clara: Viewer, room_id: int) -> dict[str, str]:
    """Codes that are not good for Babak in this room, by what is the matter with them."""
    expired, revoked, used, foreign = invite(ana, room_id), invite(ana, room_id), invite(ana, room_id, uses=1), None
    expire(expired)
    invitations.revoke_invitation(viewer=ana, invitation_id=revoked.id)
    come(clara, used.code, models.Room.objects.get(pk=room_id).address)
    foreign = invite(ana, enter(ana, "another"))
    return {
        "expired": expired.code,
        "revoked": revoked.code,
        "used up": used.code,
        "of another room": foreign.code,
        "somebody else's": invite(ana, room_id, clara).code,
        "wrong": "x" * 22,
        "empty": "",
        "long": "x" * 100_000,
        "of zeros": "\0",
        "half a character": "\ud800",
    }


@pytest.mark.parametrize("is_private", [True, False], ids=["private", "public"])
def test_whatever_is_the_matter_with_a_code_it_is_as_if_there_were_no_room(
    is_private: bool, ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    """And none is made where there is none: a code says which room is meant."""
    room_id = enter(ana)
    if is_private:
        make_private(room_id)
    codes = not_good(ana, clara, room_id)
    before = all_rows()
    told = {why: outcome(partial(come, babak, code)) for why, code in codes.items()}
    told |= {f"{why}, nowhere": outcome(partial(come, babak, code, "nowhere")) for why, code in codes.items()}
    assert set(told.values()) == {NO_ROOM}, told
    assert all_rows() == before


def test_a_private_room_costs_as_many_queries_as_none_whatever_the_code(
    ana: Viewer, babak: Viewer, clara: Viewer, secret: int
) -> None:
    def queries(code: str, address: str) -> int:
        with CaptureQueriesContext(connection) as done:
            outcome(partial(come, babak, code, address))
        return len(done)

    codes = not_good(ana, clara, secret).values()
    assert len({queries(code, address) for code in codes for address in ("tea", "nowhere")}) == 1


def test_a_code_does_not_lead_into_a_room_that_has_taken_the_address(ana: Viewer, babak: Viewer, clara: Viewer) -> None:
    room_id = enter(ana)
    code = invite(ana, room_id).code
    rooms.delete_room(viewer=ana, room_id=room_id)
    enter(clara)
    assert outcome(partial(come, babak, code)) == NO_ROOM


@pytest.mark.parametrize("what", ["revoked", "expired", "made public"])
def test_what_becomes_of_it_between_finding_the_room_and_holding_it_counts(
    what: str, ana: Viewer, babak: Viewer, secret: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(ana, secret)
    find_or_create = members._find_or_create

    def then(*given: Any) -> tuple[models.Room, bool]:
        found = find_or_create(*given)
        if what == "revoked":
            invitations.revoke_invitation(viewer=ana, invitation_id=made.id)
        elif what == "expired":
            expire(made)
        else:
            models.Room.objects.update(is_private=False)
        return found

    monkeypatch.setattr(members, "_find_or_create", then)
    if what == "made public":
        assert come(babak, made.code).room.id == secret
    else:
        assert outcome(partial(come, babak, made.code)) == NO_ROOM
        assert rooms.member_counts([secret]) == {secret: 1}


def test_one_that_expires_in_the_very_moment_of_entering_lets_nobody_in(
    ana: Viewer, babak: Viewer, secret: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(ana, secret)
    take_use = invitations.take_use

    def too_late(**given: Any) -> None:
        expire(made)
        take_use(**given)

    monkeypatch.setattr(invitations, "take_use", too_late)
    assert outcome(partial(come, babak, made.code)) == NO_ROOM
    assert rooms.member_counts([secret]) == {secret: 1}


# --- At once --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("transactional_db")
def test_of_many_who_use_the_last_uses_at_once_no_more_get_in_than_there_are(ana: Viewer, secret: int) -> None:
    made = invite(ana, secret, uses=3)
    crowd = [people.viewer(f"guest{number}") for number in range(12)]
    results = at_once([partial(come, guest, made.code) for guest in crowd])
    assert sum(isinstance(each, Entered) for each in results) == 3
    refusals = {(each.code, str(each)) for each in results if isinstance(each, DomainError)}
    assert refusals == {NO_ROOM}
    assert rooms.member_counts([secret]) == {secret: 4}
    assert happened(secret) == ["MemberJoined"] * 4
    assert listed(ana, secret) == []


@pytest.mark.usefixtures("transactional_db")
def test_devices_of_one_person_that_enter_at_once_take_one_use(ana: Viewer, babak: Viewer, secret: int) -> None:
    made = invite(ana, secret, uses=2)
    results = at_once([partial(come, babak, made.code)] * 8)
    assert all(isinstance(each, Entered) for each in results), results
    assert invitations.invitations(reader=ana, room_id=secret)[0].uses_left == 1


@pytest.mark.usefixtures("transactional_db")
def test_who_enters_while_it_is_revoked_does_so_before_or_not_at_all(ana: Viewer, secret: int) -> None:
    for round_ in range(4):
        made = invite(ana, secret)
        guests = [people.viewer(f"guest {round_} {number}".replace(" ", ".")) for number in range(5)]
        calls: list[Callable[[], object]] = [partial(come, guest, made.code) for guest in guests]
        calls.insert(2, partial(invitations.revoke_invitation, viewer=ana, invitation_id=made.id))
        results = at_once(calls)
        assert results[2] is None
        came = sum(isinstance(each, Entered) for each in results)
        assert {(each.code, str(each)) for each in results if isinstance(each, DomainError)} <= {NO_ROOM}
        present = models.Membership.objects.filter(room=secret, user__in=[guest.id for guest in guests])
        assert present.count() == came
        assert outcome(partial(come, people.viewer(f"late{round_}"), made.code)) == NO_ROOM


@pytest.mark.usefixtures("transactional_db")
def test_who_revokes_waits_for_whoever_is_entering_so_that_nobody_does_after_it(
    ana: Viewer, babak: Viewer, secret: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(ana, secret)
    revoke = partial(invitations.revoke_invitation, viewer=ana, invitation_id=made.id)
    take_use = invitations.take_use
    with ThreadPoolExecutor(1) as another:
        revoking: list[Future[None]] = []

        def taken(**given: Any) -> None:
            take_use(**given)
            revoking.append(another.submit(elsewhere, revoke))
            assert not wait(revoking, timeout=0.3).done, "it was revoked, and somebody enters by it"

        monkeypatch.setattr(invitations, "take_use", taken)
        come(babak, made.code)
        [future] = revoking
        future.result(timeout=10)
    assert models.Invitation.objects.count() == 0


@pytest.mark.usefixtures("transactional_db")
def test_who_is_invited_while_they_delete_their_account_is_invited_before_or_not_at_all(
    ana: Viewer, babak: Viewer, secret: int
) -> None:
    inviting = partial(invite, ana, secret, babak)
    calls: list[Callable[[], object]] = [inviting, partial(delete_account, babak), inviting]
    at_once(calls)
    assert models.Invitation.objects.count() == 0


# --- What an invitee may know ---------------------------------------------------------------------------------


def test_an_invitee_sees_of_a_private_room_what_anybody_sees_of_a_public_one(
    ana: Viewer, babak: Viewer, clara: Viewer, secret: int
) -> None:
    made = invite(ana, secret, babak)
    for find in ({"room_id": secret}, {"address": "tea"}):
        found = rooms.find_room(reader=babak, **find)
        assert found is not None
        assert found.id == secret
        assert rooms.find_room(reader=clara, **find) is None
    with pytest.raises(Forbidden):
        invitations.invitations(reader=babak, room_id=secret)
    invitations.revoke_invitation(viewer=ana, invitation_id=made.id)
    assert rooms.find_room(reader=babak, room_id=secret) is None


def test_one_s_own_are_those_that_let_one_in_somewhere(ana: Viewer, babak: Viewer, clara: Viewer, secret: int) -> None:
    first, other = invite(ana, secret, babak), invite(ana, enter(ana, "another"), babak)
    invite(ana, secret)
    invite(ana, secret, clara)
    expire(invite(ana, secret, babak))
    assert mine(babak) == [other.id, first.id]
    come(babak, None)
    assert mine(babak) == [other.id], "who is in needs none"
    members.leave_room(viewer=babak, room_id=secret)
    assert mine(babak) == [other.id, first.id], "this one may be used again"


def test_no_more_are_shown_than_the_limit_and_all_of_them_count(
    ana: Viewer, babak: Viewer, secret: int, settings: Settings
) -> None:
    settings.INVITATIONS_SHOWN = 2
    invite(ana, secret, babak)
    newer = [invite(ana, enter(ana, address), babak).id for address in ("one", "two")]
    assert mine(babak) == newer[::-1]
    come(babak, None)


def test_it_is_found_by_the_room_s_moderators_and_its_invitee_alone_and_only_while_it_is_good(
    ana: Viewer, babak: Viewer, clara: Viewer, staff: Viewer, secret: int
) -> None:
    come(clara, invite(ana, secret).code)
    theirs, anybody = invite(ana, secret, babak), invite(ana, secret)

    def found_by(invitation: facts.Invitation) -> list[str]:
        everybody = {"ana": ana, "babak": babak, "clara": clara, "staff": staff}
        find = partial(invitations.find_invitation, invitation_id=invitation.id)
        return [name for name, viewer in everybody.items() if find(reader=viewer)]

    assert found_by(theirs) == ["ana", "babak"]
    assert found_by(anybody) == ["ana"]
    for each in (theirs, anybody):
        expire(each)
        assert found_by(each) == []


# --- What becomes of them -------------------------------------------------------------------------------------


def test_staff_revoke_what_they_may_not_see(ana: Viewer, staff: Viewer, secret: int) -> None:
    made = invite(ana, secret)
    assert invitations.find_invitation(reader=staff, invitation_id=made.id) is None
    invitations.revoke_invitation(viewer=staff, invitation_id=made.id)
    assert listed(ana, secret) == []


def test_moderators_revoke_any_and_an_invitee_declines_theirs(
    ana: Viewer, babak: Viewer, clara: Viewer, secret: int
) -> None:
    theirs, anybody = invite(ana, secret, babak), invite(ana, secret)
    come(clara, anybody.code)
    for viewer, invitation in ((clara, theirs), (clara, anybody), (babak, anybody)):
        told = outcome(partial(invitations.revoke_invitation, viewer=viewer, invitation_id=invitation.id))
        assert told == ("NOT_FOUND", "No such invitation.")
    invitations.revoke_invitation(viewer=babak, invitation_id=theirs.id)
    set_role(secret, clara, Role.MODERATOR)
    invitations.revoke_invitation(viewer=clara, invitation_id=anybody.id)
    assert listed(ana, secret) == []
    with pytest.raises(NotFound):
        invitations.revoke_invitation(viewer=ana, invitation_id=theirs.id)


def test_a_room_takes_its_invitations_with_it(ana: Viewer, babak: Viewer, secret: int) -> None:
    invite(ana, secret, babak)
    kept = invite(ana, enter(ana, "another"), babak)
    rooms.delete_room(viewer=ana, room_id=secret)
    assert mine(babak) == [kept.id]
    assert models.Invitation.objects.count() == 1


def test_an_account_takes_those_addressed_to_it_and_leaves_those_it_made_to_the_room(
    ana: Viewer, babak: Viewer, clara: Viewer, staff: Viewer, tea: int
) -> None:
    set_role(tea, babak, Role.MODERATOR)
    invite(ana, tea, clara)
    made = invite(babak, tea, staff)
    delete_account(clara)
    delete_account(babak)
    [left] = invitations.invitations(reader=ana, room_id=tea)
    assert (left.id, left.invited_by) == (made.id, None)
    assert mine(staff) == [made.id]


def test_one_stays_when_who_made_it_may_invite_no_more(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    set_role(tea, babak, Role.MODERATOR)
    made = invite(babak, tea)
    set_role(tea, babak, Role.MEMBER)
    assert listed(ana, tea) == [made.id]
    assert invitations.find_invitation(reader=babak, invitation_id=made.id) is None
    make_private(tea)
    come(clara, made.code)
