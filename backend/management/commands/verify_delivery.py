"""`manage.py verify_delivery`: break a cluster in every way while people talk, and check that nothing is lost."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
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
        parser.add_argument("--processes", type=int, choices=(1, 2, 4), default=2, help="of the server (default: 2)")
        parser.add_argument("--fault", metavar="NAME", action="append", help="only this one; may be given again")
        parser.add_argument("--seconds", type=_seconds, help="of talk after each fault (default: 10)")
        parser.add_argument("--seed", type=int, default=1, help="of what people do (default: 1)")
        parser.add_argument("--short", action="store_true", help="less than a minute of it, as the tests do")

    def handle(
        self,
        *args: Any,
        processes: int,
        fault: list[str] | None,
        seconds: float | None,
        seed: int,
        short: bool,
        **options: Any,
    ) -> None:
        try:
            from tests.delivery import faults, scenario, verify
        except ImportError as error:
            raise CommandError("This needs the repository with its tests and their packages.") from error
        chosen = faults.SHORT if short else faults.FAULTS
        if fault:
            if unknown := set(fault) - set(chosen):
                raise CommandError(f"No such fault: {', '.join(sorted(unknown))}. There are: {', '.join(chosen)}.")
            chosen = {name: chosen[name] for name in fault}
        load = scenario.SHORT_LOAD if short else scenario.Load(sends=-(-_SENDS // len(chosen)))
        if seconds is not None:
            load = load._replace(seconds=seconds)
        try:
            all_met = verify.verify(chosen, processes=processes, load=load, seed=seed)
        except KeyboardInterrupt:
            sys.stderr.write("Interrupted. All that was started has been stopped.\n")
            sys.exit(_INTERRUPTED)
        sys.exit(not all_met)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ArgumentTypeError(f"a number of seconds up to an hour, not {value!r}.")
    return seconds
