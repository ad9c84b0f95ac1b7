"""A process that does real writes: messages, by the domain's own command, on the cluster's database.

    python -m benchmarks.engine.house STAMPS

Orders come by stdin and are answered on stdout, a line of JSON each (`house_keeper.py`). Like the process of a cluster
that somebody else's mutation runs in, it publishes what it has committed through its own hub.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import django

from benchmarks.engine.stamps import Stamps, body

django.setup()

from django.db import transaction  # noqa: E402  # these need the apps

from backend import hub, rates  # noqa: E402
from backend.accounts.credentials import Viewer  # noqa: E402
from backend.chat import messages  # noqa: E402
from benchmarks.engine.guests import Guests  # noqa: E402


class House:
    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._guests = Guests()
        self._speakers: dict[int, Iterator[Viewer]] = {}
        self._uncommitted = ExitStack()

    def furnish(self, address: str, first: int, count: int) -> dict[str, Any]:
        room, inside = self._guests.furnish(address, first, count)
        self._speakers[room["key"]] = cycle(inside)
        return room

    def prepare(self, rooms: list[int], first: int, count: int) -> list[str]:
        """The events of these numbers in each room: written, and not yet committed. The cursor of each room then."""
        rates.forget()  # a few say here what in the wild many would
        self._uncommitted.enter_context(transaction.atomic())
        # The first thing that is done when it is committed; publishing is the next.
        transaction.on_commit(partial(self._stamps.put, first, count))
        for number in range(first, first + count):
            cursors = [self._say(room_id, number) for room_id in rooms]
        return cursors

    def commit(self) -> None:
        self._uncommitted.close()

    def _say(self, room_id: int, number: int) -> str:
        viewer = next(self._speakers[room_id])
        return messages.send_message(viewer=viewer, room_id=room_id, body=body(number), key=str(number)).cursor


def _run_hub() -> None:
    """The hub's loop, on a thread of its own: whatever commits in this process finds it there."""
    started = threading.Event()

    async def run() -> None:
        hub.current()
        started.set()
        await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    started.wait()


def main(stamps: Path) -> None:
    _run_hub()
    house = House(Stamps(stamps))
    for line in sys.stdin:
        order, arguments = json.loads(line)
        print(json.dumps(getattr(house, order)(**arguments)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
