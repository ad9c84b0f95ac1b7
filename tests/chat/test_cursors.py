"""Cursors: opaque, exact, and nothing else is taken for one."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.chat import cursors
from backend.chat.cursors import Cursor

_some = st.builds(
    Cursor,
    room_id=st.integers(1, 2**63 - 1),
    seq=st.integers(1, 2**63 - 1),
    tag=st.integers(0, 2**32 - 1),
)


@settings(deadline=None)
@given(_some)
def test_a_cursor_that_was_given_out_is_read_as_what_it_was(cursor: Cursor) -> None:
    text = str(cursor)
    assert cursors.parse(text) == cursor
    assert text.isascii()
    assert len(text) == 27


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(st.sampled_from("Aa0-_=+/!\0 \n\u0660"), min_size=27, max_size=27)))
def test_any_other_text_is_none_and_never_an_error(text: str) -> None:
    cursor = cursors.parse(text)
    assert cursor is None or str(cursor) == text


@settings(deadline=None)
@given(_some, st.integers(0, 26), st.sampled_from("ABYZabyz0189-_=!"))
def test_one_that_was_changed_is_never_read_as_the_same(cursor: Cursor, place: int, character: str) -> None:
    text = str(cursor)
    changed = text[:place] + character + text[place + 1 :]
    assert changed == text or cursors.parse(changed) != cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!" * 27,
        "\ud800" * 27,
        "A" * 26,
        "A" * 28,
        "A" * 1_000_000,
        str(Cursor(1, 1, 1)) + "=",
        f" {Cursor(1, 1, 1)}",
        str(Cursor(1, 1, 1)).replace("A", "\n", 1),
        str(Cursor(1, 0, 1)),  # before the first event there is nothing to have received
        str(Cursor(1, -1, 1)),
        urlsafe_b64encode(b"\xff" * 20).rstrip(b"=").decode(),
    ],
)
def test_what_cannot_have_been_given_out_is_none(text: str) -> None:
    assert cursors.parse(text) is None


def test_there_is_one_way_to_write_a_cursor() -> None:
    text = str(Cursor(1, 1, 0))
    same_bytes = [text[:-1] + last for last in "ABCDEFGH"]  # the last character has two bits to spare
    assert sum(cursors.parse(each) is not None for each in same_bytes) == 2
    assert len({cursors.parse(each) for each in same_bytes} - {None}) == 2
