"""Sockets that are slow, fail, or are closed at any moment: nobody else is concerned."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from backend.hub import Frames, Item, Limits
from tests.hub.clock import idle, now, pass_time, tasks, timers
from tests.hub.doubles import Crossing, MemoryLog, Renderer, Socket, numbers
from tests.hub.scenes import Room

FEED_ALONE = {"feed room.1"}


# Slow and broken sockets
async def test_a_slow_socket_delays_nobody_and_catches_up(room: Room, log: MemoryLog) -> None:
    slow, quick = Socket(), Socket()
    room.subscribe(slow)
    room.subscribe(quick)
    await idle()
    slow.block()
    start = now()
    for _ in range(200):
        room.write()
        await idle()
    assert quick.frames[1:] == numbers(1, 200)
    assert slow.frames[1:] == []
    assert now() - start < 0.01
    slow.unblock()
    await pass_time(1)
    assert slow.frames[1:] == numbers(1, 200)


@pytest.mark.parametrize("error", [ConnectionError("gone"), asyncio.CancelledError()], ids=["raises", "cancelled"])
async def test_a_socket_that_fails_ends_its_own_subscriber_alone(room: Room, error: BaseException) -> None:
    """Also if the socket's own wait was cancelled: that must not reach the feed, which woke the subscriber."""
    broken, whole = Socket(), Socket()
    room.subscribe(broken)
    room.subscribe(whole)
    await idle()
    broken.error = error
    for _ in range(3):
        room.write()
        await idle()
    assert whole.frames[1:] == numbers(1, 3)
    assert len(room.feed.subscribers) == 1
    assert room.released == [room.feed]


@pytest.mark.parametrize("error", [ConnectionError("gone"), asyncio.CancelledError()], ids=["raises", "cancelled"])
async def test_a_socket_that_fails_at_once_does_not_disturb_whoever_subscribes(
    room: Room, socket: Socket, error: BaseException
) -> None:
    socket.error = error
    room.subscribe(socket)
    assert room.released == [room.feed]


