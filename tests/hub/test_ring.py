"""The ring of recent events: bounded in bytes, renderings and all, and joined by pages that fit."""

from dataclasses import replace

import pytest

from backend.hub import CaughtUp, Feed, Limits
from tests.hub.clock import idle, pass_time
from tests.hub.doubles import SIZE, Crossing, MemoryLog, Socket, cursor, numbers
from tests.hub.scenes import Room


@pytest.fixture
async def follower(room: Room) -> Socket:
    """The socket of somebody who has followed since the room was empty."""
    socket = Socket()
    room.subscribe(socket)
    await idle()
    socket.frames.clear()
    return socket


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
    assert room.feed.recent(300 - kept, cursor(300 - kept))[0].seq == 301 - kept
    assert room.feed.recent(299 - kept, cursor(299 - kept)) == ()


async def test_no_more_than_a_batch_is_taken_from_the_ring_at_once(room: Room, limits: Limits) -> None:
    """Who is stalled holds what it has taken, though the ring has let go of it."""
    room.write(3 * limits.batch_size)
    await idle()
    assert [entry.seq for entry in room.feed.recent(2, cursor(2))] == list(range(3, 3 + limits.batch_size))
    assert [entry.seq for entry in room.feed.recent(3 * limits.batch_size - 1, cursor(3 * limits.batch_size - 1))] == [
        3 * limits.batch_size
    ]
    assert room.feed.recent(3 * limits.batch_size, cursor(3 * limits.batch_size)) == []


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
    assert all(entry.frames for entry in room.feed.recent(0, cursor(0)))
    first.close()
    assert not any(entry.frames for entry in room.feed.recent(0, cursor(0)))
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
    assert [entry.seq for entry in room.feed.recent(1, cursor(1))] == [2]
    assert room.feed.recent(0, cursor(0)) == ()
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
