"""Connections: pages of a list, with cursors that are keys of the domain's keyset pagination."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry import UNSET
from strawberry.relay.utils import from_base64, to_base64

from backend.chat.pages import Page, Window
from backend.errors import Invalid
from backend.languages import text

A = TypeVar("A")
T = TypeVar("T")
F = TypeVar("F")
_PREFIX = "page"

First = Annotated[int | None, strawberry.argument(description="At most so many, from the start or after `after`.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="At most so many, from the end or before `before`.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="More follow `endCursor`.")
    has_previous_page: bool = strawberry.field(description="More come before `startCursor`.")
    start_cursor: str | None = strawberry.field(description="Give it as `before`.")
    end_cursor: str | None = strawberry.field(description="Give it as `after`.")


@strawberry.type(description="An entry of a page, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The place of this entry in the list.")
    node: T = strawberry.field(description="The entry.")


@strawberry.type(
    description="A page of a list: 50 entries, or as many as asked for, up to 100. `first` with `last` is an error."
)
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The entries, with their cursors.")
    nodes: list[T] = strawberry.field(description="The entries alone.")
    page_info: PageInfo = strawberry.field(description="What comes before and after.")


def connection(page: Page[F], key: Callable[[F], int], node: Callable[[F], T]) -> Connection[T]:
    """The connection that shows a page of facts; `key` is what the page was ordered by."""
    edges = [Edge(cursor=to_base64(_PREFIX, key(item)), node=node(item)) for item in page.items]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def window(
    *,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Window:
    """The arguments of a list field. Raises `Invalid` for a cursor that was not given out here."""
    return Window(first=given(first), after=_key(after, "after"), last=given(last), before=_key(before, "before"))


def given(argument: A | None) -> A | None:
    """An optional argument: leaving it out is giving null."""
    return None if argument is UNSET else argument


def _key(cursor: str | None, field: str) -> int | None:
    if cursor is None or cursor is UNSET:
        return None
    try:
        prefix, key = from_base64(cursor)
        number = int(key)
    except ValueError:
        prefix, number = "", 0
    if prefix != _PREFIX or not 0 <= number < 2**63:
        raise Invalid.field(field, "MALFORMED", text("This is no cursor of this list."))
    return number
