"""What some say in a room at the same time: sent in one transaction, and to each what came of their own."""

from collections.abc import Callable, Sequence

import pytest
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, messages, models, room_log, rooms
from backend.chat.cursors import Cursor
from backend.chat.drafts import Draft
from backend.chat.mentions import mentioned
from backend.chat.messages import Accepted
from backend.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backend.limits import Rate
from tests.accounts import people
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import KEY, append_one, enter, log, say, set_role

pytestmark = pytest.mark.django_db


def draft(
    viewer: Viewer, body: str = "Salaam", key: str = KEY, *, to: int | None = None, files: Sequence[int] = ()
) -> Draft:
    return Draft(viewer=viewer, body=body, key=key, reply_to=to, attachment_ids=files)


def accepted(results: Sequence[Accepted | Exception]) -> list[Accepted]:
    return [each for each in results if isinstance(each, Accepted)]


@pytest.fixture
def crowd(tea: int) -> list[Viewer]:
    """Eight who are in the room of Ana and Babak, too."""
    guests = [people.viewer(f"guest{number}") for number in range(8)]
    for guest in guests:
        enter(guest)
    return guests


def statements(run: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        run()
    return [query["sql"] for query in captured]


def test_many_take_as_many_statements_as_one(tea: int, crowd: list[Viewer]) -> None:
    alone = statements(lambda: messages.send_messages(tea, [draft(crowd[0], key="alone")]))
    together = statements(lambda: messages.send_messages(tea, [draft(guest) for guest in crowd]))
    assert len(together) == len(alone)


@pytest.mark.usefixtures("transactional_db")
def test_it_comes_to_what_it_would_have_come_to_one_after_the_other(
    ana: Viewer, tea: int, crowd: list[Viewer], published: Published
) -> None:
    head, before = log(tea)[-1].seq, say(ana, tea, "Who is there?")
    published.clear()
    results = accepted(messages.send_messages(tea, [draft(guest, guest_says) for guest, guest_says in said(crowd)]))
    assert [(each.message.author.id, each.message.body) for each in results] == [(g.id, b) for g, b in said(crowd)]
    assert [each.message.seq for each in results] == list(range(head + 2, head + 2 + len(crowd)))
    events = log(tea)[-len(crowd) :]
    assert [event_log.cursor(each) for each in events] == [each.cursor for each in results]
    assert [each.message for each in events] == [each.message for each in results]
    assert [room_log.RoomLog().decode(hint).seq for _, hint in published] == [each.seq for each in events]
    rows = models.Message.objects.filter(room=tea).order_by("seq")
    assert [row.number for row in rows] == list(range(1, len(crowd) + 2))
    unread = [unread_by(guest, tea) for guest in crowd]
    assert unread == list(reversed(range(len(crowd)))), "whoever speaks has read what was said before"
    assert unread_by(ana, tea) == len(crowd)
    assert before.message.version < results[0].message.version


def said(crowd: list[Viewer]) -> list[tuple[Viewer, str]]:
    return [(guest, f"{number}, I am here") for number, guest in enumerate(crowd)]


def unread_by(viewer: Viewer, room_id: int) -> int:
    own = rooms.own_memberships(viewer=viewer, room_ids=[room_id])[room_id]
    assert own is not None
    return own.unread_count


@pytest.mark.usefixtures("transactional_db")
def test_what_one_is_refused_takes_nothing_from_the_others(
    ana: Viewer, babak: Viewer, tea: int, crowd: list[Viewer], published: Published
) -> None:
    retried = say(crowd[0], tea, "Once", key=KEY)
    say(crowd[1], tea, "Once", key=KEY)
    elsewhere = say(ana, enter(ana, "coffee"))
    stranger = people.viewer("Stranger")
    published.clear()
    head = log(tea)[-1].seq
    results = messages.send_messages(
        tea,
        [
            draft(ana, "The first"),
            draft(crowd[0], "Once"),
            draft(crowd[1], "Twice"),
            draft(crowd[2], ""),
            draft(babak, "The second"),
            draft(crowd[3], to=elsewhere.message.id),
            draft(stranger),
            draft(crowd[4], files=[12345]),
            draft(crowd[5], "The third", to=retried.message.id),
        ],
    )
    told = [each if isinstance(each, Accepted) else type(each) for each in results]
    again = Accepted(message=retried.message, cursor=retried.cursor, duplicate=True)
    first, second, third = (each for each in accepted(results) if not each.duplicate)
    assert told == [first, again, Conflict, Invalid, second, NotFound, Forbidden, NotFound, third]
    assert [each.message.seq for each in (first, second, third)] == [head + 1, head + 2, head + 3]
    assert [logged.message and logged.message.body for logged in log(tea)[head:]] == [
        "The first",
        "The second",
        "The third",
    ]
    assert len(published) == 3
    room = models.Room.objects.get(pk=tea)
    assert (room.head, room.message_count) == (head + 3, 5)
    assert third.cursor == str(Cursor(tea, room.head, room.head_tag))
    assert append_one(tea) == head + 4


def test_if_nobody_may_send_nothing_changes(tea: int, crowd: list[Viewer], published: Published) -> None:
    strangers = [people.viewer(f"stranger{number}") for number in range(3)]
    published.clear()
    before = all_rows()
    results = messages.send_messages(tea, [draft(stranger) for stranger in strangers])
    assert [type(each) for each in results] == [Forbidden] * 3
    assert all_rows() == before
    assert published == []


def test_of_a_room_that_is_not_there_all_are_told_so(crowd: list[Viewer]) -> None:
    assert [type(each) for each in messages.send_messages(12345, [draft(guest) for guest in crowd])] == [NotFound] * 8


@pytest.mark.parametrize("error", [DataError, IntegrityError, ValueError])
@pytest.mark.usefixtures("transactional_db")
def test_what_one_of_them_breaks_is_theirs_alone(
    error: type[Exception],
    ana: Viewer,
    babak: Viewer,
    tea: int,
    crowd: list[Viewer],
    monkeypatch: pytest.MonkeyPatch,
    published: Published,
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_at(monkeypatch, "broken", error)
    published.clear()
    head = log(tea)[-1].seq
    drafts = [draft(ana, "one"), draft(crowd[0], "broken"), draft(babak, "two"), draft(crowd[1], "three")]
    one, broken, two, three = messages.send_messages(tea, drafts)
    assert type(broken) is error
    assert [each.message.body for each in accepted([one, two, three])] == ["one", "two", "three"]
    assert [logged.message and logged.message.body for logged in log(tea)[head:]] == ["one", "two", "three"]
    assert len(published) == 3
    assert "one by one" in caplog.text, "an operator should hear of it"


def test_what_another_breaks_costs_nobody_a_second_of_what_they_may_send(
    ana: Viewer, babak: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.RATES = {**settings.RATES, "send": Rate(burst=1, per_second=0.001)}
    break_at(monkeypatch, "broken", DataError)
    sent, broken = messages.send_messages(tea, [draft(ana, "one"), draft(babak, "broken")])
    assert [type(sent), type(broken)] == [Accepted, DataError]
    [refused] = messages.send_messages(tea, [draft(ana, "two", "2")])
    assert isinstance(refused, RateLimited), "and the first is counted"


# PostgreSQL raises the third where nothing may be written, and the last where the schema is not the code's.
@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError, ProgrammingError])
def test_while_the_database_is_in_trouble_nobody_is_tried_one_by_one(
    error: type[Exception], ana: Viewer, babak: Viewer, clara: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = break_at(monkeypatch, "one", error)
    # With files one goes in a transaction of its own, after the others.
    drafts = [draft(ana, "one"), draft(babak, "two"), draft(clara, "three", files=[12345])]
    results = messages.send_messages(tea, drafts)
    assert [type(each) for each in results] == [error] * 3
    assert tried == ["one"], "each would wait for it as long"


def break_at(monkeypatch: pytest.MonkeyPatch, body: str, error: type[Exception]) -> list[str]:
    """Whoever says this raises that; all bodies that came so far."""
    tried: list[str] = []

    def fail(said: str, *, room_id: int) -> list[int]:
        tried.append(said)
        if said == body:
            raise error
        return mentioned(said, room_id=room_id)

    monkeypatch.setattr("backend.chat.messages.mentioned", fail)
    return tried


def test_whose_account_is_not_there_is_told_to_log_in_and_the_others_are_heard(ana: Viewer, tea: int) -> None:
    """A database may have been put back to before they came."""
    nobody = Viewer(id=99_999_999, is_staff=False, credential=ana.credential)
    results = messages.send_messages(tea, [draft(nobody), draft(ana)])
    assert [type(each) for each in results] == [Unauthenticated, Accepted]


def test_who_is_muted_is_told_so_whoever_else_speaks(ana: Viewer, babak: Viewer, tea: int) -> None:
    set_role(tea, babak, models.Role.MEMBER)
    models.Membership.objects.filter(room=tea, user=babak.id).update(muted_until="2999-01-01T00:00:00Z")
    refused, sent = messages.send_messages(tea, [draft(babak), draft(ana)])
    assert isinstance(refused, Forbidden)
    assert isinstance(sent, Accepted)
