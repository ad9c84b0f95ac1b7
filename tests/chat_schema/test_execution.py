"""What is compiled of an answer is what graphql-core makes of it, every time that the operation is executed."""

import asyncio
import json
from inspect import isawaitable
from typing import Any, NamedTuple

import pytest
import strawberry
from graphql import execute
from graphql.execution import Executor
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.policies import Audience
from chat_schema import documents
from chat_schema.context import Context
from chat_schema.execution import Schema
from tests.chat_schema import crockery
from tests.chat_schema.crockery import Cup, Shelf
from tests.chat_schema.selections import Selecting, selectings
from tests.chat_schema.test_compiled import EXAMPLES, is_plain_crockery

SCHEMA = Schema(query=crockery.Query, types=[crockery.Cup, crockery.Pot], config=crockery.CONFIG)


class Kitchen(NamedTuple):
    """The root."""

    shelf: object


async def answered(text: str, variables: dict[str, Any], shelf: object) -> tuple[Any, list[str]]:
    context = Context(reader=Audience(1), origin="")
    result = await SCHEMA.execute(text, variables, context_value=context, root_value=Kitchen(shelf))
    return result.data, [each.message for each in result.errors or ()]


async def executed(text: str, variables: dict[str, Any], shelf: object) -> tuple[Any, list[str]]:
    """By graphql-core alone."""
    document = documents.check(SCHEMA._schema, text).document
    assert document is not None
    context = Context(reader=Audience(1), origin="")
    outcome = execute(SCHEMA._schema, document, Kitchen(shelf), context, variables)
    result = await outcome if isawaitable(outcome) else outcome
    return result.data, [each.message for each in result.errors or ()]


def as_query(selecting: Selecting) -> str:
    return selecting.text.replace("subscription", "query", 1)


@EXAMPLES
@given(
    selecting=selectings(crockery.schema._schema, "shelf", is_plain_crockery)
    | selectings(crockery.schema._schema, "shelf"),
    shelves=st.lists(crockery.shelves, min_size=1, max_size=3),
)
def test_each_answer_is_graphql_core_s_whatever_was_answered_before(
    selecting: Selecting, shelves: list[object]
) -> None:
    text = as_query(selecting)
    if documents.check(SCHEMA._schema, text).errors:
        return

    async def compare() -> None:
        for no in (True, False):
            variables = {name: no if name == "no" else value for name, value in selecting.variables.items()}
            for shelf in shelves:
                answer, expected = [await by(text, variables, shelf) for by in (answered, executed)]
                assert json.dumps(answer) == json.dumps(expected), text

    asyncio.run(compare())


CUP = Shelf(
    first=Cup(name="blue", glaze=None, key=strawberry.ID("1"), marks=[]),
    vessels=[],
    thing=None,
    things=None,
    below=None,
)


async def test_what_is_plain_is_not_executed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "{ shelf { first { name } } } # again"
    first = await answered(text, {}, CUP)

    def fail(*_: object) -> None:
        raise AssertionError("it was executed")

    monkeypatch.setattr(Executor, "complete_object_value", fail)
    assert await answered(text, {}, CUP) == first == ({"shelf": {"first": {"name": "blue"}}}, [])


async def test_what_depends_on_variables_is_never_compiled() -> None:
    text = "query($no: Boolean!) { shelf { first { name @skip(if: $no) __typename } } }"
    name, kind = {"name": "blue"}, {"__typename": "Cup"}
    assert await answered(text, {"no": True}, CUP) == ({"shelf": {"first": kind}}, [])
    assert await answered(text, {"no": False}, CUP) == ({"shelf": {"first": name | kind}}, [])


async def test_a_value_that_does_not_fit_is_told_as_graphql_core_does_and_does_not_stay() -> None:
    text = "{ shelf { first { name } } }"
    good = await answered(text, {}, CUP)
    for wrong in (None, 7, Shelf(first=None, vessels=[], thing=None, things=None, below=None)):  # type: ignore[arg-type]
        (data, masked), (expected, errors) = [await by(text, {}, wrong) for by in (answered, executed)]
        assert (data, len(masked)) == (expected, len(errors)) == (None, 1)
    assert await answered(text, {}, CUP) == good
