"""Progress is seen by people, and does not fill logs."""

import sys
from io import StringIO

import pytest

from backend.management.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with Progress("glasses", of=1200) as progress:
        progress.add(600)
        progress.add(600)
    drawn = terminal.getvalue()
    assert drawn.count("\n") == 1
    assert drawn.endswith("\n")
    assert drawn.rstrip().split("\r") == [
        "",
        f"[{'.' * 30}] glasses: 0 of 1,200",
        f"[{'#' * 15}{'.' * 15}] glasses: 600 of 1,200",
        f"[{'#' * 30}] glasses: 1,200 of 1,200",
    ]


def test_a_log_gets_one_line_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", log := StringIO())
    with Progress("glasses", of=2) as progress:
        progress.add(1)
        assert log.getvalue() == ""
    assert log.getvalue() == "glasses: 1 of 2\n"


def test_more_than_was_foreseen_is_no_more_than_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with Progress("glasses", of=0) as progress:
        progress.add(3)
    assert terminal.getvalue().endswith(f"\r[{'#' * 30}] glasses: 3 of 3\n")
