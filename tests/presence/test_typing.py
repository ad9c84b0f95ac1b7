"""Who is typing: shown at most once a second, never for longer than was said, and by no process that shows nobody."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.credentials import Viewer
from backend.accounts.users import Person
from backend.chat import event_log, events, facts, members, models, moderation
from backend.chat.events import Departure, Logged
from backend.chat.moderation import ModerationAction
from backend.errors import Forbidden, NotFound, RateLimited
from backend.hub import Entry
from backend.limits import Rate
from backend.presence import typing
from backend.presence.typing import Board, Said, Typing
from tests.accounts import people
from tests.chat.steps import enter
from tests.hub.clock import idle, now, pass_time
from tests.hub.doubles import ROOM, MemoryLog, Socket, Wire
from tests.hub.scenes import Process

SOME_TIME = datetime(2026, 11, 21, tzinfo=UTC)
ANA, BABAK, CLARA = 1, 2, 3


def say(process: Process, user_id: int, *, typing: bool = True) -> None:
    said = msgspec.msgpack.encode(Said(room_id=1, user_id=user_id, typing=typing))
    process.hub.publish(ROOM, b"\0typing\0" + said)


class Screen(Socket):
    """What somebody who follows the room sees of those who type there, and when."""

    def __init__(self, process: Process, *, after: int | None = None, is_slow: bool = False) -> None:
        super().__init__()
        if is_slow:
            self.block()
        self.times: list[float] = []
        self._began = now()
        self.on_send = lambda: self.times.append(now() - self._began)
        self.subscriber = process.subscribe(self, after=after)

    @property
    def seen(self) -> list[tuple[int, ...]]:
        shown = [frame for frame in self.frames if frame.startswith("shown")]
        return [eval(frame.partition("user_ids=")[2].partition(") at")[0]) for frame in shown]


@pytest.fixture
async def board(process: Process) -> Board:
    return Board(process.hub)


@pytest.fixture
async def screen(process: Process, board: Board) -> Screen:
    screen = Screen(process)
    await idle()
    return screen


# --- Shown ----------------------------------------------------------------------------------------------------


async def test_who_begins_is_shown_at_once_and_who_says_no_more_is_typing_no_more(
    process: Process, screen: Screen
) -> None:
    say(process, ANA)
    await idle()
    assert screen.seen == [(ANA,)]
    await pass_time(settings.TYPING_SECONDS + settings.TYPING_INTERVAL)
    assert screen.seen == [(ANA,), ()]


async def test_who_goes_on_saying_so_is_shown_once(process: Process, screen: Screen) -> None:
    for _ in range(20):
        say(process, ANA)
        await pass_time(settings.TYPING_SECONDS / 2)
    assert screen.seen == [(ANA,)]


async def test_many_who_come_and_go_are_shown_once_a_second_and_the_last_state_always(
    process: Process, screen: Screen
) -> None:
    for user_id in range(10):
        say(process, user_id)
        await pass_time(0.3)
    for user_id in range(9):
        say(process, user_id, typing=False)
    await pass_time(2)
    assert screen.seen[-1] == (9,)
    shown = screen.times[1:]  # after CaughtUp
    assert all(later - earlier >= settings.TYPING_INTERVAL for earlier, later in pairwise(shown))


async def test_who_stops_and_begins_again_between_two_looks_was_typing_all_the_time(
    process: Process, screen: Screen
) -> None:
    for typing_ in (True, False, True):
        say(process, ANA, typing=typing_)
        await idle()
    await pass_time(2)
    assert screen.seen == [(ANA,)]


async def test_a_second_passes_between_two_frames_also_when_nobody_types_between(
    process: Process, screen: Screen
) -> None:
    say(process, ANA)
    await idle()
    say(process, ANA, typing=False)
    await pass_time(settings.TYPING_INTERVAL)
    say(process, BABAK)
    await idle()
    assert screen.seen == [(ANA,), ()]
    await pass_time(settings.TYPING_INTERVAL)
    assert screen.seen == [(ANA,), (), (BABAK,)]


async def test_they_are_shown_in_the_order_in_which_they_began_and_no_more_than_can_be_read(
    process: Process, screen: Screen
) -> None:
    for user_id in reversed(range(settings.TYPING_SHOWN + 5)):
        say(process, user_id)
        await idle()
    await pass_time(settings.TYPING_INTERVAL)
    first = tuple(reversed(range(5, settings.TYPING_SHOWN + 5)))
    assert screen.seen[-1] == first
    say(process, first[0], typing=False)
    await idle()
    say(process, 0)
    await pass_time(settings.TYPING_INTERVAL)
    assert screen.seen[-1] == (*first[1:], 0), "a place that is free is taken by whoever says so next"


async def test_who_comes_later_is_shown_who_is_typing(process: Process, screen: Screen) -> None:
    say(process, ANA)
    await idle()
    late = Screen(process)
    await pass_time(settings.TYPING_INTERVAL)
    assert late.seen == [(ANA,)]
    await pass_time(2 * settings.TYPING_INTERVAL)
    assert late.seen == [(ANA,)]


async def test_who_comes_with_a_backlog_is_shown_who_is_typing_when_they_have_caught_up(
    process: Process, screen: Screen
) -> None:
    for _ in range(3):
        process.send()
    say(process, ANA)
    await idle()
    late = Screen(process, after=0, is_slow=True)
    await pass_time(2 * settings.TYPING_INTERVAL)
    late.unblock()
    await pass_time(2 * settings.TYPING_INTERVAL)
    assert late.frames[:4] == ["1", "2", "3", "caught up c3"]
    assert late.seen == [(ANA,)]
    assert screen.seen[-1] == (ANA,)


async def test_who_missed_who_is_typing_is_shown_it_after_being_told_so(process: Process, screen: Screen) -> None:
    say(process, ANA)
    await idle()
    feed = process.hub.feed(ROOM)
    assert feed is not None
    feed.miss()
    await pass_time(2 * settings.TYPING_INTERVAL)
    assert screen.seen == [(ANA,), (ANA,)]


async def test_no_position_moves(process: Process, screen: Screen) -> None:
    say(process, ANA)
    await idle()
    process.send()
    await idle()
    assert [frame for frame in screen.frames if not frame.startswith("shown")] == ["caught up c0", "1"]


# --- From process to process ----------------------------------------------------------------------------------


async def test_it_is_shown_by_every_process(process: Process, another_process: Process, screen: Screen) -> None:
    Board(another_process.hub)
    elsewhere = Screen(another_process)
    await idle()
    say(process, ANA)
    await idle()
    assert screen.seen == elsewhere.seen == [(ANA,)]


async def test_a_signal_that_is_lost_is_made_up_for_by_time(process: Process, screen: Screen, wire: Wire) -> None:
    say(process, ANA)
    await idle()
    wire.fate = lambda _topic, _hint: []
    say(process, ANA, typing=False)
    await pass_time(settings.TYPING_SECONDS + settings.TYPING_INTERVAL)
    assert screen.seen == [(ANA,), ()]


async def test_what_no_process_says_is_passed_over(process: Process, screen: Screen) -> None:
    process.hub.publish(ROOM, b"\0typing\0\xff")
    say(process, ANA)
    await idle()
    assert screen.seen == [(ANA,)]


async def test_a_process_that_shows_the_room_to_nobody_keeps_nothing(process: Process, board: Board) -> None:
    screen = Screen(process)
    await idle()
    screen.subscriber.close()
    say(process, ANA)  # the topic lingers
    await idle()
    assert board._rooms == {}
    assert process.hub._holders == {}


async def test_a_room_that_everybody_leaves_or_where_nobody_types_any_more_is_let_go(
    process: Process, board: Board, screen: Screen
) -> None:
    say(process, ANA)
    await pass_time(settings.TYPING_SECONDS + 2 * settings.TYPING_INTERVAL)
    assert board._rooms == {}
    feed = process.hub.feed(ROOM)
    assert feed is not None
    assert not feed._watchers
    say(process, ANA)
    await idle()
    screen.subscriber.close()
    await pass_time(settings.TYPING_INTERVAL)
    assert board._rooms == {}
    assert process.hub._holders == {}


# --- What else ends it ----------------------------------------------------------------------------------------


class Happening(MemoryLog):
    """A room's log whose entries say what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[int, Logged] = {}

    def happen(self, event: events.RoomEvent, **named: Any) -> bytes:
        hint = self.write()
        self.events[self.head()] = Logged(room_id=1, seq=self.head(), tag=0, at=SOME_TIME, event=event, **named)
        return hint

    def decode(self, hint: bytes) -> Entry:
        entry = super().decode(hint)
        entry.payload = self.events.get(entry.seq, "")
        return entry


