"""The network that keeps no promise breaks each of them."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.delivery.layers import LATE_SECONDS, UnreliableLayer


class Reliable:
    """What arrives, in the order in which it does."""

    def __init__(self) -> None:
        self.arrived: list[int] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.arrived.append(message["number"])


async def test_hints_are_lost_doubled_and_overtaken_and_most_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELIVERY_SEED", "1")
    layer, wire = UnreliableLayer(), Reliable()
    layer._layer = wire
    for number in range(1000):
        await layer.group_send("room.1", {"number": number})
    await asyncio.sleep(2 * LATE_SECONDS)
    times = Counter(wire.arrived)
    assert 100 < 1000 - len(times) < 200
    assert 100 < sum(count == 2 for count in times.values()) < 200
    assert wire.arrived != sorted(wire.arrived)
    assert not layer._on_their_way
