"""Where a reader starts: at the head, or after a cursor that this very log gave out and can still go on from."""

from functools import partial

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from backend.accounts.credentials import Viewer
from backend.chat import event_log, members, messages, models, streams
from backend.chat.cursors import Cursor
from backend.chat.policies import Audience
from backend.chat.streams import EventPage, Opening, Start
from backend.errors import DomainError, Forbidden, Invalid, NotFound, Unauthenticated
from tests.chat.steps import enter, log, make_private, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(ana: Viewer, babak: Viewer) -> int:
    """A room with five events: Ana and Babak entered, and three messages."""
    enter(babak, "elsewhere")
    room_id = enter(ana)
    enter(babak)
    for text in ("one", "two", "three"):
        say(ana, room_id, text)
    return room_id


def _cursor(room_id: int, seq: int) -> str:
    return event_log.cursor(log(room_id)[seq - 1])


def _forget(room_id: int, up_to: int) -> None:
    """As retention would: the events up to a position are no longer kept."""
    models.Room.objects.filter(pk=room_id).update(tail=up_to)
    models.RoomEvent.objects.filter(room=room_id, seq__lte=up_to).delete()


def _open(viewer: Viewer, room_id: int, after: str | None) -> Opening:
    """Alone and among others, which makes no difference."""
    starts = [Start(viewer, room_id, None), Start(viewer, room_id, after), Start(viewer, room_id + 1, after)]
    among = streams.open_for_members(starts)[1]
    try:
        alone = streams.open_stream(viewer=viewer, room_id=room_id, after=after)
    except DomainError:
        assert among is None
        raise
    assert among == alone
    return alone


def _poll(viewer: Viewer, room_id: int, after: str | None, first: int = 100) -> EventPage:
    return streams.events_page(reader=viewer, room_id=room_id, after=after, first=first)


# --- Where a stream starts ------------------------------------------------------------------------------------


def test_without_a_cursor_it_starts_at_the_head(ana: Viewer, tea: int) -> None:
    assert _open(ana, tea, None) == Opening(position=5, cursor=_cursor(tea, 5), head=5)


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_after_a_cursor_it_starts_where_that_is(seq: int, ana: Viewer, tea: int) -> None:
    cursor = _cursor(tea, seq)
    assert _open(ana, tea, cursor) == Opening(position=seq, cursor=cursor, head=5)


def test_a_cursor_stays_good_while_the_log_grows(ana: Viewer, tea: int) -> None:
    cursor = _cursor(tea, 5)
    say(ana, tea)
    assert _open(ana, tea, cursor) == Opening(position=5, cursor=cursor, head=6)


def test_every_cursor_that_is_given_out_is_good(ana: Viewer, babak: Viewer, tea: int) -> None:
    sent = say(babak, tea)
    edited = messages.edit_message(viewer=babak, message_id=sent.message.id, body="Salaam!")
    deleted = messages.delete_message(viewer=ana, message_id=sent.message.id)
    left = members.leave_room(viewer=babak, room_id=tea)
    room = members.enter_room(viewer=babak, address="tea").room
    cursors = [sent.cursor, edited.cursor, deleted.cursor, left.cursor, event_log.head_cursor(room)]
    assert [_open(ana, tea, cursor).position for cursor in cursors] == [6, 7, 8, 9, 10]
    assert _poll(ana, tea, cursors[0]).end_cursor == cursors[-1]


@pytest.mark.parametrize("poll", [False, True])
@pytest.mark.parametrize(
    "why",
    ["not made here", "empty", "another room's", "beyond the head", "a tag of another log", "a tag of the old head"],
)
def test_a_cursor_that_this_log_did_not_give_out_resets_the_stream(
    why: str, poll: bool, ana: Viewer, babak: Viewer, tea: int
) -> None:
    other = enter(ana, "elsewhere")
    tag = log(tea)[2].tag
    cursor = {
        "not made here": "tea",
        "empty": "",
        "another room's": str(Cursor(other, 3, tag)),
        "beyond the head": str(Cursor(tea, 6, tag)),
        "a tag of another log": str(Cursor(tea, 3, tag ^ 1)),
        "a tag of the old head": str(Cursor(tea, 5, log(tea)[4].tag ^ 1)),
    }[why]
    head = _cursor(tea, 5)
    if poll:
        assert _poll(ana, tea, cursor) == EventPage(events=[], reset="UNKNOWN_CURSOR", has_more=False, end_cursor=head)
    else:
        assert _open(ana, tea, cursor) == Opening(position=5, cursor=head, head=5, reset="UNKNOWN_CURSOR")


def test_after_a_restored_backup_a_cursor_from_before_it_is_found_out(ana: Viewer, tea: int) -> None:
    lost = [say(ana, tea).cursor for _ in range(3)]
    models.RoomEvent.objects.filter(room=tea, seq__gt=5).delete()
    models.Message.objects.filter(room=tea, seq__gt=5).delete()
    models.Room.objects.filter(pk=tea).update(head=5, head_tag=log(tea)[4].tag)
    assert _open(ana, tea, lost[0]).reset == "UNKNOWN_CURSOR", "beyond the head"
    for _ in range(4):
        say(ana, tea)
    assert [_open(ana, tea, cursor).reset for cursor in lost] == ["UNKNOWN_CURSOR"] * 3, "other events by now"


