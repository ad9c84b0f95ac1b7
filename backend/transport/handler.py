"""The protocol's states of one connection: Strawberry's, with errors that end an operation and not the socket.

A subscription is handed to the hub instead of being run: what is left of it here is how to end it.
"""

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types import ExecutionResult

from backend import hub
from backend.errors import RateLimited
from backend.languages import plural
from backend.transport import frames, sinks
from backend.transport.closing import INIT_TIMEOUT, TRY_AGAIN_LATER
from chat_schema import documents, sharing
from chat_schema.context import Context
from chat_schema.errors import never_began, present_all, refuse
from chat_schema.schema import schema

if TYPE_CHECKING:
    from backend.transport.consumers import GraphQLConsumer

logger = logging.getLogger(__name__)


def _too_many_operations() -> RateLimited:
    most = settings.OPERATIONS_PER_CONNECTION
    detail = plural(
        "At most {n} operation at a time on a socket.", "At most {n} operations at a time on a socket.", most
    )
    return RateLimited(1000, detail)


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
        self._closing = asyncio.ensure_future(self.websocket.close(INIT_TIMEOUT, "Connection initialisation timeout"))

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
        if self._sent_ready(operation, result):
            return
        await operation.send_next(result)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    def _sent_ready(self, operation: Operation[Context, None], result: ExecutionResult) -> bool:
        """The answer and its end in one write, if the server takes it now."""
        ready = sinks.ready_frames(self.view.scope)
        if ready is None or self.view.is_closed:
            return False
        payload: dict[str, Any] = {"data": result.data}
        if result.errors:
            payload["errors"] = [each.formatted for each in result.errors]
        answer = frames.text({"id": operation.id, "type": "next", "payload": payload})
        if not ready.write(answer + frames.text({"id": operation.id, "type": "complete"})):
            return False
        operation.completed = True
        self.forget_id(operation.id)
        return True

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
