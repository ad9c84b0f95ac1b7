"""What came of it, a line a fault."""

import sys
from collections.abc import Sequence

from tests.delivery import scenario, stalled
from tests.delivery.judge import share_of

Outcome = scenario.Outcome | stalled.Outcome

_COLUMNS = (
    ("fault", 20),
    ("sent", 7),
    ("acknowledged", 13),
    ("delivered", 10),
    ("missing", 8),
    ("duplicated", 11),
    ("out of order", 13),
    ("differing", 10),
    ("resumed", 8),
    ("outage", 7),
    ("p50", 7),
    ("p99", 7),
    ("max", 7),
    ("online", 7),
    ("flaps", 6),
)


def heading(*, processes: int, seed: int, are_apart: bool) -> None:
    _say(f"Processes: {processes}, {'each on a host of its own' if are_apart else 'all on this host'}. Seed: {seed}.")
    _say("Times are in seconds; p50, p99 and max are of the lag from a room's log to somebody who follows it.")


def columns() -> None:
    _row([name for name, _ in _COLUMNS])


def line(name: str, outcome: scenario.Outcome) -> None:
    verdict = outcome.verdict
    _row(
        [
            name,
            str(verdict.sent),
            str(verdict.acknowledged),
            str(verdict.delivered),
            str(verdict.missing),
            str(verdict.duplicated),
            str(verdict.out_of_order),
            str(verdict.differing),
            str(outcome.resumed),
            f"{verdict.outage:.1f}",
            *(f"{verdict.lag(share):.3f}" for share in (0.5, 0.99, 1.0)),
            "never" if outcome.online_after is None else f"{outcome.online_after:.1f}",
            str(outcome.flaps),
        ]
    )
    _say_failures(outcome)


def stalled_reader(outcome: stalled.Outcome) -> None:
    verdict, before, after = outcome.verdict, outcome.read.lags, outcome.stalled.lags
    _say(
        f"{stalled.NAME}: {outcome.stalled.events:,} events passed while somebody did not read for "
        f"{outcome.stalled.seconds:.0f} s, and then came. Missing {verdict.missing}, duplicated {verdict.duplicated}, "
        f"out of order {verdict.out_of_order}, differing {verdict.differing}, sockets lost {outcome.resumed}. "
        f"The process kept {outcome.stalled.memory / 1024:,.0f} KiB, and {outcome.read.memory / 1024:,.0f} KiB while "
        f"they read; the others' p99 was {share_of(after, 0.99):.3f} s, and {share_of(before, 0.99):.3f} s then."
    )
    _say_failures(outcome)


def conclusion(outcomes: Sequence[Outcome], *, sends: int) -> bool:
    """Whether all demands were met, this many acknowledged sends too."""
    acknowledged = sum(outcome.verdict.acknowledged for outcome in outcomes)
    failed = sum(bool(outcome.failures) for outcome in outcomes) + (acknowledged < sends)
    delivered = sum(outcome.verdict.delivered for outcome in outcomes)
    _say(f"{acknowledged:,} sends acknowledged (at least {sends:,} are demanded), {delivered:,} events delivered.")
    _say("Nothing was lost." if not failed else f"{failed} demands were not met.")
    return not failed


def _say_failures(outcome: Outcome) -> None:
    for failure in outcome.failures:
        _say(f"  FAILED: {failure}")


def _row(cells: Sequence[str]) -> None:
    first, *rest = (
        cell.ljust(width) if not index else cell.rjust(width)
        for index, (cell, (_, width)) in enumerate(zip(cells, _COLUMNS, strict=True))
    )
    _say("".join((first, *rest)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
