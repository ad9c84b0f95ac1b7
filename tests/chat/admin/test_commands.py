"""What is done in the panel is done by the commands of the domain, and those who follow a room are told."""

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from backend.accounts import log_ins, tokens
from backend.accounts.credentials import Viewer
from backend.accounts.models import PersonalToken, User
from backend.chat import invitations
from backend.chat.models import Ban, Invitation, Membership, Message, Room
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.tables import all_rows, tables_with
from tests.chat.admin.visit import act, membership, path, shown
from tests.chat.conftest import Published
from tests.chat.steps import enter, happened, log, make_private, say

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("action", "event", "change"),
    [
        ("kick", "MemberLeft", None),
        ("ban", "MemberLeft", None),
        ("mute", "MemberChanged", "MUTED"),
        ("make_moderator", "MemberChanged", "ROLE"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_member_is_moderated_by_the_same_command_as_everywhere(
    action: str,
    event: str,
    change: str | None,
    panel: Client,
    tea: int,
    babak: Viewer,
    staff: Viewer,
    published: Published,
) -> None:
    published.clear()
    assert "Done, for 1." in act(panel, Membership, action, membership(tea, babak).pk)
    [*_, last] = log(tea)
    assert type(last.event).__name__ == event
    assert getattr(last.event, "by", None) == staff.id
    assert change == (last.event.change.name if hasattr(last.event, "change") else None)  # type: ignore[union-attr]
    assert [topic for topic, _ in published] == [f"room.{tea}"]


def test_a_ban_is_taken_back_where_bans_are(panel: Client, tea: int, ana: Viewer, babak: Viewer) -> None:
    act(panel, Membership, "ban", membership(tea, babak).pk)
    ban = Ban.objects.get()
    assert "Are you sure" in shown(panel, path(Ban, ban.pk, "delete"))
    panel.post(path(Ban, ban.pk, "delete"), {"post": "yes"})
    assert not Ban.objects.exists()
    assert happened(tea)[-1] == "MemberChanged"
    enter(babak, "tea")


def test_a_message_is_deleted_for_everybody(panel: Client, tea: int, ana: Viewer, staff: Viewer) -> None:
    several = [say(ana, tea, "gooseberry").message.id for _ in range(3)]
    asked = panel.post(path(Message), {"action": "delete_selected", "_selected_action": several})
    assert "Are you sure" in asked.content.decode()
    assert "chat_message" in tables_with("gooseberry"), "one is asked before"
    act(panel, Message, "delete_selected", *several[:2])
    panel.post(path(Message, several[2], "delete"), {"post": "yes"})
    assert happened(tea)[-3:] == ["MessageDeleted"] * 3
    assert log(tea)[-1].by is not None
    assert tables_with("gooseberry") == set()


@pytest.mark.django_db(transaction=True)
def test_a_room_is_renamed_and_its_members_are_told(
    panel: Client, tea: int, staff: Viewer, published: Published
) -> None:
    published.clear()
    form = {"address": "chai", "title": "Chai", "topic": "", "is_private": "on", "_save": "Save"}
    assert panel.post(path(Room, tea, "change"), form).status_code == 302
    room = Room.objects.get(pk=tea)
    assert (room.address, room.address_folded, room.title, room.is_private) == ("chai", "chai", "Chai", True)
    assert happened(tea)[-1] == "RoomChanged"
    assert [topic for topic, _ in published] == [f"room.{tea}"]


def test_a_private_room_is_not_opened_here_and_goes_on_being_renamed(panel: Client, tea: int) -> None:
    field = 'name="is_private"'
    assert field in shown(panel, path(Room, tea, "change"))
    make_private(tea)
    assert field not in shown(panel, path(Room, tea, "change"))
    form = {"address": "tea", "title": "Chai", "topic": "", "_save": "Save"}  # a box without a tick is not sent
    assert panel.post(path(Room, tea, "change"), form).status_code == 302
    room = Room.objects.get(pk=tea)
    assert (room.title, room.is_private) == ("Chai", True)


@pytest.mark.parametrize(
    ("address", "complaint"),
    [("elsewhere", "Another room has this address."), ("a/b", "characters that can be seen"), ("..", "another place")],
)
def test_what_a_room_cannot_be_called_is_said_and_changes_nothing(
    address: str, complaint: str, panel: Client, tea: int
) -> None:
    form = {"address": address, "title": "Chai", "topic": "", "_save": "Save"}
    response = panel.post(path(Room, tea, "change"), form)
    assert complaint in unescape(response.content.decode())
    room = Room.objects.get(pk=tea)
    assert (room.address, room.title) == ("tea", "tea")
    assert happened(tea)[-1] == "MemberJoined"


def test_a_form_that_changes_nothing_is_no_event(panel: Client, tea: int) -> None:
    form = {"address": "tea", "title": "tea", "topic": "", "_save": "Save"}
    assert panel.post(path(Room, tea, "change"), form).status_code == 302
    assert happened(tea)[-1] == "MemberJoined"


def test_a_room_is_erased(panel: Client, tea: int, ana: Viewer) -> None:
    say(ana, tea, "gooseberry")
    panel.post(path(Room, tea, "delete"), {"post": "yes"})
    assert happened(tea) == ["RoomDeleted"]
    assert tables_with("gooseberry") == set()
    assert panel.get(path(Room, tea, "change")).status_code == 302, "it is no more"


def test_an_invitation_and_a_token_are_revoked(panel: Client, tea: int, ana: Viewer) -> None:
    made = invitations.create_invitation(viewer=ana, room_id=tea)
    token, secret = tokens.create_token(user_id=ana.id, name="phone")
    panel.post(path(Invitation, made.id, "delete"), {"post": "yes"})
    panel.post(path(PersonalToken, token.id, "delete"), {"post": "yes"})
    assert not Invitation.objects.exists()
    assert not tokens.find([secret])


def person_form(**changes: object) -> dict[str, object]:
    return {"is_active": "on", "password_to_set": "", "_save": "Save"} | changes


def test_an_account_is_closed_and_opened_again(panel: Client, ana: Viewer) -> None:
    for is_active in (False, True):
        form = person_form() if is_active else {"password_to_set": "", "_save": "Save"}
        assert panel.post(path(User, ana.id, "change"), form).status_code == 302
        assert User.objects.get(pk=ana.id).is_active is is_active


def test_what_one_may_not_do_to_somebody_is_said(panel: Client, ana: Viewer, staff: Viewer) -> None:
    chief = people.viewer("Chief", is_staff=True)
    for user_id, form, complaint in (
        (chief.id, person_form(is_active=""), "Only superusers"),
        (ana.id, person_form(is_staff="on"), "Only superusers"),
        (staff.id, person_form(is_active="", is_staff="on"), "your own account"),
        (ana.id, person_form(password_to_set="12345678"), "too common"),
    ):
        before = all_rows()
        response = panel.post(path(User, user_id, "change"), form)
        assert complaint in unescape(response.content.decode())
        assert all_rows() == before


def test_of_a_form_that_is_refused_in_part_nothing_is_done(panel: Client, ana: Viewer, staff: Viewer) -> None:
    User.objects.filter(pk=staff.id).update(is_superuser=True)
    before = all_rows()
    response = panel.post(path(User, ana.id, "change"), person_form(is_staff="on", password_to_set="12345678"))
    assert "too common" in unescape(response.content.decode())
    assert all_rows() == before


def test_a_password_is_set_and_shown_nowhere(panel: Client, ana: Viewer) -> None:
    form = person_form(password_to_set="eight glasses of tea")
    assert panel.post(path(User, ana.id, "change"), form).status_code == 302
    assert User.objects.get(pk=ana.id).check_password("eight glasses of tea")
    assert tables_with("eight glasses") == set()


def test_an_account_is_deleted_as_by_its_owner_also_when_it_is_closed(
    panel: Client, tea: int, ana: Viewer, staff: Viewer
) -> None:
    gone = people.viewer("Gooseberry")
    enter(gone, "tea")
    say(gone, tea, "salam")
    act(panel, Membership, "mute", membership(tea, gone).pk)
    log_ins.record(user_id=gone.id, name="", origin="192.0.2.7", way=log_ins.Way.SESSION)
    panel.post(path(User, gone.id, "change"), {"password_to_set": "", "_save": "Save"})
    panel.post(path(User, gone.id, "delete"), {"post": "yes"})
    assert happened(tea)[-1] == "MemberLeft"
    assert tables_with("ooseberry") == set()
    assert LogEntry.objects.count() == 3, "what was done is still known"
    assert shown(panel, path(User, gone.id, "change"))


def test_a_refusal_ends_what_was_asked_for_and_says_how_far_it_came(
    panel: Client, tea: int, ana: Viewer, babak: Viewer, clara: Viewer
) -> None:
    enter(clara)
    rows = [membership(tea, who) for who in (babak, ana, clara)]  # the second is the only owner
    page = act(panel, Membership, "make_member", *(row.pk for row in rows), *[rows[0].pk])
    assert "Ana in tea: A room has an owner: give it another one first. 0 were done before." in page
    page = act(panel, Membership, "mute", *(row.pk for row in rows))
    assert "Done, for 3." in page


def test_too_often_is_said_and_nothing_more(panel: Client, tea: int, ana: Viewer, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "send": Rate(burst=3, per_second=0.001)}
    messages = [say(ana, tea).message.id for _ in range(3)]
    messages.append(messages[0])
    settings.RATES = {**settings.RATES, "send": Rate(burst=2, per_second=0.001)}
    page = act(panel, Message, "delete_selected", *messages)
    assert "Too often" in page
    assert "2 were done before" in page
    assert "Successfully" not in page
    assert Message.objects.filter(deleted_at=None).count() == 1


def test_no_action_is_done_to_more_than_a_page(panel: Client, tea: int, ana: Viewer, settings: Settings) -> None:
    for _ in range(settings.PANEL_PAGE_SIZE + 1):
        say(ana, tea)
    some = Message.objects.earliest("pk").pk
    page = act(panel, Message, "delete_selected", some, select_across="1")
    assert f"At most {settings.PANEL_PAGE_SIZE}" in page
    assert not Message.objects.exclude(deleted_at=None).exists()
