"""Documents made up from a schema: one subscription, and below its root whatever a client could select.

Fields that are selected twice and merge, aliases, `__typename`, fragments of each kind, used once or often and in each
other, `@include` and `@skip` with variables and without.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OverlappingFieldsCanBeMergedRule,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)
from hypothesis import strategies as st

DEPTH = 6
PARTS = 30
_CONDITIONS = (
    *[""] * 20,
    " @include(if: $yes)",
    " @include(if: $no)",
    " @skip(if: $no)",
    " @skip(if: true)",
    " @skip(if: $no) @include(if: $yes)",
    " @skip(if: $yes) @include(if: $yes)",
)
_PARTS = (*["field"] * 8, "name", "untyped", "typed", "typed", "fragment")
# With names of their own, because with others they would be other fields.
_ARGUMENTS = {"": "", "wide": "({}: 1024)", "as_asked": "({}: $number)", "none": "({}: null)"}
_VARIABLES = {"yes": "Boolean!", "no": "Boolean! = false", "number": "Int"}

# Whether it may be selected.
Allowed = Callable[[GraphQLField], bool]


@dataclass(frozen=True)
class Selecting:
    """A document, and the values of its variables."""

    text: str
    document: DocumentNode
    variables: dict[str, Any]


class _Writer:
    """Writes one document."""

    def __init__(self, random: Random, schema: GraphQLSchema, allowed: Allowed) -> None:
        self._random = random
        self._schema = schema
        self._allowed = allowed
        # Of each type, the names of what can be spread there.
        self._written: dict[str, list[str]] = {}
        self._fragments: list[str] = []
        # A document is at most so long.
        self._left = PARTS

    def write(self, root: str) -> str:
        subscription = self._schema.subscription_type
        assert subscription
        field = subscription.fields[root]
        arguments = '(room: "Um9vbTox")' if field.args else ""
        alias = self._random.choice(("", "", "here: "))
        below = self._selection(get_named_type(field.type), DEPTH)
        text = " ".join([f"{{ {alias}{root}{arguments} {below} }}", *self._fragments])
        used = ", ".join(f"${name}: {type_}" for name, type_ in _VARIABLES.items() if f"${name}" in text)
        return f"subscription {f'Any({used}) ' if used else ''}{text}"

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = [self._part(type_, depth) for _ in range(self._random.randint(1, 5))]
        return f"{{ {' '.join(parts)} }}"

    def _part(self, type_: GraphQLNamedType, depth: int) -> str:
        self._left -= 1
        fields = list(self._fields(type_, depth))
        how = self._random.choice(_PARTS) if self._left > 0 else "field"
        if how == "field" and fields:
            name, field = self._random.choice(fields)
            return self._field(name, field, depth - 1)
        if how == "name" or not self._goes_on(depth):
            return f"{self._random.choice(('', 'kind: '))}__typename{self._condition()}"
        if how == "untyped":
            return f"...{self._condition()} {self._selection(type_, depth)}"
        on = self._random.choice(self._below(type_))
        if how == "fragment":
            return f"...{self._fragment(on, depth)}{self._condition()}"
        return f"... on {on.name}{self._condition()} {self._selection(on, depth)}"

    def _fields(self, type_: GraphQLNamedType, depth: int) -> Iterator[tuple[str, GraphQLField]]:
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                if self._allowed(field) and (self._goes_on(depth) or is_leaf_type(get_named_type(field.type))):
                    yield name, field

    def _goes_on(self, depth: int) -> bool:
        return depth > 0 and self._left > 0

    def _below(self, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
        """The types that a fragment may be on where there is something of `type_`."""
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            return [type_, *self._schema.get_possible_types(type_)]
        assert isinstance(type_, GraphQLObjectType)
        return [type_, *type_.interfaces]

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        named = get_named_type(field.type)
        alias, arguments = self._random.choice(("", "", "", "a", "b")), ""
        for argument in field.args:
            how = self._random.choice(list(_ARGUMENTS))
            alias, arguments = alias + how, _ARGUMENTS[how].format(argument)
        below = "" if is_leaf_type(named) else f" {self._selection(named, depth)}"
        return f"{f'{alias}_{name}: ' if alias else ''}{name}{arguments}{self._condition()}{below}"

    def _fragment(self, on: GraphQLNamedType, depth: int) -> str:
        written = self._written.setdefault(on.name, [])
        again = self._random.choice((None, *written))
        if again:
            return again
        selection = self._selection(on, depth)
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {on.name} {selection}")
        written.append(name)
        return name

    def _condition(self) -> str:
        return self._random.choice(_CONDITIONS)


def selectings(schema: GraphQLSchema, root: str, allowed: Allowed = lambda _: True) -> st.SearchStrategy[Selecting]:
    """Of many choices: to draw each of them from hypothesis would take ten times as long as all the rest."""

    def select(random: Random) -> Selecting:
        while True:
            text = _Writer(random, schema, allowed).write(root)
            document = parse(text)
            # It is valid but for one thing: two types of a union may have fields of one name that do not merge.
            if not validate(schema, document, [OverlappingFieldsCanBeMergedRule]):
                break
        given = {"yes": True, "no": random.choice((True, False)), "number": random.choice((None, 1, 100))}
        return Selecting(text, document, {name: value for name, value in given.items() if f"${name}:" in text})

    return st.randoms(use_true_random=True).map(select)
