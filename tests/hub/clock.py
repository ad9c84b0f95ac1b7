"""Time as the tests have it: it stands still while anybody has something to do, and then passes at once."""

import asyncio
import selectors

# Far below every interval of the hub, far above the resolution of the loop's clock.
_MOMENT = 1e-6


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers come due as soon as nothing else is left to do. Has no threads to wait for."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now

    def timers(self) -> int:
        """How many are set."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return sum(not timer.cancelled() for timer in scheduled)


class _Selector(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for somebody else: nothing will ever happen again"
            self._loop.now += timeout
        return ready


def now() -> float:
    return asyncio.get_running_loop().time()


async def idle() -> None:
    """Returns when everybody else waits for something: what could happen at once has happened."""
    await asyncio.sleep(_MOMENT)


async def pass_time(seconds: float) -> None:
    """Let everything happen that happens within so many seconds. Takes none."""
    await asyncio.sleep(seconds)
    await idle()


def timers() -> int:
    """How many timers of the running loop are set."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop.timers()


def tasks() -> set[str]:
    """The names of the tasks that have not ended, but for the one that asks."""
    return {task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()}
