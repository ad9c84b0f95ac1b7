"""Each domain error as the problem that shows it, with all that the error knows."""

import pytest

from backend import errors
from backend.errors import DomainError, FieldError
from backend.languages import text
from chat_schema.problems import (
    ConflictProblem,
    FieldProblemCode,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    Problem,
    ProblemCode,
    RateLimitedProblem,
    UnauthenticatedProblem,
    problem,
)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            errors.Unauthenticated(),
            UnauthenticatedProblem(code=ProblemCode.UNAUTHENTICATED, text=text("Log in first.")),
        ),
        (errors.Forbidden(text("No.")), ForbiddenProblem(code=ProblemCode.FORBIDDEN, text=text("No."))),
        (errors.NotFound(text("No.")), NotFoundProblem(code=ProblemCode.NOT_FOUND, text=text("No."))),
        (errors.Conflict(text("No.")), ConflictProblem(code=ProblemCode.CONFLICT, text=text("No."))),
        (
            errors.RateLimited(7, text("Wait.")),
            RateLimitedProblem(code=ProblemCode.RATE_LIMITED, text=text("Wait."), retry_after_ms=7),
        ),
        (errors.Invalid(detail=text("No.")), InvalidProblem(code=ProblemCode.INVALID, text=text("No."), fields=[])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_domain_error_is_shown_as_its_problem(error: DomainError, shown: Problem) -> None:
    assert problem(error) == shown


def test_an_invalid_input_is_shown_field_by_field() -> None:
    error = errors.Invalid(
        FieldError(("a", "b"), "TOO_LONG", text("Shorter.")), FieldError(("c",), "TAKEN", text("Another."))
    )
    shown = problem(error)
    assert isinstance(shown, InvalidProblem)
    assert str(shown.text) == "Shorter. Another."
    assert [(each.path, each.code, str(each.text)) for each in shown.fields] == [
        (["a", "b"], FieldProblemCode.TOO_LONG, "Shorter."),
        (["c"], FieldProblemCode.TAKEN, "Another."),
    ]


def test_every_code_of_a_field_can_be_shown() -> None:
    for code in errors.FieldCode.__args__:  # type: ignore[attr-defined]  # of a Literal
        assert FieldProblemCode(code).name == code
