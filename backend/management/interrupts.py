"""Ctrl-C between steps: a step that was begun is done, and no driver or transaction is torn in the middle."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def between_steps() -> Iterator[Callable[[], None]]:
    """Hands out what to call after each step: it raises `KeyboardInterrupt` if that is due. The second is at once."""
    due = False

    def note(*_: object) -> None:
        nonlocal due
        if due:
            raise KeyboardInterrupt
        due = True

    def check() -> None:
        if due:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
