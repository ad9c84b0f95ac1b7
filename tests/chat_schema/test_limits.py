"""What a document may cost is bounded before it is validated or run, in time linear in its size."""

from typing import Any

import pytest
from django.conf import settings
from graphql import GraphQLError, GraphQLObjectType, get_introspection_query, parse

from chat_schema import documents, limits
from chat_schema.context import Context
from chat_schema.schema import schema
from tests.chat_schema.test_events import PAGE

CORE = schema._schema


def _refusal(text: str) -> str:
    errors = documents.check(CORE, text).errors
    return errors[0].message if errors else ""


def _cost_refusal(text: str, **variables: Any) -> str:
    document = parse(text)
    operation = documents.operation(document, None)
    error = limits.too_costly(CORE, document, operation, variables)
    assert error is None or limits.too_costly(CORE, document, operation, None), "with some variables, if with these"
    return error.message if error else ""


def test_what_graphiql_asks_for_is_allowed() -> None:
    assert not _refusal(get_introspection_query(input_value_deprecation=True))


def test_a_document_that_is_nested_too_deeply_is_refused() -> None:
    def nested(levels: int) -> str:
        return "{ viewer { rooms {" + " nodes { viewer {" * levels + " x" + "} }" * levels + "} } }"

    assert "nested deeper" not in _refusal(nested(8))
    assert "nested deeper than 20 levels" in _refusal(nested(9))


def test_a_document_with_too_many_aliases_is_refused_also_when_a_fragment_repeats_them() -> None:
    aliases = " ".join(f"a{number}: id" for number in range(20))
    fragment = f"fragment F on User {{ {aliases} }}"
    assert not _refusal(f"{{ viewer {{ user {{ ...F }} }} }} {fragment}")
    users = " ".join(f"u{number}: user {{ ...F }}" for number in range(5))
    assert "more than 100 aliases" in _refusal(f"{{ viewer {{ {users} }} }} {fragment}")


def test_a_document_with_too_many_root_fields_is_refused() -> None:
    roots = " ".join(f"r{number}: viewer {{ id }}" for number in range(21))
    assert "more than 20 root fields" in _refusal(f"{{ {roots} }}")


def test_a_fragment_that_spreads_itself_is_left_to_validation_which_names_it() -> None:
    assert "itself" in _refusal("{ viewer { ...F } } fragment F on Viewer { ...F }")


@pytest.mark.parametrize(
    "text",
    [
        "{" + "viewer{id}" * 248 + "}",
        "{viewer{" + "id " * 990 + "}}",
        "{viewer{" + "user{id}" * 240 + "}}",
        "{node(id:1){" + "...on Room{id}...on Message{id}...on User{id}" * 55 + "}}",
        "{" + "__typename " * 990 + "}",
        "{...F0}"
        + "".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}} " for n in range(60))
        + "fragment F60 on Query{viewer{id}}",
        "{viewer{"
        + "".join(f"...F{n} " for n in range(80))
        + "}}"
        + "".join(f"fragment F{n} on Viewer{{user{{id}}}} " for n in range(80)),
    ],
    ids=["equal roots", "equal leaves", "equal inside", "types of an interface", "typenames", "doubling", "fragments"],
)
def test_a_document_that_would_keep_validation_busy_never_reaches_it(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise AssertionError("validated")

    monkeypatch.setattr(documents, "validate_document", busy)
    assert _refusal(text)


def test_nested_pages_multiply_and_their_product_is_bounded() -> None:
    text = "query ($n: Int) { rooms(first: $n) { nodes { members(first: 100) { nodes { user { id } } } } } }"
    assert not _cost_refusal(text, n=10)
    assert "ask for shorter pages" in _cost_refusal(text, n=100)


def test_a_page_without_a_size_counts_as_the_default_one() -> None:
    text = "{ rooms { nodes { members { nodes { user { id username displayName avatarUrl } } } } } }"
    assert "ask for shorter pages" in _cost_refusal(text)
    assert not _cost_refusal(text.replace("rooms", "rooms(first: 5)"))


def test_many_ids_multiply_what_is_asked_of_each() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Room { members(first: 100) { nodes { id } } } } }"
    assert not _cost_refusal(text, ids=["x"])
    assert "ask for shorter pages" in _cost_refusal(text, ids=["x"] * 100)


def test_what_is_cheap_with_some_variables_is_measured_again_with_others() -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Room { members(first: 100) { nodes { id } } } } }"
    document = documents.check(CORE, text).document
    assert document is not None
    for _ in range(2):
        documents.runnable(CORE, document, None, {"ids": ["x"]})
        with pytest.raises(GraphQLError, match="ask for shorter pages"):
            documents.runnable(CORE, document, None, {"ids": ["x"] * 100})


