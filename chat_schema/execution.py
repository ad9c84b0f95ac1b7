"""Queries and mutations: from a document's text to its result, with what may be shown of its errors.

In the place of Strawberry's own way, which parses and validates each time, and spends on extensions what it takes to
execute a small operation.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from inspect import isawaitable
from typing import Any

import strawberry
from django.conf import settings
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.utils.operation import get_operation_type

from chat_schema import documents
from chat_schema.compiled import CompiledRoots
from chat_schema.context import Context
from chat_schema.errors import present_all


class Schema(strawberry.Schema):
    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Context | None = None,
        root_value: Any = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,  # Strawberry's views hand them over
    ) -> ExecutionResult:
        """Raises only what Strawberry's views answer by themselves: for no query, no such operation, a wrong type."""
        assert context_value is not None, "resolvers need one"
        if not query:
            raise MissingQueryError
        checked, variables = documents.check(self._schema, query), variable_values or {}
        if checked.document is None:
            return await _presented(None, checked.errors, context_value)
        _check_type(checked.document, operation_name, allowed_operation_types)
        if errors := checked.errors or self._refusals(checked.document, operation_name, variables):
            return await _presented(None, errors, context_value)
        try:
            result = execute(
                self._schema,
                checked.document,
                root_value=root_value,
                context_value=context_value,
                variable_values=variables,
                operation_name=operation_name,
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # typed less exactly
                executor_class=_Executor,
                roots=self._roots(query, operation_name),
            )
            result = await result if isawaitable(result) else result
        except Exception as error:  # as deep variables can make graphql-core raise
            return await _presented(None, [GraphQLError("", original_error=error)], context_value)
        return await _presented(result.data, result.errors or (), context_value)

    def _roots(self, text: str, name: str | None) -> CompiledRoots | None:
        return _roots(self._schema, text, name) if len(text) <= settings.DOCUMENT_CACHED_LENGTH else None

    def _refusals(
        self, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
    ) -> Sequence[GraphQLError]:
        try:
            if documents.is_subscription(documents.runnable(self._schema, document, name, variables)):
                raise GraphQLError("Subscriptions are served at this same address over graphql-transport-ws.")
        except GraphQLError as error:
            return [error]
        return ()


class _Executor(Executor[Context]):
    """Graphql-core's own, but for root values that are plain: those are shown as it was compiled."""

    def __init__(self, *args: Any, roots: CompiledRoots | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._roots = roots

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Context],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if self._roots is not None and path.prev is None:
            try:
                return self._roots.complete(self, path.key, return_type, field_details_list, result)
            except Exception:  # whatever it is, it is met again, and told as it should be
                self._roots = None
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


@lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)
def _roots(schema: GraphQLSchema, text: str, name: str | None) -> CompiledRoots | None:
    """For an operation of this document, which is a good one. None if what it shows depends on variables."""
    document = documents.check(schema, text).document
    assert document is not None
    return None if documents.varies_below_roots(document, name) else CompiledRoots()


def _check_type(document: DocumentNode, name: str | None, allowed: Iterable[OperationType] | None) -> None:
    try:
        type_ = get_operation_type(document, name)
    except RuntimeError as error:
        raise CannotGetOperationTypeError(name) from error
    if allowed is not None and type_ not in allowed:
        raise InvalidOperationTypeError(type_)


async def _presented(data: dict[str, Any] | None, errors: Sequence[GraphQLError], context: Context) -> ExecutionResult:
    return ExecutionResult(data, await present_all(errors, context) if errors else None)
