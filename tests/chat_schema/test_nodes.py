"""Global ids: opaque, lasting, and one way to write each."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import Invalid, NotFound
from chat_schema.nodes import global_id, key_of, split

keys = st.integers(1, 2**63 - 1)


@given(keys)
def test_an_id_is_split_into_what_it_was_made_of(key: int) -> None:
    assert split(global_id("Room", key)) == ("Room", key)
    assert key_of("Room", global_id("Room", key), "room") == key


@given(st.text())
def test_any_text_is_an_id_or_none(text: str) -> None:
    """Never an exception, and never a second spelling of an id."""
    if found := split(text):
        assert global_id(*found) == text


@given(st.binary())
def test_any_bytes_in_base64_are_an_id_or_none(raw: bytes) -> None:
    text = base64.b64encode(raw).decode()
    if found := split(text):
        assert global_id(*found) == text


@pytest.mark.parametrize("key", [0, -1, 2**63, 10**30])
def test_a_key_that_no_row_can_have_is_none(key: int) -> None:
    assert split(global_id("Room", key)) is None


def test_what_is_no_id_is_invalid_and_what_is_anothers_is_not_found() -> None:
    """Told apart, because the one is a mistake of the program and the other may be one of the person."""
    with pytest.raises(Invalid) as invalid:
        key_of("Room", "salam", "room")
    assert [(each.path, each.code) for each in invalid.value.fields] == [(("room",), "MALFORMED")]
    with pytest.raises(NotFound, match="something else"):
        key_of("Room", global_id("Message", 1), "room")
