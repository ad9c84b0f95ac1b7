"""A feed makes an order of hints that have none, and keeps what is recent, within bounds and without what is erased."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from backend.hub import CaughtUp, Entry, Feed, Limits
from tests.hub.clock import idle, now, pass_time, tasks, timers
from tests.hub.doubles import SIZE, Crossing, MemoryLog, Socket, in_memory, numbers
from tests.hub.scenes import Room

SECRET = "a secret that is taken back"


@pytest.fixture
def socket() -> Socket:
    return Socket()


@pytest.fixture
async def follower(room: Room) -> Socket:
    """The socket of somebody who has followed since the room was empty."""
    socket = Socket()
    room.subscribe(socket)
    await idle()
    socket.frames.clear()
    return socket


# Order


async def test_the_next_event_is_sent_at_once_without_asking_the_log(
    room: Room, follower: Socket, crossing: Crossing
) -> None:
    start = now()
    for number in (1, 2, 3):
        room.write()
        await idle()
        assert follower.frames == numbers(1, number)
    assert now() - start < 0.001
    assert crossing.calls == []


async def test_events_that_are_known_are_dropped(room: Room, log: MemoryLog, follower: Socket) -> None:
    first, second, third = log.write_many(3)
    room.offer(first, first, second)
    await idle()
    room.offer(second, first, third, third)
    await pass_time(1)
    assert follower.frames == ["1", "2", "3"]


async def test_an_early_event_waits_for_the_one_before_it_and_no_longer(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    first, second, third = log.write_many(3)
    room.offer(third)
    await pass_time(0.004)
    room.offer(second)
    await pass_time(0.004)
    assert follower.frames == []
    start = now()
    room.offer(first)
    await idle()
    assert follower.frames == ["1", "2", "3"]
    assert now() - start < 0.001
    await pass_time(1)
    assert crossing.calls == []


async def test_events_in_the_wrong_order_are_put_right(room: Room, log: MemoryLog, follower: Socket) -> None:
    hints = log.write_many(9)
    room.offer(*reversed(hints))
    await idle()
    assert follower.frames == numbers(1, 9)


async def test_a_missing_event_is_read_from_the_log_after_some_patience(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    _lost, second = log.write_many(2)
    room.offer(second)
    start = now()
    await pass_time(limits.hole_patience - 0.001)
    assert crossing.calls == []
    await pass_time(0.001)
    assert follower.frames == ["1", "2"]
    assert crossing.times == pytest.approx([start + limits.hole_patience])


async def test_a_hole_is_read_once_for_all_subscribers(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    sockets = [Socket() for _ in range(50)]
    for socket in sockets:
        room.subscribe(socket)
    crossing.takes = 0.5
    room.offer(log.write_many(5)[4])
    for _ in range(5):
        await pass_time(0.1)
        room.write()
    await pass_time(1)
    assert all(socket.frames[1:] == numbers(1, 10) for socket in sockets)
    assert len(crossing.reads()) == 1


async def test_what_comes_while_the_log_is_read_is_kept(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    crossing.takes = 1.0
    room.offer(log.write_many(3)[2])
    await pass_time(0.5)
    room.write(2)
    await pass_time(1)
    assert follower.frames == numbers(1, 5)
    assert len(crossing.reads()) == 1


async def test_a_second_hole_is_read_too(room: Room, log: MemoryLog, follower: Socket, crossing: Crossing) -> None:
    hints = log.write_many(6)
    crossing.takes = 1.0
    room.offer(hints[1])
    await pass_time(0.5)
    log.write_many(2)
    room.write()
    await pass_time(3)
    assert follower.frames == numbers(1, 9)


async def test_a_hole_longer_than_a_page_is_jumped_and_each_reads_for_itself(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    hints = log.write_many(3 * limits.page_size)
    room.offer(hints[-1])
    await pass_time(1)
    assert follower.frames == numbers(1, 3 * limits.page_size)
    assert [after for _topic, after, _limit in crossing.reads()] == [0, 9, 19]


async def test_a_jump_costs_one_reading_a_page_whatever_the_number_of_subscribers(
    room: Room, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    sockets = [Socket() for _ in range(50)]
    for socket in sockets:
        room.subscribe(socket)
    await idle()
    crossing.takes = 0.1
    room.offer(log.write_many(2 * limits.page_size)[-1])
    await pass_time(2)
    assert all(socket.frames[1:] == numbers(1, 20) for socket in sockets)
    assert len(crossing.reads()) == 2


async def test_after_a_jump_events_are_followed_as_before(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    room.offer(log.write_many(30)[-1])
    await pass_time(1)
    reads = len(crossing.reads())
    room.write(2)
    await idle()
    assert follower.frames == numbers(1, 32)
    assert len(crossing.reads()) == reads


async def test_a_lost_last_hint_is_found_when_the_head_is_told(room: Room, log: MemoryLog, follower: Socket) -> None:
    log.write_many(3)
    room.feed.exists(3)
    await pass_time(1)
    assert follower.frames == numbers(1, 3)


async def test_an_old_head_lowers_nothing(room: Room, log: MemoryLog, follower: Socket, crossing: Crossing) -> None:
    """A sweep may have read the heads before the hint that has arrived meanwhile."""
    room.write(5)
    await idle()
    room.feed.exists(2)
    room.write()
    await pass_time(1)
    assert follower.frames == numbers(1, 6)
    assert crossing.calls == []


async def test_an_old_head_does_not_hide_a_hole(room: Room, log: MemoryLog, follower: Socket) -> None:
    room.offer(log.write_many(5)[4])
    await idle()
    room.feed.exists(0)
    await pass_time(1)
    assert follower.frames == numbers(1, 5)


async def test_a_head_that_the_log_does_not_have_is_not_asked_for_again_and_again(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    room.write(3)
    room.feed.exists(4)
    await pass_time(60)
    assert len(crossing.reads()) == 1
    assert tasks() == {"feed room.1"}
    room.write(2)
    await idle()
    assert follower.frames == numbers(1, 5)


async def test_the_first_hint_of_a_topic_starts_it(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    hints = log.write_many(8)
    room.offer(hints[6])
    await idle()
    assert room.feed.last == 7
    room.offer(hints[7])
    await idle()
    assert room.feed.last == 8
    assert crossing.calls == []


async def test_the_first_hints_may_come_in_any_order(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    hints = log.write_many(8)
    room.offer(hints[7], hints[5], hints[6])
    await idle()
    assert room.feed.last == 8
    assert crossing.calls == []


async def test_one_who_comes_before_the_first_hint_misses_nothing(room: Room, log: MemoryLog, socket: Socket) -> None:
    """The hint after the snapshot is lost, the one after that is the first that is heard."""
    _lost, heard = log.write_many(5)[3:]
    room.offer(heard)
    room.subscribe(socket, head=3)
    await pass_time(1)
    assert socket.frames == ["caught up c3", "4", "5"]


# Trouble


async def test_reading_that_fails_is_repeated_with_longer_and_longer_pauses(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    crossing.down = True
    room.offer(log.write_many(2)[1])
    await pass_time(10)
    pauses = [later - earlier for earlier, later in pairwise(crossing.times)]
    assert pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0])
    room.write(3)
    crossing.down = False
    await pass_time(2)
    assert follower.frames == numbers(1, 5)


async def test_an_answer_without_sense_is_asked_for_again(
    room: Room, log: MemoryLog, follower: Socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log, "read", lambda *_: None)
    room.offer(log.write_many(2)[1])
    await pass_time(1)
    assert "reading the log of room.1 failed" in caplog.text
    assert follower.frames == []
    monkeypatch.undo()
    await pass_time(3)
    assert follower.frames == ["1", "2"]


async def test_a_log_with_a_hole_is_a_fault_and_no_event_is_skipped(
    room: Room, log: MemoryLog, follower: Socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read_badly(topic: str, after: int, limit: int) -> Sequence[Entry]:
        return read(topic, after, limit)[::2]

    read = log.read
    monkeypatch.setattr(log, "read", read_badly)
    room.offer(log.write_many(5)[4])
    await pass_time(1)
    assert "feed room.1 failed; going on" in caplog.text
    assert "a log has no holes" in caplog.text
    assert follower.frames == []
    monkeypatch.undo()
    await pass_time(3)
    assert follower.frames == numbers(1, 5)


async def test_a_head_of_which_the_log_has_but_a_part_is_not_asked_for_again_and_again(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    log.write_many(3)
    room.feed.exists(9)
    await pass_time(60)
    assert follower.frames == numbers(1, 3)
    for _ in range(3):
        room.write()
        await pass_time(1)
    assert follower.frames == numbers(1, 6)
    assert len(crossing.reads()) == 1


async def test_a_head_that_is_told_while_the_log_is_asked_for_another_is_not_forgotten(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    crossing.takes = 1.0
    room.feed.exists(1)
    await pass_time(0.5)
    _lost, second = log.write_many(2)
    room.offer(second)
    await pass_time(3)
    assert follower.frames == ["1", "2"]


async def test_more_hints_at_once_than_the_inbox_takes_are_read_from_the_log(
    room: Room, log: MemoryLog, follower: Socket, limits: Limits
) -> None:
    room.offer(*log.write_many(10 * limits.inbox_size))
    assert len(room.feed._inbox) == limits.inbox_size
    await pass_time(1)
    assert follower.frames == numbers(1, 10 * limits.inbox_size)


async def test_no_more_early_events_are_kept_than_the_inbox_takes(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing, limits: Limits
) -> None:
    crossing.down = True
    for hint in log.write_many(10 * limits.inbox_size)[1:]:
        room.offer(hint)
        await asyncio.sleep(0)
        assert len(room.feed._early) + len(room.feed._inbox) <= 2 * limits.inbox_size
    crossing.down = False
    await pass_time(3)
    assert follower.frames == numbers(1, 10 * limits.inbox_size)


@pytest.mark.parametrize("takes", [0.0, 1.0])
async def test_closing_ends_everything_that_is_under_way(
    room: Room, log: MemoryLog, crossing: Crossing, takes: float
) -> None:
    log.write_many(40)
    crossing.takes = takes
    sockets = [Socket() for _ in range(5)]
    for position, socket in enumerate(sockets):
        room.subscribe(socket, after=position)
    room.offer(log.write_many(3)[2])
    await pass_time(0.01)
    await room.feed.close()
    sent = [list(socket.frames) for socket in sockets]
    await pass_time(60)
    assert [socket.frames for socket in sockets] == sent
    assert len(room.released) == 5
    assert tasks() == set()
    assert timers() == 0


# The ring


def _held(feed: Feed) -> int:
    """Bytes of entries in the ring, and of their renderings as they are charged for."""
    return sum(entry.size * (1 + len(entry.frames)) for entry in feed._ring)


async def test_the_ring_keeps_the_recent_events_that_fit(room: Room, limits: Limits) -> None:
    for _ in range(300):
        room.write()
        await idle()
    kept = limits.ring_bytes // SIZE
    assert [entry.seq for entry in room.feed._ring] == list(range(301 - kept, 301))
    assert room.feed.recent(300 - kept)[0].seq == 301 - kept
    assert room.feed.recent(299 - kept) == ()


async def test_no_more_than_a_batch_is_taken_from_the_ring_at_once(room: Room, limits: Limits) -> None:
    """Who is stalled holds what it has taken, though the ring has let go of it."""
    room.write(3 * limits.batch_size)
    await idle()
    assert [entry.seq for entry in room.feed.recent(2)] == list(range(3, 3 + limits.batch_size))
    assert [entry.seq for entry in room.feed.recent(3 * limits.batch_size - 1)] == [3 * limits.batch_size]
    assert room.feed.recent(3 * limits.batch_size) == []


async def test_renderings_that_are_kept_are_charged_for(room: Room, limits: Limits) -> None:
    for key in ("first", "second", "third"):
        for _ in range(2):
            room.subscribe(Socket(), key=key)
    for _ in range(300):
        room.write()
        await idle()
        assert _held(room.feed) <= limits.ring_bytes
    assert len(room.feed._ring) == limits.ring_bytes // SIZE // 4


async def test_a_new_document_makes_the_ring_shorter_at_once(room: Room, limits: Limits) -> None:
    """In a quiet room no event would do it, and everybody who comes has everything rendered."""
    for _ in range(100):
        room.write()
        await idle()
    for number in range(20):
        for _ in range(2):
            room.subscribe(Socket(), key=f"document {number}", after=0)
        await pass_time(1)
        assert _held(room.feed) <= limits.ring_bytes


async def test_documents_of_one_subscriber_each_cost_the_ring_nothing(room: Room, limits: Limits) -> None:
    for number in range(20):
        room.subscribe(Socket(), key=f"document {number}")
    room.write(50)
    await idle()
    assert len(room.feed._ring) == 50
    assert not any(entry.frames for entry in room.feed._ring)


async def test_renderings_go_when_nobody_shares_them_any_more(room: Room) -> None:
    first, second = room.subscribe(Socket()), room.subscribe(Socket())
    room.write(5)
    await idle()
    assert all(entry.frames for entry in room.feed.recent(0))
    first.close()
    assert not any(entry.frames for entry in room.feed.recent(0))
    assert not room.feed.notice(CaughtUp("c0")).frames
    second.close()
    assert not room.feed._shared


async def test_the_latest_event_is_kept_however_large_it_is(
    room: Room, log: MemoryLog, follower: Socket, limits: Limits
) -> None:
    for hint in log.write_many(2):
        entry = log.decode(hint)
        entry.size = 2 * limits.ring_bytes
        room.feed.offer(entry)
        await idle()
    assert [entry.seq for entry in room.feed.recent(1)] == [2]
    assert room.feed.recent(0) == ()
    assert follower.frames == ["1", "2"]


async def test_a_page_that_joins_the_ring_is_kept_for_the_next_who_resumes(
    room: Room, log: MemoryLog, crossing: Crossing
) -> None:
    """After a deploy all clients resume from about the same place."""
    log.write_many(8)
    sockets = [Socket(), Socket(), Socket()]
    for socket in sockets:
        room.subscribe(socket, after=2)
        await idle()
    assert all(socket.frames == [*numbers(3, 8), "caught up c8"] for socket in sockets)
    assert len(crossing.reads()) == 1


async def test_pages_that_were_read_backwards_join_each_other(room: Room, log: MemoryLog, crossing: Crossing) -> None:
    log.write_many(30)
    for position in (25, 20, 12):
        socket = Socket()
        room.subscribe(socket, after=position)
        await idle()
        assert socket.frames == [*numbers(position + 1, 30), "caught up c30"]
    assert [after for _topic, after, _limit in crossing.reads()] == [24, 19, 11]
    assert [entry.seq for entry in room.feed._ring] == list(range(13, 31))


async def test_a_page_that_does_not_fit_is_kept_as_far_as_it_does(
    log: MemoryLog, crossing: Crossing, limits: Limits, socket: Socket
) -> None:
    room = Room(log, crossing, replace(limits, ring_bytes=4 * SIZE))
    log.write_many(8)
    room.subscribe(socket, after=0)
    await idle()
    assert [entry.seq for entry in room.feed._ring] == [5, 6, 7, 8]
    assert socket.frames == [*numbers(1, 8), "caught up c8"]
    await room.feed.close()


async def test_entries_of_a_page_beyond_the_head_come_once(
    room: Room, log: MemoryLog, crossing: Crossing, socket: Socket
) -> None:
    """The log may be ahead of the hints: a page has what the feed has yet to hear of."""
    log.write_many(3)
    room.subscribe(socket, after=0)
    hints = log.write_many(3)
    await idle()
    room.offer(*hints)
    await pass_time(1)
    assert socket.frames == [*numbers(1, 3), "caught up c3", *numbers(4, 6)]


@pytest.mark.parametrize("what", ["a jump", "an erasure"])
async def test_what_has_left_the_ring_makes_room_in_it(
    room: Room, log: MemoryLog, follower: Socket, limits: Limits, what: str
) -> None:
    room.write(limits.inbox_size)
    await idle()
    if what == "a jump":
        room.offer(log.write_many(2 * limits.page_size)[-1])
        await pass_time(1)
    else:
        room.offer(log.write(subject="message.1"), log.write(subject="message.1", erases=True))
        await idle()
    for _ in range(100):
        room.write()
        await idle()
    assert len(room.feed._ring) == limits.ring_bytes // SIZE


async def test_documents_that_have_gone_cost_the_ring_nothing(room: Room, limits: Limits) -> None:
    subscribers = [room.subscribe(Socket(), key=f"document {number % 20}") for number in range(60)]
    for subscriber in subscribers:
        subscriber.close()
    for _ in range(200):
        room.write()
        await idle()
    assert len(room.feed._ring) == limits.ring_bytes // SIZE


# Erasing


async def _erase(room: Room, log: MemoryLog) -> None:
    room.offer(log.write(subject="message.1", erases=True))
    await idle()


async def test_an_erasing_event_takes_its_subject_out_of_the_ring_and_its_renderings(
    room: Room, log: MemoryLog
) -> None:
    for _ in range(2):
        room.subscribe(Socket())
    room.offer(log.write(), log.write(text=SECRET, subject="message.1"), log.write(subject="message.2"))
    await idle()
    assert in_memory(SECRET)
    await _erase(room, log)
    assert in_memory(SECRET) == []
    assert [entry.seq for entry in room.feed.recent(2)] == [3, 4]


async def test_one_who_resumes_after_an_erasure_reads_what_is_left(room: Room, log: MemoryLog, socket: Socket) -> None:
    room.offer(log.write(), log.write(text=SECRET, subject="message.1"), log.write())
    await idle()
    await _erase(room, log)
    room.subscribe(socket, after=0)
    await idle()
    assert socket.frames == ["1", "2", "3", "4", "caught up c4"]


async def test_every_event_about_the_subject_is_taken_out(room: Room, log: MemoryLog) -> None:
    for text in (SECRET, "", SECRET, ""):
        room.offer(log.write(text=text, subject="message.1" if text else "message.2"))
        await idle()
    await _erase(room, log)
    assert in_memory(SECRET) == []


async def test_an_early_event_about_the_subject_is_taken_out_too(
    room: Room, log: MemoryLog, follower: Socket, crossing: Crossing
) -> None:
    """The erasing event is read from the log, together with what it erased; a hint still has the text."""
    log.write()
    early = log.write(text=SECRET, subject="message.1")
    room.offer(early)
    await idle()
    log.write(subject="message.1", erases=True)
    await pass_time(1)
    assert follower.frames == ["1", "2", "3"]
    assert in_memory(SECRET) == []


async def test_an_early_event_that_is_jumped_over_is_forgotten(
    room: Room, log: MemoryLog, follower: Socket, limits: Limits
) -> None:
    log.write()
    room.offer(log.write(text=SECRET, subject="message.1"))
    log.write(subject="message.1", erases=True)
    room.offer(log.write_many(limits.page_size)[-1])
    await pass_time(1)
    assert follower.frames == numbers(1, log.head())
    assert in_memory(SECRET) == []


async def test_late_hints_about_the_subject_are_dropped(room: Room, log: MemoryLog, follower: Socket) -> None:
    late = log.write(text=SECRET, subject="message.1")
    room.offer(late)
    await idle()
    await _erase(room, log)
    room.offer(late)
    await pass_time(1)
    assert in_memory(SECRET) == []
    assert follower.frames == [f"1{SECRET}", "2"]


@pytest.mark.parametrize("position_of_the_secret", [1, 3])
async def test_a_page_that_was_read_before_an_erasure_is_sent_and_kept_up_to_there_and_then_read_again(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing, position_of_the_secret: int
) -> None:
    log.write_many(position_of_the_secret - 1)
    log.write(text=SECRET, subject="message.1")
    log.write_many(4 - position_of_the_secret)
    crossing.takes = 1.0
    room.subscribe(socket, after=0)
    await pass_time(0.5)
    await _erase(room, log)
    await pass_time(2)
    assert socket.frames == [*numbers(1, 4), "caught up c4", "5"]
    assert len(crossing.reads()) == 2
    assert in_memory(SECRET) == []


async def test_erasures_that_never_end_do_not_hold_up_one_who_lags(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing, limits: Limits
) -> None:
    """Reading again whatever anything was erased from would never come to an end."""
    log.write_many(3 * limits.page_size)
    crossing.takes = 0.1
    room.subscribe(socket, after=0)
    for number in range(20):
        room.offer(log.write(subject=f"message.{number}", erases=True))
        await pass_time(0.05)
    assert socket.frames[: 3 * limits.page_size] == numbers(1, 3 * limits.page_size)


async def test_one_who_is_stalled_is_not_sent_what_is_erased_meanwhile(
    room: Room, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    """Nor is it kept for them: but for what is in the socket's hands."""
    room.subscribe(socket)
    await idle()
    socket.block()
    room.write(limits.batch_size)
    room.offer(log.write(text=SECRET, subject="message.1"), log.write(text=SECRET, subject="message.2"))
    await idle()
    await _erase(room, log)
    assert {entry.subject for entry in in_memory(SECRET)} == {"message.2"}
    socket.unblock()
    await pass_time(1)
    assert socket.frames[1:] == [*numbers(1, 5), f"6{SECRET}", "7"]


