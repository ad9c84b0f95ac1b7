"""What was measured, what is demanded of it, and whether it is met."""

from dataclasses import dataclass
from typing import Literal


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
    sense: Literal["at least", "at most"] = "at least"
    at: At | None = None

    @property
    def met(self) -> bool:
        if self.demand is None:
            return True
        return self.value >= self.demand if self.sense == "at least" else self.value <= self.demand

    @property
    def shown(self) -> str:
        digits = 0 if abs(self.value) >= 1000 else 1 if abs(self.value) >= 100 else 2
        return f"{self.value:,.{digits}f} {self.unit}".rstrip()

    def __str__(self) -> str:
        line = f"{self.name:75} {self.shown:>16}"
        if self.demand is None:
            return line
        return f"{line}; {self.sense} {self.demand:,g}: {'met' if self.met else 'NOT MET'}"
