"""Builds the load generator, and talks to it: many sockets that check what they are sent (`load/follow.c`)."""

import json
import select
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from benchmarks.engine.stamps import Stamps

SOURCES = Path(__file__).parent / "load"
_FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror", "-std=c11")
_CONNECT_AT_ONCE = 64
_STOP_SECONDS = 10


class BenchmarkFailed(Exception):
    """Says in one sentence why there is no figure."""


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="chaikhana-load-")


@cache
def build(name: str, *others: str) -> Path:
    """The program made of these sources. Raises `BenchmarkFailed` without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise BenchmarkFailed("The load generator is written in C: install a C compiler (Debian: apt-get install gcc).")
    program = Path(_folder().name) / name
    sources = [SOURCES / f"{each}.c" for each in (name, *others)]
    subprocess.run([compiler, *_FLAGS, "-o", program, *sources], check=True)
    return program


@dataclass(frozen=True)
class Line:
    """One socket, and what it says: `opening` at first, `then` when that has been acknowledged."""

    port: int
    opening: str
    then: tuple[str, ...]
    path: str = "/graphql"
    subprotocol: str = "graphql-transport-ws"
    settled_by: str = "pong"  # a text in whatever answers the last of it; none for the handshake itself

    def __str__(self) -> str:
        return "\t".join((str(self.port), self.path, self.subprotocol, self.settled_by, self.opening, *self.then))


@dataclass(frozen=True)
class Report:
    """What all sockets together were sent since the last report."""

    deliveries: int
    bytes: int
    missing: int
    repeated: int
    lost: int  # sockets
    refused: int
    p50_us: int
    p99_us: int
    max_us: int
    sample: str

    def check(self, deliveries: int) -> None:
        """Raises `BenchmarkFailed` unless it is all of them, each once and in order, on every socket."""
        faults = {name: getattr(self, name) for name in ("missing", "repeated", "lost", "refused")}
        if self.deliveries != deliveries or any(faults.values()):
            raise BenchmarkFailed(f"Of {deliveries} deliveries {self.deliveries} came, and {faults}.")


class Followers:
    """The sockets of one generator process."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self.count = 0

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._folder = Path(undo.enter_context(TemporaryDirectory(prefix="chaikhana-lines-")))
            self._process = undo.enter_context(
                subprocess.Popen(
                    [build("follow", "websocket"), self._stamps.path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(_STOP_SECONDS)
        self._undo.close()

    def connect(self, lines: Sequence[Line], *, at_once: int = _CONNECT_AT_ONCE, seconds: float) -> float:
        """Seconds until all of them have been told that they follow. Raises `BenchmarkFailed` if one is not."""
        path = self._folder / "lines"
        path.write_text("".join(f"{line}\n" for line in lines))
        self.count = len(lines)
        answer = self._ask(f"connect {path} {at_once} {seconds}", seconds)
        if answer["event"] != "connected" or answer["lost"]:
            raise BenchmarkFailed(f"Of {self.count} sockets {answer['connections']} were let in: {answer}.")
        return float(answer["seconds"])

    def has_all(self, number: int, *, seconds: float = 60) -> float | None:
        """Seconds until every socket has this event; None if one has not by then."""
        answer = self._ask(f"wait {number} {seconds}", seconds)
        return float(answer["seconds"]) if answer["event"] == "reached" else None

    def report(self) -> Report:
        answer = self._ask("report", 10)
        del answer["event"]
        return Report(**answer)

    def drop(self) -> None:
        self._ask("drop", 10)
        self.count = 0

    def _ask(self, command: str, seconds: float) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        print(command, file=stdin, flush=True)
        # One answer for each command, so nothing is left in the reader's own buffer.
        ready, _, _ = select.select([stdout], [], [], seconds + 10)
        line = stdout.readline() if ready else ""
        if not line:
            raise BenchmarkFailed(f"The load generator does not answer `{command}`.")
        answer: dict[str, Any] = json.loads(line)
        return answer
