"""Expected failures as the schema shows them: members of result unions, made from the domain's errors."""

from datetime import datetime
from enum import Enum

import strawberry

from backend import errors
from backend.languages import Text
from chat_schema.context import Info


@strawberry.enum(description="What went wrong. Stable: branch on it.")
class ProblemCode(Enum):
    UNAUTHENTICATED = strawberry.enum_value("UNAUTHENTICATED", description="Nobody is logged in.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="You may not do this.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="No such thing, or none that you may know of.")
    INVALID = strawberry.enum_value("INVALID", description="Bad input: `fields` says which.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="Something else has taken its place.")
    RECIPIENT_OFFLINE = strawberry.enum_value("RECIPIENT_OFFLINE", description="Nobody is there to be told.")
    RATE_LIMITED = strawberry.enum_value("RATE_LIMITED", description="Too often: wait `retryAfterMs`.")


@strawberry.enum(description="What is wrong with one input field.")
class FieldProblemCode(Enum):
    REQUIRED = strawberry.enum_value("REQUIRED", description="It is empty.")
    TOO_SHORT = strawberry.enum_value("TOO_SHORT", description="It is too short.")
    TOO_LONG = strawberry.enum_value("TOO_LONG", description="It is too long.")
    MALFORMED = strawberry.enum_value("MALFORMED", description="It does not have the form that is needed.")
    UNSUPPORTED = strawberry.enum_value("UNSUPPORTED", description="Well formed, but not accepted.")
    TAKEN = strawberry.enum_value("TAKEN", description="Somebody else has it.")


@strawberry.interface(
    description="Every expected failure. `code` is stable, `detail` is for people: branch on code, show detail."
)
class Problem:
    text: strawberry.Private[Text]
    code: ProblemCode = strawberry.field(description="Stable.")

    @strawberry.field(description="A sentence to show, in the viewer's `locale`, or else as `Accept-Language` asks.")
    async def detail(self, info: Info) -> str:
        return await info.context.say(self.text)


@strawberry.type(description="What is wrong with one input field.")
class FieldProblem:
    text: strawberry.Private[Text]
    path: list[str] = strawberry.field(description="Where it stands in `input`.")
    code: FieldProblemCode = strawberry.field(description="Stable.")

    @strawberry.field(description="A sentence to show beside the field, in the language of the whole.")
    async def detail(self, info: Info) -> str:
        return await info.context.say(self.text)


@strawberry.type(description="Bad input. Nothing has changed.")
class InvalidProblem(Problem):
    fields: list[FieldProblem] = strawberry.field(description="Each bad field; empty if it is the whole that is bad.")


@strawberry.type(description="Something else has taken its place. Nothing has changed.")
class ConflictProblem(Problem):
    pass


@strawberry.type(description="You may not do this.")
class ForbiddenProblem(Problem):
    pass


@strawberry.type(description="No such thing, or none that you may know of.")
class NotFoundProblem(Problem):
    pass


@strawberry.type(description="Log in first.")
class UnauthenticatedProblem(Problem):
    pass


@strawberry.type(description="Nobody is there to be told. Nothing was kept for later.")
class RecipientOfflineProblem(Problem):
    last_seen_at: datetime | None = strawberry.field(description="As `User.lastSeenAt`.")


@strawberry.type(description="Too often. Nothing has changed.")
class RateLimitedProblem(Problem):
    retry_after_ms: int = strawberry.field(description="Milliseconds after which it may work.")


class _Handler:
    """Makes a problem of a domain error, wherever the field's result has room for it (`ExceptionHandler`)."""

    def __init__(self, exception_type: type[errors.DomainError], error_type: type[Problem]) -> None:
        self.exception_type = exception_type
        self.error_type = error_type

    def handle(self, exception: errors.DomainError, **_: object) -> Problem:
        code, text = ProblemCode(exception.code), exception.detail
        if isinstance(exception, errors.Invalid):
            return InvalidProblem(code=code, text=text, fields=[_field_problem(each) for each in exception.fields])
        if isinstance(exception, errors.RateLimited):
            return RateLimitedProblem(code=code, text=text, retry_after_ms=exception.retry_after_ms)
        if isinstance(exception, errors.RecipientOffline):
            return RecipientOfflineProblem(code=code, text=text, last_seen_at=exception.last_seen_at)
        return self.error_type(code=code, text=text)


def _field_problem(error: errors.FieldError) -> FieldProblem:
    return FieldProblem(path=list(error.path), code=FieldProblemCode(error.code), text=error.detail)


HANDLERS = [
    _Handler(errors.Invalid, InvalidProblem),
    _Handler(errors.Conflict, ConflictProblem),
    _Handler(errors.Forbidden, ForbiddenProblem),
    _Handler(errors.NotFound, NotFoundProblem),
    _Handler(errors.Unauthenticated, UnauthenticatedProblem),
    _Handler(errors.RecipientOffline, RecipientOfflineProblem),
    _Handler(errors.RateLimited, RateLimitedProblem),
]


def problem(error: errors.DomainError) -> Problem:
    """The problem that shows a domain error, outside a mutation."""
    handler = next(each for each in HANDLERS if isinstance(error, each.exception_type))
    return handler.handle(error)
