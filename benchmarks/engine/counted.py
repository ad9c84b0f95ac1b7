"""`manage.py` for a server that counts how often it executed a document on an event, and asked the log for a page.

Nothing else of it differs. COUNTS names a file of two 64-bit numbers, which whoever measures reads meanwhile.
"""

import mmap
import os
import struct
import sys
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ENVIRONMENT = "COUNTS"
_LAYOUT = struct.Struct("qq")


class Counts(NamedTuple):
    executions: int
    pages: int


def create(path: Path) -> None:
    path.write_bytes(_LAYOUT.pack(0, 0))


def read(path: Path) -> Counts:
    return Counts(*_LAYOUT.unpack(path.read_bytes()))


def _count_in(path: str) -> None:
    """From now on, whatever a feed renders and reads is counted there."""
    from backend.hub.entries import Entry, Item
    from backend.hub.pages import Pages
    from backend.hub.shared import Shared

    with open(path, "r+b") as file:
        counts = memoryview(mmap.mmap(file.fileno(), _LAYOUT.size)).cast("q")
    make_shared, make_pages = Shared.__init__, Pages.__init__

    def shared(self: Shared, key: Any, render: Any, limits: Any) -> None:
        def counted(item: Item) -> bytes | Awaitable[bytes]:
            counts[0] += isinstance(item, Entry)
            rendered: bytes | Awaitable[bytes] = render(item)
            return rendered

        make_shared(self, key, counted, limits)

    def pages(self: Pages, topic: str, read: Any, limits: Any, **others: Any) -> None:
        async def counted(after: int, limit: int) -> Sequence[Entry]:
            counts[1] += 1
            entries: Sequence[Entry] = await read(after, limit)
            return entries

        make_pages(self, topic, counted, limits, **others)

    Shared.__init__ = shared  # type: ignore[method-assign]
    Pages.__init__ = pages  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import manage

    _count_in(os.environ[ENVIRONMENT])
    manage.main()