async def test_what_is_erased_while_it_is_rendered_is_not_sent(room: Room, log: MemoryLog, socket: Socket) -> None:
    room.subscribe(socket)
    await idle()
    room.renderer.block()
    room.offer(log.write(), log.write(text=SECRET, subject="message.1"))
    await idle()
    await _erase(room, log)
    room.renderer.unblock()
    await pass_time(1)
    assert socket.frames[1:] == numbers(1, 3)
    assert in_memory(SECRET) == []


async def test_a_page_that_was_read_before_a_jump_over_an_erasure_is_not_put_back(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing, limits: Limits
) -> None:
    """One page from before the erasure would join another from after it."""
    log.write(text=SECRET, subject="message.1")
    log.write_many(4)
    crossing.takes = 1.0
    room.subscribe(socket, after=0)
    await pass_time(0.5)
    log.write(subject="message.1", erases=True)
    room.offer(log.write_many(limits.page_size)[-1])
    await pass_time(0.1)
    crossing.takes = 0.0
    for _ in range(2):
        room.subscribe(Socket(), after=5)
        await idle()
    assert room.feed.recent(5)
    await pass_time(1)
    assert socket.frames[-1] == str(log.head())
    assert in_memory(SECRET) == []


# Notices


async def test_those_who_arrive_together_share_their_notice_and_those_who_come_later_do_not(
    room: Room, log: MemoryLog
) -> None:
    """It says when: hours later in a quiet room, that must not be the first one's time."""
    log.write_many(3)
    for _ in range(7):
        room.subscribe(Socket())
    # The first was alone, and shared with nobody.
    assert room.renderer.rendered == ["caught up c3"] * 2
    await pass_time(3600)
    room.subscribe(Socket())
    assert room.renderer.rendered == ["caught up c3"] * 3
