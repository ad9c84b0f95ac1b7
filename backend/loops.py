"""What there is one of for each event loop: a server has one loop, a run of the tests has many, one after the other."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Calling it gives that of the running loop, made on first use. Those of loops that have closed are let go of."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[asyncio.AbstractEventLoop, T] = {}

    def __call__(self) -> T:
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            for closed in [each for each in self._made if each.is_closed()]:
                del self._made[closed]
            self._made[loop] = self._make()
        return self._made[loop]
