"""Whether it was the server that was waited for: how busy the load generator was, where a figure is of time."""

from collections.abc import Sequence

from benchmarks.engine.figures import Figure

_MOST = 90  # percent: who has no more to do than that, is waiting


def share(during: str, shares: Sequence[float]) -> Figure:
    """Of its core, in each measurement; the busiest counts."""
    percents = [100 * each for each in shares]
    name = f"the load generator's share of its core, {during}"
    return Figure(name, max(percents), "%", _MOST, "at most", rounds=tuple(percents))
