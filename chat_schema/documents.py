"""Documents: bounded before they are parsed, parsed and validated once for each text.

Parsing and validating cost a hundred times what executing a small operation does, and clients send the same few
documents for ever.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
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
        return Checked(document, tuple(validate_document(schema, document, tuple(specified_rules))))
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
    if refusal := limits.too_costly(schema, document, found, variables):
        raise refusal
    return found


def is_subscription(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.SUBSCRIPTION


class CheckDocuments(SchemaExtension):
    """Puts `check` in the place of Strawberry's own parsing and validating.

    It must not raise: what an extension raises is shown as it is, masked by nobody.
    """

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        # What is no document is left to Strawberry, which fails as `check` did.
        context.parse_options["max_tokens"] = settings.DOCUMENT_MAX_TOKENS
        context.graphql_document = check(context.schema._schema, context.query or "").document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = list(self._errors())
        yield

    def _errors(self) -> Sequence[GraphQLError]:
        context = self.execution_context
        schema = context.schema._schema
        checked = check(schema, context.query or "")
        if checked.document is None or checked.errors:
            return checked.errors
        try:
            # Not `operation_name`: where none was given, that names the first.
            name, variables = context._provided_operation_name, context.variables or {}
            if is_subscription(runnable(schema, checked.document, name, variables)):
                raise GraphQLError("Subscriptions are served at this same address over graphql-transport-ws.")
        except GraphQLError as error:
            return (error,)
        return ()
