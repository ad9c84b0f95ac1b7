"""Items start without renderings, and have no room for more than they say."""

import pytest

from backend.hub import CaughtUp, Ended, Entry, Item, Reset


def _entry() -> Entry:
    return Entry(seq=1, cursor="c1", payload="text", size=4)


@pytest.mark.parametrize("item", [_entry(), CaughtUp("c1"), Ended(_entry()), Reset("c1", "EXPIRED")])
def test_every_item_has_a_cursor_and_no_renderings_yet(item: Item) -> None:
    assert item.cursor == "c1"
    assert item.frames == {}


@pytest.mark.parametrize("item", [_entry(), CaughtUp("c1"), Ended(_entry()), Reset("c1", "EXPIRED")])
def test_nothing_else_can_be_hung_on_an_item(item: Item) -> None:
    """There are as many as the rings hold."""
    assert not hasattr(item, "__dict__")


def test_an_entry_is_about_nothing_and_ends_nobody_unless_it_says_so() -> None:
    entry = _entry()
    assert (entry.subject, entry.erases, entry.ends) == (None, False, None)


def test_items_share_no_renderings() -> None:
    first, second = _entry(), _entry()
    first.frames["document"] = b"rendering"
    assert second.frames == {}
