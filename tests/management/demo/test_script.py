"""The script can be played: who speaks is there, and what is answered has been said."""

import pytest

from backend.chat import reactions
from backend.management.demo import script
from backend.management.demo.script import Line, Room

PEOPLE = {person.username for person in script.read().people}


@pytest.fixture(params=script.read().rooms, ids=lambda room: room.address)
def room(request: pytest.FixtureRequest) -> Room:
    found: Room = request.param
    return found


def test_four_languages_are_spoken() -> None:
    assert {person.locale for person in script.read().people} == {"en", "fa", "ru", "ka"}


def test_those_who_are_in_a_room_are_people_of_the_script_and_not_its_guest(room: Room) -> None:
    assert set(room.people) <= PEOPLE
    assert len(room.people) == len(set(room.people)) > 1
    assert script.read().guest.username not in PEOPLE


def test_what_is_answered_was_said_before_in_the_same_scene(room: Room) -> None:
    for scene in (room.lines, *room.scenes):
        for at, line in enumerate(scene):
            assert not line.answers or line.answers in [each.id for each in scene[:at]]


def test_nothing_is_said_twice_by_the_same_person(room: Room) -> None:
    keys = [line.key for line in room.lines]
    assert len(keys) == len(set(keys))


def test_reactions_are_emoji_in_the_form_in_which_they_are_kept(room: Room) -> None:
    lines = [*room.lines, *(line for scene in room.scenes for line in scene)]
    for emoji in {emoji for line in lines for emoji in line.reactions}:
        assert reactions.check_emoji(emoji) == emoji


def test_a_key_is_that_of_a_person_and_what_they_send() -> None:
    line = Line(by="nino", body="tea")
    assert line.key == Line(by="nino", body="Tea!", at_first="tea", reactions={"☕": ["olga"]}).key
    assert line.key not in (Line(by="olga", body="tea").key, Line(by="nino", body="coffee").key)
    assert len(line.key) <= 64
