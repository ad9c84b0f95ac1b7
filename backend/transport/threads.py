"""Lends requests a thread each, for what Django does not do on the loop.

Django makes one for every request, at whose end it closes connections there, and one more that sees the first one end.
On a busy core that takes as long as the request.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings

Application = Callable[[Any, Any, Any], Awaitable[None]]

# Of one thread each. One too many makes the oldest be forgotten, and an executor that is forgotten ends its thread.
_idle: deque[Executor] = deque(maxlen=settings.DATABASE_THREADS)


def lent(application: Application) -> Application:
    """The same application, in a thread-sensitive context whose one thread has been used before and will be again."""

    async def on_lent_thread(scope: Any, receive: Any, send: Any) -> None:
        thread = _idle.pop() if _idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await application(scope, receive, send)
        finally:
            # By itself, when it is done with all that a request has left it with, as one that was cut off may have.
            thread.submit(_idle.append, thread)

    return on_lent_thread
