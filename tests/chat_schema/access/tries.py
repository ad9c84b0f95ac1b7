"""Every attempt that the schema gives cause for, made from the schema itself and from what each field needs."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from graphql.type import is_introspection_type

from chat_schema.schema import schema
from tests.chat_schema.access.attempts import Attempt, Login
from tests.chat_schema.access.needs import FIELDS, MUTATIONS, NODES, REACHED, WRITTEN, Try
from tests.chat_schema.access.scene import Ids

SCHEMA: GraphQLSchema = schema._schema
OBJECTS = {
    name: each
    for name, each in SCHEMA.type_map.items()
    if isinstance(each, GraphQLObjectType) and not is_introspection_type(each)
}
_VARIABLE = re.compile(r"\$(\w+)")


def interface(name: str) -> set[str]:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLInterfaceType)
    return {each.name for each in SCHEMA.get_possible_types(found)}


def root(operation: str) -> dict[str, GraphQLField]:
    fields: dict[str, GraphQLField] = OBJECTS[operation].fields
    return fields


def results() -> dict[str, GraphQLObjectType]:
    """What each mutation answers with when it is allowed."""
    found = {}
    for name, field in root("Mutation").items():
        union = get_named_type(field.type)
        assert isinstance(union, GraphQLUnionType)
        [found[name]] = [each for each in union.types if each.name not in interface("Problem")]
    return found


def guarded() -> dict[str, GraphQLField]:
    """Every field whose need has to be declared, by its coordinate."""
    return {
        f"{type_name}.{name}": field
        for type_name in ("Query", "Subscription", *sorted(interface("Node")))
        for name, field in OBJECTS[type_name].fields.items()
    }


def attempts() -> Iterator[Attempt]:
    for coordinate in FIELDS.keys() & guarded().keys():
        yield from _fields(coordinate, guarded()[coordinate])
    for type_name in NODES.keys() & interface("Node"):
        yield from _nodes(type_name)
    for mutation in MUTATIONS.keys() & root("Mutation").keys():
        for each in MUTATIONS[mutation]:
            yield _mutation(mutation, each)


def _fields(coordinate: str, field: GraphQLField) -> Iterator[Attempt]:
    type_name, name = coordinate.split(".")
    below = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    for written in WRITTEN.get(coordinate, (name,)):
        if type_name in REACHED:
            way, path = REACHED[type_name]
            # Of what the viewer has not, the field itself is null.
            ends = (name,) if name == "viewer" else ()
            yield _attempt(f"{type_name}.{written}", coordinate, way % (written + below), (*path, *ends))
        else:
            path = (name, 0) if name == "nodes" else (name,)
            operation = "subscription" if type_name == "Subscription" else "query"
            yield _attempt(written, coordinate, written + below, path, operation)


def _attempt(
    name: str, coordinate: str, selection: str, path: tuple[str | int, ...], operation: str = "query"
) -> Attempt:
    used = sorted(set(_VARIABLE.findall(selection)))
    declared = ", ".join(f"${each}: {'String' if each in ('address', 'username') else 'ID'}!" for each in used)
    document = f"{operation} {f'({declared})' if used else ''} {{ {selection} }}"
    return Attempt(name, FIELDS[coordinate], document, lambda ids: {each: ids[each] for each in used}, path)


def _nodes(type_name: str) -> Iterator[Attempt]:
    one, many = "query ($id: ID!) { node(id: $id) { id } }", "query ($id: ID!) { nodes(ids: [$id]) { id } }"
    for which, need in NODES[type_name].items():

        def variables(ids: Ids, which: str = which) -> dict[str, str]:
            return {"id": ids[which]}

        yield Attempt(f"node of {which}", need, one, variables, ("node",))
        yield Attempt(f"nodes of {which}", need, many, variables, ("nodes", 0))


def _mutation(name: str, tried: Try) -> Attempt:
    selection = "{ __typename ... on Problem { code detail } }"
    if (make := tried.input) is None:
        document = f"mutation {{ {name} {selection} }}"
    else:
        type_name = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation ($input: {type_name}!) {{ {name}(input: $input) {selection} }}"
    return Attempt(
        name=f"{name} {tried.as_}".strip(),
        need=tried.need,
        document=document,
        variables=lambda ids: {"input": make(ids)} if make else {},
        path=(name,),
        changes=tried.is_last or not isinstance(tried.need.actions, Login),
        makes=tried.makes,
        lacks=tried.lacks,
    )
