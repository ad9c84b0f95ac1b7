"""DateTime and Cursor: what they accept, what they print, and that they tell nothing of codecs."""

import pytest
from graphql import GraphQLError, GraphQLScalarType

from chat_schema.schema import schema


def scalar(name: str) -> GraphQLScalarType:
    found = schema._schema.type_map[name]
    assert isinstance(found, GraphQLScalarType)
    return found


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("2026-11-21T18:30:00Z", "2026-11-21T18:30:00.000Z"),
        ("2026-11-21T18:30:00.123456Z", "2026-11-21T18:30:00.123Z"),
        ("2026-11-21T22:00:00+03:30", "2026-11-21T18:30:00.000Z"),
        ("2026-11-21T18:30:00-00:00", "2026-11-21T18:30:00.000Z"),
    ],
)
def test_an_instant_is_printed_in_utc_to_the_millisecond(given: str, printed: str) -> None:
    date_time = scalar("DateTime")
    assert date_time.serialize(date_time.parse_value(given)) == printed


@pytest.mark.parametrize(
    "given",
    [
        "",
        "salam",
        "2026-11-21",
        "2026-11-21T18:30:00",
        "2026-13-21T18:30:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        1,
        None,
        [],
        True,
    ],
)
def test_what_is_no_instant_is_told_how_one_is_written(given: object) -> None:
    with pytest.raises(GraphQLError) as refused:
        scalar("DateTime").parse_value(given)
    assert refused.value.message == "A DateTime is written like 2026-11-21T18:30:00Z, with its zone."
    assert refused.value.original_error is None


def test_a_cursor_is_a_string_and_nothing_else() -> None:
    cursor = scalar("Cursor")
    assert cursor.serialize(cursor.parse_value("abc")) == "abc"
    wrong: list[object] = [1, None, [], {}, True]
    for given in wrong:
        with pytest.raises(GraphQLError, match="A Cursor is a string that this server gave out"):
            cursor.parse_value(given)
