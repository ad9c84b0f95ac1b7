"""What no log keeps: shown to whoever is there, in order; who was not quick enough is told that it missed something."""

import asyncio

import pytest

from backend.hub import Entry, Item, Shown, Topic
from tests.hub.clock import idle, pass_time
from tests.hub.doubles import ROOM, MemoryLog, Renderer, Socket, frame
from tests.hub.scenes import Process, Room


@pytest.fixture
def line(process: Process) -> Topic:
    return process.hub.line("somebody")


def join(line: Topic, socket: Socket, renderer: Renderer, key: str = "document") -> None:
    line.join(key=key, render=renderer, sink=socket, closed=lambda: None)


def shown(*numbers: int, at: int) -> list[str]:
    return [f"shown {number} at c{at}" for number in numbers]


async def test_all_who_are_at_the_head_are_shown_it(room: Room) -> None:
    room.write(3)
    sockets = [Socket(), Socket()]
    for socket in sockets:
        room.subscribe(socket)
    await idle()
    room.feed.show(1)
    room.feed.show(2)
    await idle()
    for socket in sockets:
        assert socket.frames == ["caught up c3", *shown(1, 2, at=3)]
    assert room.renderer.rendered[-2:] == shown(1, 2, at=3), "once for both"


async def test_it_does_not_move_a_position(room: Room, socket: Socket) -> None:
    room.write(3)
    room.subscribe(socket)
    await idle()
    room.feed.show(1)
    room.write()
    await idle()
    room.feed.show(2)
    await idle()
    assert socket.frames == ["caught up c3", *shown(1, at=3), "4", *shown(2, at=4)]


async def test_who_is_behind_is_shown_it_at_the_head(room: Room, socket: Socket) -> None:
    room.write(3)
    room.subscribe(socket)
    await idle()
    socket.block()
    room.write(2)
    await idle()
    room.feed.show(1)
    socket.unblock()
    await idle()
    assert socket.frames == ["caught up c3", "4", "5", *shown(1, at=5)]


async def test_who_comes_later_is_not_shown_it(room: Room, socket: Socket) -> None:
    room.write(3)
    room.subscribe(Socket())
    await idle()
    room.feed.show(1)
    room.subscribe(socket, after=1)
    await idle()
    assert socket.frames == ["2", "3", "caught up c3"]


async def test_who_is_too_slow_for_it_is_told_that_it_missed_some(room: Room, socket: Socket) -> None:
    room.write(3)
    room.subscribe(socket)
    await idle()
    socket.block()
    for number in range(10):
        room.feed.show(number)
        await idle()
    assert len(room.feed.live) == 5
    socket.unblock()
    await idle()
    room.feed.show(10)
    await idle()
    assert socket.frames == ["caught up c3", "caught up c3", *shown(10, at=3)]


async def test_what_was_erased_is_not_shown(room: Room, socket: Socket) -> None:
    """It may name somebody who has another name since."""
    room.write(3)
    room.subscribe(socket)
    await idle()
    room.renderer.block()
    room.feed.show("an old name")
    room.offer(room.log.write(erases=True))
    room.renderer.unblock()
    await idle()
    assert socket.frames == ["caught up c3", "4", "caught up c4"]
    assert not len(room.feed.live)


async def test_nobody_is_shown_anything_after_the_last_word(room: Room, socket: Socket) -> None:
    room.write(3)
    room.subscribe(socket, principal="ana")
    await idle()
    room.renderer.block()
    room.feed.show(1)
    room.offer(room.log.write(ends="ana"))
    room.feed.show(2)
    room.renderer.unblock()
    await idle()
    assert socket.frames[0] == "caught up c3"
    assert socket.frames[-1] == "ended c4"
    assert not any(frame.startswith("shown") for frame in socket.frames[socket.frames.index("ended c4") :])


async def test_what_nobody_is_there_for_is_not_kept(room: Room) -> None:
    room.feed.show(1)
    assert not len(room.feed.live)


async def test_a_line_has_no_log(line: Topic, socket: Socket, process: Process) -> None:
    join(line, socket, process.renderer)
    await idle()
    line.show(1)
    await idle()
    assert socket.frames == ["caught up ", "shown 1 at "]
    assert not process.broker.joined & {"somebody"}


async def test_a_line_tells_everybody_that_something_was_missed(line: Topic, socket: Socket, process: Process) -> None:
    join(line, socket, process.renderer)
    join(line, another := Socket(), process.renderer, key="other document")
    await idle()
    line.miss()
    line.show(1)
    await idle()
    assert socket.frames == another.frames == ["caught up ", "caught up ", "shown 1 at "]


async def test_what_is_nothing_any_more_is_not_sent(line: Topic, socket: Socket) -> None:
    async def render(item: Item) -> bytes:
        return b"" if isinstance(item, Shown) and item.payload == "gone" else frame(item).encode()

    for each in (socket, another := Socket()):  # also if it is rendered once for both
        line.join(key="document", render=render, sink=each, closed=lambda: None)
    await idle()
    line.show("gone")
    line.show("there")
    await idle()
    assert socket.frames == another.frames == ["caught up ", "shown there at "]


