"""What every test starts from: no rate is used up, nobody is online, and no picture is kept for longer than the tests.

And what none may see: an answer that shows the innards.
"""

import signal
from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase, override_settings
from pytest_django import Settings

from backend import rates
from backend.chat import listing
from tests import leaks
from tests.accounts import tables

# What a shell starts in the background ignores Ctrl-C, and so would the processes that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    rates.forget()
    listing.forget_hints()


@pytest.fixture(autouse=True)
def _nobody_comes_online(settings: Settings) -> None:
    """In this process, but where a test is about it: it would go on when the test has ended."""
    settings.PRESENCE = {**settings.PRESENCE, "flush_interval": 3600.0}


@pytest.fixture(scope="session", autouse=True)
def _media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords() -> Iterator[None]:
    """How slow Django's own hasher is, is Django's to test."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _emptied_database() -> Iterator[None]:
    """After each test that commits, as Django does it, but in a fraction of the time: it truncates every table, and
    then asks of every model whether its permissions are there.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: tables.empty())
        yield


@pytest.fixture(scope="session", autouse=True)
def _watched_answers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leaks.watch(patch)
        yield


@pytest.fixture(autouse=True)
def _no_leaks(_watched_answers: None) -> Iterator[None]:
    yield
    leaks.complain()
