"""Pages by key: walking a list skips nothing and repeats nothing, whatever is added on the way."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db.models import QuerySet

from backend.chat.models import Room
from backend.chat.pages import Page, Window, page, window_size
from backend.errors import Invalid

pytestmark = pytest.mark.django_db

HEADS = [2, 3, 5, 8, 13, 21, 34]


def _add(*heads: int) -> None:
    Room.objects.bulk_create(
        Room(address=f"room {head}", address_folded=f"room {head}", title="", head=head) for head in heads
    )


@pytest.fixture(autouse=True)
def _rooms() -> None:
    _add(*HEADS[::-1])  # the order of rows is not that of the key


def _page(window: Window, *, newest_first: bool = False, rows: QuerySet[Room] | None = None) -> Page[Room]:
    return page(Room.objects.all() if rows is None else rows, window, key="head", newest_first=newest_first)


def _keys(found: Page[Room]) -> list[int]:
    return [room.head for room in found.items]


def _walk(size: int, *, forwards: bool, newest_first: bool) -> Iterator[Page[Room]]:
    window = Window(first=size) if forwards else Window(last=size)
    while True:
        found = _page(window, newest_first=newest_first)
        yield found
        if not (found.has_next if forwards else found.has_previous):
            return
        keys = _keys(found)
        window = Window(first=size, after=keys[-1]) if forwards else Window(last=size, before=keys[0])


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("forwards", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_walking_a_list_either_way_meets_every_row_once(size: int, forwards: bool, newest_first: bool) -> None:
    pages = list(_walk(size, forwards=forwards, newest_first=newest_first))
    in_order = pages if forwards else pages[::-1]
    assert [key for found in in_order for key in _keys(found)] == (HEADS[::-1] if newest_first else HEADS)
    assert [found.has_previous for found in in_order] == [False, *[True] * (len(pages) - 1)]
    assert [found.has_next for found in in_order] == [*[True] * (len(pages) - 1), False]
    assert len(pages) == max(1, -(-len(HEADS) // size)), "no page is empty, and none is asked for in vain"


@pytest.mark.parametrize("newest_first", [False, True])
def test_rows_that_are_added_meanwhile_shift_nothing(newest_first: bool) -> None:
    walk = _walk(2, forwards=True, newest_first=newest_first)
    met = _keys(next(walk))
    _add(1, 55)  # before the first and after the last
    for found in walk:
        met += _keys(found)
    assert met == ([34, 21, 13, 8, 5, 3, 2, 1] if newest_first else [2, 3, 5, 8, 13, 21, 34, 55])


def test_a_row_that_a_cursor_names_may_be_gone() -> None:
    Room.objects.filter(head=8).delete()
    assert _keys(_page(Window(first=2, after=8))) == [13, 21]
    assert _keys(_page(Window(last=2, before=8))) == [3, 5]


def test_a_page_may_be_bounded_on_both_sides() -> None:
    assert _keys(_page(Window(first=2, after=3, before=21))) == [5, 8]
    assert _keys(_page(Window(last=2, after=3, before=21))) == [8, 13]
    assert _keys(_page(Window(after=3, before=8))) == [5]


def test_with_nothing_asked_for_it_is_the_first_page_of_the_usual_size() -> None:
    _add(*range(100, 100 + settings.PAGE_SIZE))
    found = _page(Window())
    assert len(found.items) == settings.PAGE_SIZE
    assert (_keys(found)[0], found.has_previous, found.has_next) == (2, False, True)
    assert _keys(_page(Window(before=5))) == [2, 3]


def test_a_page_of_none_still_says_what_there_is() -> None:
    found = _page(Window(first=0))
    assert (found.items, found.has_next) == ([], True)
    assert _page(Window(first=0), rows=Room.objects.none()) == Page([], has_previous=False, has_next=False)


@pytest.mark.parametrize(
    ("window", "field"),
    [
        (Window(first=-1), "first"),
        (Window(first=settings.PAGE_MAX_SIZE + 1), "first"),
        (Window(first=2**40), "first"),
        (Window(last=-1), "last"),
        (Window(last=settings.PAGE_MAX_SIZE + 1), "last"),
        (Window(first=1, last=1), "last"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_by_its_field(window: Window, field: str) -> None:
    for call in (lambda: _page(window), lambda: window_size(window)):
        with pytest.raises(Invalid) as refused:
            call()
        [error] = refused.value.fields
        assert (error.path, error.code) == ((field,), "UNSUPPORTED")


def test_the_greatest_page_is_as_great_as_the_settings_say() -> None:
    assert window_size(Window(first=settings.PAGE_MAX_SIZE)) == settings.PAGE_MAX_SIZE
    assert window_size(Window(last=settings.PAGE_MAX_SIZE)) == settings.PAGE_MAX_SIZE


def test_a_key_beyond_every_number_of_the_database_finds_nothing_and_breaks_nothing() -> None:
    assert _keys(_page(Window(first=2, after=2**63 - 1))) == []
    assert _keys(_page(Window(last=2, before=2**63 - 1))) == [21, 34]
    assert _keys(_page(Window(last=2, before=0))) == []
