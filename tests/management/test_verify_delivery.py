"""What `verify_delivery` says when it cannot begin. What it finds out is tested in tests/delivery."""

import sys

import pytest
from django.core.management import CommandError, call_command

from tests.delivery import stalled
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
