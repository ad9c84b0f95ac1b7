"""What was measured, each beside what is demanded of it."""

from collections.abc import Sequence
from dataclasses import dataclass

LATE_MS = 50.0


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        too_much = self.at_most is not None and self.value > self.at_most
        too_little = self.at_least is not None and self.value < self.at_least
        return not (too_much or too_little)

    def __str__(self) -> str:
        line = f"{self.name:58}{self.value:9.1f} {self.unit:3}"
        for word, bound in (("at most", self.at_most), ("at least", self.at_least)):
            if bound is not None:
                line += f"  {word} {bound:g}: {'met' if self.is_met else 'NOT MET'}"
        return line


class Figures:
    def __init__(self) -> None:
        self.are_met = True

    def add(self, figure: Figure) -> None:
        print(figure, flush=True)
        self.are_met &= figure.is_met

    def frames(self, name: str, took: Sequence[float]) -> None:
        """Milliseconds from one frame to the next."""
        late = 100 * sum(ms > LATE_MS for ms in took) / len(took)
        self.add(Figure(f"{name}: frames", len(took), ""))
        self.add(Figure(f"{name}: later than {LATE_MS:g} ms", late, "%", at_most=1))
        self.add(Figure(f"{name}: longest", max(took), "ms", at_most=200))
