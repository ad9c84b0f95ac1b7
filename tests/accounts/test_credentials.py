"""Who is asking, by a session or a token, and when that stops counting."""

from datetime import timedelta

import pytest
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from backend.accounts import credentials, passwords, revocation, sessions, tokens
from backend.accounts.credentials import Credential, Viewer
from backend.accounts.models import PersonalToken, User
from tests.accounts.people import PASSWORD, person

NEW = "eight glasses of tea"


@pytest.fixture
def ana(db: None) -> User:
    return person("Ana", password=PASSWORD)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The topics that every process was told to look at."""
    topics: list[str] = []
    monkeypatch.setattr("backend.hub.publish", lambda topic, _: topics.append(topic))
    return topics


def _request(key: str | None = None) -> HttpRequest:
    """As Django's middleware hands it to a view."""
    request = HttpRequest()
    request.session = SessionStore(key)
    AuthenticationMiddleware(lambda _: HttpResponse()).process_request(request)
    return request


def _log_in(user: User) -> HttpRequest:
    request = _request()
    sessions.open_session(request, user_id=user.pk)
    request.session.save()
    return request


def _by_session(request: HttpRequest) -> Viewer:
    key = request.session.session_key
    assert key is not None
    viewer = credentials.from_session(key)
    assert viewer is not None
    return viewer


def _by_token(user: User) -> Viewer:
    viewer = credentials.from_token(tokens.create_token(user_id=user.pk, name="phone")[1])
    assert viewer is not None
    return viewer


def _revoked(*viewers: Viewer) -> list[bool]:
    gone = credentials.revoked([viewer.credential for viewer in viewers])
    return [viewer.credential in gone for viewer in viewers]


# --- Who is asking --------------------------------------------------------------------------------------------


def test_a_session_says_who_is_asking_on_a_request_and_on_a_socket(ana: User) -> None:
    request = _log_in(ana)
    viewer = _by_session(request)
    assert viewer.id == ana.pk
    assert viewer.credential.kind == "session"
    assert viewer == credentials.from_request(_request(request.session.session_key))


def test_two_sockets_of_one_session_have_equal_credentials(ana: User) -> None:
    request = _log_in(ana)
    assert _by_session(request).credential == _by_session(request).credential


def test_a_token_says_who_is_asking(ana: User) -> None:
    viewer = _by_token(ana)
    assert (viewer.id, viewer.credential.kind) == (ana.pk, "token")
    assert credentials.from_token("chai_unknown") is None


@pytest.mark.parametrize("is_staff", [True, False])
def test_whether_somebody_is_staff_is_known_of_them(is_staff: bool, db: None) -> None:
    user = person("Ana", is_staff=is_staff, password=PASSWORD)
    assert _by_session(_log_in(user)).is_staff is is_staff
    assert _by_token(user).is_staff is is_staff


@pytest.mark.parametrize("key", ["", "short", "a" * 32, "a" * 1_000_000, "aaaaaaaa\0", "aaaaaaaa\ud800", "چای" * 10])
def test_a_key_that_is_no_session_s_is_nobody(ana: User, key: str) -> None:
    assert credentials.from_session(key) is None
    assert credentials.from_request(_request(key)) is None


def test_a_request_without_a_session_is_nobody(db: None) -> None:
    assert credentials.from_request(_request()) is None


def test_a_session_in_which_nobody_has_logged_in_is_nobody(db: None) -> None:
    request = _request()
    request.session["language"] = "ka"
    request.session.save()
    assert credentials.from_request(request) is None


def test_a_session_that_has_expired_is_nobody(ana: User) -> None:
    request = _log_in(ana)
    viewer = _by_session(request)
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    assert credentials.from_session(viewer.credential.key) is None
    assert _revoked(viewer) == [True]


def test_a_session_from_before_a_new_password_is_nobody(ana: User) -> None:
    request = _log_in(ana)
    passwords.change_password(user_id=ana.pk, current=PASSWORD, new=NEW)
    assert credentials.from_session(str(request.session.session_key)) is None


