"""What may be said of an error: told apart by where it comes from, and everything unexpected is masked.

An error in `errors` has `extensions.code`: that of the domain error; `BAD_REQUEST` for what graphql-core itself
found wrong with a document or its variables; `INTERNAL` for all else, with an id to look up in the server's log.
"""

import logging
import secrets
from collections.abc import Sequence

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from backend import languages
from backend.errors import DomainError, Invalid, RateLimited
from chat_schema.context import Context

logger = logging.getLogger(__name__)


def present(error: GraphQLError, language: str) -> GraphQLError:
    """The error as the client may see it. What the domain refused is told in a language; the rest is for developers."""
    origin = _origin(error)
    if origin is None:
        return _with(error, error.message, {"code": "BAD_REQUEST", **(error.extensions or {})})
    if isinstance(origin, DomainError):
        return _with(error, languages.say(origin.detail, language), _extensions(origin, language))
    incident = secrets.token_hex(4)
    logger.error("incident %s at %s", incident, error.path, exc_info=origin)
    return _with(error, "Something went wrong on the server.", {"code": "INTERNAL", "incident": incident})


async def present_all(errors: Sequence[GraphQLError], context: Context) -> list[GraphQLError]:
    """The same of many, for whoever asks: their language is looked up if there is something to say in it."""
    is_for_people = any(isinstance(_origin(each), DomainError) for each in errors)
    language = await context.language() if is_for_people else languages.ENGLISH
    return [present(each, language) for each in errors]


def refuse(error: DomainError, language: str) -> GraphQLError:
    """A refused operation, for what has no result union to put a problem in."""
    return GraphQLError(languages.say(error.detail, language), extensions=_extensions(error, language))


def never_began(result: ExecutionResult) -> bool:
    """The operation was refused before anything of it was executed: there is no `data`, not even null."""
    return result.data is None and not any(error.path for error in result.errors or ())


def _origin(error: GraphQLError) -> Exception | None:
    origin = error.original_error
    while isinstance(origin, GraphQLError):
        origin = origin.original_error
    return origin


def _extensions(error: DomainError, language: str) -> dict[str, object]:
    extensions: dict[str, object] = {"code": error.code}
    if isinstance(error, Invalid):
        extensions["fields"] = [
            {"path": list(each.path), "code": each.code, "detail": languages.say(each.detail, language)}
            for each in error.fields
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
