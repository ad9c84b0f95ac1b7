"""The panel shows what is there, to staff alone, and in few queries."""

import re

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backend.accounts import log_ins, tokens
from backend.accounts.credentials import Viewer
from backend.accounts.models import PersonalToken, User
from backend.chat import invitations, moderation
from backend.chat.models import Invitation, Membership, Message, Room, RoomEvent
from backend.chat.moderation import ModerationAction
from tests.accounts.tables import all_rows
from tests.chat.admin.visit import LISTED, act, fill, path, shown
from tests.chat.steps import enter, make_private, say

pytestmark = pytest.mark.django_db


# --- Who comes in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", LISTED)
def test_whoever_is_no_staff_is_asked_to_log_in(model: type[Model], ana: Viewer, client: Client) -> None:
    for _ in ("nobody", "Ana"):
        response = client.get(path(model), follow=True)
        assert response.redirect_chain[-1][0].startswith("/admin/login/")
        client.force_login(User.objects.get(pk=ana.id))


def test_what_is_listed_is_all_that_there_is(panel: Client) -> None:
    assert {*admin.site._registry} == {*LISTED}
    page = shown(panel, "/admin/")
    for model in LISTED:
        assert path(model) in page


@pytest.mark.parametrize("model", LISTED)
def test_nothing_is_added_by_hand(model: type[Model], panel: Client) -> None:
    before = all_rows()
    assert panel.get(path(model, "add")).status_code == 403
    assert panel.post(path(model, "add"), {}).status_code == 403
    assert all_rows() == before


# --- What is shown --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", LISTED)
def test_a_list_takes_as_many_queries_however_long_it_is(
    model: type[Model], panel: Client, tea: int, ana: Viewer
) -> None:
    counts = []
    for names in (range(1), range(1, 8)):
        fill(tea, ana, names)
        act(panel, Message, "delete_selected", *(row.pk for row in Message.objects.filter(deleted_at=None)[:4]))
        with CaptureQueriesContext(connection) as queries:
            page = shown(panel, path(model))
        counts.append((len(queries), page.count("action-checkbox") > 3))
    assert counts[0][0] == counts[1][0] <= 10, counts


