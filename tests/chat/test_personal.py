"""News for one person are told when what they are about has been committed, and undo nothing."""

import pytest
from django.db import transaction

from backend.accounts.credentials import Viewer
from backend.chat import invitations, members, models, personal
from backend.chat.personal import Invited, News, RoomEntered, RoomViewed
from backend.chat.reading import Notify, mark_read, set_notify
from tests.chat.steps import enter, say

pytestmark = pytest.mark.django_db(transaction=True)

Told = list[tuple[int, News]]


@pytest.fixture
def told(tea: int, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Since the room has its people."""
    told: Told = []

    def deliver(user_id: int, news: News) -> None:
        told.append((user_id, news))
        raise ConnectionError("nobody can be told anything")

    monkeypatch.setattr(personal, "_deliver", deliver)
    return told


def test_who_enters_a_room_is_told_once(ana: Viewer, babak: Viewer, tea: int, told: Told) -> None:
    new = enter(ana, "a new one")
    enter(ana, "a new one")
    enter(babak, "a new one")
    assert told == [(ana.id, RoomEntered(new)), (babak.id, RoomEntered(new))]
    members.leave_room(viewer=ana, room_id=new)
    enter(ana, "a new one")
    assert told[2:] == [(ana.id, RoomEntered(new))]


def test_who_reads_or_wants_to_be_told_of_something_else_is_told_if_that_is_news(
    ana: Viewer, babak: Viewer, tea: int, told: Told
) -> None:
    message = say(ana, tea).message.id
    for _ in range(2):
        mark_read(viewer=babak, message_id=message)
    assert told == [(babak.id, RoomViewed(tea))]
    for _ in range(2):
        set_notify(viewer=ana, room_id=tea, notify=Notify.NONE)
    assert told[1:] == [(ana.id, RoomViewed(tea))]


def test_who_is_invited_is_told(ana: Viewer, clara: Viewer, tea: int, told: Told) -> None:
    invitations.create_invitation(viewer=ana, room_id=tea)
    invited = invitations.create_invitation(viewer=ana, room_id=tea, invitee_id=clara.id)
    assert told == [(clara.id, Invited(invited.id))]


def test_what_is_rolled_back_is_told_to_nobody(ana: Viewer, tea: int, told: Told) -> None:
    with transaction.atomic():
        enter(ana, "a new one")
        assert told == []
        transaction.set_rollback(True)
    assert told == []
    assert not models.Room.objects.filter(address="a new one").exists()
