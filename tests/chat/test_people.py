"""Changing one's profile: told in every room that one is in, in one transaction, and yesterday's name is gone."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.users import Changes
from backend.chat import event_log, events, members, messages, models, people
from backend.chat.people import Stats
from backend.chat.room_log import RoomLog
from backend.errors import Conflict, DomainError, Invalid, Unauthenticated
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import delete_account, enter, happened, log, make_private, say

pytestmark = pytest.mark.django_db


def update(viewer: Viewer, **changes: Any) -> users.Account:
    return people.update_profile(viewer=viewer, changes=Changes(**changes))


def test_everything_may_change_at_once(ana: Viewer) -> None:
    account = update(
        ana, username=" Anahit ", display_name=" Ana M. ", bio="Tea\nonly", email="a@example.org", locale="ka"
    )
    assert (account.person.username, account.person.display_name) == ("Anahit", "Ana M.")
    assert (account.email, account.locale) == ("a@example.org", "ka")
    assert users.profiles([ana.id])[ana.id].bio == "Tea\nonly"
    assert users.find("ANAHIT") == account.person
    assert users.find("Ana") is None


def test_another_name_is_an_event_in_every_room_that_shows_it_and_in_no_other(
    ana: Viewer, babak: Viewer, tea: int
) -> None:
    """One that was left shows it too, beside what was said there."""
    coffee, left = enter(ana, "coffee"), enter(ana, "left")
    enter(babak, "left")
    members.leave_room(viewer=ana, room_id=left)
    before = {room: len(log(room)) for room in models.Room.objects.values_list("pk", flat=True)}
    update(ana, display_name="Ana of the tea house")
    assert {room for room, length in before.items() if len(log(room)) > length} == {tea, coffee, left}
    last = log(tea)[-1]
    assert isinstance(last.event, events.MemberChanged)
    assert last.member is not None
    assert last.member.person.display_name == "Ana of the tea house"
    assert last.by == last.member.person


def test_what_others_do_not_see_or_saw_before_is_no_event(ana: Viewer, tea: int) -> None:
    before = happened(tea)
    update(ana, email="ana@example.org", locale="fa")
    update(ana, display_name="", username="Ana", bio="")
    assert happened(tea) == before


def test_another_bio_is_told_like_another_name(ana: Viewer, tea: int) -> None:
    before = happened(tea)
    update(ana, bio="Tea")
    assert happened(tea) == [*before, "MemberChanged"]


def test_the_event_of_another_name_takes_all_older_ones_out_of_memory(ana: Viewer, babak: Viewer, tea: int) -> None:
    update(ana, display_name="A.")
    [entry] = RoomLog().read(event_log.topic(tea), log(tea)[-1].seq - 1, 1)
    assert (entry.erases, entry.subject, entry.ends) == (True, None, None)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"username": ""}, [("username", "REQUIRED")]),
        ({"username": "~7"}, [("username", "MALFORMED")]),
        ({"display_name": "a" * 65}, [("displayName", "TOO_LONG")]),
        ({"display_name": "\u200b"}, [("displayName", "MALFORMED")]),
        ({"bio": "a" * 501}, [("bio", "TOO_LONG")]),
        ({"bio": "\0"}, [("bio", "MALFORMED")]),
        ({"email": "ana"}, [("email", "MALFORMED")]),
        ({"locale": "xx"}, [("locale", "UNSUPPORTED")]),
        ({"bio": "\0", "email": "ana"}, [("bio", "MALFORMED"), ("email", "MALFORMED")]),
    ],
)
def test_what_cannot_be_is_refused_with_all_its_fields_and_changes_nothing(
    changes: dict[str, str], wrong: list[tuple[str, str]], ana: Viewer, tea: int
) -> None:
    before = all_rows()
    with pytest.raises(Invalid) as refused:
        update(ana, **changes)
    assert [(each.path[0], each.code) for each in refused.value.fields] == wrong
    assert all_rows() == before


def test_a_name_that_is_taken_is_a_conflict_and_tells_no_room(ana: Viewer, babak: Viewer, tea: int) -> None:
    before = all_rows()
    with pytest.raises(Conflict):
        update(ana, username="BABAK", display_name="B.")
    assert all_rows() == before


@pytest.mark.usefixtures("transactional_db")
def test_of_people_who_want_one_name_at_the_same_moment_one_gets_it(
    ana: Viewer, babak: Viewer, clara: Viewer, published: Published
) -> None:
    room_id = enter(ana)
    for other in (babak, clara):
        enter(other)
    results = at_once([partial(update, viewer, username="tea") for viewer in (ana, babak, clara)])
    assert sorted(isinstance(each, DomainError) for each in results) == [False, True, True]
    assert happened(room_id).count("MemberChanged") == 1


@pytest.mark.usefixtures("transactional_db")
def test_a_name_that_changes_while_its_owner_speaks_and_enters_leaves_no_hole(ana: Viewer, babak: Viewer) -> None:
    rooms = [enter(babak, f"room {number}") for number in range(3)]
    for number in range(2):
        enter(ana, f"room {number}")
    calls: list[Callable[[], object]] = [
        *(partial(update, ana, display_name=f"Ana {number}") for number in range(3)),
        *(partial(say, ana, room, key="k") for room in rooms[:2]),
        partial(members.enter_room, viewer=ana, address="room 2"),
    ]
    at_once(calls)
    for room in rooms:
        assert [each.seq for each in log(room)] == list(range(1, len(log(room)) + 1))


def test_nobody_changes_an_account_that_is_no_more(ana: Viewer) -> None:
    delete_account(ana)
    before = all_rows()
    with pytest.raises(Unauthenticated):
        update(ana, display_name="Ana again")
    assert all_rows() == before
    assert users.find("Ana") is None
    assert users.find(f"~{ana.id}") is None


def test_stats_count_what_is_public_and_not_deleted(ana: Viewer, babak: Viewer, tea: int) -> None:
    say(ana, tea)
    messages.delete_message(viewer=ana, message_id=say(ana, tea).message.id)
    private = enter(ana, "private")
    say(ana, private)
    make_private(private)
    assert people.stats([ana.id, babak.id]) == {
        ana.id: Stats(messages=1, rooms=1),
        babak.id: Stats(messages=0, rooms=2),
    }
