"""Measure: `python -m benchmarks.engine [--rounds N] [scenario ...]`, all of them if none is named.

A line a figure on stdout, progress on stderr, and with --write a dated result in benchmarks/results and plots in docs.
Exit status 1 if a demand is not met.
"""

import argparse
import os
import signal
import sys

from benchmarks.engine import cores, faults, plots, results
from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.figures import Figure
from benchmarks.engine.peers.peers import set_up
from benchmarks.engine.scenarios import ALL
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import stage

ROUNDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description="The engine beside its peers.")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", choices=list(ALL), help=", ".join(ALL))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which each figure is the median ({ROUNDS})")
    parser.add_argument("--write", action="store_true", help="a dated result in benchmarks/results, plots in docs")
    given = parser.parse_args()
    where = results.machine(os.getloadavg()[0])
    set_up()
    cores.settle()
    faults.find()
    figures: list[Figure] = []
    with stage() as ready:
        for name in given.scenarios or ALL:
            say(f"--- {name}")
            for figure in ALL[name](ready, given.rounds):
                print(figure, flush=True)
                figures.append(figure)
    if given.write:
        for path in plots.draw(figures):
            say(f"Drawn to {path}.")
        say(f"Written to {results.write(figures, rounds=given.rounds, where=where)}.")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    # Whoever ends it ends the servers that it has started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        sys.exit(main())
    except BenchmarkFailed as error:
        sys.exit(str(error))
