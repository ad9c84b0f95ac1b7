"""Start a coroutine at once, and make a task of it only if it has to wait.

Most deliveries never wait: the frame is there, and the socket takes it. A task for each would cost more than
the delivery. (Python 3.12 has `asyncio.eager_task_factory`, which makes one even for those that never wait.)
"""

import asyncio
from asyncio.tasks import _enter_task, _leave_task  # documented, for those who extend asyncio
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from typing import Any


def start(
    coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop | None = None
) -> asyncio.Task[None] | None:
    """Run `coroutine` until it first waits. Returns the task that goes on with it, or None if it has ended.

    Until then it runs in a context of its own but in no task: `asyncio.timeout` refuses to work there, where it
    would have cancelled the caller. Who starts many gives the running `loop`: to ask for it is a system call.
    """
    if loop is None:
        loop = asyncio.get_running_loop()
    context = copy_context()
    caller = asyncio.current_task(loop)
    if caller is not None:
        _leave_task(loop, caller)
    try:
        waits_for = context.run(coroutine.send, None)
    except StopIteration:
        return None
    finally:
        if caller is not None:
            _enter_task(loop, caller)
    return loop.create_task(_Begun(coroutine, waits_for), context=context)


class _Begun(Coroutine[Any, Any, None]):
    """A coroutine that is waiting already, in the form in which a task takes it over."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine = coroutine
        # The future, still marked as being awaited; None for a mere turn of the loop, which has passed.
        self._waits_for = waits_for

    def send(self, value: Any) -> Any:
        waits_for, self._waits_for = self._waits_for, None
        return self._coroutine.send(value) if waits_for is None else waits_for

    def throw(self, *error: Any) -> Any:
        # Cancelled before its first turn, a task does not know yet which future to cancel.
        waits_for, self._waits_for = self._waits_for, None
        if waits_for is not None and waits_for.cancel():
            return waits_for
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise NotImplementedError("a task takes it, and nobody else")
