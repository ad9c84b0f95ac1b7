"""The contract as a whole: what is committed is what the code says, and code generators can read it."""

import keyword
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_specified_directive,
    is_specified_scalar_type,
    parse,
    validate,
)
from graphql.type import is_introspection_type
from pytest_django import Settings

from backend import errors
from chat_schema.schema import schema

SCHEMA: GraphQLSchema = schema._schema
OWN = {name: each for name, each in SCHEMA.type_map.items() if not is_introspection_type(each)}
ABSTRACT = [each for each in OWN.values() if isinstance(each, GraphQLUnionType | GraphQLInterfaceType)]
OBJECTS = [each for each in OWN.values() if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]


def members(abstract: GraphQLUnionType | GraphQLInterfaceType) -> tuple[GraphQLObjectType, ...]:
    return tuple(SCHEMA.get_possible_types(abstract))


def selectable(object_type: GraphQLObjectType) -> dict[str, GraphQLField]:
    """Fields that can be selected without knowing anything: those whose arguments may be left out."""
    return {
        name: field
        for name, field in object_type.fields.items()
        if not any(map(is_required_argument, field.args.values()))
    }


def everything(type_: GraphQLOutputType, depth: int) -> str:
    """A selection of every field of a type, `depth` levels deep. At the end a `__typename` stands for all the rest."""
    named = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    if depth == 0:
        return "{ __typename }"
    if isinstance(named, GraphQLObjectType):
        return f"{{ {fields(named, depth)} }}"
    assert isinstance(named, GraphQLUnionType | GraphQLInterfaceType)
    return f"{{ __typename {' '.join(f'... on {each.name} {{ {fields(each, depth)} }}' for each in members(named))} }}"


def fields(object_type: GraphQLObjectType, depth: int) -> str:
    return " ".join(f"{name} {everything(each.type, depth - 1)}" for name, each in selectable(object_type).items())


# --- The file -------------------------------------------------------------------------------------------------


def test_the_committed_schema_is_what_the_code_says() -> None:
    call_command("write_schema", check=True)


