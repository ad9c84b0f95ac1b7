"""How far something has come, for whoever waits: a bar on a terminal, one line at the end elsewhere."""

import sys
from typing import Self

_WIDTH = 30


class Progress:
    """`of` so many, in the end; goes to stderr, so that stdout is for what was asked for."""

    def __init__(self, what: str, *, of: int) -> None:
        self._what = what
        self._of = of
        self._done = 0
        self._shown = ""

    def __enter__(self) -> Self:
        self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        sys.stderr.write("\n" if sys.stderr.isatty() else f"{self._text()}\n")
        sys.stderr.flush()

    def add(self, done: int = 1) -> None:
        self._done += done
        self._draw()

    def _draw(self) -> None:
        if not sys.stderr.isatty():
            return
        filled = _WIDTH * self._done // max(self._of, 1)
        line = f"\r[{'#' * min(filled, _WIDTH):.<{_WIDTH}}] {self._text()}"
        if line != self._shown:
            sys.stderr.write(line)
            sys.stderr.flush()
            self._shown = line

    def _text(self) -> str:
        return f"{self._what}: {self._done:,} of {max(self._of, self._done):,}"
