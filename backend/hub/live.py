"""What is shown to whoever is there and kept in no log: the latest few, numbered as the entries of a log are."""

from collections import deque
from collections.abc import Iterator

from backend.hub.entries import Shown

_CURSORS = 4  # at which one of them is kept: those who are at the head are at one, and for a moment at the next


class Live:
    """A subscriber's place in it is one integer. Who is behind the first that is kept has missed something."""

    def __init__(self, size: int) -> None:
        # Each with what it is at some cursors.
        self._items: deque[tuple[object, dict[str, Shown]]] = deque(maxlen=size)
        self.last = 0

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Shown]:
        return (shown for _, at in self._items for shown in at.values())

    def add(self, payload: object) -> None:
        self._items.append((payload, {}))
        self.last += 1

    def after(self, number: int, cursor: str) -> Shown | None:
        """What follows `number`, for somebody who is at `cursor`. None if it is kept no more.

        All who are at the same cursor get the same item, so that it is rendered once for them. Who has a later one
        must not be given an earlier one: it would be a step back in the log.
        """
        index = number - (self.last - len(self._items))
        if index < 0:
            return None
        payload, at = self._items[index]
        if cursor not in at:
            if len(at) == _CURSORS:
                del at[next(iter(at))]
            at[cursor] = Shown(cursor, payload)
        return at[cursor]

    def forget(self) -> None:
        """Keep nothing: who has not been shown it misses it."""
        self._items.clear()

    def miss(self) -> None:
        """Everybody misses something."""
        self.forget()
        self.last += 1
