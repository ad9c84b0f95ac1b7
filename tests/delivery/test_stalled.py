"""What somebody who does not read is judged by."""

from tests.delivery.judge import Verdict
from tests.delivery.stalled import EVENTS, GROWTH_BYTES, STALL_SECONDS, Outcome, Run

WITHOUT = Run(Verdict(lags=[0.04]), EVENTS, STALL_SECONDS, growth=2 * GROWTH_BYTES, resumed=0)
STALLED = WITHOUT._replace(growth=3 * GROWTH_BYTES)


def _failures(*, without: Run = WITHOUT, stalled: Run = STALLED) -> list[str]:
    return Outcome(without, stalled).failures


def test_who_does_not_read_may_cost_a_mebibyte_and_nobody_any_time() -> None:
    assert _failures() == []


def test_what_passed_when_they_read_again_was_passed_to_nobody_who_did_not_read() -> None:
    late = STALLED._replace(passed=EVENTS - 1)
    assert _failures(stalled=late) == ["only 19,999 events passed while somebody did not read"]


def test_a_process_that_grows_by_more_than_it_does_without_them_is_found() -> None:
    assert _failures(stalled=STALLED._replace(growth=3 * GROWTH_BYTES + 1)) == ["the process grew by 1024 KiB for it"]


def test_who_had_to_come_back_for_it_was_not_served_on_one_socket() -> None:
    assert _failures(stalled=STALLED._replace(resumed=1)) == ["the socket of who did not read was closed"]


def test_others_may_not_get_theirs_twice_as_late_unless_nobody_notices() -> None:
    slow = STALLED._replace(verdict=Verdict(lags=[0.13]))
    assert _failures(stalled=STALLED._replace(verdict=Verdict(lags=[0.049]))) == []
    assert _failures(stalled=slow) == ["p99 of the others' lag went from 0.040 s to 0.130 s"]
    assert _failures(without=WITHOUT._replace(verdict=Verdict(lags=[0.07])), stalled=slow) == []


def test_what_is_lost_on_either_run_is_lost() -> None:
    lost = Verdict(missing=1)
    assert _failures(without=WITHOUT._replace(verdict=lost)) == ["1 missing"]
    assert _failures(stalled=STALLED._replace(verdict=lost)) == ["1 missing"]
