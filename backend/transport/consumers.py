"""The graphql-transport-ws consumer: Strawberry's, with our context, close codes and shared subscriptions.

Strawberry keeps the protocol's states. Ours are: frames checked before anybody acts on them, errors that end an
operation and not the socket, and subscriptions that are handed to the hub instead of being run one by one.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from django.conf import settings
from graphql import GraphQLError
from strawberry.channels import GraphQLWSConsumer
from strawberry.channels.handlers.ws_handler import ChannelsWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from backend import hub
from backend.accounts.credentials import Credential
from backend.errors import RateLimited
from backend.languages import plural
from backend.transport import connection, frames, sinks
from backend.transport.inbox import Inbox
from chat_schema import documents, sharing
from chat_schema.context import Context
from chat_schema.errors import never_began, present_all, refuse
from chat_schema.schema import schema

logger = logging.getLogger(__name__)

SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
BAD_REQUEST = 4400
FORBIDDEN = 4403


def _too_many_operations() -> RateLimited:
    most = settings.OPERATIONS_PER_CONNECTION
    detail = plural(
        "At most {n} operation at a time on a socket.", "At most {n} operations at a time on a socket.", most
    )
    return RateLimited(1000, detail)


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


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """The protocol's states of one connection."""

    view: "GraphQLConsumer"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._subscribers: dict[str, hub.Subscriber] = {}
        self._ending = 0  # operations that are over, but for the last message

    async def handle_message(self, message: Any) -> None:
        try:
            await super().handle_message(message)
        except Exception:
            # Never 1011: clients take it as final. The database may be back in a second.
            logger.exception("handling a frame failed")
            await self.websocket.close(TRY_AGAIN_LATER, "Try again later")

    def on_request_accepted(self) -> None:
        # Not a task, as Strawberry's: cancelled, it would be kept, with its traceback, for as long as the socket.
        delay = self.connection_init_wait_timeout.total_seconds()
        self._deadline = asyncio.get_running_loop().call_later(delay, self._time_out)

    def _time_out(self) -> None:
        self.connection_timed_out = True
        self._closing = asyncio.ensure_future(self.websocket.close(4408, "Connection initialisation timeout"))

    async def shutdown(self) -> None:
        self._deadline.cancel()
        await super().shutdown()

    async def handle_connection_init(self, message: Any) -> None:
        self._deadline.cancel()
        # `null` is as good as nothing here, by the protocol.
        message["payload"] = message.get("payload") or {}
        await super().handle_connection_init(message)

    async def handle_ping(self, message: Any) -> None:
        payload = message.get("payload")
        await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def handle_subscribe(self, message: Any) -> None:
        is_new = self.connection_acknowledged and message["id"] not in self.operations
        # Their last messages may wait for a client that does not read, and are as many as it asks for.
        if is_new and len(self.operations) + self._ending >= settings.OPERATIONS_PER_CONNECTION:
            refused = refuse(_too_many_operations(), await replace(self.context).language())
            await self.send_message({"type": "error", "id": message["id"], "payload": [refused.formatted]})
        else:
            await super().handle_subscribe(message)

    async def send_message(self, message: Any) -> None:
        is_last = message["type"] in ("error", "complete")
        self._ending += is_last
        try:
            await super().send_message(message)
        finally:
            self._ending -= is_last

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        # Of its own: what its loaders remember is old for the next one.
        context = replace(self.context)
        try:
            await self._run(operation, context)
        except sharing.Unavailable:
            # An `error` would end the subscription for good. A closed socket is opened again, and resumes.
            logger.warning("a subscription could not be opened; closing its socket", exc_info=True)
            await self.websocket.close(TRY_AGAIN_LATER, "Try again later")
        except Exception as error:
            shown = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
            await operation.send_initial_errors(await present_all([shown], context))

    async def _run(self, operation: Operation[Context, None], context: Context) -> None:
        checked = documents.check(schema._schema, operation.query)
        if checked.errors:
            await operation.send_initial_errors(await present_all(checked.errors, context))
            return
        assert checked.document is not None
        variables = operation.variables or {}
        if documents.is_subscription(documents.operation(checked.document, operation.operation_name)):
            documents.runnable(schema._schema, checked.document, operation.operation_name, variables)
            request = sharing.Request(checked.document, operation.operation_name, variables)
            complete = partial(operation.send_operation_message, {"id": operation.id, "type": "complete"})
            sink = sinks.sink(self.view.scope, self.view.base_send, operation.id, complete)
            subscriber = await sharing.subscribe(schema, request, context, sink)
            if subscriber is not None and not operation.completed:  # it may have ended with its first frames
                self._subscribers[operation.id] = subscriber
            operation.task = None  # it has done its part, and need not be kept as long as the subscriber
            return
        with self.view.answering():
            await self._answer(operation, context)

    async def _answer(self, operation: Operation[Context, None], context: Context) -> None:
        result = await schema.execute(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.operation_name,
        )
        if result.errors and never_began(result):
            await operation.send_initial_errors(result.errors)
            return
        await operation.send_next(result)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    def forget_id(self, id: str) -> None:
        super().forget_id(id)
        self._end_subscriber(id)

    async def cleanup_operation(self, operation_id: str) -> None:
        operation = self.operations.pop(operation_id, None)
        if operation is not None and operation.task is not None:
            operation.task.cancel()
        self._end_subscriber(operation_id)

    def _end_subscriber(self, operation_id: str) -> None:
        if subscriber := self._subscribers.pop(operation_id, None):
            subscriber.close()


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
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

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
        try:
            if self.run_task is not None:
                await super().disconnect(code)
        finally:  # after the task has ended: it may have been about to be let in
            if self._credential is not None:
                connection.watch().remove(self._credential, self._end)

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
        return {name.decode("latin1").lower(): value.decode("latin1") for name, value in self.scope["headers"]}
