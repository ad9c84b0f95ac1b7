"""Documents: checked once for each text, bounded, and never the reason for an exception that nobody masks."""

import gc
import weakref

import pytest
from django.conf import settings
from django.http import HttpRequest
from graphql import GraphQLError, parse
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult

from chat_schema import documents
from chat_schema.context import Context
from chat_schema.schema import schema
from tests.chat_schema.inside import code

SCHEMA = schema._schema
TWO = "query A { a: viewer { id } } query B { b: viewer { id } }"


async def run(document: str, *, name: str | None = None, context: Context | None = None) -> ExecutionResult:
    context = context or Context(reader=None, origin="")
    return await schema.execute(document, context_value=context, operation_name=name)


def test_a_document_is_parsed_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counted(text: str, **options: int) -> object:
        parsed.append(text)
        return parse(text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(documents, "parse", counted)
    text = "# once\n{ viewer { id } }"
    first, second = documents.check(SCHEMA, text), documents.check(SCHEMA, text)
    assert first is second
    assert parsed == [text]


def test_no_more_documents_are_kept_than_the_limit_says() -> None:
    for number in range(settings.DOCUMENT_CACHE_SIZE + 10):
        documents.check(SCHEMA, f"{{ viewer {{ id }} }} # {number}")
    assert documents._remembered.cache_info().currsize == settings.DOCUMENT_CACHE_SIZE


def test_a_long_document_is_checked_but_not_remembered() -> None:
    """As many as are remembered must not fill the memory."""
    before = documents._remembered.cache_info()
    text = "{ viewer { id } }".ljust(settings.DOCUMENT_CACHED_LENGTH + 1)
    assert documents.check(SCHEMA, text).document
    assert documents.check(SCHEMA, text + "}").errors
    assert documents._remembered.cache_info() == before
    documents.check(SCHEMA, text[:-1])
    assert documents._remembered.cache_info() != before


def test_a_document_with_more_tokens_than_the_limit_says_is_refused_unparsed() -> None:
    longest = "{" + " ".join(["id"] * (settings.DOCUMENT_MAX_TOKENS - 2)) + "}"
    too_long = longest.replace("}", " id}")
    assert "tokens" not in str(documents.check(SCHEMA, longest).errors)
    [error] = documents.check(SCHEMA, too_long).errors
    assert "tokens" in error.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{ viewer { id } ",
        "salam",
        "{ nothing }",
        "{" * 500,
        "{a" * 300 + "}" * 300,
        "{ node(id: " + "[" * 400 + "]" * 400 + ") { id } }",
        '{ room(by: { address: "\\ud800" }) { id } }',
        '{ room(by: { address: "\\u{110000}" }) { id } }',
        "\0",
        "{ viewer { ...A } } fragment A on Viewer { ...A }",
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
        "type A { b: Int }",
        "query ($a: Nothing) { viewer { id } }",
        "{ viewer { id } } { viewer { id } }",
    ],
    ids=lambda text: repr(text[:40]),
)
async def test_what_is_wrong_with_a_document_is_told_and_never_raised(text: str) -> None:
    assert documents.check(SCHEMA, text).errors
    try:
        result = await run(text)
    except (MissingQueryError, CannotGetOperationTypeError):  # without text, or without an operation in it
        return
    assert result.data is None
    assert {code(error) for error in result.errors or ()} == {"BAD_REQUEST"}


async def test_a_bad_document_keeps_nobody_who_has_sent_it_in_memory() -> None:
    """Its error is cached; if it were raised, its traceback would hold all requests that ever came with it."""
    text = "{ viewer { id } # never ends"
    requests = []
    for _ in range(3):
        request = HttpRequest()
        requests.append(weakref.ref(request))
        await run(text, context=Context(reader=None, origin="", request=request))
        del request
    gc.collect()
    assert [each() for each in requests] == [None] * 3
    assert documents.check(SCHEMA, text).errors[0].__traceback__ is None


# --- Which operation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "name"), [("{ viewer { id } }", None), (TWO, "A"), (TWO, "B")])
def test_the_operation_is_the_only_one_or_the_one_that_is_named(text: str, name: str | None) -> None:
    found = documents.operation(parse(text), name)
    assert (found.name.value if found.name else None) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [(TWO, None), (TWO, "C"), (TWO, ""), ("{ viewer { id } }", "A"), ("fragment F on Query { viewer { id } }", None)],
)
def test_a_document_that_does_not_say_which_is_refused(text: str, name: str | None) -> None:
    """GraphQL 6.1, GetOperation: never the first of several."""
    with pytest.raises(GraphQLError, match="operation"):
        documents.operation(parse(text), name)


async def test_of_several_operations_none_is_run_unless_it_is_named() -> None:
    refused = await run(TWO)
    assert (refused.data, len(refused.errors or [])) == (None, 1)
    assert (await run(TWO, name="B")).data == {"b": None}
    with pytest.raises(CannotGetOperationTypeError):  # which the view answers with a 400
        await run(TWO, name="C")


async def test_a_subscription_is_not_executed_as_if_it_were_a_query() -> None:
    result = await run('subscription { roomEvents(room: "x") { cursor } }')
    [error] = result.errors or []
    assert (result.data, code(error)) == (None, "BAD_REQUEST")
    assert "graphql-transport-ws" in error.message
