"""What comes often, told now and then: the first at once, and of what comes soon after it the last."""

import asyncio
from collections.abc import Callable, Hashable


class Pace:
    """For each key at most one in `interval` seconds. The last one is never lost."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        # Of each key that was told within the interval: its end, and what waits for it.
        self._told: dict[Hashable, tuple[asyncio.TimerHandle, Callable[[], object] | None]] = {}

    def tell(self, key: Hashable, telling: Callable[[], object]) -> None:
        """Call `telling` now or, unless another comes with this key, later."""
        if key in self._told:
            self._told[key] = self._told[key][0], telling
        else:
            end = asyncio.get_running_loop().call_later(self._interval, self._end, key)
            self._told[key] = end, None
            telling()

    def close(self) -> None:
        """What waits is told to nobody."""
        for end, _ in self._told.values():
            end.cancel()
        self._told.clear()

    def _end(self, key: Hashable) -> None:
        _, telling = self._told.pop(key)
        if telling is not None:
            self.tell(key, telling)
