"""Packages that bring what a machine lacks, fetched by pip when needed: not pinned requirements, for most need none."""

import fcntl
import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


class CannotFetch(Exception):
    """The message is pip's last word, without a full stop."""


def found(package: str) -> Path | None:
    # Not imported: that may need packages that we have no use for.
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def fetch(package: str, pinned: Path) -> Path:
    """The folder of this package, installed as `pinned` (a file of requirements) says. Raises `CannotFetch`."""
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(pinned))
    command = [sys.executable, "-m", "pip", "install", *options]
    with pinned.open() as lock:
        # Two test runs in one environment: the second waits, and finds what the first has fetched.
        fcntl.flock(lock, fcntl.LOCK_EX)
        pip = subprocess.run(command, capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    if folder := found(package):
        return folder
    raise CannotFetch((pip.stderr.strip().splitlines() or ["no reason given"])[-1])
