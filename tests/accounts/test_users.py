"""Registering, and what others see of a person."""

from functools import partial
from typing import Any

import pytest
from pytest_django import Settings

from backend.accounts import passwords, users
from backend.accounts.models import User
from backend.accounts.users import Account
from backend.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.people import PASSWORD, person
from tests.accounts.tables import all_rows, tables_with

pytestmark = pytest.mark.django_db


def _register(**given: Any) -> Account:
    return users.register(**{"username": "Ana", "password": PASSWORD, "origin": "192.0.2.7", **given})


def _check(username: str, password: str, origin: str = "192.0.2.7") -> int:
    return passwords.check_password(username=username, password=password, origin=origin)


# --- Registering ----------------------------------------------------------------------------------------------


def test_whoever_registers_has_an_account_with_what_they_said() -> None:
    account = _register(username="Ana", email="ana@example.org", display_name="Ana of the tea house", locale="ka")
    assert account == users.account(account.person.id)
    assert (account.person.username, account.person.display_name) == ("Ana", "Ana of the tea house")
    assert (account.email, account.locale) == ("ana@example.org", "ka")
    assert not account.is_staff
    assert _check("Ana", PASSWORD) == account.person.id


def test_what_may_be_left_out_has_a_default() -> None:
    account = _register()
    assert account.person.display_name == "Ana"
    assert (account.email, account.locale) == ("", "en")


@pytest.mark.parametrize(
    "username", ["ana", "Ana-Maria", "ana.b_7", "_ana", "آنا", "Анна", "ანა", "नेहा", "张伟", "ＡＮＡ", "می‌نا"]
)
def test_a_username_may_be_of_any_script(username: str) -> None:
    assert _register(username=username).person.username == username


@pytest.mark.parametrize(
    ("taken", "asked"),
    [("Ana", "Ana"), ("Ana", "aNA"), ("Ana", "ＡＮＡ"), ("علي", "علی"), ("می‌نا", "مینا"), ("Ana", " Ana ")],
)
def test_a_username_is_taken_however_it_is_written(taken: str, asked: str) -> None:
    _register(username=taken)
    before = all_rows()
    with pytest.raises(Conflict):
        _register(username=asked)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"username": ""}, "username", "REQUIRED"),
        ({"username": "  "}, "username", "REQUIRED"),
        ({"username": "a" * 33}, "username", "TOO_LONG"),
        ({"username": "㌖" * 32}, "username", "TOO_LONG"),  # one character that folds to six
        ({"username": "ana maria"}, "username", "MALFORMED"),
        ({"username": "ana/maria"}, "username", "MALFORMED"),
        ({"username": "@ana"}, "username", "MALFORMED"),
        ({"username": ".ana"}, "username", "MALFORMED"),
        ({"username": "ana-"}, "username", "MALFORMED"),
        ({"username": "ana\u200b"}, "username", "MALFORMED"),
        ({"username": "\u202eana"}, "username", "MALFORMED"),
        ({"username": "\u200c"}, "username", "MALFORMED"),
        ({"username": "\u0301ana"}, "username", "MALFORMED"),  # a mark that would stand on whatever comes before
        ({"username": "ana\u3164"}, "username", "MALFORMED"),
        ({"username": "ana\0"}, "username", "MALFORMED"),
        ({"username": "ana\ud800"}, "username", "MALFORMED"),
        ({"username": "🫖"}, "username", "MALFORMED"),
        ({"password": "short"}, "password", "TOO_SHORT"),
        ({"password": ""}, "password", "TOO_SHORT"),
        ({"password": "password123"}, "password", "UNSUPPORTED"),
        ({"password": "3141592653"}, "password", "UNSUPPORTED"),
        ({"username": "annabella", "password": "annabella1"}, "password", "UNSUPPORTED"),
        ({"password": "p" * 257}, "password", "TOO_LONG"),
        ({"password": "seven glasses\0"}, "password", "MALFORMED"),
        ({"password": "seven glasses\ud800"}, "password", "MALFORMED"),
        ({"email": "ana"}, "email", "MALFORMED"),
        ({"email": "ana@example.org\0"}, "email", "MALFORMED"),
        ({"email": "ana@example\ud800.org"}, "email", "MALFORMED"),
        ({"email": "a" * 60 + "@" + "example." * 24 + "org"}, "email", "TOO_LONG"),
        ({"display_name": "a" * 65}, "displayName", "TOO_LONG"),
        ({"display_name": "Ana\u202e"}, "displayName", "MALFORMED"),
        ({"display_name": "\u200c"}, "displayName", "MALFORMED"),
        ({"display_name": "\u3164"}, "displayName", "MALFORMED"),
        ({"display_name": "Ana\0"}, "displayName", "MALFORMED"),
        ({"locale": "tlh"}, "locale", "UNSUPPORTED"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_code(given: dict[str, str], field: str, code: str) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        _register(**given)
    [error] = refused.value.fields
    assert (error.path, error.code) == ((field,), code)
    assert all_rows() == before


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        _register(username="", password="short", email="ana", display_name="\0", locale="tlh")
    assert [error.path for error in refused.value.fields] == [
        ("username",),
        ("email",),
        ("displayName",),
        ("locale",),
        ("password",),
    ]


def test_a_display_name_may_hold_spaces_and_a_slash_but_not_only_spaces() -> None:
    assert _register(username="ana", display_name=" Ana / آنا ").person.display_name == "Ana / آنا"
    assert _register(username="babak", display_name="   ").person.display_name == "babak"


def test_a_password_is_in_no_table() -> None:
    _register()
    assert tables_with(PASSWORD) == set()


def test_registering_is_limited_by_where_it_comes_from(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "register": Rate(2, 0.001)}
    _register(username="one")
    with pytest.raises(Conflict):
        _register(username="one")
    with pytest.raises(RateLimited):
        _register(username="two")
    _register(username="two", origin="192.0.2.8")


@pytest.mark.usefixtures("transactional_db")
def test_of_those_who_register_one_name_at_once_one_gets_it() -> None:
    results = at_once([partial(_register, username=name) for name in ("ana", "Ana", "ANA", "ａna", "anA")])
    assert sorted(type(result).__name__ for result in results) == ["Account", *["Conflict"] * 4]
    assert User.objects.count() == 1


# --- What others see ------------------------------------------------------------------------------------------


def test_an_account_that_is_not_there_or_no_longer_active_is_not_found() -> None:
    user = person("Ana")
    user.is_active = False
    user.save()
    for user_id in (user.pk, user.pk + 1, 2**70):
        with pytest.raises(NotFound) as refused:
            users.account(user_id)
        assert str(refused.value) == "No such person."


def test_people_are_found_by_id_and_whoever_is_not_there_is_left_out() -> None:
    ana, babak = person("Ana"), person("Babak")
    found = users.people([ana.pk, babak.pk, babak.pk + 1])
    assert {key: each.username for key, each in found.items()} == {ana.pk: "Ana", babak.pk: "Babak"}


def test_every_refusal_of_this_module_is_a_domain_error() -> None:
    for refusal in (Conflict, Invalid, NotFound, RateLimited):
        assert issubclass(refusal, DomainError)
