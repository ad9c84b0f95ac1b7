"""What somebody who does not read is judged by."""

from dataclasses import replace as changed

from tests.delivery.judge import Verdict
from tests.delivery.stalled import EVENTS, GROWTH_BYTES, STALL_SECONDS, Outcome, Passing

READ = Passing(EVENTS, STALL_SECONDS, memory=2 * GROWTH_BYTES, lags=[0.04])
STALLED = READ._replace(memory=3 * GROWTH_BYTES)
FINE = Outcome(Verdict(), READ, STALLED, resumed=0)


def test_who_does_not_read_may_cost_a_mebibyte_and_nobody_any_time() -> None:
    assert FINE.failures == []


def test_what_passed_when_they_read_again_was_passed_to_nobody_who_did_not_read() -> None:
    late = changed(FINE, stalled=STALLED._replace(events=EVENTS - 1))
    assert late.failures == ["only 19,999 events passed while somebody did not read"]


def test_a_process_that_grows_by_more_than_it_had_when_they_read_is_found() -> None:
    grown = changed(FINE, stalled=STALLED._replace(memory=3 * GROWTH_BYTES + 1))
    assert grown.failures == ["the process grew by 1024 KiB for it"]


def test_who_had_to_come_back_for_it_was_not_served_on_one_socket() -> None:
    assert changed(FINE, resumed=1).failures == ["1 sockets were lost"]


def test_others_may_not_get_theirs_twice_as_late_unless_nobody_notices() -> None:
    slow = STALLED._replace(lags=[0.13])
    assert changed(FINE, stalled=STALLED._replace(lags=[0.049]), read=READ._replace(lags=[0.001])).failures == []
    assert changed(FINE, stalled=slow).failures == ["p99 of the others' lag went from 0.040 s to 0.130 s"]
    assert changed(FINE, stalled=slow, read=READ._replace(lags=[0.07])).failures == []


def test_what_is_lost_is_lost() -> None:
    assert changed(FINE, verdict=Verdict(missing=1)).failures == ["1 missing"]
