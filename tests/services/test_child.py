"""Processes of the tests: ports of their own, and an end that is told with their log."""

import socket
import sys
from pathlib import Path

import pytest

from tests.services.child import Child
from tests.services.errors import ServiceFailed
from tests.services.ports import LOOPBACK, free_port


# Ports and processes
def test_ports_are_distinct_and_below_those_of_outgoing_connections() -> None:
    ports = {free_port() for _ in range(100)}
    assert len(ports) == 100
    assert max(ports) < 32768


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port: int = taken.getsockname()[1]
        monkeypatch.setattr("tests.services.ports._PORTS", range(port, port + 1))
        with pytest.raises(RuntimeError, match="No free TCP port"):
            free_port()


def _python(folder: Path, program: str) -> Child:
    return Child("The program", [sys.executable, "-uc", program], log=folder / "log", cwd=folder)


def test_a_process_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    child = _python(tmp_path, "raise SystemExit('the reason')")
    with pytest.raises(ServiceFailed, match=r"(?s)ended with status 1 before it answered.*the reason"):
        child.wait_until(lambda: False)


def test_a_process_that_does_not_answer_in_time_is_ended_and_reported_with_its_log(tmp_path: Path) -> None:
    child = _python(tmp_path, "print('still thinking'); import signal; signal.pause()")
    with pytest.raises(ServiceFailed, match=r"(?s)did not answer within 0.5 s.*still thinking"):
        child.wait_until(lambda: False, seconds=0.5)
    assert not child.running


def test_a_process_that_does_not_end_in_time_is_ended_and_reported(tmp_path: Path) -> None:
    child = _python(tmp_path, "import signal; signal.pause()")
    with pytest.raises(ServiceFailed, match="was still running"):
        child.wait(seconds=0.1)
    assert not child.running
