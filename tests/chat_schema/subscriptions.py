"""Documents of the room event subscription, made up from the schema: any selection that a client could write.

Aliases, fragments of each kind, `@include` and `@skip` with variables, arguments, `viewer` fields anywhere, and
every way to say where to start.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st
from strawberry.relay.utils import to_base64

from chat_schema.schema import schema

SCHEMA: GraphQLSchema = schema._schema
DEPTH = 6
FIELDS = 25
# Stands in a document for a cursor that is written into it.
_LITERAL = "<start>"
_AFTER_LITERAL = f", after: {_LITERAL}"

# Lists are asked for page by page, and no longer than this: nested, they are long enough.
_PAGES = ("first: 0", "first: 1", "first: $few", f'first: 1, after: "{to_base64("page", 1)}"')

Start = Literal["variable", "literal", "nowhere"]


@dataclass(frozen=True)
class Subscribing:
    """A document without its start, and what it is asked with."""

    text: str
    start: Start
    touches_viewer: bool
    # The start stands where it can be told from the rest: at the operation's own root, and nowhere else.
    start_is_lifted: bool
    # The values of `$yes` and `$no`.
    flags: tuple[bool, bool] = (True, True)

    def document(self, cursor: str) -> str:
        return self.text.replace(_LITERAL, json.dumps(cursor))

    def variables(self, cursor: str) -> dict[str, Any]:
        given = {"yes": self.flags[0], "no": self.flags[1], "few": 2}
        used = {name: value for name, value in given.items() if f"${name}" in self.text}
        return {**used, "after": cursor} if "$after: Cursor" in self.text else used

    def from_now(self) -> "Subscribing":
        """The same without a start, where that is written into it."""
        if self.start != "literal":
            return self
        return replace(self, text=self.text.replace(_AFTER_LITERAL, ""), start="nowhere")

    def key(self, cursor: str, person: int) -> tuple[object, ...]:
        """Equal for those who may share an execution, by what is promised and not by how it is done."""
        variables = self.variables(cursor)
        text = self.document(cursor)
        if self.start_is_lifted:
            variables.pop("after", None)
            text = self.text.replace(_AFTER_LITERAL, "")
        return text, json.dumps(variables, sort_keys=True), person if self.touches_viewer else None


class _Writer:
    """Writes one document, drawing every choice."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._fragments: list[str] = []
        # A document is at most so long.
        self._left = FIELDS
        self._names = 0
        self.start: Start = draw(st.sampled_from(("variable", "literal", "nowhere")))
        # What moderators alone see no audience may see: of several refusals the quickest would be told.
        moderators = {"bans", "invitations"}
        self._not_asked = moderators if draw(st.booleans()) else {*moderators, "viewer"}
        self._start_elsewhere = self.start == "variable" and draw(st.sampled_from((False, False, True)))
        self.touches_viewer = False
        self.uses_start_elsewhere = False

    def write(self) -> tuple[str, bool]:
        """The document, and whether the field with the start is at the operation's own root."""
        after = {"variable": ", after: $after", "literal": _AFTER_LITERAL, "nowhere": ""}[self.start]
        frame = self._selection(SCHEMA.type_map["RoomFrame"], DEPTH)
        alias = self._chance("here: ", 4)
        root = f"{alias}roomEvents(room: $room{after}) {frame}"
        how = self._draw(st.sampled_from(("plain", "plain", "plain", "inline", "named")))
        if how == "inline":
            root = f"... on Subscription {{ {root} }}"
        elif how == "named":
            root = self._fragment("Subscription", f"{{ {root} }}")
        text = " ".join([root, *self._fragments])
        types = {"yes": "Boolean!", "no": "Boolean! = true", "few": "Int", "after": "Cursor"}
        used = ["$room: ID!", *(f"${name}: {type_}" for name, type_ in types.items() if f"${name}" in text)]
        fragments = " ".join(self._fragments)
        return f"subscription Any({', '.join(used)}) {{ {root} }} {fragments}".strip(), how == "plain"

    def _selection(self, type_: object, depth: int) -> str:
        if isinstance(type_, GraphQLObjectType):
            return f"{{ {' '.join(['__typename', *self._some(type_, depth)])} }}"
        assert isinstance(type_, GraphQLUnionType | GraphQLInterfaceType)
        members = SCHEMA.get_possible_types(type_)
        common = [] if isinstance(type_, GraphQLUnionType) else self._some_of(type_.fields, depth)
        chosen = self._draw(st.lists(st.sampled_from(members), unique=True, min_size=1, max_size=5))
        parts = [self._on(each.name, f"{{ {' '.join(self._some(each, depth)) or '__typename'} }}") for each in chosen]
        return f"{{ {' '.join(['__typename', *common, *parts])} }}"

    def _some(self, type_: GraphQLObjectType, depth: int) -> list[str]:
        return self._some_of(type_.fields, depth)

    def _some_of(self, fields: Mapping[str, GraphQLField], depth: int) -> list[str]:
        possible = [
            name
            for name, field in fields.items()
            if (is_leaf_type(get_named_type(field.type)) or depth > 1) and name not in self._not_asked
        ]
        if not possible or self._left <= 0:
            return []
        chosen = self._draw(st.lists(st.sampled_from(possible), max_size=3))
        self._left -= len(chosen)
        # What says most about an event and its reader is what has something below it.
        if depth > 2 and (nested := [name for name in possible if not is_leaf_type(get_named_type(fields[name].type))]):
            chosen.append(self._draw(st.sampled_from(nested)))
        # What has to be kept apart is asked for often.
        often = {"message", "room", "viewer", *(["events"] if self._start_elsewhere else [])}
        chosen += [name for name in possible if name in often - {*chosen} and self._draw(st.booleans())]
        return [self._field(name, fields[name], depth - 1) for name in chosen]

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        self.touches_viewer |= name == "viewer"
        named = get_named_type(field.type)
        below = "" if is_leaf_type(named) else f" {self._selection(named, depth)}"
        arguments = self._arguments(field)
        # Under a name of its own it is in nobody's way.
        self._names += 1
        text = f"f{self._names}: {name}{arguments}{self._condition()}{below}"
        wrapped = self._draw(st.sampled_from(("", "", "", "", "untyped")))
        return f"...{self._condition()} {{ {text} }}" if wrapped else text

    def _arguments(self, field: GraphQLField) -> str:
        if "first" not in field.args:
            return ""
        if "after" not in field.args:
            return "(first: 1)"
        if str(field.args["after"].type) != "Cursor":
            return f"({self._draw(st.sampled_from(_PAGES))})"
        if self._start_elsewhere:
            self.uses_start_elsewhere = True
            return "(first: 2, after: $after)"
        return "(first: 2)"

    def _on(self, type_name: str, selection: str) -> str:
        if self._draw(st.booleans()):
            return f"... on {type_name}{self._condition()} {selection}"
        return self._fragment(type_name, selection)

    def _fragment(self, type_name: str, selection: str) -> str:
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {type_name} {selection}")
        return f"...{name}"

    def _condition(self) -> str:
        return self._draw(st.sampled_from(("", "", "", "", "", " @include(if: $yes)", " @skip(if: $no)")))

    def _chance(self, text: str, one_in: int) -> str:
        return self._draw(st.sampled_from((text, *[""] * (one_in - 1))))


@st.composite
def subscribings(draw: st.DrawFn) -> Subscribing:
    writer = _Writer(draw)
    text, at_root = writer.write()
    return Subscribing(
        text=text,
        start=writer.start,
        touches_viewer=writer.touches_viewer,
        start_is_lifted=at_root and not writer.uses_start_elsewhere,
    )
