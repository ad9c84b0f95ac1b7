"""The logs as the hub asks for them: heads, hints, entries and topics."""

from collections.abc import Callable

import msgspec
import pytest

from backend import hub
from backend.accounts.credentials import Viewer
from backend.chat import event_log, members, messages, models, room_log, rooms
from backend.chat.events import Logged
from backend.chat.room_log import RoomLog
from tests.accounts import people
from tests.chat.conftest import Published
from tests.chat.steps import append_one, delete_account, enter, log, say

pytestmark = pytest.mark.django_db


def test_heads_are_those_of_the_rooms_that_there_are(tea: int, clara: Viewer) -> None:
    other = enter(clara, "coffee")
    append_one(tea)
    topics = [event_log.topic(tea), event_log.topic(other), event_log.topic(99)]
    last = {topics[0]: log(tea)[-1], topics[1]: log(other)[-1]}
    assert RoomLog().heads(topics) == {topic: (logged.seq, event_log.cursor(logged)) for topic, logged in last.items()}
    assert [each.seq for each in last.values()] == [3, 1]
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
        lambda: say(babak, room_id, "@Ana سلام\n<b>tea</b> 🫖"),
        lambda: messages.edit_message(viewer=babak, message_id=models.Message.objects.get().pk, body="x" * 4000),
        lambda: messages.delete_message(viewer=ana, message_id=models.Message.objects.get().pk),
        lambda: members.leave_room(viewer=babak, room_id=room_id),
        lambda: enter(babak),
    ]
    for step in steps:
        step()
        topic, hint = published[-1]
        [read] = RoomLog().read(topic, len(log(room_id)) - 1, 10)
        assert _facts(RoomLog().decode(hint)) == _facts(read)
        assert read.size > 0
    assert len(published) == len(steps)


def test_an_entry_says_what_it_is_about_and_whose_access_it_ends(
    ana: Viewer, babak: Viewer, clara: Viewer, tea: int
) -> None:
    message = say(babak, tea).message
    messages.edit_message(viewer=babak, message_id=message.id, body="Salaam!")
    messages.delete_message(viewer=ana, message_id=message.id)
    members.leave_room(viewer=babak, room_id=tea)
    enter(clara)
    delete_account(clara)
    subject = f"message.{message.id}"
    entries = RoomLog().read(event_log.topic(tea), 1, 100)
    assert [(entry.subject, entry.erases, entry.ends) for entry in entries] == [
        (None, False, None),
        (subject, False, None),
        (subject, False, None),
        (subject, True, None),
        (None, False, event_log.principal(babak.id)),
        (None, False, None),
        (None, True, event_log.principal(clara.id)),
    ]
    rooms.delete_room(viewer=ana, room_id=tea)
    [last] = RoomLog().read(event_log.topic(tea), 1, 100)
    assert (last.seq, last.subject, last.erases, last.ends) == (9, None, True, hub.EVERYONE)


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
    assert room_log.entry(logged).cursor == event_log.cursor(logged)
