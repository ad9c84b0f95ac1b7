"""Documents: bounded before they are parsed, parsed and validated once for each text.

Parsing and validating cost a hundred times what executing a small operation does, and clients send the same few
documents for ever.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import strawberry
from django.conf import settings
from graphql import (
    SKIP,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    VisitorAction,
    parse,
    specified_rules,
    visit,
)
from strawberry.schema.schema import validate_document

from chat_schema import limits


class Checked(NamedTuple):
    """A document, or what is wrong with it. The errors are for many to show, and for nobody to raise."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]


def check(schema: GraphQLSchema, text: str) -> Checked:
    """Parse, bound and validate. Never raises. Remembers what it found, but for a text that is unusually long."""
    return _remembered(schema, text) if len(text) <= settings.DOCUMENT_CACHED_LENGTH else _check(schema, text)


def _check(schema: GraphQLSchema, text: str) -> Checked:
    try:
        document = parse(text, max_tokens=settings.DOCUMENT_MAX_TOKENS)
        if refusal := limits.too_complex(document):
            return Checked(None, (refusal,))
        errors = validate_document(schema, document, tuple(specified_rules))
        for error in errors:
            strawberry.Schema.remove_field_suggestion(error)
        return Checked(document, tuple(errors))
    except GraphQLError as error:
        # Its traceback would keep whoever asked first in memory, for as long as the error is cached.
        return Checked(None, (error.with_traceback(None),))
    except RecursionError:
        return Checked(None, (GraphQLError("The document is nested too deeply."),))


_remembered = lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)(_check)


def operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises `GraphQLError` if the document does not say which (GraphQL 6.1)."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None:
        if len(operations) != 1:
            raise GraphQLError(f"The document has {len(operations)} operations: say which by `operationName`.")
        return operations[0]
    for each in operations:
        if each.name and each.name.value == name:
            return each
    raise GraphQLError("The document has no operation of this name.")


def runnable(
    schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
) -> OperationDefinitionNode:
    """The operation to run, which costs no more than it may. Raises `GraphQLError`."""
    found = operation(document, name)
    assert document.loc is not None, "it was parsed"
    text = document.loc.source.body
    is_cheap = len(text) <= settings.DOCUMENT_CACHED_LENGTH and _is_always_cheap(schema, text, name)
    if not is_cheap and (refusal := limits.too_costly(schema, document, found, variables)):
        raise refusal
    return found


@lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)
def _is_always_cheap(schema: GraphQLSchema, text: str, name: str | None) -> bool:
    """Whether it costs no more than it may, whatever the variables: nearly all do."""
    document = _remembered(schema, text).document
    assert document is not None, "it was checked"
    return limits.too_costly(schema, document, operation(document, name), None) is None


def is_subscription(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.SUBSCRIPTION


def varies_below_roots(document: DocumentNode, name: str | None) -> bool:
    """Whether what an operation shows of the values of its root fields depends on variables."""
    below = _BelowRoots(operation(document, name))
    visit(document, below)
    return below.has_variables


class _BelowRoots(Visitor):
    """Whether there are variables, but for what is given to the root fields of an operation."""

    has_variables = False

    def __init__(self, operation: OperationDefinitionNode) -> None:
        super().__init__()
        fields = [each for each in operation.selection_set.selections if isinstance(each, FieldNode)]
        self._given = {id(argument) for field in fields for argument in field.arguments or ()}

    def enter_variable_definition(self, *_: Any) -> VisitorAction:
        return SKIP

    def enter_argument(self, node: ArgumentNode, *_: Any) -> VisitorAction:
        return SKIP if id(node) in self._given else None

    def enter_variable(self, *_: Any) -> None:
        self.has_variables = True
