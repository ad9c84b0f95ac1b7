"""Forgotten passwords: who gets a mail, what the link in it is good for, and what nobody is told."""

import re
import threading
from functools import partial

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.core import mail
from pytest_django import Settings

from backend.accounts import passwords, resets, revocation, tokens
from backend.accounts.models import User
from backend.errors import DomainError, Invalid, RateLimited
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.people import PASSWORD, person
from tests.accounts.tables import all_rows

# The mail is sent by a thread of its own: it sees what has been committed.
pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "192.0.2.7"
EMAIL = "ana@example.org"
NEW = "eight glasses of tea"


def ana(name: str = "Ana", *, email: str = EMAIL) -> User:
    user = person(name, password=PASSWORD)
    user.email = email
    user.save()
    return user


def request(email: str = EMAIL, *, origin: str = ORIGIN) -> list[mail.EmailMessage]:
    """The mails that are sent because of it."""
    before = len(mail.outbox)
    link = "https://chat.example.org/reset/{}/{}".format
    resets.request_reset(email=email, origin=origin, link=link)
    resets.workers.submit(lambda: None).result(timeout=10)  # one thread: the mail came first
    return mail.outbox[before:]


def sent(message: mail.EmailMessage) -> tuple[int, str]:
    """The person and the token in a mail."""
    match = re.search(r"^https://chat\.example\.org/reset/(\d+)/(\S+)$", str(message.body), re.MULTILINE)
    assert match, message.body
    return int(match[1]), match[2]


def reset(user_id: int, token: str, new: str = NEW) -> None:
    resets.reset_password(user_id=user_id, token=token, new=new, origin=ORIGIN)


def refused(user_id: int, token: str, new: str = NEW) -> tuple[tuple[str, ...], str]:
    before = all_rows()
    with pytest.raises(Invalid) as caught:
        reset(user_id, token, new)
    assert all_rows() == before
    [error] = caught.value.fields
    return error.path, error.code


NO_GOOD = (("token",), "MALFORMED")


def opens(name: str, password: str) -> bool:
    try:
        return bool(passwords.check_password(username=name, password=password, origin=ORIGIN))
    except Invalid:
        return False


# --- Asking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [EMAIL, "ANA@Example.ORG", f" {EMAIL} "])
def test_a_mail_goes_to_the_address_of_the_account_however_it_is_written(written: str) -> None:
    user = ana("Ana")
    [message] = request(written)
    assert message.to == [EMAIL]
    assert message.subject == "A new password for Ana"
    assert message.from_email == django_settings.DEFAULT_FROM_EMAIL
    assert sent(message)[0] == user.pk


def test_a_name_stands_in_the_mail_as_it_is_written() -> None:
    ana("o.علی_ქ")
    [message] = request()
    assert "o.علی_ქ" in message.subject
    assert "Salaam, o.علی_ქ!" in str(message.body)
    assert "&" not in str(message.body)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "A new password for Ana", "It is good for 60 minutes, and once."),
        ("fa", "رمز عبور تازه برای Ana", "این پیوند تا 60 دقیقه معتبر است، و فقط یک بار."),
        ("ru", "Новый пароль для Ana", "Она действует 60 минут, и только один раз."),
        ("ka", "ახალი პაროლი მომხმარებლისთვის Ana", "ბმული მოქმედებს 60 წუთის განმავლობაში, და მხოლოდ ერთხელ."),
    ],
)
def test_a_mail_is_written_in_the_language_of_whoever_gets_it(language: str, subject: str, words: str) -> None:
    user = ana()
    user.locale = language
    user.save()
    [message] = request()
    assert message.subject == subject
    assert words in message.body
    assert sent(message)[0] == user.pk


def test_each_account_with_the_address_gets_a_mail_of_its_own() -> None:
    users = [ana(name) for name in ("Ana", "Anahit")]
    ana("Babak", email="babak@example.org")
    assert [sent(message)[0] for message in request()] == [user.pk for user in users]


def test_of_very_many_accounts_with_one_address_the_oldest_get_one() -> None:
    """Nobody can fill somebody's mailbox, or hide their account, by making accounts with their address."""
    users = [ana(f"Ana{number}") for number in range(django_settings.MAILS_PER_RESET + 2)]
    assert [sent(message)[0] for message in request()] == [user.pk for user in users[:-2]]


def test_who_has_no_account_gets_no_mail() -> None:
    ana()
    gone = ana("Gone", email="gone@example.org")
    gone.is_active = False
    gone.save()
    assert request("nobody@example.org") == request("gone@example.org") == []


@pytest.mark.parametrize(("email", "code"), [("", "REQUIRED"), (" ", "REQUIRED"), ("ana", "MALFORMED")])
def test_what_is_no_address_is_refused(email: str, code: str) -> None:
    ana("Ana", email="")
    with pytest.raises(Invalid) as caught:
        request(email)
    assert [(each.path, each.code) for each in caught.value.fields] == [(("email",), code)]
    assert mail.outbox == []


def test_whether_there_is_an_account_makes_no_difference_to_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even in time: no account is looked for before the answer."""
    ana()
    goes_on = threading.Event()
    looked: list[bool] = []
    monkeypatch.setattr(resets, "_send", lambda *_: looked.append(goes_on.wait(10)))
    before = all_rows()
    for email in (EMAIL, "nobody@example.org"):
        resets.request_reset(email=email, origin=ORIGIN, link="{}/{}".format)
    assert looked == []
    goes_on.set()
    assert all_rows() == before


def test_a_mail_server_that_fails_is_told_to_the_log_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And the others get theirs."""
    for name in ("Ana", "Anahit"):
        ana(name)
    send = mail.send_mail
    fails = iter([True, False])

    def fail(*args: object) -> None:
        if next(fails):
            raise ConnectionError("goose")
        send(*args)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(resets, "send_mail", fail)
    assert len(request()) == 1
    assert "a mail could not be sent" in caplog.text
    assert EMAIL not in caplog.text


