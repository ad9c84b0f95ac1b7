"""The custom scalars, described and specified, with errors of their own: a codec's text would leak."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Cursor = NewType("Cursor", str)
# Whatever came in the place of a file: where it has to be one, the mutation says so.
Upload = NewType("Upload", object)


@dataclass(frozen=True)
class File:
    """A file of a multipart request. Errors name a value by its type, which is why it has one of ours."""

    content: IO[bytes]
    name: str = ""


def _date_time(value: object) -> datetime:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):  # the latter for what is before the first day, or after the last, in UTC
            pass
    raise GraphQLError("A DateTime is written like 2026-11-21T18:30:00Z, with its zone.")


def _instant(value: datetime) -> str:
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _cursor(value: object) -> Cursor:
    if not isinstance(value, str):
        raise GraphQLError("A Cursor is a string that this server gave out.")
    return Cursor(value)


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, RFC 3339, always UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_instant,
        parse_value=_date_time,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description=(
            "Opaque position in a room's event log. Keep it, send it back as `after`. Never parse it."
            " (docs/protocol.md)"
        ),
        serialize=str,
        parse_value=_cursor,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file in a multipart request. (docs/protocol.md)",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
    ),
}
