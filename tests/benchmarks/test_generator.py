"""What the load generator has counted and seen is a figure only if all of it is right."""

import json
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.generator import Report
from benchmarks.engine.stamps import body

AUTHOR = {"id": "u7", "username": "ada", "displayName": "Ada"}
MESSAGE = {"id": "m7", "body": body(7), "sentAt": "2026-01-02T03:04:05.678Z", "author": AUTHOR}
EVENT = {"__typename": "MessageSent", "message": MESSAGE}


def _frame(event: Any = EVENT, *, kind: str = "next", id: str = "1", **others: Any) -> str:
    payload = {"data": {"roomEvents": {"cursor": "c7", "event": event}}, **others}
    return json.dumps({"id": id, "type": kind, "payload": payload})


def _report(sample: str, **changes: Any) -> Report:
    report = Report(
        deliveries=10,
        shortest=len(sample),
        longest=len(sample),
        missing=0,
        repeated=0,
        lost=0,
        refused=0,
        p50_us=0,
        p99_us=0,
        max_us=0,
        sample=sample,
    )
    return replace(report, **changes)


def test_a_report_on_all_events_in_frames_that_say_so_is_good() -> None:
    _report(_frame()).check(10, last=7)
    aliased = _frame().replace('"cursor"', '"as3"')
    _report(aliased, longest=len(aliased) + 4).check(10, last=7)
    _report(json.dumps({"cursor": "c7", "event": EVENT})).check(10, last=7, is_graphql=False)


@pytest.mark.parametrize("fault", ["missing", "repeated", "lost", "refused"])
def test_a_fault_that_was_counted_fails_the_round(fault: str) -> None:
    with pytest.raises(BenchmarkFailed, match=fault):
        _report(_frame(), **{fault: 1}).check(10, last=7)


def test_deliveries_that_did_not_come_fail_the_round() -> None:
    with pytest.raises(BenchmarkFailed, match="Of 11 deliveries 10 came"):
        _report(_frame()).check(11, last=7)


@pytest.mark.parametrize(
    "sample",
    [
        _frame(kind="error"),
        _frame(id="2"),
        _frame(errors=[{"message": body(7)}]),
        _frame({**EVENT, "__typename": "MessageEdited"}),
        _frame({"__typename": "MessageSent", "message": {"id": "m7", "body": body(7)}}),
        _frame()[:100],
        "",
    ],
    ids=["error", "another operation", "errors", "another event", "less than was asked for", "cut", "nothing"],
)
def test_a_frame_that_is_not_what_was_asked_for_fails_the_round(sample: str) -> None:
    with pytest.raises(BenchmarkFailed, match="not that of an event"):
        _report(sample).check(10, last=7)


def test_a_frame_of_another_event_fails_the_round() -> None:
    with pytest.raises(BenchmarkFailed, match=r"event 8 says '~000007~"):
        _report(_frame()).check(10, last=8)


@pytest.mark.parametrize("changes", [{"shortest": 1}, {"longest": 1000}])
def test_frames_that_are_not_as_long_as_the_one_that_was_looked_into_fail_the_round(changes: dict[str, int]) -> None:
    with pytest.raises(BenchmarkFailed, match="frames of the same events have"):
        _report(_frame(), **changes).check(10, last=7)
