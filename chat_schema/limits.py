"""What a document may cost, bounded before it is validated or run, in time linear in its size.

Validation itself compares every pair of fields that answer under the same name (GraphQL 5.3.2): a document of 2 KiB
can keep a server busy for a quarter of a second. And execution multiplies page sizes: two nested lists of 100 are
10 000 entries.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    Visitor,
    value_from_ast_untyped,
    visit,
)

_Path = tuple[str, ...]


def too_complex(document: DocumentNode) -> GraphQLError | None:
    """Why a document is refused before it is validated, if it is."""
    oddities = _Oddities()
    visit(document, oddities)
    if oddities.has_long_numbers:
        return GraphQLError(f"A number has more than {_NUMBER_MAX_LENGTH} characters.")
    if oddities.introspections > _INTROSPECTIONS_MAX:
        return GraphQLError(f"The document asks for the schema more than {_INTROSPECTIONS_MAX} times.")
    try:
        shape = _Measure(document).document()
    except _Cycle:
        return None  # validation says so, and well
    if shape.depth > settings.DOCUMENT_MAX_DEPTH:
        return GraphQLError(f"The document is nested deeper than {settings.DOCUMENT_MAX_DEPTH} levels.")
    if shape.aliases > settings.DOCUMENT_MAX_ALIASES:
        return GraphQLError(f"The document has more than {settings.DOCUMENT_MAX_ALIASES} aliases.")
    if shape.roots > settings.DOCUMENT_MAX_ROOT_FIELDS:
        return GraphQLError(f"The document has more than {settings.DOCUMENT_MAX_ROOT_FIELDS} root fields.")
    if _overlaps(document) > settings.DOCUMENT_MAX_OVERLAPS:
        return GraphQLError("The document repeats the same fields too often.")
    return None


# Python refuses to read very long ones, in words of its own.
_NUMBER_MAX_LENGTH = 100
# The whole schema is thousands of fields, resolved without a pause. (How deep it is asked for, validation bounds.)
_INTROSPECTIONS_MAX = 2


class _Oddities(Visitor):
    has_long_numbers = False
    introspections = 0

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        self.has_long_numbers |= len(node.value) > _NUMBER_MAX_LENGTH

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.introspections += node.name.value in ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of a selection set with its fragments: how deep it goes, and how many aliases and own fields it has."""

    depth: int = 0
    aliases: int = 0
    roots: int = 0


class _Cycle(Exception):
    """A fragment spreads itself."""


class _Measure:
    """Measures each fragment once, however often it is spread: numbers can grow exponentially, work cannot."""

    def __init__(self, document: DocumentNode) -> None:
        self._document = document
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._measured: dict[str, _Shape | None] = {}

    def document(self) -> _Shape:
        operations = [each for each in self._document.definitions if isinstance(each, OperationDefinitionNode)]
        shapes = [self._selections(each.selection_set) for each in operations] or [_Shape()]
        return _Shape(*(max(values) for values in zip(*((s.depth, s.aliases, s.roots) for s in shapes), strict=True)))

    def _selections(self, selections: SelectionSetNode) -> _Shape:
        depth = aliases = roots = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                below = self._selections(node.selection_set) if node.selection_set else _Shape()
                shape = _Shape(1 + below.depth, below.aliases + (node.alias is not None), 1)
            elif isinstance(node, InlineFragmentNode):
                shape = self._selections(node.selection_set)
            else:
                assert isinstance(node, FragmentSpreadNode)
                shape = self._fragment(node.name.value)
            depth, aliases, roots = max(depth, shape.depth), aliases + shape.aliases, roots + shape.roots
        return _Shape(depth, aliases, roots)

    def _fragment(self, name: str) -> _Shape:
        if name not in self._fragments:
            return _Shape()
        if name in self._measured:
            shape = self._measured[name]
            if shape is None:
                raise _Cycle
            return shape
        self._measured[name] = None  # under way
        shape = self._measured[name] = self._selections(self._fragments[name].selection_set)
        return shape


