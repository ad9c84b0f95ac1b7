"""What is equal is rendered once, and a rendering that fails loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import cast

import pytest

from backend.hub import Item, Limits, Shared, Subscriber
from tests.hub import doubles
from tests.hub.clock import idle, now, pass_time
from tests.hub.doubles import Renderer, Socket
from tests.hub.scenes import Room


@pytest.fixture
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
def shared(renderer: Renderer, limits: Limits) -> Shared:
    """Of three subscribers."""
    shared = Shared("document", renderer, limits)
    have(shared, 3)
    return shared


def have(shared: Shared, number: int) -> None:
    """So many subscribers."""
    shared.subscribers = dict.fromkeys(cast("list[Subscriber]", range(number)))


@pytest.fixture
def item() -> Item:
    return Item("item")


class Asking:
    """Subscribers that ask for a rendering at the same time."""

    def __init__(self) -> None:
        self.all: list[asyncio.Task[bytes]] = []

    def ask(self, shared: Shared, item: Item) -> "asyncio.Task[bytes]":
        self.all.append(asyncio.create_task(shared.frame(item)))
        return self.all[-1]


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    asking = Asking()
    yield asking
    for task in asking.all:
        task.cancel()
    await asyncio.gather(*asking.all, return_exceptions=True)


async def test_those_who_ask_at_the_same_time_wait_for_one_rendering(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.block()
    frames = [asking.ask(shared, item) for _ in range(3)]
    await idle()
    renderer.unblock()
    assert [*await asyncio.gather(*frames)] == [b"item"] * 3
    assert renderer.rendered == ["item"]


async def test_those_who_ask_later_get_the_same_rendering(shared: Shared, renderer: Renderer, item: Item) -> None:
    assert [await shared.frame(item) for _ in range(3)] == [b"item"] * 3
    assert renderer.rendered == ["item"]


async def test_each_item_has_its_own_rendering(shared: Shared, renderer: Renderer) -> None:
    items = [Item("first"), Item("second")]
    assert [await shared.frame(item) for item in items * 2] == [b"first", b"second"] * 2
    assert renderer.rendered == ["first", "second"]


async def test_different_keys_share_nothing(shared: Shared, renderer: Renderer, item: Item, limits: Limits) -> None:
    other = Shared("other document", renderer, limits)
    have(other, 3)
    await shared.frame(item)
    await other.frame(item)
    assert renderer.rendered == ["item", "item"]
    assert set(item.frames) == {"document", "other document"}


async def test_what_one_alone_asks_for_is_not_kept(shared: Shared, renderer: Renderer, item: Item) -> None:
    have(shared, 1)
    assert [await shared.frame(item), await shared.frame(item)] == [b"item", b"item"]
    assert renderer.rendered == ["item", "item"]
    assert not item.frames


async def test_a_rendering_is_not_kept_when_the_others_left_meanwhile(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.block()
    frame = asking.ask(shared, item)
    await idle()
    have(shared, 1)
    renderer.unblock()
    assert await frame == b"item"
    assert not item.frames


async def test_when_the_one_who_renders_is_cancelled_the_next_takes_over(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.block()
    first, second, third = (asking.ask(shared, item) for _ in range(3))
    await idle()
    first.cancel()
    await idle()
    assert first.cancelled()
    assert renderer.rendered == ["item", "item"]
    renderer.unblock()
    assert [*await asyncio.gather(second, third)] == [b"item", b"item"]
    assert renderer.rendered == ["item", "item"]


async def test_when_all_are_cancelled_nothing_of_them_is_left(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.block()
    frames = [asking.ask(shared, item) for _ in range(3)]
    await idle()
    for frame in frames:
        frame.cancel()
    await idle()
    assert all(frame.cancelled() for frame in frames)
    assert not item.frames


async def test_one_who_is_cancelled_while_waiting_disturbs_nobody(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.block()
    first, second, third = (asking.ask(shared, item) for _ in range(3))
    await idle()
    second.cancel()
    await idle()
    renderer.unblock()
    assert [*await asyncio.gather(first, third)] == [b"item", b"item"]
    assert renderer.rendered == ["item"]


async def test_whoever_is_cancelled_leaves_the_rendering_of_their_successors_alone(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    """The key is forgotten with its last subscriber, and may be back before that one's task has ended."""
    renderer.block()
    former = asking.ask(shared, item)
    await idle()
    item.frames.clear()
    successor = asking.ask(shared, item)
    await idle()
    former.cancel()
    await idle()
    assert former.cancelled()
    another = asking.ask(shared, item)
    renderer.unblock()
    assert [*await asyncio.gather(successor, another)] == [b"item", b"item"]
    assert len(renderer.rendered) == 2  # the former's and the successor's


async def test_a_rendering_that_fails_is_tried_again_with_longer_and_longer_pauses(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.error = ConnectionError("the database is away")
    start = now()
    frames = [asking.ask(shared, item) for _ in range(3)]
    await pass_time(10)
    pauses = [later - earlier for earlier, later in pairwise(renderer.times)]
    assert renderer.times[0] == start
    assert pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0])
    assert not any(frame.done() for frame in frames)
    renderer.error = None
    assert [*await asyncio.gather(*frames)] == [b"item"] * 3


async def test_a_rendering_that_fails_for_one_key_delays_no_other(
    shared: Shared, renderer: Renderer, item: Item, limits: Limits, asking: Asking
) -> None:
    renderer.error = ConnectionError("the database is away")
    failing = asking.ask(shared, item)
    await idle()
    other = Shared("other document", Renderer(), limits)
    have(other, 3)
    start = now()
    assert await other.frame(item) == b"item"
    assert now() == start
    assert not failing.done()


async def test_one_who_gives_up_while_a_rendering_fails_leaves_it_to_the_next(
    shared: Shared, renderer: Renderer, item: Item, asking: Asking
) -> None:
    renderer.error = ConnectionError("the database is away")
    first, second = (asking.ask(shared, item) for _ in range(2))
    await pass_time(1)
    first.cancel()
    await idle()
    renderer.error = None
    assert await second == b"item"


async def test_what_renders_at_once_makes_no_task_and_nobody_waits(room: Room, socket: Socket) -> None:
    rendered: list[str] = []

    def render(item: Item) -> bytes:
        rendered.append(doubles.frame(item))
        return rendered[-1].encode()

    for each in (socket, Socket()):
        room.subscribe(each, renderer=render)
    before, during = asyncio.all_tasks(), list[set[asyncio.Task[object]]]()
    socket.on_send = lambda: during.append(asyncio.all_tasks())
    room.write(2)
    await idle()
    assert socket.frames == ["caught up c0", "1", "2"]
    assert rendered[-2:] == ["1", "2"]
    assert during == [before]


async def test_what_fails_to_render_at_once_is_tried_again_and_not_skipped(room: Room, socket: Socket) -> None:
    times: list[float] = []

    def render(item: Item) -> bytes:
        times.append(now())
        if len(times) in (2, 3):
            raise ConnectionError("the database is away")
        return doubles.frame(item).encode()

    room.subscribe(socket, renderer=render)
    room.write(2)
    await pass_time(1)
    assert socket.frames == ["caught up c0", "1", "2"]
    assert times[2] - times[1] == pytest.approx(0.05)
