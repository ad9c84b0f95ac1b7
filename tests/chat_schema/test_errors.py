"""What may be said of an error: what the caller caused, in our words; of all else an id to look up."""

import logging

import pytest
from django.db import IntegrityError
from graphql import ExecutionResult, GraphQLError, located_error

from backend import errors
from backend.errors import FieldError
from backend.languages import ENGLISH, text
from chat_schema.context import Context
from chat_schema.errors import never_began, present, refuse
from chat_schema.schema import schema
from tests.chat_schema.inside import ALI, code, incident


def test_what_graphql_found_wrong_with_a_document_is_shown() -> None:
    shown = present(GraphQLError("Cannot query field 'x'.", path=["a"]), ENGLISH)
    assert shown.message == "Cannot query field 'x'."
    assert (shown.extensions, shown.path) == ({"code": "BAD_REQUEST"}, ["a"])


def test_what_already_has_a_code_keeps_it() -> None:
    assert present(refuse(errors.NotFound(text("No such room.")), ENGLISH), ENGLISH).extensions == {"code": "NOT_FOUND"}


@pytest.mark.parametrize(
    ("error", "extensions"),
    [
        (errors.Unauthenticated(), {"code": "UNAUTHENTICATED"}),
        (errors.Forbidden(text("No.")), {"code": "FORBIDDEN"}),
        (errors.NotFound(text("No.")), {"code": "NOT_FOUND"}),
        (errors.Conflict(text("No.")), {"code": "CONFLICT"}),
        (errors.RateLimited(7), {"code": "RATE_LIMITED", "retryAfterMs": 7}),
        (
            errors.Invalid(FieldError(("first",), "UNSUPPORTED", text("Too long."))),
            {"code": "INVALID", "fields": [{"path": ["first"], "code": "UNSUPPORTED", "detail": "Too long."}]},
        ),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_a_domain_error_is_shown_with_its_code_wherever_it_comes_from(
    error: errors.DomainError, extensions: dict[str, object]
) -> None:
    """Raised by a resolver, or refused before there was one: the same."""
    for shown in (present(located_error(error, path=["a"]), ENGLISH), refuse(error, ENGLISH)):
        assert (shown.message, shown.extensions) == (str(error), extensions)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("SECRET"),
        IntegrityError("UNIQUE constraint failed: SECRET"),
        KeyError("SECRET"),
        UnicodeDecodeError("utf-8", b"SECRET", 0, 1, "SECRET"),
        ExceptionGroup("SECRET", [ValueError("SECRET")]),
        RecursionError("SECRET"),
        AssertionError("SECRET"),
        TimeoutError("SECRET"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_anything_else_is_masked_and_logged_under_the_id_that_is_shown(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    shown = present(located_error(error, path=["a", 0]), ENGLISH)
    assert "SECRET" not in str(shown.formatted)
    assert shown.formatted["path"] == ["a", 0]
    assert code(shown) == "INTERNAL"
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert incident(shown) in record.getMessage()
    assert record.exc_info
    assert record.exc_info[1] is error


def test_an_error_that_is_wrapped_again_and_again_is_masked_too() -> None:
    wrapped = GraphQLError("SECRET", original_error=GraphQLError("SECRET", original_error=ValueError("SECRET")))
    assert "SECRET" not in str(present(wrapped, ENGLISH).formatted)


def test_every_incident_has_an_id_of_its_own() -> None:
    ids = {incident(present(GraphQLError("", original_error=ValueError()), ENGLISH)) for _ in range(100)}
    assert len(ids) == 100


def test_an_operation_never_began_if_no_error_has_a_place_in_its_result() -> None:
    assert never_began(ExecutionResult(None, [GraphQLError("x")]))  # type: ignore[arg-type]  # as far as it looks
    assert not never_began(ExecutionResult(None, [GraphQLError("x", path=["a"])]))  # type: ignore[arg-type]
    assert not never_began(ExecutionResult({"a": None}, [GraphQLError("x")]))  # type: ignore[arg-type]


async def test_what_a_resolver_raises_is_masked_in_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError("SECRET")

    monkeypatch.setattr("backend.accounts.users.account", fail)
    result = await schema.execute("{ viewer { id } }", context_value=Context(reader=ALI, origin=""))
    assert result.data == {"viewer": None}
    [error] = result.errors or []
    assert code(error) == "INTERNAL"
    assert "SECRET" not in str(error.formatted)
