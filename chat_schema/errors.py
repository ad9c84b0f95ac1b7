"""What may be said of an error: told apart by where it comes from, and everything unexpected is masked.

An error in `errors` has `extensions.code`: that of the domain error; `BAD_REQUEST` for what graphql-core itself
found wrong with a document or its variables; `INTERNAL` for all else, with an id to look up in the server's log.
"""

import logging
import secrets

from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.types import ExecutionResult

from backend.errors import DomainError, Invalid, RateLimited

logger = logging.getLogger(__name__)


def present(error: GraphQLError) -> GraphQLError:
    """The error as the client may see it."""
    origin = error.original_error
    while isinstance(origin, GraphQLError):
        origin = origin.original_error
    if origin is None:
        return _with(error, error.message, {"code": "BAD_REQUEST", **(error.extensions or {})})
    if isinstance(origin, DomainError):
        return _with(error, origin.detail, _extensions(origin))
    incident = secrets.token_hex(4)
    logger.error("incident %s at %s", incident, error.path, exc_info=origin)
    return _with(error, "Something went wrong on the server.", {"code": "INTERNAL", "incident": incident})


def refuse(error: DomainError) -> GraphQLError:
    """A refused operation, for what has no result union to put a problem in."""
    return GraphQLError(error.detail, extensions=_extensions(error))


def never_began(result: ExecutionResult) -> bool:
    """The operation was refused before anything of it was executed: there is no `data`, not even null."""
    return result.data is None and not any(error.path for error in result.errors or ())


def _extensions(error: DomainError) -> dict[str, object]:
    extensions: dict[str, object] = {"code": error.code}
    if isinstance(error, Invalid):
        extensions["fields"] = [
            {"path": list(each.path), "code": each.code, "detail": each.detail} for each in error.fields
        ]
    if isinstance(error, RateLimited):
        extensions["retryAfterMs"] = error.retry_after_ms
    return extensions


def _with(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


class PresentErrors(MaskErrors):
    """Strawberry's masking, with our own idea of what may be shown."""

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        return present(error)
