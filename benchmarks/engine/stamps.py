"""When each numbered event began its way, where the load generator reads it: a file that both map."""

import mmap
import time
from pathlib import Path

MOST = 1_000_000  # events, as many as six digits have; the generator maps as many
_SIZE = 8


class Stamps:
    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("a+b") as file:
            file.truncate(MOST * _SIZE)
            self._times = memoryview(mmap.mmap(file.fileno(), MOST * _SIZE)).cast("Q")

    def put(self, first: int, count: int) -> None:
        """Now, for so many events from this one on."""
        now = time.monotonic_ns()
        for number in range(first, first + count):
            self._times[number] = now


def body(number: int) -> str:
    """What a numbered event says: the generator looks for the number between the tildes."""
    return f"~{number:06}~ The samovar is hot, and there is room at the table by the window."
