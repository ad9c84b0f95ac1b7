"""Under which names a socket may be opened."""

import pytest
from django.test import override_settings

from backend.transport import connection


@pytest.mark.parametrize("host", ["chat.example.org", "CHAT.example.org", "chat.example.org:8000", "chat.example.org."])
@override_settings(ALLOWED_HOSTS=["chat.example.org"])
def test_a_host_that_is_ours_is_known_with_any_port(host: str) -> None:
    assert connection.is_known_host({"host": host})


@pytest.mark.parametrize(
    "host", ["", "evil.example", "chat.example.org.evil.example", "chat.example.org@evil.example", "[::1]", " ", "a b"]
)
@override_settings(ALLOWED_HOSTS=["chat.example.org"])
def test_a_host_that_is_not_ours_is_not_known(host: str) -> None:
    assert not connection.is_known_host({"host": host})
    assert not connection.is_known_host({})
