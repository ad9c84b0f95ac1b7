"""The table of who may do what is what the domain does: every cell is tried on the real functions."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import product
from typing import NamedTuple

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from backend.accounts.credentials import Viewer
from backend.chat import (
    history,
    invitations,
    members,
    messages,
    models,
    moderation,
    policies,
    reactions,
    rooms,
    streams,
)
from backend.chat.models import Role
from backend.chat.moderation import ModerationAction
from backend.chat.pages import Window
from backend.chat.policies import TABLE, Action, Audience, Standing
from backend.chat.rooms import Changes
from backend.errors import DomainError, Forbidden, NotFound, Unauthenticated
from backend.languages import text
from backend.presence import whispers
from tests.accounts import people
from tests.accounts.tables import all_rows
from tests.chat.steps import enter, make_private, outcome, say

pytestmark = pytest.mark.django_db

_ROLES = {Standing.MEMBER: Role.MEMBER, Standing.MODERATOR: Role.MODERATOR, Standing.OWNER: Role.OWNER}
MISSING = 10_000


class Scene(NamedTuple):
    """What a function is tried on: ids of what is there, or of nothing."""

    room: int
    address: str
    own: int
    others: int
    member: int
    third: int
    ban: int
    invitation: int


Attempt = Callable[[Viewer | None, Scene], object]


def _known(viewer: Viewer | None) -> Viewer:
    """What changes something cannot even be called for nobody."""
    if viewer is None:
        raise Unauthenticated
    return viewer


def _must_exist(found: object) -> object:
    """Looking up what one may not know of finds nothing, rather than raising."""
    if found is None:
        raise NotFound(text("nothing was found"))
    return found


ATTEMPTS: dict[Action, dict[str, Attempt]] = {
    Action.SEE: {
        "find_room by id": lambda who, it: _must_exist(rooms.find_room(reader=who, room_id=it.room)),
        "find_room by address": lambda who, it: _must_exist(rooms.find_room(reader=who, address=it.address)),
    },
    Action.WHISPER: {
        "prepare": lambda who, it: whispers.prepare(
            viewer=_known(who), room_id=it.room, recipient_id=it.third, body="salam", key="a new one"
        ),
    },
    Action.ENTER: {
        "enter_room": lambda who, it: members.enter_room(viewer=_known(who), address=it.address),
    },
    Action.READ: {
        "members": lambda who, it: members.members(reader=who, room_id=it.room, window=Window()),
        "history": lambda who, it: history.history(reader=who, room_id=it.room, window=Window()),
        "history_around": lambda who, it: history.history_around(
            reader=who, room_id=it.room, message_id=it.others, window=Window()
        ),
        "events_page": lambda who, it: streams.events_page(reader=who, room_id=it.room, after=None, first=5),
        "open_stream": lambda who, it: streams.open_stream(viewer=who, room_id=it.room, after=None),
        "open_for_members": lambda who, it: _must_exist(
            streams.open_for_members([streams.Start(_known(who), it.room, None)])[0]
        ),
        "find_message": lambda who, it: _must_exist(messages.find_message(reader=who, message_id=it.others)),
        "find_member": lambda who, it: _must_exist(members.find_member(reader=who, member_id=it.member)),
    },
    Action.SEND: {
        "send_message": lambda who, it: messages.send_message(
            viewer=_known(who), room_id=it.room, body="Salaam", key="a new one"
        ),
    },
    Action.REACT: {
        "add_reaction": lambda who, it: reactions.add_reaction(viewer=_known(who), message_id=it.others, emoji="🍵"),
        "remove_reaction": lambda who, it: reactions.remove_reaction(
            viewer=_known(who), message_id=it.others, emoji="🍵"
        ),
    },
    Action.EDIT_OWN: {
        "edit_message": lambda who, it: messages.edit_message(viewer=_known(who), message_id=it.own, body="Salaam!"),
    },
    Action.DELETE_OWN: {
        "delete_message": lambda who, it: messages.delete_message(viewer=_known(who), message_id=it.own),
    },
    Action.DELETE_ANY: {
        "delete_message": lambda who, it: messages.delete_message(viewer=_known(who), message_id=it.others),
    },
    Action.LEAVE: {
        "leave_room": lambda who, it: members.leave_room(viewer=_known(who), room_id=it.room),
    },
    Action.MODERATE: {
        "moderate_member": lambda who, it: moderation.moderate_member(
            viewer=_known(who), room_id=it.room, user_id=it.third, action=ModerationAction.KICK
        ),
        "bans": lambda who, it: moderation.bans(reader=who, room_id=it.room, window=Window()),
        "find_ban": lambda who, it: _must_exist(moderation.find_ban(reader=who, ban_id=it.ban)),
    },
    Action.INVITE: {
        "create_invitation": lambda who, it: invitations.create_invitation(viewer=_known(who), room_id=it.room),
        "create_invitation for somebody": lambda who, it: invitations.create_invitation(
            viewer=_known(who), room_id=it.room, invitee_id=it.third
        ),
        "invitations": lambda who, it: invitations.invitations(reader=who, room_id=it.room),
        "find_invitation": lambda who, it: _must_exist(
            invitations.find_invitation(reader=who, invitation_id=it.invitation)
        ),
    },
    Action.REVOKE: {
        "revoke_invitation": lambda who, it: invitations.revoke_invitation(
            viewer=_known(who), invitation_id=it.invitation
        ),
    },
    Action.SET_ROLE: {
        "set_member_role": lambda who, it: moderation.set_member_role(
            viewer=_known(who), room_id=it.room, user_id=it.third, role=Role.MODERATOR
        ),
    },
    Action.RENAME: {
        "update_room": lambda who, it: rooms.update_room(
            viewer=_known(who), room_id=it.room, changes=Changes(address="another", title="Tea house", topic="tea")
        ),
    },
    Action.SET_PRIVACY: {
        "update_room to private": lambda who, it: rooms.update_room(
            viewer=_known(who), room_id=it.room, changes=Changes(is_private=True)
        ),
        "update_room to public": lambda who, it: rooms.update_room(
            viewer=_known(who), room_id=it.room, changes=Changes(is_private=False)
        ),
    },
    Action.DELETE: {
        "delete_room": lambda who, it: rooms.delete_room(viewer=_known(who), room_id=it.room),
    },
}


EVERY = [(action, name, attempt) for action, named in ATTEMPTS.items() for name, attempt in named.items()]


class _Undo(Exception):
    pass


def _refusal(attempt: Attempt, who: Viewer | None, scene: Scene) -> DomainError | None:
    """Why an attempt is refused; if it is not, what it has done is undone."""
    with suppress(_Undo), transaction.atomic():
        try:
            attempt(who, scene)
        except DomainError as refusal:
            return refusal
        raise _Undo
    return None


@pytest.fixture
def host(db: None) -> Viewer:
    return people.viewer("Host")


def _set_up(host: Viewer, standing: Standing, *, is_private: bool, is_staff: bool) -> tuple[Viewer | None, Scene]:
    """A room where both have spoken, a third is a member, and then somebody's standing became what it is."""
    somebody = people.viewer("Somebody", is_staff=is_staff)
    third, fourth = people.viewer("Third"), people.viewer("Fourth")
    room_id = enter(host)
    enter(somebody)
    for each in (third, fourth):
        enter(each)
    moderation.moderate_member(viewer=host, room_id=room_id, user_id=fourth.id, action=ModerationAction.BAN)
    invitation = invitations.create_invitation(viewer=host, room_id=room_id).id
    own, others = say(somebody, room_id, "own").message.id, say(host, room_id, "others'").message.id
    membership = models.Membership.objects.filter(room=room_id, user=somebody.id)
    if standing in _ROLES:
        membership.update(role=_ROLES[standing])
    elif standing is Standing.MUTED:
        membership.update(muted_until=moderation.FOR_EVER)
    elif standing is Standing.BANNED:
        moderation.moderate_member(viewer=host, room_id=room_id, user_id=somebody.id, action=ModerationAction.BAN)
    else:
        members.leave_room(viewer=somebody, room_id=room_id)
    if standing is Standing.INVITED:
        invitations.create_invitation(viewer=host, room_id=room_id, invitee_id=somebody.id)
    if is_private:
        make_private(room_id)
    member = models.Membership.objects.get(room=room_id, user=host.id).pk
    ban = models.Ban.objects.get(user=fourth.id).pk
    scene = Scene(
        room=room_id,
        address="tea",
        own=own,
        others=others,
        member=member,
        third=third.id,
        ban=ban,
        invitation=invitation,
    )
    return (None if standing is Standing.ANONYMOUS else somebody), scene


