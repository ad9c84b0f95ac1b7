"""HTTP to Django, sockets to the consumer of either recipe."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

django_application = get_asgi_application()

# Only now: they import models.
from strawberry.channels import GraphQLWSConsumer  # noqa: E402

from benchmarks.engine.peers.channels_site.consumers import ChatConsumer  # noqa: E402
from benchmarks.engine.peers.channels_site.schema import schema  # noqa: E402

# Django's stubs know that views are found at a path, Channels' that applications are.
graphql: Any = GraphQLWSConsumer.as_asgi(schema=schema)
chat: Any = ChatConsumer.as_asgi()
sockets: Any = [path("graphql", graphql), path("ws/<room>", chat)]

application = ProtocolTypeRouter({"http": django_application, "websocket": AuthMiddlewareStack(URLRouter(sockets))})
