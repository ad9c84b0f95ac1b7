"""Keyset pagination over one integer key: no page skips or repeats a row, whatever is added meanwhile."""

from typing import Any, Generic, TypeVar

import msgspec
from django.conf import settings
from django.db.models import QuerySet

from backend.errors import Invalid
from backend.languages import plural, text

T = TypeVar("T")


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Either the `first` rows after a key or the `last` before one. Neither given: the first."""

    first: int | None = None
    after: int | None = None
    last: int | None = None
    before: int | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Always in the order of the list, whichever way it was asked for."""

    items: list[T]
    has_previous: bool
    has_next: bool


def page(rows: QuerySet[Any, T], window: Window, *, key: str = "pk", newest_first: bool = False) -> Page[T]:
    """The rows of a window, by `key`. Raises `Invalid` for a window that makes no sense."""
    size = window_size(window)
    backwards = window.last is not None or (window.first is None and window.before is not None)
    # "After" means a greater key, or a smaller one where the newest come first.
    for bound, is_after in ((window.after, True), (window.before, False)):
        if bound is not None:
            rows = rows.filter(**{f"{key}__{'gt' if is_after != newest_first else 'lt'}": bound})
    found = list(rows.order_by(f"-{key}" if backwards != newest_first else key)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        return Page(items=found[::-1], has_previous=more, has_next=window.before is not None)
    return Page(items=found, has_previous=window.after is not None, has_next=more)


def window_size(window: Window) -> int:
    """How many rows are asked for. Raises `Invalid`."""
    if window.first is not None and window.last is not None:
        raise Invalid.field("last", "UNSUPPORTED", text("Ask for `first` or for `last`, not for both."))
    name, size = ("last", window.last) if window.last is not None else ("first", window.first)
    if size is None:
        return settings.PAGE_SIZE
    if not 0 <= size <= settings.PAGE_MAX_SIZE:
        raise bad_size(name)
    return size


def bad_size(name: str) -> Invalid:
    """That an argument asks for more than a page can have, or for less than nothing."""
    most = settings.PAGE_MAX_SIZE
    return Invalid.field(
        name, "UNSUPPORTED", plural("A page has 0 to {n} entry.", "A page has 0 to {n} entries.", most)
    )
