"""Several calls at the same moment, each in a thread and on a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from backend.errors import DomainError

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | DomainError]:
    """What each call returns, or the refusal it raises. Anything else that is raised fails the test."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | DomainError:
        together.wait(timeout=10)
        try:
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def elsewhere(call: Callable[[], T]) -> T:
    """What somebody else sees: the call's result on another connection."""
    [result] = at_once([call])
    assert not isinstance(result, DomainError)
    return result
