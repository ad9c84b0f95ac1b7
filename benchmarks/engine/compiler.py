"""What the load generator and the floor are built with: the machine's C compiler, else that of the wheel ziglang."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine.errors import BenchmarkFailed
from tests.services import wheels

SOURCES = Path(__file__).parent / "load"
NAMES = ("cc", "gcc", "clang")
# 100 MB, and 400 MB unpacked. To renew, as tests/services/postgres-wheel.txt says.
WHEEL = Path(__file__).with_name("compiler-wheel.txt")
_PACKAGE = "ziglang"
_FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror", "-std=c11")


@cache
def build(name: str, *others: str) -> Path:
    """The program made of these sources. Raises `BenchmarkFailed` where there is no compiler, nor can one be had."""
    program = Path(_folder().name) / name
    sources = [SOURCES / f"{each}.c" for each in (name, *others)]
    subprocess.run([*find_compiler(), *_FLAGS, "-o", program, *sources], check=True)
    return program


def find_compiler() -> list[str]:
    """The beginning of its command line."""
    for name in NAMES:
        if path := shutil.which(name):
            return [path]
    try:
        if not wheels.found(_PACKAGE):
            wheels.fetch(_PACKAGE, WHEEL)
    except wheels.CannotFetch as error:
        raise BenchmarkFailed(
            "The load generator is written in C, and there is no compiler here: install one (Debian: apt-get install"
            f" gcc libc6-dev; fetching the wheel {_PACKAGE} failed: {error})."
        ) from error
    return [sys.executable, "-m", _PACKAGE, "cc"]


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="chaikhana-load-")
