"""The closed set of events, as they are stored: ids and facts of their own, never what they name."""

from typing import get_args

import msgspec
import pytest

from backend.accounts.credentials import Viewer
from backend.chat import events, members, messages, models
from backend.chat.events import RoomEvent, load, store
from tests.chat.steps import enter, say

EVERY: list[tuple[RoomEvent, str]] = [
    (events.MessageSent(message=1), '{"event":"message_sent","message":1}'),
    (events.MessageEdited(message=2), '{"event":"message_edited","message":2}'),
    (events.MessageDeleted(message=3, by=4), '{"event":"message_deleted","message":3,"by":4}'),
    (
        events.ReactionAdded(message=3, by=4, emoji="🍵"),
        '{"event":"reaction_added","message":3,"by":4,"emoji":"🍵"}',
    ),
    (
        events.ReactionRemoved(message=3, by=4, emoji="🍵"),
        '{"event":"reaction_removed","message":3,"by":4,"emoji":"🍵"}',
    ),
    (events.MemberJoined(member=5), '{"event":"member_joined","member":5}'),
    (
        events.MemberLeft(member=6, departure=events.Departure.LEFT),
        '{"event":"member_left","member":6,"departure":"left"}',
    ),
    (events.MemberChanged(member=7, by=8), '{"event":"member_changed","member":7,"by":8}'),
    (
        events.MemberChanged(member=7, by=8, change=events.Change.MUTED),
        '{"event":"member_changed","member":7,"by":8,"change":"muted"}',
    ),
    (events.RoomChanged(by=8), '{"event":"room_changed","by":8}'),
    (events.RoomDeleted(by=9), '{"event":"room_deleted","by":9}'),
]


@pytest.mark.parametrize(("event", "stored"), EVERY)
def test_an_event_is_stored_in_words_that_do_not_change_and_read_back(event: RoomEvent, stored: str) -> None:
    assert store(event) == stored
    assert load(stored) == event


def test_none_is_forgotten_above() -> None:
    assert {type(event) for event, _ in EVERY} == set(get_args(RoomEvent))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "{}",
        "[]",
        '{"event":"room_burnt"}',
        '{"event":"message_sent"}',
        '{"event":"message_sent","message":"1"}',
    ],
)
def test_what_is_no_event_is_not_taken_for_one(data: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        load(data)


@pytest.mark.django_db
def test_the_log_holds_ids_and_never_what_people_wrote_or_are_called(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana, "tea")
    enter(babak)
    message = say(babak, room_id, "gooseberry jam").message
    messages.edit_message(viewer=babak, message_id=message.id, body="rose-hip jam")
    messages.delete_message(viewer=ana, message_id=message.id)
    members.leave_room(viewer=ana, room_id=room_id)
    stored = " ".join(models.RoomEvent.objects.values_list("data", flat=True))
    for word in ("jam", "tea", "Ana", "Babak"):
        assert word not in stored
