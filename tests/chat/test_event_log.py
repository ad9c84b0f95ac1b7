"""The log: gapless, in the order of commits, published once it is committed, and resolved whatever came later."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import msgspec
import pytest
from django.db import transaction
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from backend import hub
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.models import User
from backend.chat import event_log, events, messages, models, rooms
from backend.chat.event_log import RoomLog, append
from backend.chat.events import Logged
from backend.errors import DomainError, NotFound
from tests.accounts import people
from tests.accounts.at_once import at_once, elsewhere
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import enter, happened, log, say, set_role

pytestmark = pytest.mark.django_db


class Failed(Exception):
    pass


@pytest.fixture
def tea(ana: Viewer, babak: Viewer) -> int:
    """A room that Ana owns, and Babak has entered: its head is 2."""
    enter(babak, "elsewhere")
    room_id = enter(ana)
    enter(babak)
    return room_id


def _change(room_id: int) -> events.RoomEvent:
    """Some event that may happen at any time."""
    return events.MemberChanged(member=models.Membership.objects.filter(room=room_id).earliest("pk").pk)


def _append(room_id: int) -> int:
    with append(room_id) as place:
        place.event = _change(room_id)
    return place.seq


# --- Order ----------------------------------------------------------------------------------------------------


def test_places_follow_one_another_in_each_room_by_itself(tea: int, clara: Viewer) -> None:
    other = enter(clara, "coffee")
    assert [_append(tea), _append(other), _append(tea), _append(other)] == [3, 2, 4, 3]
    assert [logged.seq for logged in log(tea)] == [1, 2, 3, 4]


def test_the_room_s_head_is_its_last_event(tea: int) -> None:
    _append(tea)
    room, last = models.Room.objects.get(pk=tea), log(tea)[-1]
    assert (room.head, room.head_tag, room.last_activity_at) == (last.seq, last.tag, last.at)
    assert event_log.tag_at(tea, last.seq) == last.tag
    assert event_log.tag_at(tea, last.seq + 1) is None


def test_every_event_has_a_tag_of_its_own(tea: int) -> None:
    for _ in range(20):
        _append(tea)
    tags = [logged.tag for logged in log(tea)]
    assert len(set(tags)) == len(tags)
    assert max(tags) < 2**32


@pytest.mark.usefixtures("transactional_db")
def test_writers_at_once_leave_no_hole_and_no_reader_ever_sees_one() -> None:
    crowd = [people.viewer(f"guest{number}") for number in range(5)]
    room_id = enter(crowd[0])
    for guest in crowd[1:]:
        enter(guest)
    each, total = 8, 5 + 5 * 8
    writing = threading.Semaphore(0)

    def write(guest: Viewer) -> list[int]:
        try:
            return [say(guest, room_id).message.seq for _ in range(each)]
        finally:
            writing.release()

    def watch() -> list[int]:
        """The lengths that the log had: were commits not in the order of seq, 8 would be seen before 7."""
        seen = []
        while not writing.acquire(timeout=0.002):
            seqs = list(models.RoomEvent.objects.filter(room=room_id).order_by("seq").values_list("seq", flat=True))
            assert seqs == list(range(1, len(seqs) + 1))
            seen.append(len(seqs))
        return seen

    calls: list[Callable[[], list[int]]] = [watch, *(partial(write, guest) for guest in crowd)]
    seen, *written = [seqs for seqs in at_once(calls) if not isinstance(seqs, DomainError)]
    assert len(written) == 5
    assert all(seqs == sorted(seqs) for seqs in (seen, *written))
    assert sorted(seq for seqs in written for seq in seqs) == list(range(6, total + 1))
    entries = log(room_id)
    assert [logged.seq for logged in entries] == list(range(1, total + 1))
    assert [logged.at for logged in entries] == sorted(logged.at for logged in entries)
    assert models.Room.objects.get(pk=room_id).head == total


def test_time_never_runs_backwards_in_a_room_whatever_the_clock_does(ana: Viewer, tea: int) -> None:
    future = now().replace(microsecond=0) + timedelta(hours=1)
    models.Room.objects.filter(pk=tea).update(last_activity_at=future)
    message = say(ana, tea).message
    assert message.sent_at == log(tea)[-1].at == future
    assert say(ana, tea).message.sent_at == future


@pytest.mark.usefixtures("transactional_db")
def test_the_time_is_taken_when_the_room_is_held_and_not_when_it_was_asked_for() -> None:
    ana, babak = people.viewer("Ana"), people.viewer("Babak")
    room_id = enter(ana)
    enter(babak)
    holds, waits = threading.Event(), threading.Event()

    def hold() -> models.RoomEvent:
        with transaction.atomic():
            with append(room_id) as place:
                holds.set()
                waits.wait(10)
                place.event = _change(room_id)
            return models.RoomEvent.objects.get(room=room_id, seq=place.seq)

    def wait() -> int:
        holds.wait(10)
        threading.Timer(0.05, waits.set).start()
        return _append(room_id)

    calls: list[Callable[[], object]] = [hold, wait]
    held, seq = at_once(calls)
    assert isinstance(held, models.RoomEvent)
    assert (held.seq, seq) == (3, 4)
    assert log(room_id)[-1].at - held.at >= timedelta(milliseconds=30)


# --- All or nothing -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("transactional_db")
def test_whatever_the_block_raises_undoes_everything_and_publishes_nothing(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    before, told = all_rows(), list(published)

    def change_and_fail() -> None:
        with append(room_id) as place:
            models.Room.objects.filter(pk=room_id).update(title="Coffee")
            place.event = _change(room_id)
            raise Failed

    with pytest.raises(Failed):
        change_and_fail()
    assert all_rows() == before
    assert published == told
    assert _append(room_id) == 2, "its place was given back"


@pytest.mark.usefixtures("transactional_db")
def test_an_outer_transaction_that_fails_undoes_everything_and_publishes_nothing(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    before, told = all_rows(), list(published)

    def change_twice_and_fail() -> None:
        with transaction.atomic():
            say(ana, room_id)
            _append(room_id)
            raise Failed

    with pytest.raises(Failed):
        change_twice_and_fail()
    assert all_rows() == before
    assert published == told
    assert say(ana, room_id).message.seq == 2


@pytest.mark.usefixtures("transactional_db")
def test_an_event_is_published_once_others_can_see_it_and_not_before(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    published.clear()
    heads_seen = []
    record = hub.publish

    def publish(topic: str, hint: bytes) -> None:
        record(topic, hint)
        heads_seen.append(elsewhere(lambda: RoomLog().heads([topic])[topic]))

    monkeypatch.setattr("backend.hub.publish", publish)
    with transaction.atomic():
        say(ana, room_id)
        _append(room_id)
        assert published == []
    assert [topic for topic, _ in published] == [event_log.topic(room_id)] * 2
    assert [RoomLog().decode(hint).seq for _, hint in published] == [2, 3]
    assert heads_seen == [3, 3]
    say(ana, room_id)
    assert heads_seen == [3, 3, 4]


@pytest.mark.usefixtures("transactional_db")
def test_a_change_that_is_committed_is_done_even_if_publishing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)

    def fail(topic: str, hint: bytes) -> None:
        raise RuntimeError("the loop is closed")

    monkeypatch.setattr("backend.hub.publish", fail)
    assert say(ana, room_id).message.seq == 2
    assert happened(room_id) == ["MemberJoined", "MessageSent"]


@pytest.mark.usefixtures("transactional_db")
def test_unchanged_gives_the_place_back_and_leaves_the_block_quietly(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    before, told = all_rows(), list(published)
    with append(room_id):
        models.Room.objects.filter(pk=room_id).update(title="Coffee")
        raise event_log.Unchanged
    assert all_rows() == before
    assert published == told
    with transaction.atomic():
        with append(room_id):
            raise event_log.Unchanged
        assert _append(room_id) == 2


def test_a_place_taken_for_nothing_is_a_fault_and_given_back(tea: int) -> None:
    before = all_rows()
    with pytest.raises(AssertionError), append(tea):
        pass
    assert all_rows() == before


@pytest.mark.parametrize("room_id", [0, 99, 2**63 - 1])
def test_a_room_that_is_not_there_has_no_log(tea: int, room_id: int) -> None:
    with pytest.raises(NotFound), append(room_id):
        pytest.fail("there is nothing to hold")
    assert event_log.read(room_id, 0, 10) == []
    assert RoomLog().heads([event_log.topic(room_id)]) == {}


# --- Reading --------------------------------------------------------------------------------------------------


def test_it_is_read_in_pages_from_any_position(tea: int) -> None:
    for _ in range(5):
        _append(tea)
    read = partial(event_log.read, tea)
    assert [logged.seq for logged in read(0, 3)] == [1, 2, 3]
    assert [logged.seq for logged in read(3, 3)] == [4, 5, 6]
    assert [logged.seq for logged in read(6, 3)] == [7]
    assert read(7, 3) == read(100, 3) == read(0, 0) == []


def test_where_the_next_event_is_no_longer_kept_there_are_none(tea: int) -> None:
    for _ in range(5):
        _append(tea)
    models.RoomEvent.objects.filter(room=tea, seq__lte=4).delete()
    assert event_log.read(tea, 2, 10) == [], "not those after the hole"
    assert [logged.seq for logged in event_log.read(tea, 4, 10)] == [5, 6, 7]


def test_however_many_events_there_are_it_takes_four_queries(
    ana: Viewer, babak: Viewer, tea: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        messages.delete_message(viewer=ana, message_id=say(babak, tea).message.id)
        rooms.leave_room(viewer=babak, room_id=tea)
        enter(babak)
    with django_assert_max_num_queries(4):
        assert len(log(tea)) == 42


def test_the_whole_log_resolves_after_people_left_and_messages_changed(
    ana: Viewer, babak: Viewer, clara: Viewer, tea: int
) -> None:
    enter(clara)
    set_role(tea, clara, models.Role.MODERATOR)
    kept, edited, deleted = (say(babak, tea, text).message for text in ("kept", "to be edited", "to be deleted"))
    messages.edit_message(viewer=babak, message_id=edited.id, body="edited")
    messages.delete_message(viewer=clara, message_id=deleted.id)
    rooms.leave_room(viewer=babak, room_id=tea)
    rooms.leave_room(viewer=ana, room_id=tea)
    rooms.leave_room(viewer=clara, room_id=tea)
    enter(babak)
    User.objects.filter(pk=clara.id).update(is_active=False)

    entries = log(tea)
    assert [type(logged.event).__name__ for logged in entries] == [
        *["MemberJoined"] * 3,
        *["MessageSent"] * 3,
        "MessageEdited",
        "MessageDeleted",
        *["MemberLeft"] * 2,
        "MemberChanged",
        "MemberLeft",
        "MemberJoined",
    ]
    for logged in entries:
        named = {name for name in ("message", "member", "by") if getattr(logged.event, name, None) is not None}
        shown = {name for name in ("message", "member", "by") if getattr(logged, name) is not None}
        assert shown == named, "all that an event names is there, and nothing else"
    bodies = {logged.message.id: logged.message.body for logged in entries if logged.message}
    assert bodies == {kept.id: "kept", edited.id: "edited", deleted.id: ""}, "as they are now, in every event"


def test_what_an_event_names_is_shown_as_it_is_now(ana: Viewer, tea: int) -> None:
    User.objects.filter(pk=ana.id).update(display_name="Ana of the tea house")
    first = log(tea)[0]
    assert first.member is not None
    assert first.member.person == users.people([ana.id])[ana.id]
    assert first.member.person.display_name == "Ana of the tea house"


# --- As the hub asks for it -----------------------------------------------------------------------------------


def test_heads_are_those_of_the_rooms_that_there_are(tea: int, clara: Viewer) -> None:
    other = enter(clara, "coffee")
    _append(tea)
    topics = [event_log.topic(tea), event_log.topic(other), event_log.topic(99)]
    assert RoomLog().heads(topics) == {topics[0]: 3, topics[1]: 1}
    assert RoomLog().heads([]) == {}


def _facts(entry: hub.Entry) -> tuple[object, ...]:
    return entry.seq, entry.cursor, entry.payload, entry.subject, entry.erases, entry.ends


@pytest.mark.usefixtures("transactional_db")
def test_a_hint_says_of_an_event_what_the_log_says(published: Published) -> None:
    ana, babak = people.viewer("Ana"), people.viewer("Babak")
    room_id = enter(ana)
    enter(babak)
    published.clear()
    steps: list[Callable[[], object]] = [
        lambda: say(babak, room_id, "سلام\n<b>tea</b> 🫖"),
        lambda: messages.edit_message(viewer=babak, message_id=models.Message.objects.get().pk, body="x" * 4000),
        lambda: messages.delete_message(viewer=ana, message_id=models.Message.objects.get().pk),
        lambda: rooms.leave_room(viewer=babak, room_id=room_id),
        lambda: enter(babak),
    ]
    for step in steps:
        step()
        topic, hint = published[-1]
        [read] = RoomLog().read(topic, len(log(room_id)) - 1, 10)
        assert _facts(RoomLog().decode(hint)) == _facts(read)
        assert read.size > 0
    assert len(published) == len(steps)


def test_an_entry_says_what_it_is_about_and_whose_access_it_ends(ana: Viewer, babak: Viewer, tea: int) -> None:
    message = say(babak, tea).message
    messages.edit_message(viewer=babak, message_id=message.id, body="Salaam!")
    messages.delete_message(viewer=ana, message_id=message.id)
    rooms.leave_room(viewer=babak, room_id=tea)
    rooms.leave_room(viewer=ana, room_id=tea)
    subject = f"message.{message.id}"
    entries = RoomLog().read(event_log.topic(tea), 1, 100)
    assert [(entry.subject, entry.erases, entry.ends) for entry in entries] == [
        (None, False, None),
        (subject, False, None),
        (subject, False, None),
        (subject, True, None),
        (None, False, event_log.principal(babak.id)),
        (None, False, event_log.principal(ana.id)),
    ]


def test_an_entry_is_charged_for_the_text_it_holds(ana: Viewer, tea: int) -> None:
    say(ana, tea, "a")
    say(ana, tea, "a" * 4000)
    short, long = RoomLog().read(event_log.topic(tea), 2, 2)
    assert long.size - short.size >= 3999


_EVENT = {"event": "message_sent", "message": 1}
_HINT = {"room_id": 1, "seq": 1, "tag": 1, "at": "2026-11-21T18:30:00Z", "event": _EVENT}


@pytest.mark.parametrize(
    "hint",
    [
        b"",
        b"tea",
        b"\xc1",
        msgspec.msgpack.encode(_HINT)[:-1],
        msgspec.msgpack.encode([_HINT]),
        msgspec.msgpack.encode({}),
        msgspec.msgpack.encode({**_HINT, "seq": "1"}),
        msgspec.msgpack.encode({**_HINT, "event": {"event": "room_burnt"}}),
        msgspec.msgpack.encode({**_HINT, "event": None}),
        b"\x81\xa1x" + b"\x91" * 100_000 + b"\xc0",
        msgspec.json.encode(_HINT),
    ],
)
def test_a_hint_that_is_none_raises_a_value_error(hint: bytes) -> None:
    assert RoomLog().decode(msgspec.msgpack.encode(_HINT)).seq == 1
    with pytest.raises(ValueError):  # noqa: PT011  # whatever the codec calls it: that is what the hub catches
        RoomLog().decode(hint)


def test_topics_are_ascii_and_each_room_has_its_own() -> None:
    topics = {event_log.topic(room_id) for room_id in (1, 11, 2**63 - 1)}
    assert len(topics) == 3
    assert all(topic.isascii() and len(topic) < 100 for topic in topics)
    assert not topics & {event_log.principal(1), event_log.principal(11)}


def test_an_entry_s_cursor_is_the_event_s(tea: int) -> None:
    logged: Logged = log(tea)[0]
    assert event_log.entry(logged).cursor == event_log.cursor(logged)
