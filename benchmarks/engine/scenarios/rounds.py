"""Interleaved rounds: all subjects in turn, again and again, so that what the machine does meanwhile meets all."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


S = TypeVar("S", bound=Named)
T = TypeVar("T")


def interleaved(subjects: Sequence[S], rounds: int, measure: Callable[[S], T]) -> Mapping[str, list[T]]:
    """What each round made of each subject, by its name."""
    made: dict[str, list[T]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for subject in subjects:
            say(f"round {number} of {rounds}: {subject.name}")
            made[subject.name].append(measure(subject))
    return made


def say(line: str) -> None:
    """How far it has come, for whoever waits."""
    print(line, file=sys.stderr, flush=True)
