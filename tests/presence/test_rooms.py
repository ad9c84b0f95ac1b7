"""The list of public rooms, those with people in them first, and what is read of it for those who watch."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import listing
from backend.chat import rooms as chat_rooms
from backend.chat.pages import Window
from backend.chat.rooms import Changes
from backend.errors import Invalid, Unauthenticated
from backend.presence import lobby, rosters
from backend.presence.models import Roster
from backend.presence.rosters import Seat
from tests.accounts import people
from tests.chat.steps import enter, make_private, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana() -> Viewer:
    return people.viewer("Ana")


def occupy(room_id: int, number: int = 1) -> None:
    """So many people are online there from now on."""
    known = Roster.objects.filter(pk=room_id).first() or Roster(pk=room_id)
    Roster.objects.update_or_create(
        pk=room_id, defaults={"people": number, "version": known.version + 1, "changed_at": database.now()}
    )


def everything(viewer: Viewer, matching: str | None = None) -> list[int]:
    page = lobby.rooms(reader=viewer, matching=matching, window=Window(first=100))
    return [each.room.id for each in page.items]


# --- The list -------------------------------------------------------------------------------------------------


def test_rooms_with_people_in_them_come_first_and_the_newest_of_each_kind(ana: Viewer) -> None:
    a, b, c, d, secret = [enter(ana, address) for address in ("a", "b", "c", "d", "secret")]
    make_private(secret)
    for room_id, number in ((a, 1), (c, 9), (d, 0), (secret, 3)):
        occupy(room_id, number)
    assert everything(ana) == [c, a, d, b]
    assert everything(ana, "A") == [a]
    assert everything(ana, "secret") == []


def test_page_by_page_they_are_the_same(ana: Viewer) -> None:
    room_ids = [enter(ana, f"room {number}") for number in range(9)]
    for room_id in room_ids[::2]:
        occupy(room_id)
    for size in (1, 2, 4, 5, 9, 10):
        found: list[int] = []
        window = Window(first=size)
        while True:
            page = lobby.rooms(reader=ana, matching=None, window=window)
            found += [each.room.id for each in page.items]
            assert page.has_previous is (window.after is not None)
            if not page.has_next:
                break
            assert len(page.items) == size
            window = Window(first=size, after=page.items[-1].key)
        assert found == everything(ana)


def test_no_room_that_stays_as_it_is_is_skipped_or_repeated_while_others_come_and_go(ana: Viewer) -> None:
    room_ids = [enter(ana, f"room {number}") for number in range(12)]
    for room_id in room_ids[:6]:
        occupy(room_id)
    steady = {room_ids[0], room_ids[5], room_ids[6], room_ids[11]}
    moving = [each for each in room_ids if each not in steady]
    found: list[int] = []
    after = None
    for turn in range(30):
        page = lobby.rooms(reader=ana, matching=None, window=Window(first=1, after=after))
        if not page.items:
            break
        found += [each.room.id for each in page.items]
        after = page.items[-1].key
        for number, room_id in enumerate(moving):
            occupy(room_id, (turn + number) % 2)
        enter(ana, f"another {turn}")
    assert [each for each in found if each in steady] == [room_ids[5], room_ids[0], room_ids[11], room_ids[6]]


def test_who_is_not_logged_in_sees_none_and_a_page_has_an_end(ana: Viewer) -> None:
    with pytest.raises(Unauthenticated):
        lobby.rooms(reader=None, matching=None, window=Window())
    with pytest.raises(Invalid):
        lobby.rooms(reader=ana, matching=None, window=Window(first=settings.PAGE_MAX_SIZE + 1))
    assert lobby.rooms(reader=ana, matching=None, window=Window(first=0)).items == []


# --- For those who watch --------------------------------------------------------------------------------------


def test_what_has_happened_since_a_mark_is_found_whatever_it_was(ana: Viewer) -> None:
    said, occupied, quiet, secret = [enter(ana, address) for address in ("said", "occupied", "quiet", "secret")]
    make_private(secret)
    for room_id in (occupied, quiet):
        occupy(room_id)
    long_ago = database.now() - timedelta(hours=1)
    Roster.objects.update(changed_at=long_ago)
    begin = lobby.mark()
    assert lobby.sweep(begin).states == {}
    for room_id in (said, secret):
        say(ana, room_id)
    for room_id in (occupied, secret):
        occupy(room_id, 2)
    swept = lobby.sweep(begin)
    assert swept.states == {said: (2, 0), occupied: (1, 2)}
    assert swept.mark.event > begin.event
    assert swept.mark.at >= begin.at


def test_a_sweep_that_finds_too_many_says_so(ana: Viewer, settings: Settings) -> None:
    begin = lobby.mark()
    settings.LOBBY_BACKLOG = 2
    for number in range(5):
        enter(ana, f"room {number}")
    swept = lobby.sweep(begin)
    assert len(swept.states) == 3
    assert swept.too_many
    settings.LOBBY_BACKLOG = 5
    assert not lobby.sweep(begin).too_many


def test_so_does_one_that_finds_people_in_too_many_rooms(ana: Viewer, settings: Settings) -> None:
    room_ids = [enter(ana, f"room {number}") for number in range(5)]
    begin = lobby.mark()
    for room_id in room_ids:
        occupy(room_id)
    settings.LOBBY_BACKLOG = 4
    assert lobby.sweep(begin).too_many
    settings.LOBBY_BACKLOG = 5
    assert not lobby.sweep(begin).too_many


def test_private_and_deleted_rooms_take_no_place_of_a_public_one(ana: Viewer, settings: Settings) -> None:
    settings.LOBBY_BACKLOG = 2
    hidden, public = [enter(ana, f"hidden {number}") for number in range(6)], enter(ana, "public")
    for room_id in hidden[1:]:
        make_private(room_id)
    chat_rooms.delete_room(viewer=ana, room_id=hidden[0])
    begin = lobby.mark()
    for room_id in (*hidden[:3], public, *hidden[3:]):
        occupy(room_id)
    swept = lobby.sweep(begin)
    assert swept.states.keys() == {public}
    assert not swept.too_many


def test_who_comes_and_goes_is_hinted_at_in_public_rooms_alone(ana: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    public, secret, gone = [enter(ana, address) for address in ("public", "secret", "gone")]
    make_private(secret)
    chat_rooms.delete_room(viewer=ana, room_id=gone)
    hinted: list[int] = []
    monkeypatch.setattr(listing, "changed", hinted.append)
    touched = (public, secret, gone)
    rosters.write(
        "a process", is_held=False, come=[Seat(public, ana.id), Seat(secret, ana.id)], gone=(), touched=touched
    )
    assert rosters.versions(touched) == dict.fromkeys(touched, 1)
    assert hinted == [public]


def test_rooms_are_looked_at_with_their_counts_in_a_few_queries(ana: Viewer) -> None:
    room_ids = [enter(ana, f"room {number}") for number in range(10)]
    enter(people.viewer("Babak"), "room 0")
    occupy(room_ids[1], 3)
    make_private(room_ids[2])
    with CaptureQueriesContext(connection) as queries:
        seen = lobby.look(room_ids, database.now())
    assert len(queries) <= 5
    found = {each.room.id: each for each in seen.listed}
    assert found.keys() == {*room_ids} - {room_ids[2]}
    assert [found[each].member_count for each in room_ids[:2]] == [2, 1]
    assert [found[each].online_count for each in room_ids[:2]] == [0, 3]
    assert [found[each].state for each in room_ids[:2]] == [(2, 0), (1, 1)]
    assert seen.off == []


def test_a_room_that_is_taken_off_is_seen_to_be_off(ana: Viewer) -> None:
    tea, coffee = enter(ana, "tea"), enter(ana, "coffee")
    since = database.now()
    chat_rooms.update_room(viewer=ana, room_id=tea, changes=Changes(is_private=True))
    chat_rooms.delete_room(viewer=ana, room_id=coffee)
    seen = lobby.look([tea, coffee], since)
    assert seen.listed == []
    assert [off.room_id for off in seen.off] == [tea, coffee]
