"""Many connections that ask, each as soon as it has been answered (`load/ask.c`)."""

import json
import select
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from benchmarks.engine import cores
from benchmarks.engine.compiler import build
from benchmarks.engine.errors import BenchmarkFailed

NUMBER = "~000000~"  # in a request: a number that no other one has stands there instead
_CONNECT_SECONDS = 60.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Question:
    """One connection, and what it asks. Without a subprotocol over HTTP, where `first` is a header."""

    port: int
    subprotocol: str
    first: str
    expected: str  # a text in every good answer
    request: str
    path: str = "/graphql"

    def __str__(self) -> str:
        return "\t".join((str(self.port), self.path, self.subprotocol, self.first, self.expected, self.request))


@dataclass(frozen=True)
class Answers:
    answered: int
    refused: int
    seconds: float
    p50_us: int
    p99_us: int


class Asking:
    """Connected when the block begins. Raises `BenchmarkFailed` if a connection is not, or is lost."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            path = Path(undo.enter_context(TemporaryDirectory(prefix="chaikhana-questions-"))) / "questions"
            path.write_text("".join(f"{question}\n" for question in self._questions))
            command = [build("ask", "websocket"), path]
            pipe = subprocess.PIPE
            self._process = undo.enter_context(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
            undo.callback(self._process.kill)
            self._read(_CONNECT_SECONDS)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def cpu(self) -> float:
        """Seconds that it has used so far."""
        return cores.cpu_seconds([self._process.pid])

    def run(self, seconds: float) -> Answers:
        """Raises `BenchmarkFailed` unless every answer is a good one."""
        assert self._process.stdin is not None
        print(f"run {seconds}", file=self._process.stdin, flush=True)
        answers = Answers(**self._read(seconds + _STOP_SECONDS))
        if answers.refused:
            raise BenchmarkFailed(f"Of {answers.answered + answers.refused} requests {answers.refused} were refused.")
        return answers

    def _read(self, seconds: float) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        ready, _, _ = select.select([stdout], [], [], seconds)
        line = stdout.readline() if ready else ""
        if not line:
            raise BenchmarkFailed("The requests are not answered.")
        answer: dict[str, Any] = json.loads(line)
        return answer
