"""Start a server, wait until it answers, or fail with its log: what all services of the tests share."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.services.errors import ServiceFailed

START_SECONDS = 30.0
STOP_SECONDS = 30.0
_POLL_SECONDS = 0.02


class Child:
    """A process in a session of its own, so that Ctrl-C in the tests ends it in their order, not at once."""

    def __init__(
        self,
        service: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.service = service
        self.log = log
        self._frozen = False
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_until(self, answers: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Ask again and again. Raises `ServiceFailed` if the process ends, or does not answer in time."""
        deadline = time.monotonic() + seconds
        while self.running:
            if answers():
                return
            if time.monotonic() > deadline:
                self.kill()
                raise ServiceFailed(self.service, f"did not answer within {seconds:g} s", self.log)
            time.sleep(_POLL_SECONDS)
        raise ServiceFailed(self.service, f"ended with status {self._process.returncode} before it answered", self.log)

    def signal(self, number: signal.Signals) -> None:
        """To the process alone, as a supervisor would; to nobody if it has ended."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the process and all that it started, and wait."""
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def freeze(self) -> None:
        """SIGSTOP: its sockets stay open and nobody answers on them. Returns when it stands still."""
        if not self._frozen:
            self.signal(signal.SIGSTOP)
            # The signal is only on its way by now; a second one would be reported by nobody.
            os.waitpid(self._process.pid, os.WUNTRACED)
            self._frozen = True

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)
        self._frozen = False

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """The exit status; negative for a signal. Raises `ServiceFailed` if it is still running by then."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServiceFailed(self.service, f"was still running after {seconds:g} s", self.log) from None
