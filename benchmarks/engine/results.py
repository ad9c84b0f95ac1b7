"""A dated result: the figures, on which machine and when, for programs (JSON) and for people (Markdown)."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.engine.figures import Figure

ROOT = Path(__file__).parents[2]

_METHOD = """\
The server that is measured has a core to itself; Redis, PostgreSQL, whoever publishes and the load generator share
another. CPU is what the kernel counts for the server's process, of all its threads. Where a figure has a spread, it is
the median of interleaved rounds, each on a server just started and warmed up, and a ratio is taken round by round; of
the load generator's share it is the highest; the others are of one run. The generator checks that every socket gets
every event once and in order; that the frame of the last one of each measurement says what was sent, in the shape that
was asked for, and that the others are as long. A round where one does not is no figure. Events of ours are messages
that members send by the domain's own command, committed on PostgreSQL by a process apart; those of the others are
published to them ready-made. What goes out at once arrives together: ours are one transaction, whose events are one
message for each room, and the others' one pipeline. (What Channels' layers send comes one by one.) An event's way
begins when it has been committed, or is published to the others.
"""
_CAVEAT = """\
One machine, loopback, no TLS, clients that always read. PostgreSQL is as it comes, for us and for the recipe alike: a
commit waits for the disk, and how long that takes is said above. To us, whose changes of a room come one after the
other, a slow disk costs more than to the recipe. What else the machine did meanwhile, and how fast its cores are, is in
every figure but the ratios.
"""


@dataclass
class Run:
    """What has been measured so far."""

    folder: Path
    rounds: int
    where: Mapping[str, str]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    figures: dict[str, list[Figure]] = field(default_factory=dict)  # of each scenario
    seconds: dict[str, float] = field(default_factory=dict)  # that each scenario took
    failed: dict[str, str] = field(default_factory=dict)  # scenarios, and why

    @property
    def met(self) -> bool:
        return not self.failed and all(figure.met for of_one in self.figures.values() for figure in of_one)

    def write(self) -> Path:
        """Two files named by the day; a later run of that day takes their place. Returns the one for people."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = self.folder / f"{self.at:%Y-%m-%d}"
        told = {
            "at": self.at.isoformat(timespec="seconds"),
            "rounds": self.rounds,
            "machine": dict(self.where),
            "seconds": {scenario: round(seconds) for scenario, seconds in self.seconds.items()},
            "failed": self.failed,
            "figures": [
                {"scenario": scenario, **asdict(figure), "met": figure.met}
                for scenario, of_one in self.figures.items()
                for figure in of_one
            ],
        }
        name.with_suffix(".json").write_text(json.dumps(told, indent=2) + "\n")
        page = name.with_suffix(".md")
        page.write_text(self._page())
        return page

    def _page(self) -> str:
        command = " ".join(("python -m benchmarks.engine", *sys.argv[1:]))
        took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        failures = "".join(f"- `{name}` has no more figures: {reason}\n" for name, reason in self.failed.items())
        return (
            f"# Measured on {self.at:%d %B %Y}\n\n"
            f"By `{command}`, rounds: {self.rounds}, at {self.at:%H:%M} UTC. It took: {took}.\n\n"
            f"{'; '.join(f'{name} {value}' for name, value in self.where.items())}.\n\n"
            f"## Method\n\n{_METHOD}\n## Caveat\n\n{_CAVEAT}\n"
            + (f"## What failed\n\n{failures}\n" if failures else "")
            + "## Figures\n"
            + "".join(_table(scenario, of_one) for scenario, of_one in self.figures.items())
        )


def machine(load: float) -> Mapping[str, str]:
    """Where it was measured. `load` is how many processes wanted to run before it began."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": f"{load:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Node": _said(str(ROOT / "frontend" / "with-node"), "node", "--version"),
        "daphne": version("daphne"),
        "uvicorn": version("uvicorn"),
        "strawberry-graphql": version("strawberry-graphql"),
        "revision": _said("git", "describe", "--always", "--dirty"),
    }


def _table(scenario: str, figures: Sequence[Figure]) -> str:
    head = f"\n### {scenario}\n\n| what | measured | rounds | demanded | |\n|---|---:|---:|---:|---|\n"
    return head + "".join(f"{_row(figure)}\n" for figure in figures)


def _row(figure: Figure) -> str:
    demanded = "" if figure.demand is None else f"{figure.sense} {figure.demand:,g}"
    verdict = "" if figure.demand is None else "met" if figure.met else "**not met**"
    return f"| {figure.name} | {figure.shown} | {figure.spread} | {demanded} | {verdict} |"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