@pytest.mark.parametrize("model", [Room, User])
def test_a_page_takes_as_many_queries_however_much_is_on_it(
    model: type[Model], panel: Client, tea: int, ana: Viewer
) -> None:
    key = tea if model is Room else ana.id
    counts = []
    for names in (range(1), range(1, 8)):
        fill(tea, ana, names)
        for number in names:
            enter(ana, f"another {number}")
            tokens.create_token(user_id=ana.id, name="phone")
            log_ins.record(user_id=ana.id, name="", origin="192.0.2.7", way=log_ins.Way.PANEL)
        ContentType.objects.clear_cache()
        with CaptureQueriesContext(connection) as queries:
            shown(panel, path(model, key, "change"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_a_page_of_each_kind_opens(panel: Client, tea: int, ana: Viewer) -> None:
    fill(tea, ana, range(1))
    act(panel, Message, "delete_selected", Message.objects.earliest("pk").pk)
    for model in LISTED:
        key = model._default_manager.latest("pk").pk
        shown(panel, path(model, key, "change"))
        shown(panel, path(model, key, "history"))


def test_a_room_s_page_has_the_newest_of_what_was_said_and_no_more(
    panel: Client, tea: int, ana: Viewer, settings: Settings
) -> None:
    settings.PANEL_INLINE_SIZE = 3
    for number in range(5):
        say(ana, tea, f"message {number}")
    page = shown(panel, path(Room, tea, "change"))
    assert re.findall(r"message \d", page) == ["message 4", "message 3", "message 2"]


def test_rooms_and_people_are_listed_with_how_much_they_have(
    panel: Client, tea: int, ana: Viewer, babak: Viewer
) -> None:
    for _ in range(3):
        say(babak, tea)
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.BAN)
    page = shown(panel, f"{path(Room)}?q=tea")
    counts = dict(re.findall(r'class="field-(members|bans|message_count)">(\d+)<', page))
    assert counts == {"members": "1", "bans": "1", "message_count": "3"}
    page = shown(panel, f"{path(User)}?q=babak")
    assert re.findall(r'class="field-(rooms|messages)">(\d+)<', page) == [("rooms", "1"), ("messages", "3")]


@pytest.mark.parametrize(
    ("model", "query", "found"),
    [
        (User, "BABAK", 1),
        (User, "Ｂabak", 1),
        (User, "nobody", 0),
        (Room, "TEA", 1),
        (Room, "else", 1),
        (Membership, "babak", 2),
        (Membership, "babak tea", 1),
        (Message, "ana", 1),
        (Message, "gooseberry", 1),
        (Message, "rose-hip", 0),
        (Message, "tea://jam", 1),
        (Message, "a/b", 0),
        (RoomEvent, "elsewhere", 2),
        (PersonalToken, "phone", 1),
    ],
)
def test_a_list_is_searched_by_names_as_they_fold_and_by_what_was_said_in_public(
    model: type[Model], query: str, found: int, panel: Client, tea: int, ana: Viewer, babak: Viewer
) -> None:
    say(ana, tea, "gooseberry jam: tea://jam")
    hidden = Room.objects.get(address="elsewhere").pk
    say(babak, hidden, "rose-hip jam")
    make_private(hidden)
    tokens.create_token(user_id=ana.id, name="phone")
    assert f"{found} result" in shown(panel, f"{path(model)}?q={query}")


def test_what_was_said_in_a_private_room_is_not_shown_and_how_to_get_in_neither(
    panel: Client, tea: int, ana: Viewer
) -> None:
    message = say(ana, tea, "gooseberry jam").message
    made = invitations.create_invitation(viewer=ana, room_id=tea)
    token, secret = tokens.create_token(user_id=ana.id, name="phone")
    User.objects.filter(pk=ana.id).update(email="ana@example.org")
    make_private(tea)
    pages = [path(model) for model in LISTED]
    pages += [path(Message, message.id, "change"), path(Room, tea, "change"), path(User, ana.id, "change")]
    pages += [path(Invitation, made.id, "change"), path(PersonalToken, token.id, "change")]
    seen = "".join(shown(panel, each) for each in pages)
    for hidden in ("gooseberry", made.code, secret, tokens.digest(secret), "ana@example.org"):
        assert hidden not in seen


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Message, "body__startswith"),
        (Invitation, "code__startswith"),
        (PersonalToken, "digest__startswith"),
        (User, "password__startswith"),
        (User, "email__contains"),
        (Room, "invitations__code__startswith"),
        (Membership, "user__password__startswith"),
    ],
)
def test_nothing_that_is_not_shown_can_be_guessed_letter_by_letter(
    model: type[Model], lookup: str, panel: Client, tea: int
) -> None:
    assert panel.get(f"{path(model)}?{lookup}=a").status_code == 400


def test_a_long_list_is_counted_no_further_than_it_has_to_be(
    panel: Client, tea: int, ana: Viewer, settings: Settings
) -> None:
    settings.PANEL_ROWS_MAX = 4
    for _ in range(6):
        say(ana, tea)
    assert "4 messages" in shown(panel, path(Message))


# --- The pages ------------------------------------------------------------------------------------------------


def test_every_page_is_under_the_policy_and_asks_nobody_else(
    panel: Client, tea: int, ana: Viewer, settings: Settings
) -> None:
    fill(tea, ana, range(1))
    act(panel, Message, "delete_selected", Message.objects.earliest("pk").pk)
    pages = ["/admin/", "/admin/password_change/", *map(path, LISTED)]
    pages += [path(model, model._default_manager.latest("pk").pk, "change") for model in LISTED]
    pages += [path(Room, tea, "delete"), path(Room, tea, "history")]
    for where in pages:
        response = panel.get(where)
        assert response["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY
        page = response.content.decode()
        assert not re.findall(r'\b(?:src|href|action)="(?:https?:)?//', page), where
        assert not re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page), where
        assert not re.findall(r"<[^>]*\son[a-z]+=", page), where
    assert Client().get("/admin/login/")["Content-Security-Policy"] == settings.CONTENT_SECURITY_POLICY
