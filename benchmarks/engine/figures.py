"""What was measured, what is demanded of it, and whether it is met."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One line of the result. Without a demand it is told for scale."""

    name: str
    value: float
    unit: str
    demand: float | None = None
    sense: Literal["at least", "at most"] = "at least"
    item: str = ""  # what it answers

    @property
    def met(self) -> bool:
        if self.demand is None:
            return True
        return self.value >= self.demand if self.sense == "at least" else self.value <= self.demand

    def __str__(self) -> str:
        line = f"{self.name:70} {self.value:12,.{_digits(self.value)}f} {self.unit}".rstrip()
        if self.demand is None:
            return line
        return f"{line}; {self.sense} {self.demand:,g}: {'met' if self.met else 'NOT MET'}"


def _digits(value: float) -> int:
    return 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
