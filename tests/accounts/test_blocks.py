"""Blocking: one's own list, bounded, and about people who are there."""

from functools import partial

import pytest
from pytest_django import Settings

from backend.accounts import blocks, users
from backend.accounts.models import Block, User
from backend.errors import Invalid, NotFound, RateLimited, Unauthenticated
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.people import person


@pytest.fixture
def ana(db: None) -> User:
    return person("Ana")


@pytest.fixture
def babak(db: None) -> User:
    return person("Babak")


def names(user: User) -> list[str]:
    return [each.username for each in blocks.blocked(user_id=user.pk)]


def test_who_is_blocked_is_so_until_they_are_unblocked(ana: User, babak: User) -> None:
    blocks.block_user(user_id=ana.pk, other_id=babak.pk)
    assert blocks.has_blocked(user_id=ana.pk, other_id=babak.pk)
    assert not blocks.has_blocked(user_id=babak.pk, other_id=ana.pk)
    blocks.unblock_user(user_id=ana.pk, other_id=babak.pk)
    assert not blocks.has_blocked(user_id=ana.pk, other_id=babak.pk)


def test_the_list_has_the_last_one_first_and_each_once(ana: User, babak: User) -> None:
    clara = person("Clara")
    for other in (babak, clara, babak):
        blocks.block_user(user_id=ana.pk, other_id=other.pk)
    assert names(ana) == ["Clara", "Babak"]
    assert names(babak) == []


def test_unblocking_twice_is_unblocking_once(ana: User, babak: User) -> None:
    blocks.unblock_user(user_id=ana.pk, other_id=babak.pk)
    assert names(ana) == []


def test_nobody_blocks_themself(ana: User) -> None:
    with pytest.raises(Invalid) as refusal:
        blocks.block_user(user_id=ana.pk, other_id=ana.pk)
    assert [(each.path, each.code) for each in refusal.value.fields] == [(("user",), "UNSUPPORTED")]


def test_nobody_blocks_somebody_who_is_not_there(ana: User, babak: User) -> None:
    users.anonymize(babak.pk)
    for other_id in (babak.pk, 99_999_999):
        with pytest.raises(NotFound):
            blocks.block_user(user_id=ana.pk, other_id=other_id)
    with pytest.raises(NotFound):
        blocks.unblock_user(user_id=ana.pk, other_id=99_999_999)
    with pytest.raises(Unauthenticated):
        blocks.block_user(user_id=babak.pk, other_id=ana.pk)


def test_a_deleted_account_has_blocked_nobody_and_is_blocked_by_nobody(ana: User, babak: User) -> None:
    clara = person("Clara")
    blocks.block_user(user_id=ana.pk, other_id=babak.pk)
    blocks.block_user(user_id=babak.pk, other_id=ana.pk)
    blocks.block_user(user_id=ana.pk, other_id=clara.pk)
    users.anonymize(babak.pk)
    assert names(ana) == ["Clara"]
    assert Block.objects.count() == 1


def test_a_person_blocks_at_most_so_many_until_they_unblock_one(ana: User, babak: User, settings: Settings) -> None:
    settings.BLOCKED_PER_USER = 1
    clara = person("Clara")
    blocks.block_user(user_id=ana.pk, other_id=babak.pk)
    blocks.block_user(user_id=ana.pk, other_id=babak.pk)
    with pytest.raises(Invalid, match="At most 1"):
        blocks.block_user(user_id=ana.pk, other_id=clara.pk)
    blocks.unblock_user(user_id=ana.pk, other_id=babak.pk)
    blocks.block_user(user_id=ana.pk, other_id=clara.pk)
    assert names(ana) == ["Clara"]


@pytest.mark.django_db(transaction=True)
def test_two_who_block_each_other_at_once_and_the_same_twice_get_what_they_want() -> None:
    ana, babak = person("Ana"), person("Babak")
    pairs = [(ana, babak), (babak, ana)] * 2
    at_once([partial(blocks.block_user, user_id=each.pk, other_id=other.pk) for each, other in pairs])
    assert (names(ana), names(babak)) == (["Babak"], ["Ana"])


def test_blocking_is_limited(ana: User, babak: User, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "block": Rate(burst=2, per_second=0.001)}
    blocks.block_user(user_id=ana.pk, other_id=babak.pk)
    blocks.unblock_user(user_id=ana.pk, other_id=babak.pk)
    with pytest.raises(RateLimited):
        blocks.block_user(user_id=ana.pk, other_id=babak.pk)
