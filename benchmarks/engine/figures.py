"""What was measured, what is demanded of it, and whether it is met."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Sense = Literal["at least", "at most"]


@dataclass(frozen=True)
class At:
    """A figure's place in a plot: of `what`, by what grows, on a line, at `x`."""

    by: str
    what: str
    line: str
    x: float


@dataclass(frozen=True)
class Figure:
    """One line of the result. Without a demand it is told for scale."""

    name: str
    value: float
    unit: str
    demand: float | None = None
    sense: Sense = "at least"
    at: At | None = None
    rounds: tuple[float, ...] = ()  # what each of them made it; none if it was measured once

    @property
    def met(self) -> bool:
        if self.demand is None:
            return True
        return self.value >= self.demand if self.sense == "at least" else self.value <= self.demand

    @property
    def shown(self) -> str:
        return f"{_shown(self.value)} {self.unit}".rstrip()

    @property
    def spread(self) -> str:
        """How far the rounds are apart."""
        if len(self.rounds) < 2:
            return "once"
        return f"{_shown(min(self.rounds))} to {_shown(max(self.rounds))}"

    def __str__(self) -> str:
        line = f"{self.name:75} {self.shown:>16} ({self.spread})"
        if self.demand is None:
            return line
        return f"{line}; {self.sense} {self.demand:,g}: {'met' if self.met else 'NOT MET'}"


def of_rounds(
    name: str, rounds: Sequence[float], unit: str, demand: float | None = None, sense: Sense = "at least"
) -> Figure:
    """Their median."""
    return Figure(name, median(rounds), unit, demand, sense, rounds=tuple(rounds))


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """Round by round: what the machine did in one of them met both sides."""
    return [one / other for one, other in zip(over, under, strict=True)]


def _shown(value: float) -> str:
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    return f"{value:,.{digits}f}"
