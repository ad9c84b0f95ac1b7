"""Interleaved rounds: all subjects in turn, again and again, so that what the machine does meanwhile meets all."""

import sys
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from benchmarks.engine.errors import BenchmarkFailed


class Named(Protocol):
    @property
    def name(self) -> str: ...


S = TypeVar("S", bound=Named)
T = TypeVar("T")


class Made(dict[str, list[T]], Generic[T]):
    """What each whole round made of each subject, by its name."""

    failure: BenchmarkFailed | None = None  # of the round that came after them

    def end(self) -> None:
        """When all has been told that there is. Raises `BenchmarkFailed` if a round has failed."""
        if self.failure:
            raise self.failure


def interleaved(subjects: Sequence[S], rounds: int, measure: Callable[[S], T]) -> Made[T]:
    """Raises `BenchmarkFailed` if the first round fails; what was made before a later one is kept."""
    made = Made[T]({subject.name: [] for subject in subjects})
    for number in range(1, rounds + 1):
        try:
            of_round = [_measured(subject, f"round {number} of {rounds}", measure) for subject in subjects]
        except BenchmarkFailed as error:
            if number == 1:
                raise
            made.failure = error
            break
        for each, subject in zip(of_round, subjects, strict=True):
            made[subject.name].append(each)
    return made


def _measured(subject: S, at: str, measure: Callable[[S], T]) -> T:
    say(f"{at}: {subject.name}")
    try:
        return measure(subject)
    except BenchmarkFailed as error:
        raise BenchmarkFailed(f"In {at}, {subject.name}: {error}") from error


def say(line: str) -> None:
    """How far it has come, for whoever waits."""
    print(line, file=sys.stderr, flush=True)