def _held(standing: Standing, *, is_staff: bool) -> frozenset[Standing]:
    """In the words of the table: staff are strangers too."""
    if standing is Standing.STAFF:
        return frozenset({Standing.STRANGER, Standing.STAFF})
    return frozenset({standing, Standing.STAFF} if is_staff else {standing})


def _expected(
    action: Action, held: frozenset[Standing], *, is_private: bool
) -> tuple[type[DomainError], ...] | type[None]:
    # One's own message is also anybody's.
    cells = {action, Action.DELETE_ANY} if action is Action.DELETE_OWN else {action}
    if any(TABLE[cell][is_private] & held for cell in cells):
        return type(None)
    if Standing.ANONYMOUS in held:
        return (Unauthenticated,)
    if not TABLE[Action.SEE][is_private] & held:
        return (NotFound,)  # a room that they may not know of is none
    return (Forbidden, NotFound)


@pytest.mark.parametrize("is_private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize(
    ("standing", "is_staff"),
    [
        *(pytest.param(each, each is Standing.STAFF, id=each.value) for each in Standing),
        *(
            pytest.param(each, True, id=f"{each.value} and staff")
            for each in Standing
            if each not in (Standing.ANONYMOUS, Standing.STAFF)
        ),
    ],
)
def test_what_the_table_allows_can_be_done_and_nothing_else(
    standing: Standing, is_staff: bool, is_private: bool, host: Viewer
) -> None:
    who, scene = _set_up(host, standing, is_private=is_private, is_staff=is_staff)
    held = _held(standing, is_staff=is_staff)
    before = all_rows()
    wrong = []
    for action, name, attempt in EVERY:
        refusal = _refusal(attempt, who, scene)
        if not isinstance(refusal, _expected(action, held, is_private=is_private)):
            wrong.append((name, action.value, refusal))
    assert wrong == []
    assert all_rows() == before, "a refusal changes nothing"


