"""Couriers of two processes, on a wire that shows what goes over it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from pytest_django import Settings

from backend import hub
from backend.errors import Conflict
from backend.presence.couriers import Courier, Whisper
from backend.presence.process import Process
from tests.hub.conftest import LIMITS as HUB_LIMITS
from tests.hub.doubles import Crossing, MemoryLog, Wire
from tests.hub.scenes import Process as HubProcess
from tests.presence.scenes import LIMITS

WORDS = "meet me at the tea house"
WHISPER = Whisper(id="w1", room_id=1, sender_id=2, recipient_id=3, body=WORDS, sent_at=datetime(2026, 1, 1, tzinfo=UTC))


class Carrier:
    """A process with a courier, and what was shown there; `devices` of each person that it has."""

    def __init__(self, wire: Wire) -> None:
        self.hub = HubProcess(wire, MemoryLog(), Crossing(), HUB_LIMITS).hub
        self.process = Process(self.hub, Crossing(), LIMITS)
        self.devices: dict[int, int] = {}
        self.shown: list[tuple[int, object]] = []
        self.courier = Courier(self.process, show=self._show)

    def _show(self, user_id: int, notice: object) -> int:
        if self.devices.get(user_id):
            self.shown.append((user_id, notice))
        return self.devices.get(user_id, 0)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def pair(wire: Wire, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> AsyncIterator[list[Carrier]]:
    settings.WHISPER_TIMEOUT = 0.05
    pair = [Carrier(wire), Carrier(wire)]
    monkeypatch.setattr(hub, "publish", pair[0].hub.publish)
    await until(lambda: all(each.process.topic in joined(wire) for each in pair))
    yield pair
    for each in pair:
        await each.hub.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


def joined(wire: Wire) -> set[str]:
    return {topic for broker in wire.brokers for topic in broker.joined}


def ids(*carriers: Carrier) -> list[str]:
    return [each.process.id for each in carriers]


def changed(**what: Any) -> Whisper:
    return msgspec.structs.replace(WHISPER, **what)


async def test_it_is_told_to_how_many_devices_it_was_handed(pair: list[Carrier]) -> None:
    near, far = pair
    near.devices, far.devices = {3: 1}, {3: 2, 4: 5}
    assert await near.courier.deliver(WHISPER, ids(near, far)) == 3
    assert near.shown == far.shown == [(3, WHISPER)]


async def test_it_is_told_at_once_that_nobody_is_there(pair: list[Carrier], settings: Settings) -> None:
    settings.WHISPER_TIMEOUT = 1000
    near, far = pair
    assert await near.courier.deliver(WHISPER, ids(near, far)) == 0


async def test_a_process_that_says_nothing_is_waited_for_in_vain_and_not_for_long(pair: list[Carrier]) -> None:
    near, far = pair
    far.devices = {3: 1}
    assert await near.courier.deliver(WHISPER, [*ids(far), "dead"]) == 1
    assert await near.courier.deliver(changed(id="w2"), ["dead"]) == 0


async def test_a_retry_shows_nothing_and_is_told_the_same_but_shows_it_where_nobody_was(pair: list[Carrier]) -> None:
    near, far = pair
    far.devices = {3: 1}
    for _ in range(2):
        assert await near.courier.deliver(WHISPER, ids(near, far)) == 1
    near.devices = {3: 1}
    assert await far.courier.deliver(WHISPER, ids(near, far)) == 2
    assert near.shown == far.shown == [(3, WHISPER)]


@pytest.mark.parametrize("what", [{"body": "no"}, {"recipient_id": 4}, {"room_id": 2}], ids=str)
async def test_a_key_that_has_brought_something_else_brings_nothing(pair: list[Carrier], what: dict[str, Any]) -> None:
    near, far = pair
    far.devices = {3: 1, 4: 1}
    await near.courier.deliver(WHISPER, ids(far))
    with pytest.raises(Conflict):
        await near.courier.deliver(changed(**what), ids(far))
    assert far.shown == [(3, WHISPER)]


async def test_the_sender_has_it_too_once(pair: list[Carrier]) -> None:
    near, far = pair
    near.devices, far.devices = {3: 1, 2: 1}, {2: 1}
    for _ in range(2):
        assert await near.courier.deliver(WHISPER, ids(near)) == 1
        near.courier.hand_on(WHISPER, ids(near, far))
    await until(lambda: bool(far.shown))
    assert near.shown == [(3, WHISPER), (2, WHISPER)]
    assert far.shown == [(2, WHISPER)]


async def test_what_is_remembered_is_bounded(pair: list[Carrier], settings: Settings) -> None:
    settings.WHISPERS_KNOWN = 2
    near, _ = pair
    near.devices = {3: 1}
    for id_ in ("w1", "w2", "w3", "w3", "w2", "w1"):
        await near.courier.deliver(changed(id=id_), ids(near))
    assert [notice.id for _, notice in near.shown if isinstance(notice, Whisper)] == ["w1", "w2", "w3", "w1"]


async def test_nobody_on_the_way_can_read_it(pair: list[Carrier], wire: Wire) -> None:
    near, far = pair
    far.devices = {3: 1}
    assert await near.courier.deliver(WHISPER, ids(far)) == 1
    carried = [hint for broker in wire.brokers for _, hint in broker.published]
    assert len(carried) >= 2
    assert not any(WORDS.encode() in hint for hint in carried)


async def test_who_has_another_secret_key_opens_nothing_and_says_so(
    wire: Wire, pair: list[Carrier], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    near, _ = pair
    settings.SECRET_KEY = "of another cluster"
    other = Carrier(wire)
    other.devices = {3: 1}
    await until(lambda: other.process.topic in joined(wire))
    assert await near.courier.deliver(WHISPER, ids(other)) == 0
    assert other.shown == []
    assert "secret keys" in caplog.text
    assert WORDS not in caplog.text
    await other.hub.close()


def test_wherever_it_is_printed_its_words_are_not() -> None:
    assert WORDS not in repr(WHISPER)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # of what happens there nobody is told
            await asyncio.sleep(0.001)
