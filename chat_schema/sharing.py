"""Which subscriptions are the same one, and how the one execution that they share is run.

Subscribers whose document, operation and variables are equal, but for where they start, get the same frames. A
document that selects a `viewer` field anywhere, or what only moderators may see, is private: equal only among the
sockets of one person. One that selects a text for people is equal only among those who speak one language.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Any, NamedTuple, NoReturn, TypeVar

import msgspec
import strawberry
from django.conf import settings
from django.db import Error as DatabaseError
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema
from graphql.execution import Executor, create_source_event_stream, execute_subscription_event

from backend import hub, languages
from backend.accounts.credentials import Viewer
from backend.chat.policies import Audience
from backend.chat.streams import Opening
from backend.errors import RateLimited
from chat_schema import shapes
from chat_schema.compiled import Compiled
from chat_schema.context import Context
from chat_schema.errors import present
from chat_schema.scalars import Cursor
from chat_schema.shapes import Shape

# The database is away, or has more to do than it can: nothing that anybody asked for is wrong.
PASSING = (DatabaseError, RateLimited)

T = TypeVar("T")


class Unavailable(Exception):
    """What stands in the way will pass: to be tried again, and no answer to anybody."""


def nothing() -> None:
    """What ends for somebody to whom nothing had begun."""


async def unattended() -> Callable[[], None]:
    return nothing


@dataclass(kw_only=True)
class Source(AsyncIterator[NoReturn]):
    """What the resolver of a subscription returns: not its events, but the topic where the hub has them.

    `show` makes the root value of an item of the topic, or finds out what it is; None if it is nothing any more that
    may be shown. `audience` is whoever may share an execution; without one it is the viewer alone. `attend` is called
    for each subscriber who is let in, and what it returns when that is over. It is an async iterator by name alone,
    because graphql-core asks for one.
    """

    topic: str
    show: Callable[[hub.Item], object]
    audience: Audience | None = None
    attend: Callable[[], Awaitable[Callable[[], None]]] = unattended

    async def __anext__(self) -> NoReturn:
        raise GraphQLError("Subscriptions are served over graphql-transport-ws.")


@dataclass(kw_only=True)
class LogSource(Source):
    """A topic with a log. `open` authorizes and finds the start; it runs after the topic is held."""

    principal: str
    open: Callable[[], Awaitable[Opening]]


class Request(NamedTuple):
    """A checked subscription, as a client asked for it."""

    document: DocumentNode
    operation_name: str | None
    variables: dict[str, Any]


async def subscribe(
    schema: strawberry.Schema, request: Request, context: Context, sink: hub.Sink
) -> hub.Subscriber | None:
    """Send what is asked for to `sink`, from now on. None if it has ended already, with a reset.

    Raises `GraphQLError`, a `DomainError` or `Unavailable`, before anything has been sent.
    """
    executor = _executor(schema, request, context)
    source = await _source(executor)
    shape = shapes.shape(request.document, request.operation_name)
    is_private = shape.is_private or source.audience is None
    language = await context.language() if shape.is_localized else None
    compiled = _compiled(executor.schema, shape, request.operation_name)
    render = _renderer(executor, compiled, context.viewer if is_private else source.audience, language, source.show)
    key = _key(shape, request, context.viewer if is_private else None, language)
    if isinstance(source, LogSource):
        return await _follow(source, key, render, sink)
    closed = await _passing(source.attend())
    return hub.current().line(source.topic).join(key=key, render=render, sink=sink, closed=closed)


async def _follow(source: LogSource, key: Hashable, render: hub.Render, sink: hub.Sink) -> hub.Subscriber | None:
    process = hub.current()
    feed = process.hold(source.topic)
    closed = nothing
    try:
        opening = await _passing(source.open())
        if opening.reset is not None:
            reset = render(hub.Reset(opening.cursor, opening.reset))
            await hub.deliver(sink, reset if isinstance(reset, bytes) else await reset)
            await sink.complete()
            process.release(feed)
            return None
        closed = await _passing(source.attend())
        return feed.subscribe(
            key=key,
            render=render,
            sink=sink,
            position=opening.position,
            cursor=opening.cursor,
            access_as_of=opening.head,
            principal=source.principal,
            closed=closed,
        )
    except BaseException:
        closed()
        process.release(feed)
        raise


async def _passing(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except PASSING as error:
        raise Unavailable from error


def _key(shape: Shape, request: Request, alone: Viewer | None, language: str | None) -> Hashable:
    variables = {name: value for name, value in request.variables.items() if name != shape.start_variable}
    return (
        shape.text,
        request.operation_name,
        msgspec.json.encode(variables, order="deterministic"),
        alone.id if alone else None,
        language,
    )


# --- The execution --------------------------------------------------------------------------------------------


def _executor(schema: strawberry.Schema, request: Request, context: Context) -> Executor[Context]:
    executor = schema.execution_context_class.build(
        schema._schema,
        request.document,
        context_value=context,
        raw_variable_values=request.variables,
        operation_name=request.operation_name,
    )
    if isinstance(executor, list):
        raise executor[0]
    return executor


async def _source(executor: Executor[Context]) -> Source:
    """Run the subscription's resolver, as graphql-core does, and take what it returns."""
    stream = create_source_event_stream(executor)
    found = await stream if isawaitable(stream) else stream
    if isinstance(found, ExecutionResult):
        assert found.errors
        raise found.errors[0]
    assert isinstance(found, Source), "subscriptions return a Source"
    return found


def _compiled(schema: GraphQLSchema, shape: Shape, operation_name: str | None) -> Compiled:
    """One for all topics that are followed by this text: of one for each, a processor would remember none."""
    if shape.varies or len(shape.text) > settings.DOCUMENT_CACHED_LENGTH:
        return Compiled()
    return _remembered(schema, shape.text, operation_name)


@lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)
def _remembered(_schema: GraphQLSchema, _text: str, _operation_name: str | None) -> Compiled:
    return Compiled()


def _renderer(
    executor: Executor[Context],
    compiled: Compiled,
    reader: Any,
    language: str | None,
    show: Callable[[hub.Item], object],
) -> hub.Render:
    # Where no language is settled, there are many that its readers speak.
    errors_in = language or languages.ENGLISH

    def render(item: hub.Item) -> bytes | Awaitable[bytes]:
        root = show(item)
        frame = at_once(root)
        return later(item, root) if frame is None else frame

    def at_once(root: object) -> bytes | None:
        result = compiled(executor, root)
        return None if result is None else encode(result, errors_in)

    async def later(item: hub.Item, root: object) -> bytes:
        if isawaitable(root):
            root = await root
            if (frame := at_once(root)) is not None:
                return frame
        return b"" if root is None else await execute(item, root)

    async def execute(item: hub.Item, root: object) -> bytes:
        event = executor.build_per_event_executor(root)
        # The copy is shallow: a context of its own keeps one event's loaders from the next.
        cursor = Cursor(item.cursor) if item.cursor else None
        event.context_value = Context(reader=reader, origin="", cursor=cursor, spoken=language)
        # graphql-core remembers here what it collected, under lists that are new with each event.
        event._relevant_sub_fields = {}
        outcome = execute_subscription_event(event)
        return encode(await outcome if isawaitable(outcome) else outcome, errors_in)

    return render


def encode(result: ExecutionResult, language: str) -> bytes:
    """A result as the JSON of a `next` message's payload. Raises `Unavailable`."""
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        for error in result.errors:
            if isinstance(error.original_error, PASSING):
                raise Unavailable from error.original_error
        payload["errors"] = [present(error, language).formatted for error in result.errors]
    return msgspec.json.encode(payload)
