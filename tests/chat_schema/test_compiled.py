"""What is compiled is word for word what graphql-core makes, and what cannot be compiled is left to it."""

import asyncio
import json
from collections.abc import Awaitable, Generator, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import partial
from inspect import isawaitable
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLField, parse
from graphql.execution import Executor, execute_subscription_event
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strawberry import Schema

from backend.chat.events import Departure
from backend.chat.policies import Audience
from chat_schema.compiled import Compiled
from chat_schema.context import Context
from chat_schema.scalars import Cursor
from chat_schema.schema import schema
from tests.chat_schema import crockery
from tests.chat_schema.crockery import Cup, Glaze, Lid, Pot, Shelf
from tests.chat_schema.happenings import NOW, frames
from tests.chat_schema.selections import Selecting, selectings

# What fails is shown as it was found: to make it shorter (`Phase.shrink`) takes minutes.
EXAMPLES = settings(max_examples=100, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])

# --- Both ways ------------------------------------------------------------------------------------------------


def built(schema: Schema, selecting: Selecting) -> Executor[Context]:
    found = schema.execution_context_class.build(
        schema._schema, selecting.document, raw_variable_values=selecting.variables
    )
    assert not isinstance(found, list), (found, selecting.text)
    return found


def executed(executor: Executor[Context], root: object) -> ExecutionResult:
    """By graphql-core, for an audience that no loader serves."""
    event = executor.build_per_event_executor(root)
    event._relevant_sub_fields = {}
    event.context_value = Context(reader=Audience(1), origin="")
    outcome = execute_subscription_event(event)

    async def awaited(outcome: Awaitable[ExecutionResult]) -> ExecutionResult:
        return await outcome

    return asyncio.run(awaited(outcome)) if isawaitable(outcome) else outcome


def equal(one: ExecutionResult, other: ExecutionResult) -> bool:
    """In the order of their keys, too."""
    return json.dumps(one.data) == json.dumps(other.data) and one.errors is other.errors is None


def is_plain(field: GraphQLField) -> bool:
    """Of those of our own schema. What has a resolver takes code, but for the address of a picture."""
    definition = field.extensions["strawberry-definition"]
    return definition.base_resolver is None or definition.python_name == "avatar_url"


def is_plain_crockery(field: GraphQLField) -> bool:
    return field.extensions["strawberry-definition"].python_name not in crockery.CODE


plain = selectings(schema._schema, "roomEvents", is_plain)
plain_crockery = selectings(crockery.schema._schema, "shelf", is_plain_crockery)
anything = selectings(schema._schema, "roomEvents")
any_crockery = selectings(crockery.schema._schema, "shelf")


@EXAMPLES
@given(selecting=plain, root=frames)
def test_a_plain_selection_of_an_event_is_compiled_and_comes_to_the_same(selecting: Selecting, root: object) -> None:
    executor = built(schema, selecting)
    compiled = Compiled()(executor, root)
    assert compiled is not None, selecting.text
    assert equal(compiled, executed(executor, root)), selecting.text


@EXAMPLES
@given(selecting=plain_crockery, shelves=st.lists(crockery.shelves, min_size=1, max_size=3))
def test_so_is_any_other_however_nested_and_again_for_the_next_event(
    selecting: Selecting, shelves: list[object]
) -> None:
    executor = built(crockery.schema, selecting)
    run = partial(Compiled(), executor)
    for shelf in shelves:
        compiled = run(shelf)
        assert compiled is not None, selecting.text
        assert equal(compiled, executed(executor, shelf)), selecting.text


@EXAMPLES
@given(
    case=st.tuples(st.just(schema), anything, frames)
    | st.tuples(st.just(crockery.schema), any_crockery, crockery.shelves)
)
def test_what_of_other_selections_is_compiled_comes_to_the_same(case: tuple[Schema, Selecting, object]) -> None:
    schema, selecting, root = case
    executor = built(schema, selecting)
    compiled = Compiled()(executor, root)
    assert compiled is None or equal(compiled, executed(executor, root)), selecting.text


