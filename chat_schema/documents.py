"""Documents: bounded before they are parsed, parsed and validated once for each text.

Parsing and validating cost a hundred times what executing a small operation does, and clients send the same few
documents for ever.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

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


class Checked(NamedTuple):
    """A document, or what is wrong with it."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]


@lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)
def check(schema: GraphQLSchema, text: str) -> Checked:
    """Parse and validate. Never raises."""
    try:
        document = parse(text, max_tokens=settings.DOCUMENT_MAX_TOKENS)
    except GraphQLError as error:
        return Checked(None, (error,))
    except RecursionError:
        return Checked(None, (GraphQLError("The document is nested too deeply."),))
    return Checked(document, tuple(validate_document(schema, document, tuple(specified_rules))))


def operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises `GraphQLError` if the document does not say which (GraphQL 6.1)."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None:
        if len(operations) != 1:
            raise GraphQLError("The document has several operations: say which by `operationName`.")
        return operations[0]
    for each in operations:
        if each.name and each.name.value == name:
            return each
    raise GraphQLError("The document has no operation of this name.")


def is_subscription(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.SUBSCRIPTION


class CheckDocuments(SchemaExtension):
    """Puts `check` in the place of Strawberry's own parsing and validating."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        checked = check(context.schema._schema, context.query or "")
        if checked.document is None:
            raise checked.errors[0]
        operation(checked.document, context.operation_name)
        context.graphql_document = checked.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        context.pre_execution_errors = list(check(context.schema._schema, context.query or "").errors)
        yield
