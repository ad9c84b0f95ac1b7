"""A figure says what it is the median of, and how far its rounds are apart."""

import pytest

from benchmarks.engine.figures import Figure, of_rounds, ratios
from benchmarks.engine.scenarios import clients


def test_a_figure_of_rounds_is_their_median_and_shows_how_far_they_are_apart() -> None:
    figure = of_rounds("ours", [9.0, 8.0, 30.0], "us", 10, "at most")
    assert (figure.value, figure.spread, figure.met) == (9.0, "8.00 to 30.00", True)
    assert str(figure).split()[1:] == ["9.00", "us", "(8.00", "to", "30.00);", "at", "most", "10:", "met"]


@pytest.mark.parametrize("figure", [Figure("ours", 1234.5, "ms", 1000, "at most"), of_rounds("ours", [1234.5], "ms")])
def test_a_figure_of_one_measurement_says_so(figure: Figure) -> None:
    assert figure.spread == "once"
    assert figure.shown == "1,234 ms"


@pytest.mark.parametrize(("value", "sense"), [(2.9, "at least"), (3.1, "at most")])
def test_a_figure_that_falls_short_is_not_met(value: float, sense: str) -> None:
    figure = Figure("ours", value, "times", 3, sense)  # type: ignore[arg-type]  # two texts
    assert not figure.met
    assert str(figure).endswith(f"{sense} 3: NOT MET")


def test_a_figure_without_a_demand_is_told_for_scale() -> None:
    assert Figure("ours", 0.0, "us").met


def test_a_ratio_is_taken_round_by_round() -> None:
    assert ratios([10.0, 40.0], [5.0, 10.0]) == [2.0, 4.0]
    with pytest.raises(ValueError, match="longer"):
        ratios([10.0], [5.0, 10.0])


def test_the_busiest_load_generator_counts() -> None:
    assert clients.share("bursts", [0.2, 0.89]).met
    assert not clients.share("bursts", [0.91, 0.2]).met
