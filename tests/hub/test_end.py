"""A topic ends for everybody at once, and nothing of it is left in this process."""

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, now, pass_time, tasks
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Renderer, Socket, Wire, cursor, in_memory
from tests.hub.scenes import Process, Room

SECRET = "a secret of a room that is deleted"


async def _is_over(room: Room, *sockets: Socket) -> None:
    """Each was told so and nothing else, and has gone."""
    end = room.log.head()
    for socket in sockets:
        assert socket.frames[-1] == f"ended c{end}"
        assert socket.completions == 1
        assert str(end) not in socket.frames
    assert not room.feed.subscribers
    assert tasks() == {"feed room.1"}


async def test_the_end_is_told_in_place_of_the_last_entry(room: Room, log: MemoryLog, socket: Socket) -> None:
    room.subscribe(socket)
    room.write(2)
    await idle()
    start = now()
    room.offer(log.end())
    await idle()
    assert socket.frames == ["caught up c0", "1", "2", "ended c3"]
    assert now() - start < 0.001
    await _is_over(room, socket)


async def test_the_end_waits_for_nothing_that_is_missing(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing
) -> None:
    """What is before it has been erased from the log."""
    room.subscribe(socket)
    await idle()
    log.write_many(3)
    room.offer(log.end())
    await idle()
    assert socket.frames == ["caught up c0", "ended c4"]
    assert crossing.calls == []
    await _is_over(room, socket)


@pytest.mark.parametrize("missed", [0, 3, 30])
async def test_an_end_that_was_not_heard_is_found_in_the_log(
    room: Room, log: MemoryLog, socket: Socket, missed: int
) -> None:
    """Also by a feed that jumps, and by each who then reads for itself."""
    room.subscribe(socket)
    room.write(2)
    await idle()
    log.write_many(missed)
    log.end()
    room.feed.exists(log.head())
    await pass_time(1)
    assert socket.frames == ["caught up c0", "1", "2", f"ended c{missed + 3}"]
    await _is_over(room, socket)


async def test_one_who_waits_for_a_page_gets_the_end_at_once_and_no_page(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing
) -> None:
    log.write_many(25)
    crossing.takes = 100.0
    room.subscribe(socket, after=0)
    await pass_time(1)
    start = now()
    room.offer(log.end())
    await idle()
    assert socket.frames == ["ended c26"]
    assert now() - start < 0.001
    await _is_over(room, socket)