@pytest.fixture
def log() -> Happening:
    return Happening()


def somebody(user_id: int) -> Person:
    return Person(id=user_id, username="", display_name="", avatar="", deleted_at=None)


def message_by(user_id: int) -> facts.Message:
    return facts.Message(
        id=1,
        room_id=1,
        author=somebody(user_id),
        body="",
        seq=1,
        version=1,
        sent_at=SOME_TIME,
        edited_at=None,
        deleted_at=None,
    )


def membership_of(user_id: int) -> facts.Member:
    return facts.Member(
        id=1,
        room_id=1,
        person=somebody(user_id),
        role=facts.Role.MEMBER,
        joined_at=SOME_TIME,
        left_at=None,
        muted_until=None,
    )


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (events.MessageSent(message=1), {"message": message_by(ANA)}),
        (events.MemberLeft(member=1, departure=Departure.KICKED), {"member": membership_of(ANA)}),
        (events.MemberChanged(member=1), {"member": membership_of(ANA)}),
    ],
    ids=["sent", "gone", "muted"],
)
async def test_who_has_sent_it_or_gone_or_may_write_no_more_is_typing_no_more(
    process: Process, log: Happening, screen: Screen, event: events.RoomEvent, named: dict[str, Any]
) -> None:
    for user_id in (ANA, BABAK):
        say(process, user_id)
    await pass_time(settings.TYPING_INTERVAL)
    process.hub.publish(ROOM, log.happen(event, **named))
    await pass_time(settings.TYPING_INTERVAL)
    assert screen.seen[-1] == (BABAK,)


