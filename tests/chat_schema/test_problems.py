"""Each domain error as the problem that shows it, with all that the error knows."""

import pytest

from backend import errors
from backend.errors import DomainError, FieldError
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
        (errors.Unauthenticated(), UnauthenticatedProblem(code=ProblemCode.UNAUTHENTICATED, detail="Log in first.")),
        (errors.Forbidden("No."), ForbiddenProblem(code=ProblemCode.FORBIDDEN, detail="No.")),
        (errors.NotFound("No."), NotFoundProblem(code=ProblemCode.NOT_FOUND, detail="No.")),
        (errors.Conflict("No."), ConflictProblem(code=ProblemCode.CONFLICT, detail="No.")),
        (
            errors.RateLimited(7, "Wait."),
            RateLimitedProblem(code=ProblemCode.RATE_LIMITED, detail="Wait.", retry_after_ms=7),
        ),
        (errors.Invalid(detail="No."), InvalidProblem(code=ProblemCode.INVALID, detail="No.", fields=[])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_domain_error_is_shown_as_its_problem(error: DomainError, shown: Problem) -> None:
    assert problem(error) == shown


def test_an_invalid_input_is_shown_field_by_field() -> None:
    error = errors.Invalid(FieldError(("a", "b"), "TOO_LONG", "Shorter."), FieldError(("c",), "TAKEN", "Another."))
    shown = problem(error)
    assert isinstance(shown, InvalidProblem)
    assert shown.detail == "Shorter. Another."
    assert [(each.path, each.code, each.detail) for each in shown.fields] == [
        (["a", "b"], FieldProblemCode.TOO_LONG, "Shorter."),
        (["c"], FieldProblemCode.TAKEN, "Another."),
    ]


def test_every_code_of_a_field_can_be_shown() -> None:
    for code in errors.FieldCode.__args__:  # type: ignore[attr-defined]  # of a Literal
        assert FieldProblemCode(code).name == code
