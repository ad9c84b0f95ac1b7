"""What every test starts from: no rate is used up, and nobody's Redis or database but the tests' own."""

import pytest

from backend import rates


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    rates.forget()
