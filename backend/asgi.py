"""Composition of the server: HTTP to Django, sockets at /graphql to the consumer."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
http = get_asgi_application()

# These need Django's apps, which the line above has loaded.
from backend.presence import process  # noqa: E402
from backend.transport import housekeeping, threads  # noqa: E402
from backend.transport.consumers import GraphQLConsumer  # noqa: E402

requests = threads.lent(http)


async def application(scope: Any, receive: Any, send: Any) -> None:
    process.current()  # daphne tells nobody that it starts: whoever comes first starts it, and the hub with it
    housekeeping.begin()
    if scope["type"] == "http":
        await requests(scope, receive, send)
    elif scope["type"] != "websocket":
        raise ValueError(f"{scope['type']} is not served")
    elif scope["path"] == "/graphql":
        await GraphQLConsumer()(scope, receive, send)
    else:
        await send({"type": "websocket.close"})  # before accepting: the handshake is answered with 403