def test_a_session_of_somebody_who_was_deactivated_is_nobody(ana: User) -> None:
    request = _log_in(ana)
    User.objects.update(is_active=False)
    assert credentials.from_session(str(request.session.session_key)) is None


# --- What stops counting --------------------------------------------------------------------------------------


@pytest.mark.parametrize("was_staff", [False, True])
def test_whoever_becomes_staff_or_is_it_no_more_has_to_come_back_as_what_they_are(ana: User, was_staff: bool) -> None:
    User.objects.filter(pk=ana.pk).update(is_staff=was_staff)
    viewers = _by_session(_log_in(ana)), _by_token(ana)
    assert _revoked(*viewers) == [False, False]
    User.objects.filter(pk=ana.pk).update(is_staff=not was_staff)
    assert _revoked(*viewers) == [True, True]


def test_what_is_good_is_not_revoked(ana: User) -> None:
    assert _revoked(_by_session(_log_in(ana)), _by_token(ana)) == [False, False]
    assert credentials.revoked([]) == set()


@pytest.mark.usefixtures("transactional_db")
def test_logging_out_ends_that_session_alone_and_tells_every_process(told: list[str]) -> None:
    ana = person("Ana", password=PASSWORD)
    here, there = _log_in(ana), _log_in(ana)
    viewers = [_by_session(here), _by_session(there), _by_token(ana)]
    sessions.close_session(here)
    assert _revoked(*viewers) == [True, False, False]
    assert credentials.from_session(viewers[0].credential.key) is None
    assert told == [revocation.TOPIC]


def test_a_new_password_ends_sessions_but_not_tokens_nor_anybody_else_s(ana: User) -> None:
    babak = person("Babak", password=PASSWORD)
    viewers = [_by_session(_log_in(ana)), _by_token(ana), _by_session(_log_in(babak))]
    passwords.change_password(user_id=ana.pk, current=PASSWORD, new=NEW)
    assert _revoked(*viewers) == [True, False, False]


def test_the_session_that_changed_the_password_goes_on(ana: User) -> None:
    here, there = (_request(_log_in(ana).session.session_key) for _ in range(2))
    assert credentials.from_request(here)
    passwords.change_password(user_id=ana.pk, current=PASSWORD, new=NEW)
    sessions.keep_session(here, user_id=ana.pk)
    here.session.save()
    assert _revoked(_by_session(here)) == [False]
    assert credentials.from_session(str(there.session.session_key)) is None


def test_deactivating_somebody_ends_their_sessions_and_tokens(ana: User) -> None:
    babak = person("Babak", password=PASSWORD)
    viewers = [_by_session(_log_in(ana)), _by_token(ana), _by_token(babak)]
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert _revoked(*viewers) == [True, True, False]


def test_a_token_stops_counting_when_it_is_revoked_or_expires(ana: User) -> None:
    revoked, expired, good = _by_token(ana), _by_token(ana), _by_token(ana)
    tokens.revoke_token(user_id=ana.pk, token_id=int(revoked.credential.key))
    PersonalToken.objects.filter(pk=expired.credential.key).update(expires_at=now() - timedelta(seconds=1))
    PersonalToken.objects.filter(pk=good.credential.key).update(expires_at=now() + timedelta(hours=1))
    assert _revoked(revoked, expired, good) == [True, True, False]


def test_a_token_s_key_is_not_taken_for_a_session_s(ana: User) -> None:
    token = _by_token(ana).credential
    assert credentials.revoked([Credential("session", token.key, ana.pk, token.epoch)])


def test_however_many_there_are_it_takes_three_queries(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewers = [_by_token(ana) for _ in range(5)] + [_by_session(_log_in(ana)) for _ in range(5)]
    with django_assert_num_queries(3):
        assert _revoked(*viewers) == [False] * 10


# --- Sessions -------------------------------------------------------------------------------------------------


def test_logging_in_gives_a_new_session_key(ana: User) -> None:
    request = _request()
    request.session["language"] = "ka"
    request.session.save()
    before = request.session.session_key
    sessions.open_session(request, user_id=ana.pk)
    assert request.session.session_key != before, "a key that somebody else may have planted"
