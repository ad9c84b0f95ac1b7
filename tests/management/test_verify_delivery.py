"""What `verify_delivery` says when it cannot begin. What it finds out is tested in tests/delivery."""

import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.delivery import stalled, verify
from tests.delivery.faults import APART, FAULTS


def test_a_fault_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("verify_delivery", "--fault", "rain", "--fault", "deploy")
    assert (
        str(refused.value) == f"No such fault: rain. There are: {', '.join(sorted([*FAULTS, *APART, stalled.NAME]))}."
    )


def test_a_fault_that_cannot_be_had_here_is_not_passed_over() -> None:
    with pytest.raises(CommandError, match=r"^Left out, for it needs hosts apart .*: unplugged\.$"):
        call_command("verify_delivery", "--fault", "unplugged", "--loopback")


def test_a_reader_who_does_not_read_is_left_out_where_nobody_can_say_what_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stalled, "can_be_measured", lambda: False)
    with pytest.raises(CommandError, match=r"^Left out, for it needs Linux.*: stalled-reader\.$"):
        call_command("verify_delivery", "--fault", stalled.NAME)


@pytest.mark.parametrize(("met", "status"), [([True, True, True], 0), ([True, False, True], 1)])
def test_with_one_process_then_two_then_four_each_has_to_do_and_who_does_not_read_comes_once(
    met: list[bool], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[tuple[int, int, bool]] = []

    def run(_: object, *, processes: int, seed: int, with_stalled: bool, **__: Any) -> bool:
        runs.append((processes, seed, with_stalled))
        return met[len(runs) - 1]

    monkeypatch.setattr(verify, "verify", run)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_delivery", "--processes", "1", "2", "4", "--seed", "7", "--loopback")
    assert ended.value.code == status
    assert runs == [(1, 7, True), (2, 7, False), (4, 7, False)]


@pytest.mark.parametrize("seconds", ["salam", "-1", "inf"])
def test_a_time_that_is_none_is_refused(seconds: str) -> None:
    with pytest.raises(CommandError, match="a number of seconds up to an hour"):
        call_command("verify_delivery", f"--seconds={seconds}")


def test_where_the_tests_are_not_installed_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the Docker image."""
    monkeypatch.setitem(sys.modules, "tests.delivery.verify", None)
    monkeypatch.delattr("tests.delivery.verify", raising=False)
    with pytest.raises(CommandError, match=r"^This needs the repository with its tests and their packages\.$"):
        call_command("verify_delivery")
