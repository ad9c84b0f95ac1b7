"""The panel tells who kept order and how: in rooms, and in itself."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from backend import database
from backend.accounts.credentials import Viewer
from backend.accounts.models import User
from backend.chat.models import Membership, Message, Room, RoomEvent
from tests.chat.admin.visit import act, membership, path, shown
from tests.chat.steps import say

pytestmark = pytest.mark.django_db


def test_a_room_s_trail_tells_how_order_was_kept_and_by_whom(
    panel: Client, tea: int, ana: Viewer, babak: Viewer
) -> None:
    say(babak, tea, "gooseberry")
    act(panel, Message, "delete_selected", Message.objects.get().pk)
    for action in ("mute", "unmute", "make_moderator", "ban", "unban"):
        act(panel, Membership, action, membership(tea, babak).pk)
    page = shown(panel, f"{path(RoomEvent)}?room__id__exact={tea}&what=order")
    told = re.findall(r'field-what">([^<]*)<.*?field-whose">([^<]*)<.*?field-by">([^<]*)<', page, re.DOTALL)
    assert told == [
        ("was unbanned", "Babak", "Staff"),
        ("was banned", "Babak", "Staff"),
        ("was given another role", "Babak", "Staff"),
        ("was unmuted", "Babak", "Staff"),
        ("was muted", "Babak", "Staff"),
        ("message deleted", "Babak", "Staff"),
    ]
    assert "entered" in shown(panel, f"{path(RoomEvent)}?room__id__exact={tea}")


def test_what_is_done_in_the_panel_is_noted_without_names(
    panel: Client, tea: int, babak: Viewer, staff: Viewer
) -> None:
    kicked = membership(tea, babak).pk
    act(panel, Membership, "kick", kicked)
    panel.post(path(Room, tea, "delete"), {"post": "yes"})
    entries = LogEntry.objects.order_by("pk").values_list("user", "object_repr", "change_message")
    assert list(entries) == [
        (staff.id, f"member {kicked}", "Kick"),
        (staff.id, f"room {tea}", ""),
    ]
    assert abs(LogEntry.objects.latest("pk").action_time - database.now()) < timedelta(seconds=5)


def test_it_is_kept_in_english_and_shown_in_the_language_of_whoever_looks(
    panel: Client, tea: int, ana: Viewer, babak: Viewer, staff: Viewer
) -> None:
    speaks = User.objects.filter(pk=staff.id).update
    speaks(locale="ru")
    kicked = membership(tea, babak).pk
    act(panel, Membership, "kick", kicked)
    panel.post(path(User, ana.id, "change"), {"password_to_set": "eight glasses of tea", "_save": "Save"})
    panel.post(path(Room, tea, "delete"), {"post": "yes"})
    kept = list(LogEntry.objects.order_by("-pk").values_list("object_repr", "change_message"))
    assert kept == [
        (f"room {tea}", ""),
        (f"person {ana.id}", '[{"changed": {"fields": ["Active", "New password"]}}]'),
        (f"member {kicked}", "Kick"),
    ]
    told = {"ru": ("комната", "участник", "Выгнать"), "ka": ("ოთახი", "წევრი", "გაძევება")}
    for language, (room, member, kick) in told.items():
        speaks(locale=language)
        found = re.findall(r'field-what">([^<]*)<.*?field-change">([^<]*)<', shown(panel, path(LogEntry)), re.DOTALL)
        assert [found[0], found[2]] == [(f"{room} {tea}", "-"), (f"{member} {kicked}", kick)]
        assert "New password" not in found[1][1]


def test_only_so_much_of_it_is_kept(panel: Client, tea: int, babak: Viewer, settings: Settings) -> None:
    settings.PANEL_ENTRIES_MAX = 3
    for action in ("mute", "unmute") * 3:
        act(panel, Membership, action, membership(tea, babak).pk)
    assert LogEntry.objects.count() == 3