def test_a_schema_that_has_drifted_fails_the_check_and_is_left_alone(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path_factory.mktemp("schema")
    file = settings.BASE_DIR / "schema.graphql"
    with pytest.raises(CommandError, match="make schema"):
        call_command("write_schema", check=True)
    assert not file.exists()
    call_command("write_schema")
    call_command("write_schema", check=True)
    file.write_text(file.read_text() + "\n")
    with pytest.raises(CommandError, match="make schema"):
        call_command("write_schema", check=True)


def test_the_printed_schema_can_be_built_again() -> None:
    assert build_schema(schema.as_str()).type_map.keys() == SCHEMA.type_map.keys()


# --- Unions and interfaces ------------------------------------------------------------------------------------


@pytest.mark.parametrize("abstract", ABSTRACT, ids=str)
def test_one_document_may_select_every_field_of_every_member(
    abstract: GraphQLUnionType | GraphQLInterfaceType,
) -> None:
    """In a probe of its own type: two members with one field of different types would not validate."""
    probe = GraphQLObjectType("Probe", {"probe": GraphQLField(abstract)})
    probed = GraphQLSchema(probe, types=list(OWN.values()))
    assert members(abstract)
    document = parse(f"{{ probe {everything(abstract, 3)} }}")
    assert validate(probed, document) == []


@pytest.mark.parametrize("abstract", ABSTRACT, ids=str)
def test_a_field_has_one_type_and_nullability_in_all_members(
    abstract: GraphQLUnionType | GraphQLInterfaceType,
) -> None:
    """Objects may be of different types, for what is selected of them is told apart by the member."""
    types: defaultdict[str, set[str]] = defaultdict(set)
    for member in members(abstract):
        for name, field in member.fields.items():
            named = get_named_type(field.type)
            types[name].add(str(field.type) if is_leaf_type(named) else str(field.type).replace(named.name, "object"))
    assert {name: found for name, found in types.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    "mutation", SCHEMA.mutation_type.fields.items() if SCHEMA.mutation_type else (), ids=lambda m: m[0]
)
def test_a_mutation_answers_with_a_result_or_a_problem(mutation: tuple[str, GraphQLField]) -> None:
    """Its input is one object, its answer a union of one result and of problems; each input's id has its problems."""
    name, field = mutation
    result = get_named_type(field.type)
    assert isinstance(result, GraphQLUnionType)
    assert result.name == f"{name[0].upper()}{name[1:]}Result"
    problems = {each.name for each in result.types if SCHEMA.is_sub_type(OWN["Problem"], each)}  # type: ignore[arg-type]
    assert len(result.types) - len(problems) == 1
    assert field.args.keys() <= {"input"}
    if "input" in field.args:
        input_type = get_named_type(field.args["input"].type)
        assert isinstance(input_type, GraphQLInputObjectType)
        ids = {each for each, given in input_type.fields.items() if str(given.type).startswith("ID") and each != "key"}
        if ids:
            needed = ("NotFound", "Forbidden", "Unauthenticated", "RateLimited", "Invalid")
            assert {f"{each}Problem" for each in needed} <= problems


def test_every_domain_error_has_a_problem_with_its_code() -> None:
    codes = {each.code for each in errors.DomainError.__subclasses__()}
    assert isinstance(OWN["ProblemCode"], GraphQLEnumType)
    assert OWN["ProblemCode"].values.keys() == codes
    names = {"".join(word.capitalize() for word in code.split("_")) + "Problem" for code in codes}
    problem = OWN["Problem"]
    assert isinstance(problem, GraphQLInterfaceType)
    assert {each.name for each in members(problem)} == names


# --- Descriptions, names, defaults ----------------------------------------------------------------------------


def described() -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that can be described, by its coordinate."""
    for name, each in OWN.items():
        if is_specified_scalar_type(each):
            continue
        yield name, each.description
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in each.fields.items():
                yield f"{name}.{field_name}", field.description
                yield from (
                    (f"{name}.{field_name}({argument}:)", given.description) for argument, given in field.args.items()
                )
        elif isinstance(each, GraphQLInputObjectType):
            yield from ((f"{name}.{field_name}", given.description) for field_name, given in each.fields.items())
        elif isinstance(each, GraphQLEnumType):
            yield from ((f"{name}.{value_name}", value.description) for value_name, value in each.values.items())


def test_everything_is_described() -> None:
    assert [coordinate for coordinate, description in described() if not (description or "").strip()] == []


def test_every_custom_scalar_says_where_it_is_specified_or_documented() -> None:
    for each in OWN.values():
        if isinstance(each, GraphQLScalarType) and not is_specified_scalar_type(each):
            assert each.specified_by_url or "docs/" in (each.description or ""), each.name


def test_no_default_is_null() -> None:
    """Generated clients would send it, and say null where the user said nothing."""
    given = [
        (f"{each.name}.{name}({argument}:)", arg.default_value)
        for each in OBJECTS
        for name, field in each.fields.items()
        for argument, arg in field.args.items()
    ] + [
        (f"{each.name}.{name}", field.default_value)
        for each in OWN.values()
        if isinstance(each, GraphQLInputObjectType)
        for name, field in each.fields.items()
    ]
    assert [coordinate for coordinate, default in given if default is None] == []
    assert any(default is not Undefined for _, default in given)
    assert "= null" not in schema.as_str()


def test_no_name_is_a_keyword_of_a_generated_client_or_differs_by_case_alone() -> None:
    reserved = {*keyword.kwlist, *keyword.softkwlist, "self", "data", "error", "default", "function", "new"}
    for each in OBJECTS:
        names = list(each.fields)
        assert not reserved & {name.lower() for name in names}, each.name
        assert len({name.lower() for name in names}) == len(names)
    assert len({name.lower() for name in OWN}) == len(OWN)


def test_only_specified_directives_are_declared() -> None:
    """No draft ones, and no `@defer`, which the socket's protocol cannot carry."""
    assert [each.name for each in SCHEMA.directives if not is_specified_directive(each)] == []
    assert "defer" not in {each.name for each in SCHEMA.directives}


def test_what_is_the_viewers_own_stands_under_viewer_alone() -> None:
    """The proof that a shared execution needs: whatever depends on who asks is behind a field of this name."""
    for each in OBJECTS:
        for name, field in each.fields.items():
            if get_named_type(field.type).name.endswith("Viewer"):
                assert name == "viewer", f"{each.name}.{name}"