async def test_one_who_is_stalled_gets_the_end_and_nothing_before_it(
    room: Room, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    log.write_many(25)
    socket.block()
    room.subscribe(socket, after=0)
    await pass_time(1)
    room.offer(log.end())
    await idle()
    assert socket.frames == []
    socket.unblock()
    await idle()
    assert socket.frames == ["ended c26"]
    await _is_over(room, socket)


async def test_what_was_being_rendered_is_not_sent(room: Room, log: MemoryLog, socket: Socket) -> None:
    other = Socket()
    room.subscribe(socket)
    room.subscribe(other)
    await idle()
    room.renderer.block()
    room.write(2)
    await idle()
    room.offer(log.end())
    await idle()
    room.renderer.unblock()
    await idle()
    assert socket.frames == other.frames == ["caught up c0", "ended c3"]
    await _is_over(room, socket, other)


@pytest.mark.parametrize("after", [None, 0, 3])
async def test_one_who_was_let_in_just_before_is_told_too(
    room: Room, log: MemoryLog, socket: Socket, after: int | None
) -> None:
    """The snapshot that found the room was taken before it was deleted."""
    room.subscribe(Socket())
    room.write(5)
    await idle()
    room.offer(log.end())
    await idle()
    room.subscribe(socket, after=5 if after is None else after, head=5)
    await idle()
    assert socket.frames == ["ended c6"]
    await _is_over(room, socket)


async def test_one_who_was_let_in_before_a_feed_heard_anything_is_told_too(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    log.write_many(5)
    log.end()
    room.subscribe(socket, after=2, head=5)
    await pass_time(1)
    assert socket.frames == ["ended c6"]
    await _is_over(room, socket)


async def test_nothing_of_the_topic_is_left_in_memory(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing, limits: Limits
) -> None:
    """Whether it was kept, early, just arrived, read, being read, rendered, or waiting to be sent."""
    lagging = Socket()
    for each in (socket, Socket()):
        room.subscribe(each)
    await idle()
    socket.block()
    for number in range(30):
        room.offer(log.write(text=SECRET, subject=f"message.{number}"))
        await idle()
    crossing.takes = 1.0
    room.subscribe(lagging, after=0)
    log.write()
    room.offer(log.write(text=SECRET))
    await pass_time(0.5)
    room.offer(log.write(text=SECRET))
    assert in_memory(SECRET)
    room.offer(log.end())
    await idle()
    assert in_memory(SECRET) == []
    assert len(room.feed._ring) == 0
    await pass_time(10)
    assert in_memory(SECRET) == []


async def test_late_hints_are_dropped(room: Room, log: MemoryLog) -> None:
    late = [log.write(text=SECRET) for _ in range(3)]
    end = log.end()
    room.offer(late[0], end, *late, end)
    await pass_time(1)
    assert in_memory(SECRET) == []
    assert room.feed.last == 4


async def test_a_page_that_comes_after_the_end_is_not_kept(
    room: Room, log: MemoryLog, socket: Socket, crossing: Crossing
) -> None:
    log.write(text=SECRET)
    crossing.takes = 1.0
    room.subscribe(socket, after=0)
    await pass_time(0.5)
    room.offer(log.end())
    await pass_time(10)
    assert in_memory(SECRET) == []
    assert len(room.feed._ring) == 0
    assert socket.frames == ["ended c2"]


async def test_the_end_is_rendered_once_for_each_document(room: Room, log: MemoryLog) -> None:
    renderers = [Renderer(), Renderer()]
    sockets = [Socket() for _ in range(400)]
    for number, socket in enumerate(sockets):
        room.subscribe(socket, key=f"document {number % 2}", renderer=renderers[number % 2])
    await idle()
    for renderer in renderers:
        renderer.rendered.clear()
    sockets[7].block()
    room.offer(log.end())
    await idle()
    sockets[7].unblock()
    await idle()
    assert [renderer.rendered for renderer in renderers] == [["ended c1"]] * 2
    await _is_over(room, *sockets)


async def test_one_departure_is_rendered_once_for_all_sockets_of_the_person(room: Room, log: MemoryLog) -> None:
    sockets = [Socket() for _ in range(5)]
    for socket in sockets:
        room.subscribe(socket)
    for _ in range(2):  # who stay, so that what they share is kept
        room.subscribe(Socket(), principal="somebody else")
    await idle()
    room.renderer.rendered.clear()
    room.offer(log.write(ends="somebody"))
    await idle()
    assert room.renderer.rendered == ["1", "ended c1"]
    assert all(socket.frames[1:] == ["1", "ended c1"] for socket in sockets)


async def test_all_processes_find_the_end_though_nobody_is_told(
    process: Process, another_process: Process, log: MemoryLog, wire: Wire, limits: Limits
) -> None:
    sockets = [Socket(), Socket(), Socket()]
    log.write_many(3)
    process.subscribe(sockets[0])
    process.subscribe(sockets[1], after=1)
    another_process.subscribe(sockets[2])
    await pass_time(2)
    log.end()
    await pass_time(limits.sweep_interval + limits.hole_patience)
    assert [socket.frames[-1] for socket in sockets] == ["ended c4"] * 3
    assert [socket.completions for socket in sockets] == [1] * 3
    await pass_time(limits.linger)
    assert process.hub.topics == another_process.hub.topics == frozenset()


async def test_a_topic_that_was_brought_back_is_followed_again(
    process: Process, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    log.write_many(3)
    restore = log.backup()
    process.subscribe(Socket())
    await pass_time(2)
    process.hub.publish(ROOM, log.end())
    await pass_time(1)
    restore()
    await pass_time(limits.sweep_interval)
    process.subscribe(socket, after=1)
    process.send()
    await idle()
    assert socket.frames == ["2", "3", "caught up c3", "4"]
    assert log.cursor_at(4) == cursor(4, era=1)
