"""Measure: `python -m benchmarks.engine [--rounds N] [scenario ...]`, all of them if none is named.

A line a figure on stdout, progress on stderr, and with --write a dated result and plots: in benchmarks/results and docs
if it was all of it, else in var/bench, which the repository does not have. Exit status 1 if a demand is not met, or a
scenario failed; the others go on then.
"""

import argparse
import os
import signal
import sys
import time
import traceback

from benchmarks.engine import cores, disk, faults, plots, results
from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.peers.peers import set_up
from benchmarks.engine.scenarios import ALL, Scenario
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import stage
from tests.services.errors import ServiceError

ROUNDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description="The engine beside its peers.")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"all, or some of: {', '.join(ALL)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which each figure is the median ({ROUNDS})")
    parser.add_argument("--write", action="store_true", help="a dated result, and plots")
    given = parser.parse_args()
    # Not `choices`: Python 3.11 looks for no scenario at all among them, too.
    if unknown := set(given.scenarios) - ALL.keys():
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    is_whole = not given.scenarios and given.rounds >= ROUNDS
    plotted = results.ROOT / "docs" if is_whole else results.ROOT / "var" / "bench"
    load = os.getloadavg()[0]
    set_up()
    run = results.Run(
        folder=results.ROOT / "benchmarks" / "results" if is_whole else plotted,
        rounds=given.rounds,
        where={**results.machine(load), "disk": disk.told()},
    )
    cores.settle()
    faults.find()
    for name in given.scenarios or ALL:
        _measure(run, name, ALL[name])
        if given.write:  # after each: whatever ends the next one, this one was measured
            page = run.write()
            for path in (page, *plots.draw(run.figures[name], plotted)):
                say(f"Written to {path}.")
    for name, reason in run.failed.items():
        say(f"{name} FAILED: {reason}")
    return 0 if run.met else 1


def _measure(run: results.Run, name: str, scenario: Scenario) -> None:
    """On a stage of its own: one that fails leaves nothing to the next."""
    say(f"--- {name}")
    began, figures = time.monotonic(), run.figures.setdefault(name, [])
    try:
        with stage() as ready:
            for figure in scenario(ready, run.rounds):
                print(figure, flush=True)
                figures.append(figure)
    except Exception as error:
        traceback.print_exc()
        run.failed[name] = next(iter(str(error).splitlines()), type(error).__name__)
        say(f"{name} FAILED: {run.failed[name]}")
    run.seconds[name] = time.monotonic() - began
    say(f"    {run.seconds[name]:.0f} s")


if __name__ == "__main__":
    # Whoever ends it ends the servers that it has started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        sys.exit(main())
    except (BenchmarkFailed, ServiceError) as error:
        sys.exit(str(error))