async def test_what_happens_to_a_message_of_somebody_who_types_another_ends_nothing(
    process: Process, log: Happening, screen: Screen
) -> None:
    say(process, ANA)
    await idle()
    for event in (events.MessageEdited(message=1), events.MessageDeleted(message=1, by=ANA)):
        process.hub.publish(ROOM, log.happen(event, message=message_by(ANA)))
    await pass_time(2 * settings.TYPING_INTERVAL)
    assert screen.seen == [(ANA,)]


async def test_whatever_the_process_may_have_missed_ends_it_for_all(
    process: Process, log: Happening, screen: Screen
) -> None:
    """Until they say it again."""
    say(process, ANA)
    say(process, BABAK)
    await pass_time(settings.TYPING_INTERVAL)
    log.write_many(30)
    process.send()
    await pass_time(2 * settings.TYPING_INTERVAL)
    assert screen.seen[-1] == ()
    say(process, BABAK)
    await pass_time(settings.TYPING_INTERVAL)
    assert screen.seen[-1] == (BABAK,)


# --- Saying it ------------------------------------------------------------------------------------------------


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes, Said]]:
    signals: list[tuple[str, bytes, Said]] = []

    def signal(topic: str, kind: bytes, payload: bytes) -> None:
        signals.append((topic, kind, msgspec.msgpack.decode(payload, type=Said)))

    monkeypatch.setattr("backend.hub.signal", signal)
    return signals


@pytest.fixture
def ana(db: None) -> Viewer:
    return people.viewer("Ana")


@pytest.fixture
def babak(db: None) -> Viewer:
    return people.viewer("Babak")


@pytest.fixture
def tea(ana: Viewer, babak: Viewer) -> int:
    """Of Ana's; Babak is a member too."""
    enter(ana)
    return enter(babak)


def test_whoever_may_write_says_it_to_the_room_in_two_reads_and_no_write(
    ana: Viewer, tea: int, said: list[tuple[str, bytes, Said]]
) -> None:
    for typing_, seconds in ((True, settings.TYPING_SECONDS), (False, 0)):
        with CaptureQueriesContext(connection) as queries:
            until = typing.set_typing(viewer=ana, room_id=tea, typing=typing_)
        assert len(queries) == 2
        assert all(query["sql"].startswith("SELECT") for query in queries)
        assert 0 <= seconds - (until - datetime.now(UTC)).total_seconds() < 5
        assert said.pop() == (event_log.topic(tea), b"typing", Said(room_id=tea, user_id=ana.id, typing=typing_))


def test_nobody_says_it_who_may_not_write(
    ana: Viewer, babak: Viewer, tea: int, said: list[tuple[str, bytes, Said]]
) -> None:
    def refused(viewer: Viewer | None, error: type[Exception], room_id: int = tea) -> None:
        with pytest.raises(error):
            typing.set_typing(viewer=viewer, room_id=room_id, typing=True)  # type: ignore[arg-type]  # nobody

    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.MUTE)
    refused(babak, Forbidden)
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.KICK)
    refused(babak, Forbidden)
    refused(ana, NotFound, room_id=tea + 100)
    assert said == []


def test_saying_it_too_often_is_refused(
    ana: Viewer, tea: int, said: list[tuple[str, bytes, Said]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.RATES, "typing", Rate(burst=1, per_second=0.01))
    typing.set_typing(viewer=ana, room_id=tea, typing=True)
    with pytest.raises(RateLimited):
        typing.set_typing(viewer=ana, room_id=tea, typing=True)
    assert len(said) == 1


def test_of_those_who_type_only_those_are_told_who_may_write_there_now(ana: Viewer, babak: Viewer, tea: int) -> None:
    """What ends somebody's access may have come before their signal."""
    stranger = people.viewer("Clara")
    now_typing = Typing(room_id=tea, user_ids=(stranger.id, babak.id, ana.id))

    def told() -> list[int]:
        return [person.id for person in typing.people(now_typing)]

    assert told() == [babak.id, ana.id]
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.MUTE)
    assert told() == [ana.id]
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.UNMUTE)
    assert told() == [babak.id, ana.id]
    members.leave_room(viewer=babak, room_id=tea)
    assert told() == [ana.id]
    members.leave_room(viewer=ana, room_id=tea)
    assert told() == []
    assert not models.Membership.objects.filter(room=tea).exists()


def test_nobody_who_types_is_nobody_to_look_for(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert typing.people(Typing(room_id=1, user_ids=())) == []
    assert len(queries) == 0
