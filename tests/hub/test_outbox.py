"""Hints go out as they come; what cannot go out in time is dropped, because the log has it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from backend.hub import Limits
from backend.hub.outbox import Outbox
from tests.hub.clock import idle, now, pass_time
from tests.hub.doubles import Wire, WireBroker


@pytest.fixture
def broker(wire: Wire) -> WireBroker:
    return wire.broker()


@pytest.fixture
async def outbox(broker: WireBroker, limits: Limits) -> AsyncIterator[Outbox]:
    outbox = Outbox(broker, size=limits.outbox_size, timeout=limits.publish_timeout)
    task = asyncio.create_task(outbox.run())
    yield outbox
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _put(outbox: Outbox, first: int, last: int) -> None:
    for number in range(first, last + 1):
        outbox.put("room", b"%d" % number)


def _published(broker: WireBroker) -> list[int]:
    return [int(hint) for _topic, hint in broker.published]


async def test_hints_are_published_at_once_and_in_order(outbox: Outbox, broker: WireBroker) -> None:
    start = now()
    _put(outbox, 1, 3)
    await idle()
    _put(outbox, 4, 5)
    await idle()
    assert _published(broker) == [1, 2, 3, 4, 5]
    assert now() - start < 0.001


async def test_what_waits_for_a_topic_goes_out_as_one_message(outbox: Outbox, broker: WireBroker) -> None:
    for number in range(10):
        outbox.put("room", b"%d" % number)
        outbox.put("other room", b"%d" % number)
    await idle()
    assert [int(hint) for topic, hint in broker.published if topic == "room"] == [*range(10)]
    assert broker.messages == {"room": 1, "other room": 1}


async def test_putting_never_waits_and_what_is_too_much_drops_the_oldest(
    outbox: Outbox, broker: WireBroker, wire: Wire, limits: Limits
) -> None:
    _put(outbox, 1, limits.outbox_size + 10)
    await idle()
    assert _published(broker) == list(range(11, limits.outbox_size + 11))


async def test_a_broker_that_fails_drops_all_that_wait(outbox: Outbox, broker: WireBroker, wire: Wire) -> None:
    wire.down = True
    _put(outbox, 1, 5)
    await idle()
    wire.down = False
    await pass_time(60)
    assert _published(broker) == []


async def test_nothing_overtakes_what_is_under_way_when_something_else_fails(wire: Wire, limits: Limits) -> None:
    begun: list[bytes] = []

    class Uneven(WireBroker):
        async def publish(self, topic: str, *hints: bytes) -> None:
            begun.extend(hints)
            if topic == "broken":
                raise ConnectionError("refused")
            await asyncio.sleep(limits.publish_timeout / 2)

    outbox = Outbox(Uneven(wire), size=limits.outbox_size, timeout=limits.publish_timeout)
    task = asyncio.create_task(outbox.run())
    outbox.put("slow", b"1")
    outbox.put("broken", b"2")
    await idle()
    outbox.put("slow", b"3", b"4")
    await idle()
    assert begun == [b"1", b"2"]
    await pass_time(limits.publish_timeout)
    assert begun == [b"1", b"2"], "those behind it are dropped"
    outbox.put("slow", b"5", b"6")
    await idle()
    assert begun == [b"1", b"2", b"5", b"6"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_broker_that_never_answers_is_waited_for_once(
    outbox: Outbox, broker: WireBroker, wire: Wire, limits: Limits
) -> None:
    """Ten hints behind one that waits half a second do not wait five."""
    wire.frozen = True
    _put(outbox, 1, 10)
    await pass_time(limits.publish_timeout)
    wire.frozen = False
    _put(outbox, 11, 11)
    await idle()
    assert _published(broker) == [11]


async def test_hints_go_out_again_when_the_broker_is_back(outbox: Outbox, broker: WireBroker, wire: Wire) -> None:
    wire.down = True
    _put(outbox, 1, 2)
    await idle()
    wire.down = False
    _put(outbox, 3, 4)
    await idle()
    assert _published(broker) == [3, 4]


@pytest.mark.parametrize("turns", range(10))
async def test_it_can_be_ended_at_any_moment(broker: WireBroker, limits: Limits, turns: int) -> None:
    """Also when a hint has gone out in that very moment."""
    outbox = Outbox(broker, size=limits.outbox_size, timeout=limits.publish_timeout)
    task = asyncio.create_task(outbox.run())
    for _ in range(turns):
        outbox.put("room", b"1")
        await asyncio.sleep(0)
    task.cancel()
    await idle()
    assert task.cancelled()


async def test_it_holds_no_more_than_its_size_while_the_broker_is_stuck(
    outbox: Outbox, broker: WireBroker, wire: Wire, limits: Limits
) -> None:
    wire.frozen = True
    _put(outbox, 1, 1)
    await idle()
    _put(outbox, 2, 1000)
    assert len(outbox._hints) == limits.outbox_size
