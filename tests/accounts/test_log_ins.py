"""The trail of log-ins: what is noted, and when it is forgotten."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backend import database
from backend.accounts import log_ins, passwords, users
from backend.accounts.log_ins import Way
from backend.accounts.models import LogIn, User
from backend.errors import Invalid, RateLimited
from backend.limits import Rate
from tests.accounts.people import PASSWORD, person
from tests.accounts.tables import tables_with

pytestmark = pytest.mark.django_db

HERE = "192.0.2.7"


def _try(name: str, password: str = PASSWORD, way: Way = Way.SESSION) -> None:
    with suppress(Invalid):
        passwords.check_password(username=name, password=password, origin=HERE, way=way)


def _told() -> list[tuple[int | None, str, str, str, bool]]:
    return list(LogIn.objects.order_by("pk").values_list("user", "name", "origin", "way", "succeeded"))


def test_it_says_who_was_let_in_and_who_was_not_from_where_and_for_what() -> None:
    ana = person("Ana", password=PASSWORD)
    _try("ana")
    _try("ANA", "a guess", Way.TOKEN)
    _try("Nobody")
    assert _told() == [
        (ana.pk, "", HERE, "session", True),
        (ana.pk, "", HERE, "token", False),
        (None, "nobody", HERE, "session", False),
    ]
    assert abs(LogIn.objects.latest("pk").at - database.now()) < timedelta(seconds=5)


def test_making_an_account_is_a_log_in_too() -> None:
    made = users.register(username="Ana", password=PASSWORD, origin=HERE)
    assert _told() == [(made.person.id, "", HERE, "session", True)]
    assert made.last_log_in_at is not None


@pytest.mark.parametrize("way", list(Way))
def test_the_last_log_in_is_the_last_that_succeeded_whatever_for(way: Way) -> None:
    ana = person("Ana", password=PASSWORD)
    _try("Ana", "a guess")
    assert users.account(ana.pk).last_log_in_at is None
    _try("Ana", way=way)
    last = users.account(ana.pk).last_log_in_at
    assert last is not None
    assert abs(last - database.now()) < timedelta(seconds=5)
    _try("Ana", "a guess")
    assert users.account(ana.pk).last_log_in_at == last


def test_no_password_is_in_it() -> None:
    person("Ana", password=PASSWORD)
    _try("Ana", "gooseberries")
    _try("Nobody", "gooseberries")
    assert tables_with("gooseberries") == set()


@pytest.mark.parametrize("name", ["", "Ana/", "چای" * 100, "a\0", "a" * 1_000_000])
def test_a_name_that_cannot_be_is_noted_as_far_as_it_can_be_stored(name: str) -> None:
    _try(name)
    [(user, noted, *_, succeeded)] = _told()
    assert (user, succeeded) == (None, False)
    assert noted == ("" if "/" in name or "\0" in name else name[:32])


def test_what_is_refused_without_a_look_at_the_password_is_not_noted(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(burst=1, per_second=0.001)}
    _try("Ana")
    with pytest.raises(RateLimited):
        _try("Ana")
    assert len(_told()) == 1


def test_a_name_that_somebody_has_and_one_of_nobody_take_as_many_queries() -> None:
    person("Ana", password=PASSWORD)
    counts = set()
    for name in ("Ana", "Nobody"):
        with CaptureQueriesContext(connection) as queries:
            _try(name, "a guess")
        counts.add(len(queries))
    assert len(counts) == 1


# --- Forgetting -----------------------------------------------------------------------------------------------


def test_a_new_one_takes_those_with_it_whose_time_is_over(settings: Settings) -> None:
    for name in ("one", "two", "three"):
        _try(name)
    old = Now() - timedelta(days=settings.LOG_IN_DAYS, seconds=1)
    LogIn.objects.filter(name__in=("one", "two")).update(at=old)
    _try("four")
    assert [name for _, name, *_ in _told()] == ["three", "four"]


def test_there_are_never_more_than_so_many(settings: Settings) -> None:
    settings.LOG_INS_MAX = 3
    for number in range(6):
        _try(f"name {number}")
    assert [name for _, name, *_ in _told()] == ["name 3", "name 4", "name 5"]


def test_what_has_piled_up_goes_a_little_at_a_time(settings: Settings) -> None:
    for number in range(25):
        _try(f"name {number}")
    LogIn.objects.update(at=Now() - timedelta(days=settings.LOG_IN_DAYS, seconds=1))
    left = []
    for _ in range(4):
        _try("now")
        left.append(LogIn.objects.exclude(name="now").count())
    assert left == [15, 5, 0, 0]


def test_a_deleted_account_is_nowhere_in_it() -> None:
    _try("Gooseberry")  # when nobody had it
    gone = person("Gooseberry", password=PASSWORD)
    stays = person("Babak", password=PASSWORD)
    _try("Gooseberry")
    _try("Gooseberry", "a guess")
    _try("Babak")
    users.anonymize(gone.pk)
    assert _told() == [(stays.pk, "", HERE, "session", True)]
    assert tables_with("ooseberry") == set()


def test_a_log_in_of_somebody_who_has_been_deleted_meanwhile_leaves_nothing() -> None:
    """The password was found right before, and is noted after."""
    gone = person("Ana", password=PASSWORD)
    users.anonymize(gone.pk)
    log_ins.record(user_id=gone.pk, name="ana", origin=HERE, way=Way.SESSION)
    assert _told() == []
    assert User.objects.get(pk=gone.pk).last_login is None
