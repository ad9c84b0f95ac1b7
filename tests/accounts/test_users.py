"""Registering, proving who one is by a password, and changing it."""

import threading
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import authenticate, hashers
from django.test import Client
from pytest_django import Settings

from backend.accounts import revocation, users
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
    return users.check_password(username=username, password=password, origin=origin)


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
    assert (account.email, account.locale, account.last_log_in_at) == ("", "en", None)


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


# --- Logging in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["Mina", "mINA", "ＭＩＮＡ", " mina "])
def test_whoever_knows_the_password_is_let_in_however_they_write_their_name(written: str) -> None:
    account = _register(username="Mina")
    assert _check(written, PASSWORD) == account.person.id


def _why(username: str, password: str) -> Any:
    with pytest.raises(Invalid) as refused:
        _check(username, password)
    return refused.value.detail, refused.value.fields


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words() -> None:
    person("Ana", password=PASSWORD)
    gone = person("Gone", password=PASSWORD)
    gone.is_active = False
    gone.save()
    reasons = [
        _why("Ana", "eight glasses of tea"),
        _why("Nobody", PASSWORD),
        _why("Gone", PASSWORD),
        _why("", PASSWORD),
        _why("Ana/", PASSWORD),
        _why("A" * 1_000_000, PASSWORD),
        _why("Ana", ""),
        _why("Ana", "p" * 257),
        _why("Ana", PASSWORD + "\0"),
        _why("Ana", PASSWORD + "\ud800"),
    ]
    assert all(reason == reasons[0] for reason in reasons)


@pytest.mark.parametrize("username", ["Ana", "Nobody", "Ana/", ""])
def test_a_wrong_name_takes_as_much_hashing_as_a_wrong_password(username: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person("Ana", password=PASSWORD)
    hashed = []
    encode = hashers.MD5PasswordHasher.encode

    def count(self: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", count)
    _why(username, "eight glasses of tea")
    assert hashed == ["eight glasses of tea"]


def test_guessing_is_limited_for_a_name_however_it_is_written_and_for_an_origin(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(2, 0.001)}
    person("Ana", password=PASSWORD)
    for name in ("Ana", "aNA"):
        _why(name, "guess")
    with pytest.raises(RateLimited):
        _check("ana", PASSWORD)
    assert _check("ana", PASSWORD, origin="192.0.2.8"), "somebody else's guesses lock nobody out"
    _why("Babak", "guess")


def test_a_name_that_nobody_can_have_is_simply_wrong_for_django_s_own_login_too() -> None:
    assert authenticate(username="ana/\u202e", password=PASSWORD) is None
    response = Client().post("/admin/login/", {"username": "ana/", "password": PASSWORD})
    assert response.status_code == 200


# --- Changing the password ------------------------------------------------------------------------------------


def test_after_a_change_the_new_password_counts_and_the_old_one_does_not() -> None:
    user = person("Ana", password=PASSWORD)
    users.change_password(user_id=user.pk, current=PASSWORD, new="eight glasses of tea")
    assert _check("Ana", "eight glasses of tea") == user.pk
    _why("Ana", PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "field", "code"),
    [
        ("wrong", "eight glasses of tea", "currentPassword", "MALFORMED"),
        ("", "eight glasses of tea", "currentPassword", "MALFORMED"),
        ("p" * 257, "eight glasses of tea", "currentPassword", "MALFORMED"),
        ("\ud800", "eight glasses of tea", "currentPassword", "MALFORMED"),
        (PASSWORD, "short", "newPassword", "TOO_SHORT"),
        (PASSWORD, "password123", "newPassword", "UNSUPPORTED"),
        (PASSWORD, "p" * 257, "newPassword", "TOO_LONG"),
        (PASSWORD, "eight glasses\0", "newPassword", "MALFORMED"),
        (PASSWORD, "eight glasses\ud800", "newPassword", "MALFORMED"),
    ],
)
def test_a_change_that_is_wrong_changes_nothing(current: str, new: str, field: str, code: str) -> None:
    user = person("Ana", password=PASSWORD)
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        users.change_password(user_id=user.pk, current=current, new=new)
    [error] = refused.value.fields
    assert (error.path, error.code) == ((field,), code)
    assert all_rows() == before


def test_guessing_the_current_password_is_limited(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(1, 0.001)}
    user = person("Ana", password=PASSWORD)
    with pytest.raises(Invalid):
        users.change_password(user_id=user.pk, current="guess", new="eight glasses of tea")
    with pytest.raises(RateLimited):
        users.change_password(user_id=user.pk, current=PASSWORD, new="eight glasses of tea")


@pytest.mark.usefixtures("transactional_db")
def test_of_changes_at_once_one_counts_and_the_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("Ana", password=PASSWORD)
    epoch = user.credentials_epoch
    new = [f"{number} glasses of tea" for number in ("eight", "nine", "ten", "eleven")]
    all_have_proved_the_current_one = threading.Barrier(len(new))
    set_password = User.set_password

    def set_together(self: User, raw_password: str | None) -> None:
        all_have_proved_the_current_one.wait(timeout=10)
        set_password(self, raw_password)

    monkeypatch.setattr(User, "set_password", set_together)
    results = at_once([partial(users.change_password, user_id=user.pk, current=PASSWORD, new=each) for each in new])
    [won] = [password for password, result in zip(new, results, strict=True) if result is None]
    assert all(isinstance(result, Invalid) for result in results if result is not None)
    assert _check("Ana", won) == user.pk
    user.refresh_from_db()
    assert user.credentials_epoch == epoch + 1


@pytest.mark.usefixtures("transactional_db")
def test_a_change_tells_every_process_and_a_refused_one_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("backend.hub.publish", lambda topic, _: told.append(topic))
    user = person("Ana", password=PASSWORD)
    with pytest.raises(Invalid):
        users.change_password(user_id=user.pk, current="wrong", new="eight glasses of tea")
    assert told == []
    users.change_password(user_id=user.pk, current=PASSWORD, new="eight glasses of tea")
    assert told == [revocation.TOPIC]


# --- What others see ------------------------------------------------------------------------------------------


def test_an_account_that_is_not_there_or_no_longer_active_is_not_found() -> None:
    user = person("Ana")
    user.is_active = False
    user.save()
    for user_id in (user.pk, user.pk + 1, 2**70):
        with pytest.raises(NotFound) as refused:
            users.account(user_id)
        assert refused.value.detail == "No such person."


def test_people_are_found_by_id_and_whoever_is_not_there_is_left_out() -> None:
    ana, babak = person("Ana"), person("Babak")
    found = users.people([ana.pk, babak.pk, babak.pk + 1])
    assert {key: each.username for key, each in found.items()} == {ana.pk: "Ana", babak.pk: "Babak"}


def test_every_refusal_of_this_module_is_a_domain_error() -> None:
    for refusal in (Conflict, Invalid, NotFound, RateLimited):
        assert issubclass(refusal, DomainError)