def test_asking_is_limited_for_an_address_of_the_network(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "reset": Rate(2, 0.001)}
    for number in range(2):
        request(f"nobody{number}@example.org")
    with pytest.raises(RateLimited):
        request("nobody3@example.org")
    with pytest.raises(RateLimited):
        reset(1, "guess")
    request("nobody4@example.org", origin="192.0.2.8")


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_asking_is_limited_for_an_address_for_mail_whether_there_is_an_account_or_not(
    name: str, settings: Settings
) -> None:
    settings.RATES = {**settings.RATES, "mail": Rate(2, 0.001)}
    ana()
    for number in range(2):
        request(f"{name}@example.org", origin=f"192.0.2.{number}")
    with pytest.raises(RateLimited):
        request(f"{name.upper()}@Example.org", origin="192.0.2.9")


def test_letters_that_a_database_may_take_for_one_are_one_address_for_the_limit(settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "mail": Rate(1, 0.001)}
    request("mina.s@example.org")
    for email in ("mına.s@example.org", "MINA.ſ@example.org"):
        with pytest.raises(RateLimited):
            request(email)


def test_when_too_many_wait_for_the_mail_server_one_more_is_told_so() -> None:
    ana()
    goes_on = threading.Event()
    try:
        for _ in range(django_settings.MAIL_QUEUE + 1):
            resets.workers.submit(goes_on.wait, 10)
        with pytest.raises(RateLimited):
            request()
    finally:
        goes_on.set()


# --- Setting the new one --------------------------------------------------------------------------------------


def test_what_was_sent_sets_a_new_password_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("backend.hub.publish", lambda topic, _: told.append(topic))
    user = ana()
    user_id, token = sent(request()[0])
    reset(user_id, token)
    assert opens("Ana", NEW)
    assert not opens("Ana", PASSWORD)
    assert told == [revocation.TOPIC]
    before, epoch = user, user.credentials_epoch
    user.refresh_from_db()
    assert user.credentials_epoch == epoch + 1, "sessions that were opened before have ended"
    assert refused(before.pk, token, "nine glasses of tea") == NO_GOOD


def test_personal_tokens_stay() -> None:
    user = ana()
    _, secret = tokens.create_token(user_id=user.pk, name="bot")
    reset(*sent(request()[0]))
    assert tokens.find([secret])


def test_a_link_is_good_for_as_long_as_it_says(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ana()
    [message] = request()
    assert "It is good for 60 minutes" in str(message.body)
    now = PasswordResetTokenGenerator()._now()  # Django's clock
    seconds = django_settings.PASSWORD_RESET_TIMEOUT
    for late, is_good in ((seconds + 5, False), (seconds - 5, True)):
        at = now.fromtimestamp(now.timestamp() + late)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _, at=at: at)
        if is_good:
            reset(*sent(message))
        else:
            assert refused(*sent(message)) == NO_GOOD


def test_a_link_is_good_for_nobody_else_and_not_after_another_password_or_address() -> None:
    user, other = ana(), ana("Babak", email="babak@example.org")
    token = default_token_generator.make_token(user)
    assert refused(other.pk, token) == NO_GOOD
    user.email = "other@example.org"
    user.save()
    assert refused(user.pk, token) == NO_GOOD
    token = default_token_generator.make_token(user)
    passwords.change_password(user_id=user.pk, current=PASSWORD, new=NEW)
    assert refused(user.pk, token, "nine glasses of tea") == NO_GOOD


def test_a_link_to_an_account_that_is_no_more_is_no_good() -> None:
    user = ana()
    token = default_token_generator.make_token(user)
    user.is_active = False
    user.save()
    assert refused(user.pk, token) == NO_GOOD
    assert refused(99_999_999, token) == NO_GOOD


@pytest.mark.parametrize(
    "token", ["", "-", "x", "a-b", "a-b-c", "\0", "\ud800", "a-\ud800", "１-x", "z" * 100_000, "-" * 9]
)
def test_what_is_no_token_is_no_good(token: str) -> None:
    assert refused(ana().pk, token) == NO_GOOD


@pytest.mark.parametrize(
    ("new", "code"), [("short", "TOO_SHORT"), ("password123", "UNSUPPORTED"), ("p" * 257, "TOO_LONG")]
)
def test_a_bad_new_password_is_refused_and_the_link_stays_good(new: str, code: str) -> None:
    ana()
    user_id, token = sent(request()[0])
    assert refused(user_id, token, new) == (("newPassword",), code)
    reset(user_id, token)


def test_of_two_who_use_one_link_at_once_one_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    user = ana()
    token = default_token_generator.make_token(user)
    both_have_a_good_token = threading.Barrier(2)
    set_password = User.set_password

    def set_together(self: User, raw_password: str | None) -> None:
        both_have_a_good_token.wait(timeout=10)
        set_password(self, raw_password)

    monkeypatch.setattr(User, "set_password", set_together)
    results = at_once([partial(reset, user.pk, token, new) for new in (NEW, "nine glasses of tea")])
    [error] = [each for each in results if isinstance(each, DomainError)]
    assert isinstance(error, Invalid)
    assert [(each.path, each.code) for each in error.fields] == [NO_GOOD]
