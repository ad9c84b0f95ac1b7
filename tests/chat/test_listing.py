"""The list of public rooms: what changes there is hinted at, and found without a hint too; of private rooms nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import listing, members, messages, moderation, rooms
from backend.chat.moderation import ModerationAction
from backend.chat.rooms import Changes
from tests.chat.steps import append_one, enter, make_private, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rooms of the hints, each of which goes out."""
    room_ids: list[int] = []
    monkeypatch.setattr(listing, "changed", room_ids.append)
    return room_ids


def set_privacy(viewer: Viewer, room_id: int, *, is_private: bool) -> None:
    rooms.update_room(viewer=viewer, room_id=room_id, changes=Changes(is_private=is_private))


# --- Hints ----------------------------------------------------------------------------------------------------


def test_whatever_changes_in_a_public_room_is_hinted_at(
    ana: Viewer, babak: Viewer, clara: Viewer, hinted: list[int]
) -> None:
    room_id = enter(ana)
    enter(babak)
    message = say(ana, room_id).message
    steps: list[Callable[[], object]] = [
        lambda: messages.edit_message(viewer=ana, message_id=message.id, body="another"),
        lambda: rooms.update_room(viewer=ana, room_id=room_id, changes=Changes(title="another")),
        lambda: moderation.moderate_member(viewer=ana, room_id=room_id, user_id=babak.id, action=ModerationAction.KICK),
        lambda: enter(clara),
        lambda: members.leave_room(viewer=clara, room_id=room_id),
        lambda: set_privacy(ana, room_id, is_private=True),
        lambda: set_privacy(ana, room_id, is_private=False),
        lambda: rooms.delete_room(viewer=ana, room_id=room_id),
    ]
    assert hinted == [room_id] * 3
    for step in steps:
        hinted.clear()
        step()
        assert hinted == [room_id]


def test_what_happens_in_a_private_room_is_not_hinted_at(ana: Viewer, tea: int, hinted: list[int]) -> None:
    make_private(tea)
    hinted.clear()
    say(ana, tea)
    members.leave_room(viewer=ana, room_id=tea)
    assert hinted == []


def test_of_a_busy_room_there_is_a_hint_now_and_then(tea: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for a change that is sure to be seen by whoever heard the one before: they wait longer than that."""
    hints: list[tuple[str, bytes]] = []
    monkeypatch.setattr("backend.hub.publish", lambda topic, hint: hints.append((topic, hint)))
    listing.forget_hints()
    now = 1000.0
    monkeypatch.setattr(listing._hints, "_clock", lambda: now)
    for _ in range(30):
        append_one(tea)
        now += settings.LOBBY_INTERVAL / 10
    of_the_list = [hint for topic, hint in hints if topic == listing.TOPIC]
    assert of_the_list == [str(tea).encode()] * 6


# --- Without them ---------------------------------------------------------------------------------------------


def test_where_something_has_happened_is_found_without_a_hint(ana: Viewer, babak: Viewer, tea: int) -> None:
    coffee, secret = enter(ana, "coffee"), enter(ana, "secret")
    make_private(secret)
    before = listing.last_event()
    assert listing.happened_in(before, 10) == []
    for room_id in (tea, tea, secret):
        say(ana, room_id)
    assert listing.happened_in(before, 10) == [tea]
    say(ana, coffee)
    assert set(listing.happened_in(before, 10)) == {tea, coffee}
    assert len(listing.happened_in(before, 1)) == 1
    assert listing.happened_in(listing.last_event(), 10) == []


def test_before_anything_has_happened_the_last_event_is_none(db: None) -> None:
    assert listing.last_event() == 0


def a_moment_ago() -> datetime:
    """Before all that happens from now on: a database may know the same time twice."""
    return database.now() - timedelta(milliseconds=10)


def off(since: datetime) -> list[int]:
    return [each.room_id for each in listing.taken_off(since, 10)]


def test_what_was_public_and_is_no_more_is_known_and_no_other_private_room_is(ana: Viewer, tea: int) -> None:
    start = a_moment_ago()
    coffee, secret = enter(ana, "coffee"), enter(ana, "secret")
    make_private(secret)  # as if it had been so for ever
    assert off(start) == []
    set_privacy(ana, coffee, is_private=True)
    assert off(start) == [coffee]
    set_privacy(ana, coffee, is_private=False)
    assert off(start) == []
    rooms.delete_room(viewer=ana, room_id=coffee)
    assert off(start) == [coffee]
    rooms.delete_room(viewer=ana, room_id=secret)
    assert off(start) == [coffee]
    [each] = listing.taken_off(start, 10)
    assert each.since is not None
    assert off(each.since) == []
    set_privacy(ana, tea, is_private=True)
    assert off(start) == [coffee, tea]
    assert len(listing.taken_off(start, 1)) == 1


def test_what_happens_in_a_room_after_it_was_made_private_takes_it_off_no_second_time(ana: Viewer, tea: int) -> None:
    start = a_moment_ago()
    set_privacy(ana, tea, is_private=True)
    [first] = listing.taken_off(start, 10)
    say(ana, tea)
    rooms.update_room(viewer=ana, room_id=tea, changes=Changes(title="another"))
    rooms.delete_room(viewer=ana, room_id=tea)
    assert listing.taken_off(start, 10) == [first]


def test_of_some_rooms_those_are_told_that_are_on_the_list(ana: Viewer, tea: int) -> None:
    secret = enter(ana, "secret")
    make_private(secret)
    assert [room.id for room in listing.rooms_on_it([tea, secret, 99_999])] == [tea]
