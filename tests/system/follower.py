"""Somebody who follows a room with the real `graphql-ws` client: `frontend/examples/follow.mjs`, in Node."""

import json
import subprocess
import threading
from pathlib import Path
from typing import Any, Self

from tests import leaks

ROOT = Path(__file__).parents[2]


class Follower:
    """Reads frames until `until` messages have come. Prints its connection's state when a test fails."""

    def __init__(
        self, *, ws_url: str, token: str, room: str, until: int, after: str | None = None, patience: float | None = None
    ) -> None:
        command = [str(ROOT / "frontend/with-node"), "node", str(ROOT / "frontend/examples/follow.mjs")]
        given = {"url": f"{ws_url}/graphql", "token": token, "room": room, "until": str(until), "after": after}
        if patience:
            given["patience"] = str(patience)
        options = [part for name, value in given.items() if value for part in (f"--{name}", value)]
        self._process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=None, text=True)
        self.frames: list[dict[str, Any]] = []
        self._came = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()

    @property
    def bodies(self) -> list[str]:
        return [frame["body"] for frame in list(self.frames) if frame["type"] == "MessageSent"]

    def wait_for(self, type_name: str, seconds: float = 30) -> None:
        with self._came:
            assert self._came.wait_for(lambda: any(each["type"] == type_name for each in self.frames), seconds)

    def wait_for_messages(self, count: int, seconds: float = 60) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self.bodies) >= count, seconds), (
                f"{len(self.bodies)} of {count} messages came within {seconds} s"
            )

    def ended(self, seconds: float) -> int:
        """The exit status, once it has stopped by itself."""
        return self._process.wait(seconds)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            leaks.look("a frame", line)
            with self._came:
                self.frames.append(json.loads(line))
                self._came.notify_all()
