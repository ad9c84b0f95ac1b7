"""The graphql-transport-ws consumer: Strawberry's, with our context, close codes and shared subscriptions.

Frames are checked before anybody acts on them; `handler.py` has what Strawberry's protocol does differently here.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import msgspec
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from django.conf import settings
from strawberry.channels import GraphQLWSConsumer
from strawberry.channels.handlers.ws_handler import ChannelsWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from backend.accounts.credentials import Credential
from backend.transport import connection, frames
from backend.transport.closing import BAD_REQUEST, FORBIDDEN, SERVICE_RESTART, TRY_AGAIN_LATER
from backend.transport.handler import Handler
from backend.transport.inbox import Inbox
from chat_schema.context import Context
from chat_schema.schema import schema

logger = logging.getLogger(__name__)


class CheckedFrames(ChannelsWebSocketAdapter):
    """Hands on messages of the protocol alone; anything else closes the socket, at once."""

    ws_consumer: "GraphQLConsumer"  # type: ignore[assignment]  # Strawberry's is for any context

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        while True:
            received = await self.ws_consumer.message_queue.get()
            if received["disconnected"] or self.ws_consumer.is_closed:
                return
            if self.ws_consumer.is_ending:
                continue
            try:
                message = frames.decode(received["message"] or "")
            except ValueError:
                await self.close(BAD_REQUEST, "Not a message of graphql-transport-ws")
                return
            yield msgspec.to_builtins(message)


class GraphQLConsumer(GraphQLWSConsumer[Context, None]):
    """One connection. It has no channel: what it is sent comes from the hub, not from a group."""

    channel_layer_alias = None  # type: ignore[assignment]  # Channels takes it for "no layer", untyped
    websocket_adapter_class = CheckedFrames
    graphql_transport_ws_handler_class = Handler
    is_closed = False
    # No more frames are acted upon, but answers that are under way are still given.
    is_ending = False

    def __init__(self) -> None:
        super().__init__(
            schema=schema,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=settings.CONNECTION_INIT_TIMEOUT),
            max_subscriptions_per_connection=None,  # the handler's own
            allowed_origins=tuple(settings.CSRF_TRUSTED_ORIGINS),
        )
        self.message_queue = Inbox()  # type: ignore[assignment]  # Strawberry's is asyncio's
        self._credential: Credential | None = None
        self._answers_due = 0
        self._answered: asyncio.Event | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Channels' own makes a task for each frame, to wait for a channel layer at the same time.
        self.scope, self.base_send = scope, send
        self._headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
        try:
            with suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        finally:
            if self.run_task is not None:  # a server that waits no longer says no `disconnect`
                self.run_task.cancel()

    async def dispatch(self, message: Any) -> None:
        # Channels' own visits the one thread that all synchronous code shares, for every frame.
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        if connection.is_known_host(self.get_websocket_headers(self)):
            self.run_task = asyncio.create_task(self._serve())
        else:
            await self.close()

    async def _serve(self) -> None:
        try:
            await self.run(self)  # type: ignore[arg-type]  # as above
        except Exception:
            # Nobody reads this socket any more: open, it would be mute for ever.
            logger.exception("serving a socket failed")
            await self.close(TRY_AGAIN_LATER)
        finally:
            if self._credential is not None:
                connection.watch().remove(self._credential, self._end)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.message_queue.qsize() >= settings.INBOUND_FRAMES_WAITING:
            await self.close(TRY_AGAIN_LATER)
            return
        await super().receive(text_data, bytes_data)

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Once. Frames that wait are not acted upon any more: who sent them may have lost the right to."""
        if not self.is_closed:
            self.is_closed = True
            await super().close(code, reason)
            self.message_queue.put_nowait({"message": None, "disconnected": True})

    async def send(  # type: ignore[override]  # as Channels' own
        self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False
    ) -> None:
        if not self.is_closed:
            with suppress(OSError):  # by ASGI: it is gone, and `disconnect` is on its way
                await super().send(text_data, bytes_data, close)

    async def websocket_disconnect(self, message: Any) -> None:
        # Channels' own visits that thread once more.
        await self.disconnect(message["code"])
        raise StopConsumer

    async def disconnect(self, code: int) -> None:
        self.is_closed = True
        if self.run_task is not None:
            await super().disconnect(code)

    async def get_context(self, request: Any, response: Any) -> Context:
        client = self.scope.get("client") or ("", 0)
        _, port = self.scope.get("server") or ("", None)
        headers = self.get_websocket_headers(request)
        site = connection.site(headers.get("host", ""), port or 80)
        return Context(reader=None, origin=client[0], site=site, accept_language=headers.get("accept-language", ""))

    async def on_ws_connect(self, context: Context) -> Any:
        try:
            viewer = await connection.identify(self.get_websocket_headers(self), context.connection_params)
        except connection.Rejected as error:
            raise ConnectionRejectionError from error
        context.reader = viewer
        if viewer is not None:
            self._credential = viewer.credential
            connection.watch().add(viewer.credential, self._end)
        return await super().on_ws_connect(context)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around a query or mutation, from its start to its answer."""
        self._answers_due += 1
        try:
            yield
        finally:
            self._answers_due -= 1
            if self._answered is not None:
                self._answered.set()

    async def websocket_restart(self, _: Any) -> None:
        """A message of our own server: it is about to stop."""
        self._end_with(SERVICE_RESTART, patience=settings.DRAIN_SECONDS)

    def _end(self) -> None:
        """The credential stopped counting. The client may come back as who it is now."""
        # What is under way may be what ended the credential: its client wants to know that it is done.
        self._end_with(FORBIDDEN, patience=settings.CLOSE_TIMEOUT)

    def _end_with(self, code: int, *, patience: float) -> None:
        self.is_ending = True
        self._ending = asyncio.ensure_future(self._end_once_answered(code, patience))

    async def _end_once_answered(self, code: int, patience: float) -> None:
        self._answered = self._answered or asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._answers_due:
                    self._answered.clear()
                    await self._answered.wait()
        await self.close(code)

    def encode_json(self, data: object) -> str:
        return msgspec.json.encode(data).decode()

    def get_websocket_headers(self, request: Any) -> Mapping[str, str]:
        return self._headers
