"""Who a message names: members alone, found once, when it is sent."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.accounts.users import Changes
from backend.chat import members, mentions, messages, models, people
from backend.chat.pages import Window
from tests.accounts import people as accounts
from tests.chat.steps import delete_account, enter, make_private, say

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@Babak", ["Babak"]),
        ("Salaam @babak, and @ANA!", ["Babak", "Ana"]),
        ("(@Babak) @Babak: @babak", ["Babak"]),
        ("Ask @Babak.", ["Babak"]),
        ("Ask @Babak...", ["Babak"]),
        ("@Babak's tea", ["Babak"]),
        ("@\uff22abak", ["Babak"]),
        ("@علی‌رضا, سلام", ["علیرضا"]),
        ("@Вера? ", ["Вера"]),
        ("@@Babak", ["Babak"]),
        ("babak@Ana", []),
        ("a.b@babak.org", []),
        ("@ Babak", []),
        ("@", []),
        ("@Babako", []),
        ("@Nobody @Outsider", []),
        ("@" * 100, []),
    ],
)
def test_members_are_named_as_they_are_written(body: str, named: list[str], ana: Viewer, tea: int) -> None:
    for name in ("علیرضا", "Вера"):
        enter(accounts.viewer(name))
    accounts.viewer("Outsider")
    message = say(ana, tea, body).message
    names = [models.Membership.objects.get(user=each, room=tea).user.username for each in message.mentions]
    assert names == named
    assert list(models.Mention.objects.order_by("pk").values_list("user__username", flat=True)) == named


def test_a_text_names_a_bounded_number(ana: Viewer, babak: Viewer, tea: int, settings: Settings) -> None:
    settings.MENTIONS_PER_MESSAGE = 1
    assert say(ana, tea, "@Ana @Babak").message.mentions == (ana.id,)


def test_who_was_named_stays_named_after_an_edit_and_another_name(ana: Viewer, babak: Viewer, tea: int) -> None:
    message = say(ana, tea, "@Babak").message
    people.update_profile(viewer=babak, changes=Changes(username="Bob"))
    edited = messages.edit_message(viewer=ana, message_id=message.id, body="@Ana")
    assert edited.message.mentions == (babak.id,)


def texts(viewer: Viewer) -> list[str]:
    return [each.message.body for each in mentions.mentions_of(viewer=viewer, window=Window()).items]


def _leave(babak: Viewer, tea: int, message_id: int, ana: Viewer) -> None:
    members.leave_room(viewer=babak, room_id=tea)


def _delete(babak: Viewer, tea: int, message_id: int, ana: Viewer) -> None:
    messages.delete_message(viewer=ana, message_id=message_id)


@pytest.mark.parametrize("then", [_leave, _delete], ids=["leaving", "deleting"])
def test_ones_mentions_are_those_in_rooms_one_is_in(
    then: Callable[[Viewer, int, int, Viewer], None], ana: Viewer, babak: Viewer, tea: int
) -> None:
    first = say(ana, tea, "@Babak one").message
    elsewhere = enter(babak, "elsewhere")
    enter(ana, "elsewhere")
    say(ana, elsewhere, "@Babak two")
    make_private(elsewhere)
    assert texts(babak) == ["@Babak one", "@Babak two"]
    assert texts(ana) == []
    then(babak, tea, first.id, ana)
    assert texts(babak) == ["@Babak two"]


def test_a_deleted_account_is_named_without_a_name(ana: Viewer, babak: Viewer, tea: int) -> None:
    message = say(ana, tea, "@Babak").message
    delete_account(babak)
    assert messages.messages_by_id([message.id])[message.id].mentions == (babak.id,)
