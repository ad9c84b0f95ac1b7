"""What the web client's tests replay is what a server tells it now."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLUnionType

from chat_schema.schema import schema
from tests.frontend import recording

AGAIN = "the client asks for something else, or is told something else: make the recording again (recording.py)"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recording.FILE.read_text())
    return found


def test_has_an_event_of_every_type(recorded: dict[str, Any]) -> None:
    types = {frame["event"]["__typename"] for frame in [*recorded["frames"], recorded["reset"]]}
    union = schema._schema.type_map["RoomEvent"]
    assert isinstance(union, GraphQLUnionType)
    assert types == {each.name for each in union.types}


def test_has_what_a_server_tells_and_answers_now(recorded: dict[str, Any]) -> None:
    now = recording.record()
    assert set(_paths(now)) == set(_paths(recorded)), AGAIN


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Where there is something, and of which kind. What an event has is told apart by its type."""
    match value:
        case dict():
            name = value.get("__typename", "")
            for key, each in value.items():
                yield from _paths(each, f"{path}.{key}({name})")
        case list():
            for each in value:
                yield from _paths(each, f"{path}[]")
        case None:
            return
        case _:
            yield f"{path}: {type(value).__name__}"
