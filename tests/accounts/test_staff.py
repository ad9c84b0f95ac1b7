"""What staff may do to the accounts of others, and to whose."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from backend.accounts import passwords, revocation, staff, tokens, users
from backend.accounts.credentials import Credential, Viewer
from backend.accounts.models import User
from backend.accounts.staff import Powers
from backend.errors import DomainError, Forbidden, Invalid, NotFound, Unauthenticated
from tests.accounts.people import PASSWORD, person
from tests.accounts.tables import all_rows

pytestmark = pytest.mark.django_db

NEW = "eight glasses of tea"
Act = Callable[[Viewer, User], object]

ACTS: dict[str, Act] = {
    "close": lambda who, whom: staff.set_powers(viewer=who, user_id=whom.pk, powers=Powers(is_active=False)),
    "set a password": lambda who, whom: staff.set_password(viewer=who, user_id=whom.pk, new=NEW),
    "revoke a token": lambda who, whom: staff.revoke_token(
        viewer=who, user_id=whom.pk, token_id=tokens.tokens(user_id=whom.pk)[0].id
    ),
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The topics that every process was told to look at."""
    topics: list[str] = []
    monkeypatch.setattr("backend.hub.publish", lambda topic, _: topics.append(topic))
    return topics


def _somebody(name: str, *, is_staff: bool = False, is_superuser: bool = False) -> User:
    user = person(name, is_staff=is_staff)
    User.objects.filter(pk=user.pk).update(is_superuser=is_superuser)
    tokens.create_token(user_id=user.pk, name="phone")
    return user


def _viewer(user: User) -> Viewer:
    credential = Credential(kind="token", key="0", user_id=user.pk, epoch=0)
    return Viewer(id=user.pk, is_staff=user.is_staff, credential=credential)


@pytest.fixture
def plain() -> User:
    return _somebody("Ana")


@pytest.fixture
def clerk() -> User:
    return _somebody("Clerk", is_staff=True)


@pytest.fixture
def chief() -> User:
    return _somebody("Chief", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_one_acts_on_those_below_alone(act: Act, plain: User, clerk: User, chief: User) -> None:
    other = _somebody("Babak", is_staff=True)
    for who, whom in ((plain, clerk), (clerk, other), (clerk, chief)):
        before = all_rows()
        with pytest.raises(Forbidden):
            act(_viewer(who), whom)
        assert all_rows() == before
    act(_viewer(clerk), plain)
    act(_viewer(chief), other)


@pytest.mark.parametrize("act", [ACTS["close"], ACTS["set a password"]])
def test_nobody_acts_on_themself(act: Act, chief: User) -> None:
    with pytest.raises(Forbidden):
        act(_viewer(chief), chief)


def test_a_token_of_one_s_own_can_be_revoked(clerk: User) -> None:
    ACTS["revoke a token"](_viewer(clerk), clerk)
    assert tokens.tokens(user_id=clerk.pk) == []


@pytest.mark.parametrize("powers", [Powers(is_staff=True), Powers(is_superuser=True), Powers(is_staff=False)])
def test_only_superusers_say_who_is_staff(powers: Powers, plain: User, clerk: User, chief: User) -> None:
    change = partial(staff.set_powers, user_id=plain.pk, powers=powers)
    with pytest.raises(Forbidden):
        change(viewer=_viewer(clerk))
    change(viewer=_viewer(chief))
    plain.refresh_from_db()
    assert (plain.is_staff, plain.is_superuser) == (bool(powers.is_staff), bool(powers.is_superuser))


def _closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _dismissed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=False)


@pytest.mark.parametrize(("since", "refusal"), [(_closed, Unauthenticated), (_dismissed, Forbidden)])
def test_who_is_staff_no_more_does_nothing_whatever_they_were(
    since: Callable[[User], None], refusal: type[DomainError], plain: User, clerk: User
) -> None:
    viewer = _viewer(clerk)
    since(clerk)
    with pytest.raises(refusal):
        ACTS["close"](viewer, plain)


def test_nothing_is_done_to_nobody(plain: User, clerk: User) -> None:
    users.anonymize(plain.pk)
    for user_id in (plain.pk, 1_000_000):
        with pytest.raises(NotFound):
            staff.set_powers(viewer=_viewer(clerk), user_id=user_id, powers=Powers(is_active=True))


@pytest.mark.django_db(transaction=True)
def test_whoever_is_closed_made_staff_or_given_a_password_is_looked_at_in_every_process(
    plain: User, chief: User, told: list[str]
) -> None:
    acts: list[Any] = [
        partial(staff.set_powers, powers=Powers(is_active=False)),
        partial(staff.set_powers, powers=Powers(is_active=True, is_staff=True)),
        partial(staff.set_password, new=NEW),
    ]
    for count, act in enumerate(acts, 1):
        act(viewer=_viewer(chief), user_id=plain.pk)
        assert told == [revocation.TOPIC] * count


def test_a_closed_account_cannot_log_in_until_it_is_open_again(clerk: User) -> None:
    ana = person("Ana", password=PASSWORD)
    log_in = partial(passwords.check_password, username="Ana", password=PASSWORD, origin="192.0.2.7")
    staff.set_powers(viewer=_viewer(clerk), user_id=ana.pk, powers=Powers(is_active=False))
    with pytest.raises(Invalid):
        log_in()
    staff.set_powers(viewer=_viewer(clerk), user_id=ana.pk, powers=Powers(is_active=True))
    assert log_in() == ana.pk


def test_a_password_that_staff_set_is_a_new_one_that_has_to_be_good(clerk: User) -> None:
    ana = person("Ana", password=PASSWORD)
    with pytest.raises(Invalid):
        staff.set_password(viewer=_viewer(clerk), user_id=ana.pk, new="12345678")
    staff.set_password(viewer=_viewer(clerk), user_id=ana.pk, new=NEW)
    assert passwords.check_password(username="Ana", password=NEW, origin="192.0.2.7") == ana.pk
    assert User.objects.get(pk=ana.pk).credentials_epoch == ana.credentials_epoch + 1
