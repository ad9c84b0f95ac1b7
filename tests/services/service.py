"""One server process with a port, a folder and a log of its own, for as long as a `with` block lasts."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Self

from tests.services.child import Child
from tests.services.ports import free_port


class Service(ABC):
    """Runs when the block begins, and may be ended and started again inside it, on the same port.

    Raises `ServiceMissing` or `ServiceFailed` from `__enter__()` and `start()`.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.port = free_port()
        self._child: Child | None = None
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self.folder = Path(undo.enter_context(TemporaryDirectory(prefix="chaikhana-test-")))
            undo.callback(self.kill)
            self.start()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @property
    def log(self) -> Path:
        """What it has written so far, over all its starts."""
        return self.folder / "log"

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    @property
    def child(self) -> Child:
        assert self._child, f"{self.name} has not been started"
        return self._child

    def start(self) -> None:
        """Returns when it answers."""
        assert not self.running, f"{self.name} is running"
        self._child = self._spawn()
        self._child.wait_until(self._answers)

    def kill(self) -> None:
        """End it without a chance to say goodbye, if it runs."""
        if self._child:
            self._child.kill()

    @abstractmethod
    def _spawn(self) -> Child: ...

    @abstractmethod
    def _answers(self) -> bool: ...
