"""What an outcome is judged by, beside the histories: whether what was to be broken was broken."""

from collections import Counter

from tests.delivery.faults import APART, FAULTS
from tests.delivery.judge import Verdict
from tests.delivery.scenario import Outcome

FINE = Verdict(sent=1, acknowledged=1, delivered=1)


def _failures(name: str, *, resumed: int, closed: Counter[int | None]) -> list[str]:
    fault = {**FAULTS, **APART}[name]
    return Outcome(fault, FINE, resumed=resumed, closed=closed, online_after=1.0, flaps=0).failures


def test_a_fault_that_cuts_nobody_off_has_not_happened() -> None:
    for name in ("kill-one", "kill-all", "deploy", "resets", "blackhole", "unplugged"):
        assert _failures(name, resumed=0, closed=Counter()) == ["nobody was cut off: it did not happen"]
        assert _failures(name, resumed=3, closed=Counter({1012: 3})) == []


def test_a_fault_that_concerns_no_socket_may_cut_nobody_off() -> None:
    assert _failures("redis-emptied", resumed=0, closed=Counter()) == []


def test_a_deploy_closes_sockets_with_1012_and_nothing_else() -> None:
    assert _failures("deploy", resumed=3, closed=Counter({1012: 2, 1006: 1})) == ["1 sockets not closed with 1012"]