async def test_a_socket_that_fails_while_it_is_told_of_the_end_has_ended(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    room.subscribe(socket)

    def fail() -> None:
        socket.error = ConnectionError("gone")

    socket.on_send = fail
    room.offer(log.write(ends="somebody"))
    await idle()
    assert not room.feed.subscribers
    assert room.released == [room.feed]


async def test_a_rendering_that_fails_moves_no_position(room: Room, socket: Socket) -> None:
    room.subscribe(socket)
    await idle()
    room.renderer.error = ConnectionError("the database is away")
    room.write(2)
    await pass_time(10)
    assert socket.frames[1:] == []
    room.renderer.error = None
    await pass_time(2)
    assert socket.frames[1:] == ["1", "2"]


async def test_a_rendering_that_fails_delays_no_other_document(room: Room) -> None:
    failing, working = Renderer(), Renderer()
    sockets = [Socket(), Socket()]
    room.subscribe(sockets[0], key="failing", renderer=failing)
    room.subscribe(sockets[1], key="working", renderer=working)
    failing.error = ConnectionError("the database is away")
    room.write(2)
    await idle()
    assert sockets[0].frames == ["caught up c0"]
    assert sockets[1].frames == ["caught up c0", "1", "2"]


# Closing
async def test_one_who_is_closed_is_sent_nothing_though_the_rendering_goes_on(room: Room, socket: Socket) -> None:
    """A cancellation can be overlooked, as `wait_for` does now and then up to Python 3.11."""
    under_way = asyncio.Event()

    async def render_stubbornly(item: Item) -> bytes:
        with suppress(asyncio.CancelledError):
            under_way.set()
            await asyncio.sleep(60)
        return b"too late"

    subscriber = room.feed.subscribe(
        key="document",
        render=render_stubbornly,
        sink=socket,
        position=0,
        cursor="c0",
        access_as_of=0,
        principal="somebody",
    )
    await under_way.wait()
    subscriber.close()
    await pass_time(60)
    assert socket.frames == []
    assert tasks() == FEED_ALONE


async def test_one_who_is_closed_is_woken_in_vain(room: Room, log: MemoryLog, socket: Socket) -> None:
    subscriber = room.subscribe(socket)
    subscriber.close()
    room.write()
    await idle()
    subscriber.wake()
    await idle()
    assert socket.frames == ["caught up c0"]


def _nothing(_room: Room, _socket: Socket, _crossing: Crossing) -> None: ...


def _block_the_socket(room: Room, socket: Socket, crossing: Crossing) -> None:
    socket.block()


def _block_the_rendering(room: Room, socket: Socket, crossing: Crossing) -> None:
    room.renderer.block()


def _fail_the_rendering(room: Room, socket: Socket, crossing: Crossing) -> None:
    room.renderer.error = ConnectionError("the database is away")


def _slow_the_log(room: Room, socket: Socket, crossing: Crossing) -> None:
    crossing.takes = 1.0


@pytest.mark.parametrize("turns", range(25))
@pytest.mark.parametrize(
    "obstruct", [_nothing, _block_the_socket, _block_the_rendering, _fail_the_rendering, _slow_the_log]
)
async def test_one_who_is_closed_at_any_moment_is_sent_nothing_more_and_leaves_nothing(
    room: Room,
    log: MemoryLog,
    crossing: Crossing,
    obstruct: Callable[[Room, Socket, Crossing], None],
    turns: int,
) -> None:
    """After any number of turns of the loop, among others who resume too; whatever it waits for then."""
    log.write_many(30)
    socket, others = Socket(), [Socket(), Socket()]
    obstruct(room, socket, crossing)
    subscriber = room.subscribe(socket, after=0)
    for each in others:
        room.subscribe(each, after=0)
    for _ in range(turns):
        await asyncio.sleep(0)
    subscriber.close()
    sent = list(socket.frames)
    socket.unblock()
    room.renderer.unblock()
    room.renderer.error = None
    room.write(3)
    await pass_time(10)
    assert socket.frames == sent
    assert socket.completions == 0
    for each in others:
        assert each.frames == [*numbers(1, 30), "caught up c30", *numbers(31, 33)]
    assert room.released == [room.feed]
    assert tasks() == FEED_ALONE


async def test_closing_twice_releases_once(room: Room, socket: Socket) -> None:
    subscriber = room.subscribe(socket)
    subscriber.close()
    subscriber.close()
    assert room.released == [room.feed]


async def test_one_who_is_closed_by_its_own_socket_is_sent_nothing_more(
    room: Room, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    """As when writing finds out that the connection has gone, from inside `send`."""
    subscriber = room.subscribe(socket)
    socket.on_send = subscriber.close
    room.renderer.rendered.clear()
    room.write(3 * limits.batch_size)
    await idle()
    assert socket.frames == ["caught up c0", *numbers(1, limits.batch_size)]
    assert room.renderer.rendered == numbers(1, limits.batch_size)
    assert tasks() == FEED_ALONE


async def test_one_who_is_closed_while_it_is_told_of_the_end_does_not_wait_for_its_socket(
    room: Room, log: MemoryLog, socket: Socket
) -> None:
    subscriber = room.subscribe(socket)
    room.offer(log.write(ends="somebody"))
    socket.on_send = lambda: socket.block() if socket.frames[-1] == "ended c1" else None
    await idle()
    assert socket.frames[-1] == "ended c1"
    assert socket.completions == 1
    assert tasks() != FEED_ALONE
    subscriber.close()
    await idle()
    assert tasks() == FEED_ALONE


async def test_nothing_is_left_of_those_who_close_while_all_wait_for_one_rendering(room: Room, log: MemoryLog) -> None:
    room.renderer.block()
    subscribers = [room.subscribe(Socket()) for _ in range(5)]
    await idle()
    for subscriber in subscribers:
        subscriber.close()
    await idle()
    assert tasks() == FEED_ALONE
    assert timers() == 0
    socket = Socket()
    room.renderer.unblock()
    room.subscribe(socket)
    assert socket.frames == ["caught up c0"]


@pytest.mark.parametrize("size", [1, 3])
async def test_a_page_larger_than_a_batch_is_sent_whole(
    log: MemoryLog, crossing: Crossing, limits: Limits, size: int
) -> None:
    room = Room(log, crossing, replace(limits, batch_size=size))
    log.write_many(10)
    socket = Socket()
    room.subscribe(socket, after=0)
    await idle()
    assert socket.frames == [*numbers(1, 10), "caught up c10"]
    assert {len(write) for write in socket.writes} <= set(range(1, size + 1))
    await room.feed.close()


async def test_nothing_is_rendered_for_a_socket_that_has_no_room(room: Room, socket: Socket) -> None:
    """What was begun is kept ready, and no more is begun."""
    room.renderer.takes = 0.01
    room.subscribe(socket)
    await pass_time(1)
    socket.block()
    room.write(3)
    await pass_time(1)
    assert room.renderer.rendered == ["caught up c0", "1", "2"]
    socket.unblock()
    await pass_time(1)
    assert socket.frames[1:] == ["1", "2", "3"]
    assert room.renderer.rendered == ["caught up c0", "1", "2", "3"]


class Reluctant(Socket):
    """Takes a frame at a time, and the next one in another turn of the loop."""

    def write(self, frames: Frames) -> int:
        return super().write(Frames(frames.payloads[:1]))

    async def room(self) -> None:
        await asyncio.sleep(0)


async def test_who_takes_a_frame_at_a_time_has_each_rendered_once(room: Room, log: MemoryLog) -> None:
    """Also alone: what was made ready, and is not taken yet, is not made anew."""
    log.write_many(30)
    socket = Reluctant()
    room.subscribe(socket, after=0)
    await pass_time(1)
    assert socket.frames == [*numbers(1, 30), "caught up c30"]
    assert [each for each in room.renderer.rendered if each.isdecimal()] == numbers(1, 30)
    assert not any(entry.frames for entry in room.feed.recent(20, "c20"))
