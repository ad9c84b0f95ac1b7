"""The product's addresses, and one more: what a server of these tests holds in its memory."""

import asyncio
import gc
from collections import Counter
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path

from backend import hub
from backend.transport import connection
from backend.urls import *  # noqa: F403  # all but what follows
from backend.urls import urlpatterns as product

_servers: list[Any] = []


async def inside(request: HttpRequest) -> JsonResponse:
    # Importing daphne installs a reactor; and the server is nobody's global.
    from backend.transport.server import BoundedProtocol, ChatServer

    if not _servers:
        _servers.extend(each for each in gc.get_objects() if isinstance(each, ChatServer))
    [server] = _servers
    sockets = [each for each in server.connections if isinstance(each, BoundedProtocol)]
    running = hub.current()
    return JsonResponse(
        {
            "sockets": len(sockets),
            "closing": sum(each.state != each.STATE_OPEN for each in sockets),
            "full": sum(not each._room.is_set() for each in sockets),
            "unsent": max((each.unsent() for each in sockets), default=0),
            "tasks": Counter(_name(task.get_coro()) for task in asyncio.all_tasks()),
            "feeds": len(running.topics),
            "holders": sum(running._holders.values()),
            "subscribers": sum(len(feed.subscribers) for feed in running._feeds.values()),
            "watched": sum(len(ends) for ends in connection.watch()._open.values()),
        }
    )


def _name(coroutine: object) -> str:
    return getattr(coroutine, "__qualname__", type(coroutine).__name__)


urlpatterns = [path("inside", inside), *product]  # the last of them is all the rest
