"""Ctrl-C waits for the end of a step, once."""

import signal
from contextlib import suppress

from backend.management.interrupts import between_steps


def interrupted(*, times: int) -> list[int]:
    """The steps that were done, of three that are interrupted each."""
    done = []
    with between_steps() as check, suppress(KeyboardInterrupt):
        for step in range(3):
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
            done.append(step)
            check()
    return done


def test_a_step_that_was_begun_is_done() -> None:
    assert interrupted(times=1) == [0]


def test_whoever_is_told_twice_does_not_wait() -> None:
    assert interrupted(times=2) == []


def test_without_it_steps_go_on_and_afterwards_all_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with between_steps() as check:
        check()
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
