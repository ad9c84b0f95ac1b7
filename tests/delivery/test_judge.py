"""The judge finds what is wrong with histories that are made to be wrong."""

from collections.abc import Sequence
from dataclasses import replace as changed

import pytest

from tests.delivery.judge import Absence, Change, Departure, Frame, Message, Send, Truth, Verdict, flaps, judge, total


def _message(number: int, *, version: int | None = None, body: str = "", is_deleted: bool = False) -> Message:
    return Message(f"m{number}", version or number, body or f"body {number}", is_deleted, sent_at=float(number))


MESSAGES = [_message(number) for number in range(1, 5)]
TRUTH = Truth([f"c{number}" for number in range(1, 5)], {each.id: each for each in MESSAGES})
SENDS = [Send(each.body, each.sent_at - 1, each.sent_at + 1, each.id) for each in MESSAGES]
FRAMES = [Frame(f"c{each.version}", "MessageSent", each.sent_at + 0.5, each) for each in MESSAGES]
GREETING = Frame("c0", "CaughtUp", 0.0)


def _faults(
    frames: Sequence[Frame], *, truth: Truth = TRUTH, sends: Sequence[Send] = SENDS, changes: Sequence[Change] = ()
) -> list[str]:
    return judge(truth, sends, [frames], changes).faults()


def test_a_good_history_has_no_faults_and_is_counted() -> None:
    verdict = judge(TRUTH, SENDS, [[GREETING, *FRAMES], FRAMES])
    assert verdict.faults() == []
    assert (verdict.sent, verdict.acknowledged, verdict.delivered) == (4, 4, 8)
    assert verdict.outage == 2.0


def test_an_event_that_did_not_come_is_missing_and_what_it_said_differs() -> None:
    assert _faults(FRAMES[:-1]) == ["1 missing", "1 differing from history"]
    assert _faults([]) == ["4 missing", "4 differing from history"]


def test_an_event_that_came_twice_is_duplicated_however_late() -> None:
    assert _faults([*FRAMES, FRAMES[0]]) == ["1 duplicated"]


def test_events_that_came_in_another_order_are_found() -> None:
    assert _faults([FRAMES[1], FRAMES[0], *FRAMES[2:]]) == ["1 out of order"]


def test_an_event_that_is_not_in_the_log_differs() -> None:
    assert _faults([*FRAMES, Frame("elsewhere", "MemberJoined", 9.0)]) == ["1 differing from history"]


def test_what_was_acknowledged_and_is_not_there_is_missing() -> None:
    sends = [*SENDS, Send("lost", 5.0, 6.0, "m9")]
    assert _faults(FRAMES, sends=sends) == ["1 missing"]


def test_an_edit_or_a_deletion_that_was_acknowledged_and_is_not_there_differs() -> None:
    *_, third, fourth = MESSAGES
    edited = Change(third.id, "better", 5.0, 6.0, is_acknowledged=True)
    deleted = Change(fourth.id, None, 5.0, 6.0, is_acknowledged=True)
    assert judge(TRUTH, SENDS, [FRAMES], [edited]).faults() == ["1 differing from history"]
    assert judge(TRUTH, SENDS, [FRAMES], [deleted]).faults() == ["1 differing from history"]
    assert judge(TRUTH, SENDS, [FRAMES], [edited, edited._replace(body=third.body)]).faults() == []


def test_a_message_that_says_what_nobody_said_differs() -> None:
    sends = [*SENDS[:-1], SENDS[-1]._replace(body="something else")]
    assert _faults(FRAMES, sends=sends) == ["1 differing from history"]


def test_a_change_that_was_never_acknowledged_is_told_and_may_have_been_made_or_not() -> None:
    unknown = Change(MESSAGES[0].id, "better", 5.0, 65.0, is_acknowledged=False)
    verdict = judge(TRUTH, SENDS, [FRAMES], [unknown])
    assert verdict.faults() == ["1 never acknowledged"]
    assert verdict.outage == 60.0


def test_two_sends_with_one_message_are_one_too_few() -> None:
    sends = [*SENDS[:-1], SENDS[0]]
    assert "1 missing" in _faults(FRAMES, sends=sends)


def test_a_send_that_was_stored_twice_is_duplicated() -> None:
    assert _faults(FRAMES, sends=SENDS[:-1]) == ["1 duplicated"]


def test_a_send_that_was_never_acknowledged_is_a_fault_but_its_message_is_no_duplicate() -> None:
    given_up = [*SENDS[:-1], SENDS[-1]._replace(message=None)]
    assert _faults(FRAMES, sends=given_up) == ["1 never acknowledged"]


def test_an_edit_and_a_deletion_change_the_copy_and_an_older_version_does_not() -> None:
    edited = _message(1, version=5, body="better")
    deleted = _message(2, version=6, body="", is_deleted=True)
    truth = Truth([*TRUTH.log, "c5", "c6"], {**TRUTH.messages, "m1": edited, "m2": deleted})
    changes = [
        Change("m1", edited.body, 4.5, 5.5, is_acknowledged=True),
        Change("m2", None, 5.5, 6.5, is_acknowledged=True),
    ]
    later = [Frame("c5", "MessageEdited", 5.0, edited), Frame("c6", "MessageDeleted", 6.0, deleted)]
    assert _faults([*FRAMES, *later], truth=truth, changes=changes) == []
    # As it is shown to somebody who resumes: the message is as it is now already where it was sent.
    assert _faults([FRAMES[0]._replace(message=edited), *FRAMES[1:], *later], truth=truth, changes=changes) == []
    stale = later[0]._replace(message=edited._replace(body="worse"))
    assert _faults([*FRAMES, stale, later[1]], truth=truth, changes=changes) == ["1 differing from history"]


@pytest.mark.parametrize("type_name", ["StreamReset", "StreamEnded"])
def test_a_stream_that_does_not_go_on_is_a_fault(type_name: str) -> None:
    assert _faults([*FRAMES, Frame("c4", type_name, 9.0)]) == ["1 streams ended"]


def test_lags_are_counted_from_the_database_and_ranked() -> None:
    late = [FRAMES[0]._replace(at=100.0), *FRAMES[1:]]
    verdict = judge(TRUTH, SENDS, [late])
    assert (verdict.lag(0.5), verdict.lag(0.99), verdict.lag(1.0)) == (0.5, 99.0, 99.0)
    assert Verdict().lag(0.99) == 0.0


def test_rooms_are_added_up_and_the_longest_outage_is_the_longest() -> None:
    one = judge(TRUTH, SENDS, [FRAMES])
    both = total([one, changed(one, outage=7.0, missing=1)])
    assert (both.sent, both.delivered, both.missing, both.outage) == (8, 8, 1, 7.0)
    assert len(both.lags) == 8


def test_who_stayed_or_came_back_in_time_and_is_said_to_have_left_flaps() -> None:
    absences = {"vera": [Absence(10.0, 11.0)], "nika": [Absence(10.0, 20.0)]}
    departures = [Departure("ali", 12.0), Departure("vera", 13.0), Departure("nika", 14.0)]
    assert flaps(departures, absences, grace=3.0) == 2


def test_who_is_said_to_have_left_before_they_did_flaps() -> None:
    assert flaps([Departure("nika", 9.0)], {"nika": [Absence(10.0, 20.0)]}, grace=3.0) == 1
