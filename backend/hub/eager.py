"""Start a coroutine at once, and make a task of it only if it has to wait.

Most deliveries never wait: the frame is there, and the socket takes it. A task for each would cost more than
the delivery. (Python 3.12 has `asyncio.eager_task_factory`; this is the part of it that is needed, on 3.11.)
"""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


def start(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Run `coroutine` until it first waits. Returns the task that goes on with it, or None if it has ended."""
    try:
        waits_for = coroutine.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_finish(coroutine, waits_for))


@types.coroutine
def _finish(coroutine: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    # What a coroutine yields is the future it waits for, still marked as being awaited: yielding it again from
    # inside a task makes that task wait for it.
    while True:
        thrown: BaseException | None = None
        value: Any = None
        try:
            value = yield waits_for
        except BaseException as error:
            thrown = error
        try:
            waits_for = coroutine.send(value) if thrown is None else coroutine.throw(thrown)
        except StopIteration:
            return
