"""Talks to the load generator: many sockets that check what they are sent (`load/follow.c`)."""

import json
import select
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import msgspec

from benchmarks.engine import cores, frames
from benchmarks.engine.compiler import build
from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.stamps import Stamps, body

_CONNECT_AT_ONCE = 64
_STOP_SECONDS = 10
_ALIKE = 16  # bytes that frames of one subject may differ by: their ids have as many digits as they need


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
    shortest: int  # bytes
    longest: int
    missing: int
    repeated: int
    lost: int  # sockets
    refused: int
    p50_us: int
    p99_us: int
    max_us: int
    sample: str  # the last frame of one of them, a byte a character

    def check(self, deliveries: int, *, last: int, is_graphql: bool = True) -> None:
        """Raises `BenchmarkFailed` unless it is all of them, each once and in order, on every socket, and says so.

        What a frame says is looked for in one, that of the event `last`, and the others have to be as long.
        """
        faults = {name: getattr(self, name) for name in ("missing", "repeated", "lost", "refused")}
        if self.deliveries != deliveries or any(faults.values()):
            raise BenchmarkFailed(f"Of {deliveries} deliveries {self.deliveries} came, and {faults}.")
        sample = self.sample.encode("latin-1")
        try:
            said = frames.body_of(sample, is_graphql=is_graphql)
        except msgspec.MsgspecError as error:
            raise BenchmarkFailed(f"A frame is not that of an event ({error}): {sample!r}.") from error
        if said != body(last):
            raise BenchmarkFailed(f"The frame of event {last} says {said!r}.")
        if self.longest - self.shortest > _ALIKE or not self.shortest <= len(sample) <= self.longest:
            sizes = f"{self.shortest} to {self.longest} bytes, and one that was looked into {len(sample)}"
            raise BenchmarkFailed(f"The frames of the same events have {sizes}.")


class Followers:
    """The sockets of one generator process."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self.count = 0
        self._is_graphql = True

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
        self._is_graphql = bool(lines[0].subprotocol)
        answer = self._ask(f"connect {path} {at_once} {seconds}", seconds)
        if answer["event"] != "connected" or answer["lost"]:
            raise BenchmarkFailed(f"Of {self.count} sockets {answer['connections']} were let in: {answer}.")
        return float(answer["seconds"])

    def cpu(self) -> float:
        """Seconds that the generator has used so far."""
        return cores.cpu_seconds([self._process.pid])

    def has_all(self, number: int, *, seconds: float = 60) -> float | None:
        """Seconds until every socket has this event; None if one has not by then."""
        answer = self._ask(f"wait {number} {seconds}", seconds)
        return float(answer["seconds"]) if answer["event"] == "reached" else None

    def checked(self, deliveries: int, *, last: int) -> Report:
        """The report on so many deliveries, of which `last` is the last event's. Raises `BenchmarkFailed`."""
        report = self.report()
        report.check(deliveries, last=last, is_graphql=self._is_graphql)
        return report

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
