"""Every failure that a caller can cause, with its stable code.

DomainError
├── Unauthenticated    UNAUTHENTICATED    nobody is logged in, and somebody has to be
├── Forbidden          FORBIDDEN          known, but not allowed to
├── NotFound           NOT_FOUND          no such thing, or none that this person may know of
├── Invalid            INVALID            bad input; `fields` says which and why
├── Conflict           CONFLICT           good input, but something else has taken its place
├── RecipientOffline   RECIPIENT_OFFLINE  nobody is there to be told; `last_seen_at` says when somebody was
└── RateLimited        RATE_LIMITED       too often; `retry_after_ms` says when to come back

Codes are API: they appear as `Problem.code` and as `extensions.code`. Details are for people, in their language.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from backend.languages import Text, joined, plural, text

FieldCode = Literal["REQUIRED", "TOO_SHORT", "TOO_LONG", "MALFORMED", "UNSUPPORTED", "TAKEN"]


class DomainError(Exception):
    """A refusal with a stable `code` and a `detail` that may be shown to whoever asked."""

    code: ClassVar[str]

    def __init__(self, detail: Text) -> None:
        super().__init__(detail)
        self.detail = detail


class Unauthenticated(DomainError):
    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__(text("Log in first."))


class Forbidden(DomainError):
    code = "FORBIDDEN"


class NotFound(DomainError):
    code = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one input field, named by its path in the operation's input."""

    path: tuple[str, ...]
    code: FieldCode
    detail: Text

    @classmethod
    def too_long(cls, name: str, most: int) -> "FieldError":
        return cls((name,), "TOO_LONG", plural("At most {n} character.", "At most {n} characters.", most))


class Invalid(DomainError):
    code = "INVALID"

    def __init__(self, *fields: FieldError, detail: Text | None = None) -> None:
        super().__init__(detail or joined(*(field.detail for field in fields)))
        self.fields = fields

    @classmethod
    def field(cls, name: str, code: FieldCode, detail: Text) -> "Invalid":
        return cls(FieldError((name,), code, detail))


class Conflict(DomainError):
    code = "CONFLICT"


class RecipientOffline(DomainError):
    code = "RECIPIENT_OFFLINE"

    def __init__(self, last_seen_at: datetime | None) -> None:
        super().__init__(text("They are not here to be told."))
        self.last_seen_at = last_seen_at


class RateLimited(DomainError):
    code = "RATE_LIMITED"

    def __init__(self, retry_after_ms: int, detail: Text | None = None) -> None:
        super().__init__(detail or text("Too often. Try again a little later."))
        self.retry_after_ms = retry_after_ms
