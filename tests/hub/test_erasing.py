"""What is erased is sent to nobody any more, wherever in a feed it is."""

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, pass_time
from tests.hub.doubles import Crossing, MemoryLog, Socket, cursor, in_memory, numbers
from tests.hub.scenes import Room

SECRET = "a secret that is taken back"


@pytest.fixture
async def follower(room: Room) -> Socket:
    """The socket of somebody who has followed since the room was empty."""
    socket = Socket()
    room.subscribe(socket)
    await idle()
    socket.frames.clear()
    return socket


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
    assert [entry.seq for entry in room.feed.recent(2, cursor(2))] == [3, 4]


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
    assert room.feed.recent(5, cursor(5))
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
