"""How often something may happen: a token bucket for each key, pure given a clock."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

from backend.errors import RateLimited


class Rate(NamedTuple):
    """`burst` at once, then `per_second` for ever."""

    burst: int
    per_second: float


class TokenBuckets:
    """One bucket a key; at most `max_keys` of them, the longest unused forgotten first.

    Counted by each process on its own: a cluster of n processes lets through n times as much at most.
    """

    def __init__(self, *, max_keys: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_keys = max_keys
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, rate: Rate) -> None:
        """Take one token, or raise `RateLimited` with the time until there is one."""
        now = self._clock()
        with self._lock:
            tokens, at = self._buckets.pop(key, (float(rate.burst), now))
            tokens = min(rate.burst, tokens + (now - at) * rate.per_second)
            allowed = tokens >= 1
            self._buckets[key] = (tokens - 1 if allowed else tokens, now)
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
        if not allowed:
            raise RateLimited(retry_after_ms=int((1 - tokens) / rate.per_second * 1000) + 1)

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()