@pytest.mark.parametrize(("vessel", "field"), [("Cup", "told"), ("Pot", "later")])
def test_a_resolver_that_takes_a_context_or_time_is_never_compiled(vessel: str, field: str) -> None:
    text = f"subscription {{ shelf {{ first {{ __typename ... on {vessel} {{ {field} }} }} }} }}"
    run = partial(Compiled(), built(crockery.schema, Selecting(text, parse(text), {})))
    cup = Cup(name="cup", glaze=None, key=strawberry.ID("1"), marks=[])
    pot = Pot(name="pot", glaze=None, fired_at=NOW, cursor=None, grid=None)
    for each in (cup, pot):
        shelf = Shelf(first=each, vessels=[], thing=None, things=None, below=None)
        assert (run(shelf) is None) == (type(each).__name__ == vessel)


# --- Values that do not fit -----------------------------------------------------------------------------------


class Later:
    """Something to be waited for."""

    def __await__(self) -> Generator[None, None, str]:
        yield from ()
        return "later"


class Text(str):
    __slots__ = ()


class OtherCup(Cup):
    pass


NOT_FITTING: tuple[object, ...] = (
    None,
    True,
    7,
    2**31,
    1.0,
    "text",
    Text("text"),
    b"bytes",
    [],
    (),
    [None],
    ValueError("told"),
    Later(),
    Departure.LEFT,
    datetime(2026, 11, 21),  # noqa: DTZ001  # it has no zone
    Lid(has_knob=True, weight=7),
    OtherCup(name="cup", glaze=None, key=strawberry.ID("1"), marks=[]),
)


def places(value: object) -> Iterator[tuple[Any, str]]:
    """The attributes of an object and of all below it."""
    if isinstance(value, list):
        for each in value:
            yield from places(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield value, each.name
            yield from places(getattr(value, each.name))


@EXAMPLES
@given(
    case=st.tuples(st.just(schema), plain, frames)
    | st.tuples(st.just(crockery.schema), plain_crockery, crockery.shelves),
    data=st.data(),
)
def test_a_value_that_does_not_fit_is_executed_or_comes_to_the_same(
    case: tuple[Schema, Selecting, object], data: st.DataObject
) -> None:
    schema, selecting, root = case
    place, name = data.draw(st.sampled_from(list(places(root))))
    executor = built(schema, selecting)
    run = partial(Compiled(), executor)
    before = getattr(place, name)
    for value in (*NOT_FITTING, before):
        setattr(place, name, value)
        compiled = run(root)
        assert compiled is None or equal(compiled, executed(executor, root)), (selecting.text, name, value)
    assert compiled is not None, "it fits again"


EVERYTHING = """
subscription {
  shelf {
    first {
      name glaze lid { hasKnob weight }
      ... on Cup { key marks label }
      ... on Pot { firedAt cursor grid lids { weight } }
    }
    vessels { __typename name }
    thing { ... on Cup { key marks } ... on Pot { firedAt cursor grid } ... on Lid { hasKnob weight } }
    things { __typename ... on Lid { weight } ... on Cup { marks } }
    below { vessels { __typename } }
  }
}
"""


def test_no_place_takes_a_value_that_does_not_fit() -> None:
    """Each of these values in each place of an object that has everything."""
    executor = built(crockery.schema, Selecting(EVERYTHING, parse(EVERYTHING), {}))
    run = partial(Compiled(), executor)
    cup = Cup(name="cup", glaze=Glaze.BLUE, key=strawberry.ID("1"), marks=["mark", None])
    pot = Pot(name="pot", glaze=Glaze.GREEN, fired_at=NOW, cursor=Cursor("here"), grid=[[1, 2], []])
    lid = Lid(has_knob=True, weight=2)
    below = Shelf(first=pot, vessels=[pot], thing=lid, things=[lid, None, cup], below=None)
    shelf = Shelf(first=cup, vessels=[cup, pot], thing=pot, things=None, below=below)
    for root in (shelf, below):
        for place, name in places(root):
            before = getattr(place, name)
            for value in NOT_FITTING:
                setattr(place, name, value)
                compiled = run(root)
                assert compiled is None or equal(compiled, executed(executor, root)), (name, value)
            setattr(place, name, before)
        assert run(root)