def test_every_action_is_tried() -> None:
    assert set(ATTEMPTS) == set(TABLE) == set(Action)


# --- The table itself -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "is_private"), list(product(Action, (False, True))))
def test_nobody_unknown_may_do_anything(action: Action, is_private: bool) -> None:
    held = frozenset({Standing.ANONYMOUS})
    assert not policies.allows(action, is_private=is_private, held=held)
    assert isinstance(policies.refusal(action, is_private=is_private, held=held), Unauthenticated)


@pytest.mark.parametrize("action", list(Action))
def test_a_private_room_allows_nobody_more_than_a_public_one(action: Action) -> None:
    in_public, in_private = TABLE[action]
    assert in_private <= in_public


@pytest.mark.parametrize(("action", "is_private"), list(product(Action, (False, True))))
def test_whoever_may_do_anything_in_a_room_may_know_of_it(action: Action, is_private: bool) -> None:
    assert TABLE[action][is_private] <= TABLE[Action.SEE][is_private]


# --- What somebody is to a room -------------------------------------------------------------------------------


def test_standing_follows_the_membership_as_it_is_now(host: Viewer) -> None:
    somebody = people.viewer("Somebody")
    room = models.Room.objects.get(pk=enter(host))

    def held() -> set[Standing]:
        return set(policies.standings(room, somebody))

    assert held() == {Standing.STRANGER}
    enter(somebody)
    assert held() == {Standing.MEMBER}
    for standing, role in _ROLES.items():
        models.Membership.objects.filter(user=somebody.id).update(role=role)
        assert held() == {standing}
    members.leave_room(viewer=somebody, room_id=room.pk)
    assert held() == {Standing.STRANGER}
    assert policies.standings(room, None) == {Standing.ANONYMOUS}


def test_a_role_in_one_room_is_none_in_another(host: Viewer) -> None:
    somebody = people.viewer("Somebody")
    enter(somebody, "elsewhere")
    room = models.Room.objects.get(pk=enter(host))
    assert policies.standings(room, somebody) == {Standing.STRANGER}


def test_an_audience_is_a_member_of_its_own_room_and_needs_no_query(
    host: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room = models.Room.objects.get(pk=enter(host))
    with django_assert_num_queries(0):
        assert policies.standings(room, Audience(room.pk)) == {Standing.MEMBER}
        assert policies.standings(room, Audience(room.pk + 1)) == {Standing.STRANGER}


# --- What a stranger is told ----------------------------------------------------------------------------------

# `enter_room` makes a room that is missing: that is its purpose, and who tries it learns that a name is taken.
COMPARED = [(name, attempt) for action, name, attempt in EVERY if action is not Action.ENTER]
NOTHING = Scene(
    room=MISSING,
    address="nowhere",
    own=MISSING,
    others=MISSING,
    member=MISSING,
    third=MISSING,
    ban=MISSING,
    invitation=MISSING,
)


def test_a_private_room_looks_to_a_stranger_exactly_as_one_that_is_not_there(host: Viewer) -> None:
    stranger, there = _set_up(host, Standing.STRANGER, is_private=True, is_staff=False)
    for name, attempt in COMPARED:
        told = outcome(partial(attempt, stranger, there))
        assert told == outcome(partial(attempt, stranger, NOTHING)), name
        assert isinstance(told, tuple), name
        assert told[0] == "NOT_FOUND", name


def test_a_private_room_costs_a_stranger_as_many_queries_as_one_that_is_not_there(host: Viewer) -> None:
    """But for a message to it: its key is looked up before anything else, and under the room's lock."""
    stranger, there = _set_up(host, Standing.STRANGER, is_private=True, is_staff=False)
    counted = {
        name: (_queries(attempt, stranger, there), _queries(attempt, stranger, NOTHING)) for name, attempt in COMPARED
    }
    assert {name: counts for name, counts in counted.items() if counts[0] != counts[1]}.keys() == {"send_message"}


def _queries(attempt: Attempt, who: Viewer | None, scene: Scene) -> int:
    with CaptureQueriesContext(connection) as done:
        outcome(partial(attempt, who, scene))
    return len(done)


@pytest.mark.parametrize("is_private", [False, True], ids=["public", "private"])
def test_nobody_unknown_is_told_whether_anything_is_there(is_private: bool, host: Viewer) -> None:
    _, there = _set_up(host, Standing.ANONYMOUS, is_private=is_private, is_staff=False)
    for name, attempt in COMPARED:
        for scene in (there, NOTHING):
            assert isinstance(_refusal(attempt, None, scene), Unauthenticated), name
