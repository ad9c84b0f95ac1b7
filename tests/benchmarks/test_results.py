"""What was measured is kept, whatever happens to the rest of it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.engine import __main__ as command
from benchmarks.engine import cores, faults, plots, results
from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.figures import Figure
from benchmarks.engine.scenarios import ALL


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Scenarios that measure nothing, in a repository of their own; how many rounds each was asked for."""
    asked: list[int] = []

    @contextmanager
    def bare() -> Iterator[Any]:
        yield None

    def good(_stage: Any, rounds: int) -> Iterator[Figure]:
        asked.append(rounds)
        yield Figure("tea", 2.0, "cups", 1)

    def bad(_stage: Any, rounds: int) -> Iterator[Figure]:
        asked.append(rounds)
        yield Figure("sugar", 3.0, "lumps", 1)
        raise BenchmarkFailed("The samovar is cold.\nAnd its log is long.")

    for name in ALL:
        monkeypatch.setitem(ALL, name, bad if name == "redis" else good)
    monkeypatch.setattr(command, "stage", bare)
    monkeypatch.setattr(command, "set_up", lambda: None)
    monkeypatch.setattr(cores, "settle", lambda: None)
    monkeypatch.setattr(faults, "find", lambda: None)
    monkeypatch.setattr(results, "machine", lambda _: {"processor": "a slow one"})
    monkeypatch.setattr(results, "ROOT", tmp_path)
    return asked


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--write", *arguments])
    return command.main()


def _told(folder: Path) -> tuple[dict[str, Any], str]:
    [told], [page] = folder.glob("*.json"), folder.glob("*.md")
    return json.loads(told.read_text()), page.read_text()


def test_a_scenario_that_fails_is_told_and_the_others_are_kept(
    ran: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _run(monkeypatch) == 1
    assert ran == [command.ROUNDS] * len(ALL)
    told, page = _told(tmp_path / "benchmarks" / "results")
    assert told["failed"] == {"redis": "The samovar is cold."}
    assert [figure["name"] for figure in told["figures"]].count("tea") == len(ALL) - 1
    assert told["seconds"].keys() == ALL.keys()
    assert "- `redis` has no more figures: The samovar is cold.\n" in page
    assert "| sugar | 3.00 lumps | once | at least 1 | met |" in page


@pytest.mark.parametrize("part", [["writes"], ["--rounds", "1"]], ids=["a scenario", "a round"])
def test_a_part_of_it_takes_no_whole_results_place(
    ran: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: list[str]
) -> None:
    _run(monkeypatch, *part)
    assert not (tmp_path / "benchmarks").exists()
    told, _ = _told(tmp_path / "var" / "bench")
    assert told["rounds"] == ran[0]


def test_a_scenario_that_there_is_not_is_an_error(
    ran: list[int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        _run(monkeypatch, "writes", "tea")
    assert "no such scenario: tea" in capsys.readouterr().err
    assert ran == []


def test_all_that_is_demanded_is_met_where_nothing_fails(ran: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, "writes", "growth") == 0


def test_what_is_interrupted_has_been_written(ran: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_stage: Any, _rounds: int) -> Iterator[Figure]:
        raise KeyboardInterrupt

    monkeypatch.setitem(ALL, "crowd", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _run(monkeypatch)
    told, _ = _told(tmp_path / "benchmarks" / "results")
    assert [figure["name"] for figure in told["figures"]] == ["tea"] * list(ALL).index("crowd")


def test_nothing_is_drawn_of_what_does_not_grow(tmp_path: Path) -> None:
    assert plots.draw([Figure("tea", 2.0, "cups")], tmp_path) == []
