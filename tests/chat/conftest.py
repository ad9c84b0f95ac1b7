"""People, rooms and what is published of them."""

import pytest
from django.db import connection

from backend.accounts.credentials import Viewer
from backend.chat import listing
from tests.accounts import people
from tests.chat.steps import enter

# Topic and hint, as they were handed to the hub.
Published = list[tuple[str, bytes]]


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    """What would have been handed to the hub of rooms and people, in order. Never from inside a transaction."""
    hints: Published = []

    def publish(topic: str, *handed: bytes) -> None:
        assert not connection.in_atomic_block, "published before it was committed"
        if topic != listing.TOPIC:
            hints.extend((topic, hint) for hint in handed)

    monkeypatch.setattr("backend.hub.publish", publish)
    return hints


@pytest.fixture
def ana(db: None) -> Viewer:
    return people.viewer("Ana")


@pytest.fixture
def babak(db: None) -> Viewer:
    return people.viewer("Babak")


@pytest.fixture
def clara(db: None) -> Viewer:
    return people.viewer("Clara")


@pytest.fixture
def staff(db: None) -> Viewer:
    return people.viewer("Staff", is_staff=True)


@pytest.fixture
def tea(ana: Viewer, babak: Viewer) -> int:
    """A room that Ana owns, and Babak has entered: its head is 2."""
    enter(babak, "elsewhere")  # so that ids of rooms and people differ
    room_id = enter(ana)
    enter(babak)
    return room_id
