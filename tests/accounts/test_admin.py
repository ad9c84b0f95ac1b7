"""The administrators' log-in."""

import pytest
from django.test import Client
from pytest_django import Settings

from backend.limits import Rate
from tests.accounts.people import PASSWORD, person

pytestmark = pytest.mark.django_db


def _try(client: Client, password: str, name: str = "Ana") -> bool:
    """Whether it let them in."""
    return client.post("/admin/login/", {"username": name, "password": password}).status_code == 302


def test_staff_are_let_in_and_nobody_else(client: Client) -> None:
    person("Ana", is_staff=True, password=PASSWORD)
    person("Babak", password=PASSWORD)
    assert not _try(client, "a guess")
    assert not _try(client, PASSWORD, "Babak")
    assert _try(client, PASSWORD)


def test_guessing_is_limited_by_where_it_comes_from(client: Client, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(burst=3, per_second=0.001)}
    person("Ana", is_staff=True, password=PASSWORD)
    for guess in ("one", "two", "three"):
        assert not _try(client, guess)
    assert not _try(client, PASSWORD), "it is not even tried"
    assert _try(Client(REMOTE_ADDR="192.0.2.9"), PASSWORD)
