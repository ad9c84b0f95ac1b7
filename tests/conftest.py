"""What every test starts from: no rate is used up. And what none may see: an answer that shows the innards."""

from collections.abc import Iterator

import pytest

from backend import rates
from tests import leaks


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    rates.forget()


@pytest.fixture(scope="session", autouse=True)
def _watched_answers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        leaks.watch(patch)
        yield


@pytest.fixture(autouse=True)
def _no_leaks(_watched_answers: None) -> Iterator[None]:
    yield
    leaks.complain()
