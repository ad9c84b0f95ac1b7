"""Talks to the house (`house.py`), which is a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from benchmarks.engine.stamps import Stamps

_STOP_SECONDS = 10


@dataclass(frozen=True)
class Room:
    key: int
    id: str
    tokens: tuple[str, ...]  # one of each person in it


class HouseKeeper:
    def __init__(self, *, database_url: str, redis_url: str, stamps: Stamps) -> None:
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "SECRET_KEY": "for tests",
        }
        self._stamps = stamps
        self._rooms: dict[tuple[str, int, int], Room] = {}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.engine.house", str(self._stamps.path)]
        with ExitStack() as undo:
            self._process = undo.enter_context(
                subprocess.Popen(
                    command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(_STOP_SECONDS)
        self._undo.close()

    def rooms(self, count: int, each: int) -> list[Room]:
        """So many rooms with so many people each, nobody in two of them. The same ones when asked again."""
        return [self._room(f"room {number} of {count} with {each}", number * each, each) for number in range(count)]

    def publisher(self, rooms: Sequence[Room]) -> "Writes":
        return Writes(self, [room.key for room in rooms])

    def ask(self, order: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([order, arguments]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The house ended when it was asked to {order}.")
        return json.loads(answer)

    def _room(self, address: str, first: int, count: int) -> Room:
        wanted = (address, first, count)
        if wanted not in self._rooms:
            furnished = self.ask("furnish", address=address, first=first, count=count)
            self._rooms[wanted] = Room(furnished["key"], furnished["id"], tuple(furnished["tokens"]))
        return self._rooms[wanted]


class Writes:
    """The product's own events: messages that members send."""

    def __init__(self, house: HouseKeeper, rooms: list[int]) -> None:
        self._house = house
        self._rooms = rooms
        self.cursors: list[str] = []  # of each room, after the last event that was prepared

    def prepare(self, first: int, count: int) -> None:
        self.cursors = self._house.ask("prepare", rooms=self._rooms, first=first, count=count)

    def commit(self) -> None:
        self._house.ask("commit")