def _overlaps(document: DocumentNode) -> int:
    """About how many pairs of fields validation will compare: those under one name at one place.

    The roots of all operations and fragments are taken for one place, since any two fragments may meet.
    """
    counted: Counter[_Path] = Counter()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            counted.update(_paths(definition.selection_set, ()))
    return sum(count * (count - 1) // 2 for count in counted.values())


def _paths(selections: SelectionSetNode, above: _Path) -> Iterator[_Path]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            path = (*above, (node.alias or node.name).value)
            yield path
            if node.selection_set:
                yield from _paths(node.selection_set, path)
        elif isinstance(node, InlineFragmentNode):
            yield from _paths(node.selection_set, above)


# How long a list is by default, and at most. Every field that takes `first` is here (a test compares).
PAGED_FIELDS = {
    "rooms": (settings.PAGE_SIZE, settings.PAGE_MAX_SIZE),
    "members": (settings.PAGE_SIZE, settings.PAGE_MAX_SIZE),
    "online": (settings.PAGE_SIZE, settings.PAGE_MAX_SIZE),
    "joined": (settings.ROSTER_NAMES_MAX, settings.ROSTER_NAMES_MAX),
    "left": (settings.ROSTER_NAMES_MAX, settings.ROSTER_NAMES_MAX),
    "bans": (settings.PAGE_SIZE, settings.PAGE_MAX_SIZE),
    "invitations": (max(settings.INVITATIONS_PER_ROOM, settings.INVITATIONS_SHOWN),) * 2,
    "messages": (settings.PAGE_SIZE, settings.PAGE_MAX_SIZE),
    "events": (settings.EVENT_PAGE_SIZE, settings.EVENT_PAGE_MAX_SIZE),
    "mentions": (settings.MENTIONS_PER_MESSAGE, settings.MENTIONS_PER_MESSAGE),
    "attachments": (settings.ATTACHMENTS_PER_MESSAGE, settings.ATTACHMENTS_PER_MESSAGE),
    "mentionedIn": (settings.PAGE_SIZE, settings.PAGE_MAX_SIZE),
    "reactions": (settings.EMOJI_PER_MESSAGE, settings.EMOJI_PER_MESSAGE),
    "users": (settings.REACTING_USERS, settings.PAGE_MAX_SIZE),
    "blocked": (settings.BLOCKED_PER_USER, settings.BLOCKED_PER_USER),
    "tokens": (settings.TOKENS_PER_USER, settings.TOKENS_PER_USER),
}


def too_costly(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> GraphQLError | None:
    """Why an operation is refused before it is run, if it is: fields times the lengths of the lists around them.

    A field that has a resolver of its own counts as several. Without `variables`, why it may be refused with some.
    """
    given = None if variables is None else _given(operation, variables)
    fields = _Cost(schema, document, given).of(operation.selection_set)
    if fields <= settings.DOCUMENT_MAX_COST:
        return None
    return GraphQLError(
        f"The operation costs {fields}, of at most {settings.DOCUMENT_MAX_COST}: ask for shorter pages or fewer fields."
    )


def _given(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables with the defaults of those that were left out."""
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return {**defaults, **variables}


# Of a variable, where all are unknown.
_ANY = object()
# A coroutine and a turn of the loop, beside reading an attribute.
_RESOLVER_COST = 5


@cache
def _resolved(schema: GraphQLSchema) -> frozenset[str]:
    """The names of fields that have a resolver of their own, on whichever type but the roots: those are few."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return frozenset(
        name
        for each in schema.type_map.values()
        if isinstance(each, GraphQLObjectType) and each not in roots
        for name, field in each.fields.items()
        if getattr(field.extensions.get("strawberry-definition"), "base_resolver", None)
    )


class _Cost:
    """Of a document that has been validated: no fragment spreads itself."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None) -> None:
        self._schema = schema
        self._resolved = _resolved(schema)
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._variables = variables
        self._measured: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        """Whatever is there has one type: of what is asked of one type or another, the dearest counts."""
        of_any, of_one = 0, Counter[str]()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                below = self.of(node.selection_set) if node.selection_set else 0
                of_any += self._own(node) + self._length(node) * below
                continue
            condition, cost = self._fragment(node)
            if condition is not None and isinstance(self._schema.get_type(condition), GraphQLObjectType):
                of_one[condition] += cost
            else:
                of_any += cost
        return of_any + max(of_one.values(), default=0)

    def _fragment(self, node: SelectionNode) -> tuple[str | None, int]:
        """The type that it asks for, if any, and what it costs."""
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else None
            return condition, self.of(node.selection_set)
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        if name not in self._measured:
            self._measured[name] = self.of(self._fragments[name].selection_set)
        return self._fragments[name].type_condition.name.value, self._measured[name]

    def _own(self, field: FieldNode) -> int:
        """What is looked up costs more than what is there, and a search looks at more than it shows."""
        if any(each.name.value == "matching" for each in field.arguments or ()):
            return settings.DOCUMENT_SEARCH_COST
        return _RESOLVER_COST if field.name.value in self._resolved else 1

    def _length(self, field: FieldNode) -> int:
        """How many entries a field can have; 1 if it is no list."""
        arguments = {
            each.name.value: self._value(each.value)
            for each in field.arguments or ()
            if each.name.value in ("first", "last", "ids")
        }
        ids = arguments.get("ids")
        if ids is _ANY:
            return settings.DOCUMENT_MAX_COST
        if isinstance(ids, list):
            return len(ids)
        if field.name.value not in PAGED_FIELDS:
            return 1
        default, longest = PAGED_FIELDS[field.name.value]
        if _ANY in arguments.values():
            return max(default, longest)
        asked = [size for name in ("first", "last") if isinstance(size := arguments.get(name), int)]
        # What is out of bounds is refused where it is read.
        return min(longest, max(asked)) if asked and max(asked) >= 0 else default

    def _value(self, value: ValueNode) -> Any:
        if isinstance(value, VariableNode):
            return _ANY if self._variables is None else self._variables.get(value.name.value)
        if isinstance(value, IntValueNode):
            return int(value.value)
        return value.values if isinstance(value, ListValueNode) else None