async def test_a_line_is_gone_with_its_last_subscriber(process: Process) -> None:
    line = process.hub.line("somebody")
    closed = asyncio.Event()
    subscriber = line.join(key="document", render=process.renderer, sink=Socket(), closed=closed.set)
    await idle()
    assert process.hub.line("somebody") is line
    subscriber.close()
    subscriber.close()
    assert closed.is_set()
    assert process.hub.line("somebody") is not line


async def test_a_hub_that_closes_hangs_up(process: Process, socket: Socket) -> None:
    closed = asyncio.Event()
    process.hub.line("somebody").join(key="document", render=process.renderer, sink=socket, closed=closed.set)
    await process.hub.close()
    assert closed.is_set()


async def test_a_subscriber_says_once_that_it_is_over(room: Room, socket: Socket) -> None:
    room.write(3)
    ends: list[int] = []
    subscriber = room.feed.subscribe(
        key="document",
        render=room.renderer,
        sink=socket,
        position=3,
        cursor="c3",
        access_as_of=3,
        principal="ana",
        closed=lambda: ends.append(1),
    )
    await idle()
    room.offer(room.log.write(ends="ana"))
    await idle()
    subscriber.close()
    assert ends == [1]


async def test_a_signal_reaches_every_process_that_holds_the_topic(
    process: Process, another_process: Process, log: MemoryLog
) -> None:
    heard: list[tuple[str, bytes]] = []
    log.write()
    for each in (process, another_process):
        each.hub.on_signal(b"typing", lambda topic, payload: heard.append((topic, payload)))
    another_process.subscribe(Socket())
    await idle()
    process.hub.publish(ROOM, b"\0typing\0somebody")
    await idle()
    assert heard == [(ROOM, b"somebody")]


async def test_a_signal_that_nobody_understands_deafens_nobody(process: Process, socket: Socket) -> None:
    def fail(_topic: str, _payload: bytes) -> None:
        raise ValueError("what is this?")

    process.hub.on_signal(b"typing", fail)
    process.subscribe(socket)
    await idle()
    process.hub.publish(ROOM, b"\0typing\0\xff")
    process.hub.publish(ROOM, b"\0unheard of\0")
    process.send()
    await idle()
    assert socket.frames == ["caught up c0", "1"]


async def test_looking_at_a_feed_keeps_nothing(process: Process, socket: Socket) -> None:
    assert process.hub.feed(ROOM) is None
    subscriber = process.subscribe(socket)
    feed = process.hub.feed(ROOM)
    assert feed is not None
    assert subscriber in feed.subscribers
    subscriber.close()
    assert process.hub.feed(ROOM) is feed, "it lingers"
    await pass_time(40)
    assert process.hub.feed(ROOM) is None


async def test_a_watcher_hears_of_every_entry_before_the_subscribers(room: Room, socket: Socket) -> None:
    heard: list[int | None] = []
    room.write(3)
    room.subscribe(socket)
    await idle()
    socket.on_send = lambda: heard.append(-int(socket.frames[-1]))

    def watcher(entry: Entry | None) -> None:
        heard.append(entry.seq if entry else None)

    room.feed.watch(watcher)
    room.write(2)
    await idle()
    room.feed.unwatch(watcher)
    room.write()
    await idle()
    assert heard == [4, 5, -5, -6]


async def test_a_watcher_is_told_when_there_is_something_that_it_cannot_hear_of(room: Room, socket: Socket) -> None:
    heard: list[int | None] = []
    room.write(3)
    room.subscribe(socket)
    await idle()
    room.feed.watch(lambda entry: heard.append(entry.seq if entry else None))
    room.log.write_many(30)
    room.write()
    await pass_time(1)
    assert heard == [None]
    room.offer(room.log.end())
    await idle()
    assert heard == [None, 35]


async def test_who_is_a_step_ahead_of_the_hints_makes_no_rendering_in_vain(room: Room, log: MemoryLog) -> None:
    """Both are at the head, each at another cursor: neither may take away what is made for the other."""
    ahead, socket = Socket(), Socket()
    room.subscribe(socket)
    await idle()
    log.write()  # of which the feed has not heard
    room.renderer.takes = 0.005
    room.subscribe(ahead)
    room.renderer.rendered.clear()
    room.feed.show("typing")
    await pass_time(1)
    assert len([each for each in room.renderer.rendered if each.startswith("shown")]) <= 3
    assert ahead.frames[-1] == "shown typing at c1"


async def test_an_item_is_kept_at_a_few_cursors(room: Room) -> None:
    room.subscribe(Socket())
    room.feed.show("typing")
    first = room.feed.live.after(0, "c0")
    assert room.feed.live.after(0, "c1") is not first
    assert room.feed.live.after(0, "c0") is first
    for number in range(10):
        room.feed.live.after(0, f"c{number}")
    assert len(list(room.feed.live)) == 4
