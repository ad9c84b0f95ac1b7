"""Connections: cursors of a list, and what a window is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strawberry import UNSET
from strawberry.relay.utils import to_base64

from backend.chat.pages import Page, Window
from backend.errors import Invalid
from chat_schema import pages


def test_a_connection_shows_a_page_with_a_cursor_for_each_entry() -> None:
    page = Page(items=[3, 5, 8], has_previous=True, has_next=False)
    shown = pages.connection(page, lambda number: number, str)
    assert shown.nodes == [edge.node for edge in shown.edges] == ["3", "5", "8"]
    info = shown.page_info
    assert (info.has_previous_page, info.has_next_page) == (True, False)
    assert (info.start_cursor, info.end_cursor) == (shown.edges[0].cursor, shown.edges[-1].cursor)
    assert pages.window(after=info.start_cursor, before=info.end_cursor) == Window(after=3, before=8)


def test_a_page_without_entries_has_no_cursors() -> None:
    info = pages.connection(Page(items=[], has_previous=False, has_next=False), int, str).page_info
    assert (info.start_cursor, info.end_cursor) == (None, None)


@given(st.none() | st.integers())
def test_leaving_an_argument_out_is_giving_null(first: int | None) -> None:
    assert pages.window(first=UNSET, after=UNSET) == pages.window(first=None, after=None) == Window()
    assert pages.window(first=first) == Window(first=first)


@pytest.mark.parametrize("field", ["after", "before"])
@pytest.mark.parametrize(
    "cursor",
    ["", "salam", to_base64("page", "x"), to_base64("page", -1), to_base64("page", 2**63), to_base64("Room", 1)],
)
def test_a_cursor_that_was_not_given_out_is_invalid(field: str, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        pages.window(after=cursor) if field == "after" else pages.window(before=cursor)
    assert [(each.path, each.code) for each in refused.value.fields] == [((field,), "MALFORMED")]


@given(st.text())
def test_any_text_is_a_cursor_or_invalid(cursor: str) -> None:
    try:
        key = pages.window(after=cursor).after
    except Invalid:
        return
    assert key is not None
    assert 0 <= key < 2**63