@pytest.mark.parametrize(("seq", "reset"), [(1, "EXPIRED"), (2, "EXPIRED"), (3, "EXPIRED"), (4, None), (5, None)])
def test_a_cursor_from_before_what_is_kept_has_expired(seq: int, reset: str | None, ana: Viewer, tea: int) -> None:
    cursor = _cursor(tea, seq)
    _forget(tea, 3)
    assert _open(ana, tea, cursor).reset == reset
    assert _poll(ana, tea, cursor).reset == reset


def test_at_the_head_a_cursor_is_good_even_if_nothing_is_kept(ana: Viewer, tea: int) -> None:
    cursor = _cursor(tea, 5)
    _forget(tea, 5)
    assert _open(ana, tea, cursor) == Opening(position=5, cursor=cursor, head=5)
    assert _poll(ana, tea, cursor) == EventPage(events=[], reset=None, has_more=False, end_cursor=cursor)
    assert _poll(ana, tea, None) == EventPage(events=[], reset=None, has_more=False, end_cursor=cursor)


# --- Who may open one -----------------------------------------------------------------------------------------


def test_a_member_who_has_left_is_refused_until_they_come_back(babak: Viewer, tea: int) -> None:
    cursor = _cursor(tea, 3)
    members.leave_room(viewer=babak, room_id=tea)
    for after in (None, cursor, "tea"):
        with pytest.raises(Forbidden):
            _open(babak, tea, after)
        with pytest.raises(Forbidden):
            _poll(babak, tea, after)
    enter(babak)
    assert _open(babak, tea, cursor) == Opening(position=3, cursor=cursor, head=7)


def test_strangers_and_staff_are_refused_and_nobody_unknown_learns_what_there_is(
    clara: Viewer, staff: Viewer, tea: int
) -> None:
    for stranger in (clara, staff):
        with pytest.raises(Forbidden):
            _open(stranger, tea, None)
    with pytest.raises(NotFound):
        _open(clara, tea + 1, None)
    for room_id in (tea, tea + 1):
        with pytest.raises(Unauthenticated):
            streams.open_stream(viewer=None, room_id=room_id, after=None)


def test_access_and_head_come_from_one_statement(
    ana: Viewer, tea: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert streams.open_stream(viewer=ana, room_id=tea, after=None).head == 5


def test_many_are_opened_in_two_statements(
    ana: Viewer, babak: Viewer, clara: Viewer, tea: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    milk = enter(babak, "milk")
    enter(ana, "milk")
    old, older, last = (_cursor(tea, seq) for seq in (3, 2, 5))
    starts = [
        *(Start(viewer, room, after) for viewer in (ana, babak) for room in (tea, milk) for after in (None, old, last)),
        Start(ana, tea, older),
        Start(clara, tea, older),
    ]
    alone = [opened and opened[0] for opened in map(streams.open_for_members, ([start] for start in starts))]
    with django_assert_num_queries(1):
        assert streams.open_for_members([start for start in starts if start.after != old][:-2])
    with django_assert_num_queries(2):
        openings = streams.open_for_members(starts)
    assert openings == alone
    assert [opening and opening.position for opening in openings] == [5, 3, 5, 2, 2, 2] * 2 + [2, None]
    with django_assert_num_queries(0):
        assert streams.open_for_members([]) == []


def test_the_members_of_a_room_as_an_audience_read_that_room_alone(tea: int, babak: Viewer) -> None:
    other = enter(babak, "elsewhere")
    make_private(other)
    make_private(tea)
    read = partial(streams.events_page, room_id=tea, after=None, first=10)
    assert len(read(reader=Audience(tea)).events) == 5
    with pytest.raises(NotFound):
        read(reader=Audience(other))


# --- By polling -----------------------------------------------------------------------------------------------


def test_polling_page_by_page_gives_the_log_from_its_first_event_to_its_head(ana: Viewer, tea: int) -> None:
    pages = [_poll(ana, tea, None, first=2)]
    while pages[-1].has_more:
        pages.append(_poll(ana, tea, pages[-1].end_cursor, first=2))
    assert [[logged.seq for logged in page.events] for page in pages] == [[1, 2], [3, 4], [5]]
    assert [page.end_cursor for page in pages] == [_cursor(tea, 2), _cursor(tea, 4), _cursor(tea, 5)]
    last = _poll(ana, tea, pages[-1].end_cursor)
    assert last == EventPage(events=[], reset=None, has_more=False, end_cursor=_cursor(tea, 5))
    say(ana, tea)
    assert [logged.seq for logged in _poll(ana, tea, last.end_cursor).events] == [6]


def test_a_page_that_ends_at_the_head_has_no_more(ana: Viewer, tea: int) -> None:
    assert not _poll(ana, tea, None, first=5).has_more
    assert _poll(ana, tea, None, first=4).has_more


def test_polling_without_a_cursor_begins_with_the_oldest_that_is_kept(ana: Viewer, tea: int) -> None:
    _forget(tea, 3)
    assert [logged.seq for logged in _poll(ana, tea, None).events] == [4, 5]


@pytest.mark.parametrize("first", [-1, 0, settings.EVENT_PAGE_MAX_SIZE + 1])
def test_a_page_has_at_least_one_event_and_at_most_so_many(first: int, ana: Viewer, clara: Viewer, tea: int) -> None:
    with pytest.raises(Invalid) as refused:
        _poll(ana, tea, None, first=first)
    assert refused.value.fields[0].path == ("first",)
    with pytest.raises(Forbidden):
        _poll(clara, tea, None, first=first)
