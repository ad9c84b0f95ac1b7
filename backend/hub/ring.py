"""The recent entries of a log: in order, without a hole, and as many as fit."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from backend.hub.entries import Entry

UNKNOWN = -1


class Ring:
    """Bounded in bytes. The latest entry is kept however large it is.

    Of the entry before the first, the ring still knows the cursor: it tells who is at that position in this log.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        # Keys whose renderings are kept with each entry. One is about as large as what it renders.
        self._keys = 0
        # The position before the first entry, and the cursor there, if it is known.
        self._base = UNKNOWN
        self._link = ""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def cursor_at(self, seq: int) -> str:
        """Empty if it is not known."""
        index = seq - self._base - 1
        if index == -1:
            return self._link
        return self._entries[index].cursor if 0 <= index < len(self._entries) else ""

    def after(self, position: int, limit: int) -> Sequence[Entry]:
        """At most `limit` entries that follow `position`; none if the ring does not reach back that far."""
        start = position - self._base
        if start < 0:
            return ()
        return [self._entries[index] for index in range(start, min(start + limit, len(self._entries)))]

    def since(self, position: int) -> Iterator[Entry]:
        """All entries after `position`, as far back as the ring reaches."""
        return islice(self._entries, max(0, position - self._base), None)

    def restart(self, last: int, cursor: str) -> None:
        """Let go of everything. What comes next follows `last`, where `cursor` is, if it is known."""
        self._entries.clear()
        self._bytes = 0
        self._base, self._link = last, cursor

    def append(self, entry: Entry) -> None:
        assert entry.seq == self._base + len(self._entries) + 1, "a log has no holes"
        self._entries.append(entry)
        self._bytes += entry.size
        self._trim()

    def prepend(self, entries: Sequence[Entry], link: str) -> None:
        """Keep what joins the ring, as far as it fits. `link` is the cursor before these entries."""
        for index in reversed(range(len(entries))):
            entry = entries[index]
            if entry.seq == self._base and self._link in ("", entry.cursor) and not self._is_full(entry.size):
                self._entries.appendleft(entry)
                self._bytes += entry.size
                self._base -= 1
                self._link = entries[index - 1].cursor if index else link

    def charge(self, keys: int) -> None:
        """So many more keys have their renderings kept, or fewer."""
        self._keys += keys
        self._trim()

    def erase(self, subject: str | None) -> None:
        """Take out everything about `subject`, or about whatever it is, and what came before it."""
        found = [index for index, entry in enumerate(self._entries) if subject in (None, entry.subject)]
        for _ in range(found[-1] + 1 if found else 0):
            self._drop_first()

    def _trim(self) -> None:
        while self._is_full() and len(self._entries) > 1:
            self._drop_first()

    def _drop_first(self) -> None:
        entry = self._entries.popleft()
        self._bytes -= entry.size
        self._base, self._link = entry.seq, entry.cursor

    def _is_full(self, more: int = 0) -> bool:
        return (self._bytes + more) * (1 + self._keys) > self._limit
