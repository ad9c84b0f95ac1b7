"""Proving who one is by a password, and changing it."""

import threading
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import authenticate, hashers
from django.test import Client
from pytest_django import Settings

from backend.accounts import passwords, revocation, users
from backend.accounts.models import User
from backend.accounts.users import Account
from backend.errors import Invalid, RateLimited
from backend.languages import say
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.people import PASSWORD, person
from tests.accounts.tables import all_rows

pytestmark = pytest.mark.django_db


def _register(**given: Any) -> Account:
    return users.register(**{"username": "Ana", "password": PASSWORD, "origin": "192.0.2.7", **given})


def _check(username: str, password: str, origin: str = "192.0.2.7") -> int:
    return passwords.check_password(username=username, password=password, origin=origin)


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
    passwords.change_password(user_id=user.pk, current=PASSWORD, new="eight glasses of tea")
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
        passwords.change_password(user_id=user.pk, current=current, new=new)
    [error] = refused.value.fields
    assert (error.path, error.code) == ((field,), code)
    assert all_rows() == before


def test_guessing_the_current_password_is_limited(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(1, 0.001)}
    user = person("Ana", password=PASSWORD)
    with pytest.raises(Invalid):
        passwords.change_password(user_id=user.pk, current="guess", new="eight glasses of tea")
    with pytest.raises(RateLimited):
        passwords.change_password(user_id=user.pk, current=PASSWORD, new="eight glasses of tea")


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
    results = at_once([partial(passwords.change_password, user_id=user.pk, current=PASSWORD, new=each) for each in new])
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
        passwords.change_password(user_id=user.pk, current="wrong", new="eight glasses of tea")
    assert told == []
    passwords.change_password(user_id=user.pk, current=PASSWORD, new="eight glasses of tea")
    assert told == [revocation.TOPIC]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The password is too similar to the username."),
        ("fa", "این رمز عبور بسیار شبیه نام کاربری می‌باشد."),
        ("ru", "Введённый пароль слишком похож на имя пользователя."),
        ("ka", "პაროლი ძალიან გავს მომხმარებლის სახელი."),
    ],
)
def test_why_a_password_is_refused_is_said_in_the_language_of_whoever_is_told(language: str, words: str) -> None:
    """Django's validators say it: in the language of the moment at which they are asked."""
    [error] = passwords.check_new("samovar-keeper", user=User(username="samovarkeeper"))
    assert say(error.detail, language) == words
