"""Visiting the panel: its pages, and what is done there."""

from html import unescape

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client

from backend import rates
from backend.accounts import log_ins, tokens
from backend.accounts.credentials import Viewer
from backend.accounts.models import LogIn, PersonalToken, User
from backend.chat import invitations, moderation
from backend.chat.models import Ban, Invitation, Membership, Message, Room, RoomEvent
from backend.chat.moderation import ModerationAction
from tests.accounts import people
from tests.chat.steps import enter, say

LISTED = (User, PersonalToken, LogIn, LogEntry, Room, Membership, Ban, Invitation, Message, RoomEvent)


def path(model: type[Model], *rest: object) -> str:
    return "/".join(["/admin", model._meta.app_label, str(model._meta.model_name), *map(str, rest), ""])


def shown(client: Client, where: str) -> str:
    response = client.get(where)
    assert response.status_code == 200, where
    return unescape(response.content.decode())


def act(client: Client, model: type[Model], action: str, *rows: int, **more: object) -> str:
    """Do this to the chosen rows of a list; the page that comes after it."""
    data = {"action": action, "_selected_action": rows, "post": "yes", **more}
    response = client.post(path(model), data, follow=True)
    assert response.status_code == 200
    return unescape(response.content.decode())


def membership(room_id: int, who: Viewer) -> Membership:
    return Membership.objects.get(room=room_id, user=who.id)


def fill(tea: int, ana: Viewer, names: range) -> None:
    """Something of everything, for each of these numbers."""
    for number in names:
        guest = people.viewer(f"Guest {number}")
        rates.forget()
        room_id = enter(guest, f"room {number}")
        enter(guest, "tea")
        say(guest, tea, f"I am {number}")
        say(guest, room_id)
        tokens.create_token(user_id=guest.id, name="phone")
        log_ins.record(user_id=guest.id, name="", origin="192.0.2.7", way=log_ins.Way.PANEL)
        invitations.create_invitation(viewer=ana, room_id=tea, invitee_id=guest.id)
        moderation.moderate_member(viewer=ana, room_id=tea, user_id=guest.id, action=ModerationAction.BAN)
