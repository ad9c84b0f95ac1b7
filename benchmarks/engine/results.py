"""A dated result: the figures, on which machine and when, for programs (JSON) and for people (Markdown)."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.engine.figures import Figure

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks" / "results"

_METHOD = """\
The server that is measured has a core to itself; Redis, PostgreSQL, whoever publishes and the load generator share
another. Time is the CPU time that the kernel counts for the server's process, of all its threads; each figure of
one room, of many rooms, of connects and of messages sent is the median of interleaved rounds, each on a server just
started and warmed up; the others are of one run. The generator checks that every socket gets
every event once and in order, and a round where one does not is no figure. Events of ours are messages that members
send by the domain's own command, committed on PostgreSQL by a process apart; those of the others are published to them
ready-made.
"""
_CAVEAT = """\
One machine, loopback, no TLS, clients that always read. PostgreSQL does not wait for the disk (`fsync` is off), for
whoever writes: to us, whose changes of a room come one after the other, a slow disk would cost more than to the recipe.
What we commit at once for many rooms arrives together, as what many people say does, and what a few say does not. What
else the machine did meanwhile, and how fast its cores are, is in every figure but the ratios.
"""


def machine(load: float) -> Mapping[str, str]:
    """Where it was measured. `load` is how many processes wanted to run before it began."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": f"{load:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Node": _said("node", "--version"),
        "daphne": version("daphne"),
        "uvicorn": version("uvicorn"),
        "strawberry-graphql": version("strawberry-graphql"),
        "revision": _said("git", "describe", "--always", "--dirty"),
    }


def write(figures: Sequence[Figure], *, rounds: int, where: Mapping[str, str]) -> Path:
    """Two files named by the day; a later run of the same day takes their place. Returns the one for people."""
    at = datetime.now(UTC)
    FOLDER.mkdir(exist_ok=True)
    name = FOLDER / f"{at:%Y-%m-%d}"
    told = {
        "at": at.isoformat(timespec="seconds"),
        "rounds": rounds,
        "machine": dict(where),
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }
    name.with_suffix(".json").write_text(json.dumps(told, indent=2) + "\n")
    page = name.with_suffix(".md")
    page.write_text(_page(at, figures, rounds, where))
    return page


def _page(at: datetime, figures: Sequence[Figure], rounds: int, where: Mapping[str, str]) -> str:
    rows = "\n".join(_row(figure) for figure in figures)
    return (
        f"# Measured on {at:%d %B %Y}\n\n"
        f"By `{' '.join(('python -m benchmarks.engine', *sys.argv[1:]))}`, {rounds} rounds, at {at:%H:%M} UTC.\n\n"
        f"{'; '.join(f'{name} {value}' for name, value in where.items())}.\n\n"
        f"## Method\n\n{_METHOD}\n## Caveat\n\n{_CAVEAT}\n"
        f"## Figures\n\n| what | measured | demanded | |\n|---|---:|---:|---|\n{rows}\n"
    )


def _row(figure: Figure) -> str:
    demanded = "" if figure.demand is None else f"{figure.sense} {figure.demand:,g}"
    verdict = "" if figure.demand is None else "met" if figure.met else "**not met**"
    return f"| {figure.name} | {figure.shown} | {demanded} | {verdict} |"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
