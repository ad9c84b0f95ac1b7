"""One for each event loop, and none for those that are no more."""

import asyncio

from backend.loops import PerLoop


def test_each_loop_has_its_own() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    current = PerLoop(make)

    async def twice() -> None:
        assert current() is current()

    for _ in range(3):
        asyncio.run(twice())
    assert len(made) == 3
    assert list(current._made.values()) == made[-1:], "those of closed loops are let go of"
