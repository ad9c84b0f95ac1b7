"""`manage.py verify_delivery`: break a cluster in every way while people talk, and check that nothing is lost."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Collection
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

_INTERRUPTED = 130  # the exit status by which shells know Ctrl-C
_SENDS = 3000  # acknowledged, in a run


class Command(BaseCommand):
    help = (
        "Break a cluster of its own in every way while people talk, and check that nothing is lost, repeated or "
        "reordered. Starts what it needs, touches nothing else, and takes minutes. Exits with 1 if a demand is not met."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--processes",
            type=int,
            choices=(1, 2, 4),
            nargs="+",
            default=[2],
            help="of the server, in turn (default: 2)",
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--fault", metavar="NAME", action="append", help="only this one; may be given again")
        what.add_argument("--short", action="store_true", help="less than a minute of it, as the tests do")
        parser.add_argument("--loopback", action="store_true", help="no network namespaces, also where they can be had")
        parser.add_argument("--seconds", type=_seconds, help="of talk after each fault (default: 10)")
        parser.add_argument("--seed", type=int, default=1, help="of all that is random in what is done (default: 1)")

    def handle(self, *args: Any, processes: list[int], **options: Any) -> None:
        try:
            # Who does not read takes one process, however many there are: once will do.
            were_met = [_verify(count, with_stalled=not number, **options) for number, count in enumerate(processes)]
        except KeyboardInterrupt:
            sys.stderr.write("Interrupted. All that was started has been stopped.\n")
            sys.exit(_INTERRUPTED)
        sys.exit(not all(were_met))


def _verify(
    processes: int,
    *,
    fault: list[str] | None,
    short: bool,
    seconds: float | None,
    seed: int,
    loopback: bool,
    with_stalled: bool,
    **_: Any,
) -> bool:
    """Whether all demands were met by so many processes."""
    try:
        from tests.delivery import apart, faults, scenario, stalled, verify
    except ImportError as error:
        raise CommandError("This needs the repository with its tests and their packages.") from error
    known = {*faults.FAULTS, *faults.APART, stalled.NAME}
    if fault and (unknown := set(fault) - known):
        raise CommandError(f"No such fault: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(known))}.")
    wanted = set() if short else set(fault or known)
    with_stalled = with_stalled and stalled.NAME in wanted
    wanted -= {stalled.NAME}
    if with_stalled and not stalled.can_be_measured():
        _leave_out({stalled.NAME}, "Linux, which says what memory a process has", were_named=bool(fault))
        with_stalled = False
    with apart.hosts(0 if short or loopback else processes) as network:
        chosen = faults.SHORT if short else faults.chosen(wanted, are_apart=network is not None)
        if left_out := wanted - chosen.keys():
            _leave_out(left_out, "hosts apart (root, network namespaces)", were_named=bool(fault))
        load = scenario.SHORT_LOAD if short else scenario.Load(sends=-(-_SENDS // max(1, len(chosen))))
        return verify.verify(
            chosen,
            processes=processes,
            load=load if seconds is None else load._replace(seconds=seconds),
            seed=seed,
            network=network,
            with_stalled=with_stalled,
        )


def _leave_out(what: Collection[str], needs: str, *, were_named: bool) -> None:
    """What cannot be broken here. Raises `CommandError` if it is what was asked for."""
    sentence = f"Left out, for it needs {needs}: {', '.join(sorted(what))}."
    if were_named:
        raise CommandError(sentence)
    sys.stderr.write(f"{sentence}\n")


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ArgumentTypeError(f"a number of seconds up to an hour, not {value!r}.")
    return seconds