def test_what_is_cheap_with_any_variables_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = documents.check(CORE, "query ($n: Int) { rooms(first: $n) { nodes { id } } } # once").document
    assert document is not None
    documents.runnable(CORE, document, None, {"n": 1})
    monkeypatch.setattr(limits, "too_costly", None)
    documents.runnable(CORE, document, None, {"n": 100})


def test_a_search_counts_for_many_fields() -> None:
    text = "query ($id: ID!) { room(by: { id: $id }) { %s } }"
    searches = [f'a{n}: messages(matching: "tea", first: 1) {{ nodes {{ id }} }}' for n in range(20)]
    assert not _cost_refusal(text % " ".join(searches[:15]), id="x")
    assert "ask for shorter pages" in _cost_refusal(text % " ".join(searches), id="x")


def test_of_what_is_asked_of_one_type_or_another_the_dearest_counts() -> None:
    user = "user { id username displayName deletedAt }"
    one = f"... on MemberJoined {{ member {{ {user} }} }}"
    text = "query ($one: ID!) { room(by: { id: $one }) { events(first: 200) { frames { event { %s } } } } }"
    cost = limits._Cost(CORE, parse(text % one), {}).of
    operation = documents.operation(parse(text % one), None)
    alone = cost(operation.selection_set)
    both = f"{one} ... on MemberLeft {{ member {{ {user} id }} }}"
    assert cost(documents.operation(parse(text % both), None).selection_set) == alone + 200
    assert cost(documents.operation(parse(text % f"{one} {one}"), None).selection_set) == alone + 6 * 200
    either = "query { node(id: 1) { ... on Node { id } ... on Room { id } ... on User { id } ... { id } } }"
    assert cost(documents.operation(parse(either), None).selection_set) == 4


def test_the_longest_page_of_events_can_be_asked_for_with_everything_in_it() -> None:
    text = PAGE.replace("$first: Int!", "$first: Int = 1").replace(
        "first: $first", f"first: {settings.EVENT_PAGE_MAX_SIZE}"
    )
    assert not _cost_refusal(text)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("query ($n: Int = 100) { rooms(first: $n) { nodes { members(first: $n) { nodes { id } } } } }", {"n": 100}),
        (
            "query ($ids: [ID!]! = [%s]) { nodes(ids: $ids) { ... on Room { members(first: 100) { nodes { id } } } } }"
            % ("1 " * 100),
            {"ids": ["1"] * 100},
        ),
    ],
)
def test_a_variable_that_is_left_out_counts_as_its_default(text: str, given: dict[str, Any]) -> None:
    assert _cost_refusal(text) == _cost_refusal(text, **given) != ""


@pytest.mark.parametrize(
    "text", ["{ node(id: %s) { id } }", "{ rooms(first: %s) { nodes { id } } }", "{ x(a: [-%s]) }"]
)
def test_a_number_that_python_would_not_read_is_refused_in_our_words(text: str) -> None:
    assert "A number has more than 100 characters" in _refusal(text % ("9" * 5000))


def test_the_schema_is_asked_for_at_most_twice() -> None:
    asked = " ".join(f"a{number}: __schema {{ types {{ fields {{ name args {{ name }} }} }} }}" for number in range(2))
    assert not _refusal(f"{{ {asked} }}")
    assert "more than 2 times" in _refusal(f'{{ {asked} b: __type(name: "Room") {{ name }} }}')


def test_a_field_that_has_to_be_resolved_costs_more_than_one_that_is_there() -> None:
    text = "query ($room: ID!) { room(by: { id: $room }) { messages(last: 100) { nodes { %s } } } }"
    many = " ".join(f"a{number}: viewer {{ canEdit }}" for number in range(39))
    assert "ask for shorter pages" in _cost_refusal(text % many)
    assert not _cost_refusal(text % many.replace("viewer { canEdit }", "body"))


def test_what_a_client_shows_of_a_room_can_be_asked_for_at_once() -> None:
    message = """
    id body version sentAt editedAt deletedAt author { id username displayName }
    replyTo { id body author { displayName } } mentions { id username }
    reactions { emoji count users { id displayName } } viewer { canEdit canDelete reactions }
    attachments { id name url mediaType bytes width height }
    """
    text = "query ($at: String!) { room(by: { address: $at }) { id title cursor messages { nodes { %s } } } }"
    assert not _cost_refusal(text % message)


def test_every_field_with_pages_is_known_to_the_cost() -> None:
    paged = {
        name
        for each in CORE.type_map.values()
        if isinstance(each, GraphQLObjectType)
        for name, field in each.fields.items()
        if "first" in field.args
    }
    assert paged <= limits.PAGED_FIELDS.keys()


async def test_an_operation_that_costs_too_much_is_not_run() -> None:
    result = await schema.execute(
        "{ rooms { nodes { members { nodes { user { id username displayName avatarUrl } } } } } }",
        context_value=Context(reader=None, origin=""),
    )
    assert result.errors
    assert "ask for shorter pages" in result.errors[0].message
