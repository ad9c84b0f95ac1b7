"""Personal tokens: shown once, kept as a digest, and good until they expire or are revoked."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries, Settings

from backend.accounts import revocation, tokens
from backend.accounts.models import PersonalToken, User
from backend.errors import Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.people import person
from tests.accounts.tables import all_rows, tables_with


@pytest.fixture
def ana(db: None) -> User:
    return person("Ana")


def test_a_new_token_proves_whose_it_is(ana: User) -> None:
    token, secret = tokens.create_token(user_id=ana.pk, name=" phone / tablet ")
    assert tokens.find([secret]) == {secret: (token.id, ana.pk, False, ana.credentials_epoch)}
    assert token.name == "phone / tablet"
    assert token.expires_at is None
    assert token.last_used_at is None


def test_secrets_are_long_and_never_the_same(ana: User) -> None:
    secrets = {tokens.create_token(user_id=ana.pk, name="phone")[1] for _ in range(10)}
    assert len(secrets) == 10
    assert all(secret.startswith("chai_") and len(secret) >= 48 for secret in secrets)


def test_at_rest_there_is_a_digest_and_the_secret_nowhere(ana: User) -> None:
    token, secret = tokens.create_token(user_id=ana.pk, name="phone")
    tokens.find([secret])
    assert tables_with(secret) == set()
    assert tables_with(secret.removeprefix("chai_")) == set()
    assert PersonalToken.objects.get(pk=token.id).digest == hashlib.sha256(secret.encode()).hexdigest()


def test_what_its_owner_is_shown_holds_neither_secret_nor_digest(ana: User) -> None:
    _, secret = tokens.create_token(user_id=ana.pk, name="phone")
    shown = repr(tokens.tokens(user_id=ana.pk))
    assert secret not in shown
    assert tokens.digest(secret) not in shown


@pytest.mark.parametrize("secret", ["", "chai_", "chai_" + "A" * 43, "tea", "\0", "\ud800", "چای", "x" * 1_000_000])
def test_a_secret_that_was_never_given_out_proves_nothing(ana: User, secret: str) -> None:
    tokens.create_token(user_id=ana.pk, name="phone")
    assert not tokens.find([secret])


def test_the_digest_itself_is_no_secret(ana: User) -> None:
    _, secret = tokens.create_token(user_id=ana.pk, name="phone")
    assert not tokens.find([tokens.digest(secret)])


def test_a_token_is_good_until_it_expires(ana: User) -> None:
    token, secret = tokens.create_token(user_id=ana.pk, name="phone", expires_at=now() + timedelta(hours=1))
    assert tokens.find([secret])
    PersonalToken.objects.filter(pk=token.id).update(expires_at=now() - timedelta(seconds=1))
    assert not tokens.find([secret])


def test_a_token_of_somebody_who_was_deactivated_proves_nothing(ana: User) -> None:
    _, secret = tokens.create_token(user_id=ana.pk, name="phone")
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert not tokens.find([secret])


def test_its_use_is_noted_to_the_minute(ana: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    token, secret = tokens.create_token(user_id=ana.pk, name="phone")
    row = PersonalToken.objects.get(pk=token.id)
    tokens.find([secret])
    row.refresh_from_db()
    assert row.last_used_at is not None
    first = row.last_used_at
    with django_assert_num_queries(1):
        tokens.find([secret])
    row.refresh_from_db()
    assert row.last_used_at == first, "at once again: not worth writing"
    PersonalToken.objects.update(last_used_at=first - timedelta(seconds=61))
    tokens.find([secret])
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert row.last_used_at >= first


def test_many_secrets_are_told_apart_in_one_query_and_their_use_is_noted_in_another(
    ana: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    babak = person("Babak", is_staff=True)
    first, one = tokens.create_token(user_id=ana.pk, name="phone")
    second, other = tokens.create_token(user_id=babak.pk, name="phone")
    with CaptureQueriesContext(connection) as queries:
        found = tokens.find([one, "chai_unknown", other, one])
    assert [each["sql"].split()[0] for each in queries] == ["SELECT", "UPDATE"]
    assert {secret: (proof.token_id, proof.is_staff) for secret, proof in found.items()} == {
        one: (first.id, False),
        other: (second.id, True),
    }
    with django_assert_num_queries(1):
        assert tokens.find([one, other]) == found
    assert tokens.find([]) == {}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time there: nobody holds a row")
@pytest.mark.usefixtures("transactional_db")
def test_whose_token_is_being_written_by_another_is_let_in_without_waiting() -> None:
    ana = person("Ana")
    token, secret = tokens.create_token(user_id=ana.pk, name="phone")

    def let_in() -> int:
        try:
            return len(tokens.find([secret]))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        PersonalToken.objects.select_for_update().get(pk=token.id)
        assert elsewhere.submit(let_in).result(timeout=10) == 1
    assert PersonalToken.objects.get(pk=token.id).last_used_at is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "REQUIRED"),
        (" \u3000", "REQUIRED"),
        ("a" * 65, "TOO_LONG"),
        ("a" * 1_000_000, "TOO_LONG"),
        ("phone\u202e", "MALFORMED"),
        ("\u200c", "MALFORMED"),
        ("phone\0", "MALFORMED"),
        ("phone\ud800", "MALFORMED"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_its_code(ana: User, name: str, code: str) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        tokens.create_token(user_id=ana.pk, name=name)
    [error] = refused.value.fields
    assert (error.path, error.code) == (("name",), code)
    assert all_rows() == before


def test_a_token_cannot_be_made_for_the_past(ana: User) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        tokens.create_token(user_id=ana.pk, name="phone", expires_at=now() - timedelta(seconds=1))
    [error] = refused.value.fields
    assert (error.path, error.code) == (("expiresAt",), "UNSUPPORTED")
    assert all_rows() == before


def test_a_person_has_at_most_so_many_tokens_until_they_revoke_one(ana: User, settings: Settings) -> None:
    settings.TOKENS_PER_USER = 2
    babak = person("Babak")
    first, _ = tokens.create_token(user_id=ana.pk, name="1")
    tokens.create_token(user_id=ana.pk, name="2")
    with pytest.raises(Invalid) as refused:
        tokens.create_token(user_id=ana.pk, name="3")
    assert refused.value.fields == ()
    assert "2" in refused.value.detail
    tokens.create_token(user_id=babak.pk, name="1")
    tokens.revoke_token(user_id=ana.pk, token_id=first.id)
    tokens.create_token(user_id=ana.pk, name="3")
    assert [token.name for token in tokens.tokens(user_id=ana.pk)] == ["3", "2"]


@pytest.mark.usefixtures("transactional_db")
def test_tokens_made_at_once_do_not_pass_the_limit_together(settings: Settings) -> None:
    settings.TOKENS_PER_USER = 3
    ana = person("Ana")
    results = at_once([partial(tokens.create_token, user_id=ana.pk, name=str(number)) for number in range(8)])
    assert sum(isinstance(result, Invalid) for result in results) == 5
    assert PersonalToken.objects.count() == 3


def test_making_tokens_is_limited(ana: User, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "profile": Rate(1, 0.001)}
    tokens.create_token(user_id=ana.pk, name="1")
    with pytest.raises(RateLimited):
        tokens.create_token(user_id=ana.pk, name="2")


@pytest.mark.usefixtures("transactional_db")
def test_a_revoked_token_proves_nothing_and_every_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("backend.hub.publish", lambda topic, _: told.append(topic))
    ana = person("Ana")
    token, secret = tokens.create_token(user_id=ana.pk, name="phone")
    assert told == []
    tokens.revoke_token(user_id=ana.pk, token_id=token.id)
    assert not tokens.find([secret])
    assert tokens.tokens(user_id=ana.pk) == []
    assert told == [revocation.TOPIC]


def test_somebody_else_s_token_looks_like_none(ana: User) -> None:
    babak = person("Babak")
    token, secret = tokens.create_token(user_id=ana.pk, name="phone")
    details = set()
    for token_id in (token.id, token.id + 1, 2**70):
        with pytest.raises(NotFound) as refused:
            tokens.revoke_token(user_id=babak.pk, token_id=token_id)
        details.add(str(refused.value))
    assert details == {"No such token."}
    assert tokens.find([secret])
    assert tokens.tokens(user_id=babak.pk) == []
