"""The programs in C: built with whatever compiler there is, and found out what servers do wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.engine import compiler, faults
from benchmarks.engine.errors import BenchmarkFailed
from tests.services import wheels

PROGRAMS = (("follow", "websocket"), ("ask", "websocket"), ("floor",))


@pytest.mark.parametrize("sources", PROGRAMS, ids=lambda sources: sources[0])
def test_each_program_is_built_and_says_how_it_is_used(sources: tuple[str, ...]) -> None:
    used = subprocess.run([compiler.build(*sources)], env={}, capture_output=True, text=True, check=False)
    assert used.returncode == 2
    assert "usage" in used.stderr or "environment" in used.stderr


def test_the_load_generator_finds_out_what_is_lost_repeated_and_reordered() -> None:
    faults.find()


def test_without_a_compiler_the_one_of_a_wheel_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(wheels, "found", Path)
    assert compiler.find_compiler() == [sys.executable, "-m", "ziglang", "cc"]


def test_a_missing_compiler_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = tmp_path / "wheel.txt"
    unknown.write_text("chaikhana @ file:///nowhere.whl --hash=sha256:00\n")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(compiler, "WHEEL", unknown)
    monkeypatch.setattr(wheels, "find_spec", lambda _: None)
    with pytest.raises(BenchmarkFailed, match=r"install one \(Debian: apt-get install .*: ERROR"):
        compiler.find_compiler()
