"""Which subscriptions are the same one, and how the one execution that they share is run.

Subscribers whose document, operation and variables are equal, but for where they start, get the same frames. A
document that selects a `viewer` field anywhere, or what only moderators may see, is private: equal only among the
sockets of one person.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Any, NamedTuple, NoReturn

import msgspec
import strawberry
from django.conf import settings
from django.db import Error as DatabaseError
from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    Node,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)
from graphql.execution import Executor, create_source_event_stream, execute_subscription_event

from backend import hub
from backend.chat.policies import Audience
from backend.chat.streams import Opening
from backend.errors import RateLimited
from chat_schema import documents
from chat_schema.context import Context
from chat_schema.errors import present
from chat_schema.scalars import Cursor

START_ARGUMENT = "after"
# What is there for some members and not for others. A document that selects one is private to its person.
PERSONAL_FIELDS = frozenset({"viewer", "bans", "invitations"})

# The database is away, or has more to do than it can: nothing that anybody asked for is wrong.
PASSING = (DatabaseError, RateLimited)


class Unavailable(Exception):
    """What stands in the way will pass: to be tried again, and no answer to anybody."""


@dataclass
class Source(AsyncIterator[NoReturn]):
    """What the resolver of a subscription returns: not its events, but where the hub has them.

    `open` authorizes and finds the start; it runs after the topic is held. `show` makes the root value of an
    item of the feed. It is an async iterator by name alone, because graphql-core asks for one.
    """

    topic: str
    principal: str
    audience: Audience
    open: Callable[[], Awaitable[Opening]]
    show: Callable[[hub.Item], object]

    async def __anext__(self) -> NoReturn:
        raise GraphQLError("Subscriptions are served over graphql-transport-ws.")


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
    shape = _shape(request.document, request.operation_name)
    reader = context.viewer if shape.is_private else source.audience
    render = _renderer(executor, reader, source.show)
    process = hub.current()
    feed = process.hold(source.topic)
    try:
        opening = await _open(source)
        if opening.reset is not None:
            await sink.send(iter([await render(hub.Reset(opening.cursor, opening.reset))]))
            await sink.complete()
            process.release(feed)
            return None
        return feed.subscribe(
            key=_key(shape, request, context),
            render=render,
            sink=sink,
            position=opening.position,
            cursor=opening.cursor,
            access_as_of=opening.head,
            principal=source.principal,
        )
    except BaseException:
        process.release(feed)
        raise


async def _open(source: Source) -> Opening:
    try:
        return await source.open()
    except PASSING as error:
        raise Unavailable from error


# --- The key --------------------------------------------------------------------------------------------------


class Shape(NamedTuple):
    """What of a document decides who can share it."""

    text: str
    # The variable that says where to start, if it says nothing else.
    start_variable: str | None
    is_private: bool


def _key(shape: Shape, request: Request, context: Context) -> Hashable:
    variables = {name: value for name, value in request.variables.items() if name != shape.start_variable}
    viewer = context.viewer
    return (
        shape.text,
        request.operation_name,
        msgspec.json.encode(variables, order="deterministic"),
        viewer.id if shape.is_private and viewer else None,
    )


@lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)
def _shape(document: DocumentNode, operation_name: str | None) -> Shape:
    """Where to start is taken out, so that it makes no difference: a literal, or a variable used for it alone."""
    operation = documents.operation(document, operation_name)
    starts = [
        argument
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == START_ARGUMENT
    ]
    lifter = _Lifter(starts)
    text = print_ast(visit(document, lifter))
    start_variables = {each.value.name.value for each in starts if isinstance(each.value, VariableNode)}
    lifted = start_variables - lifter.variables_elsewhere
    return Shape(
        text=text,
        start_variable=next(iter(lifted), None) if len(lifted) == 1 else None,
        is_private=lifter.is_personal,
    )


class _Lifter(Visitor):
    """Removes the root's start arguments, and notes what else the document uses."""

    def __init__(self, starts: list[ArgumentNode]) -> None:
        super().__init__()
        self._starts = {id(each) for each in starts}
        self.variables_elsewhere: set[str] = set()
        self.is_personal = False

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        return REMOVE if id(node) in self._starts else None

    def enter_variable(self, node: VariableNode, _key: Any, parent: Node, *_: Any) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.variables_elsewhere.add(node.name.value)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.is_personal |= node.name.value in PERSONAL_FIELDS


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


def _renderer(
    executor: Executor[Context], reader: Any, show: Callable[[hub.Item], object]
) -> Callable[[hub.Item], Awaitable[str]]:
    async def render(item: hub.Item) -> str:
        event = executor.build_per_event_executor(show(item))
        # The copy is shallow: a context of its own keeps one event's loaders from the next.
        event.context_value = Context(reader=reader, origin="", cursor=Cursor(item.cursor))
        outcome = execute_subscription_event(event)
        result: ExecutionResult = await outcome if isawaitable(outcome) else outcome
        return encode(result)

    return render


def encode(result: ExecutionResult) -> str:
    """A result as the JSON of a `next` message's payload. Raises `Unavailable`."""
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        for error in result.errors:
            if isinstance(error.original_error, PASSING):
                raise Unavailable from error.original_error
        payload["errors"] = [present(error).formatted for error in result.errors]
    return msgspec.json.encode(payload).decode()
