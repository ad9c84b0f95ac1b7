"""What is shown to whoever is there and kept in no log: the latest few, numbered as the entries of a log are."""

from collections import deque
from collections.abc import Iterator

from backend.hub.entries import Shown


class Live:
    """A subscriber's place in it is one integer. Who is behind the first that is kept has missed something."""

    def __init__(self, size: int) -> None:
        self._items: deque[Shown] = deque(maxlen=size)
        self.last = 0

    def __iter__(self) -> Iterator[Shown]:
        return iter(self._items)

    def add(self, payload: object) -> None:
        self._items.append(Shown("", payload))
        self.last += 1

    def after(self, number: int, cursor: str) -> Shown | None:
        """What follows `number`, for somebody who is at `cursor`. None if it is kept no more.

        All who are at the same cursor get the same item, so that it is rendered once for them. Who has a later one
        must not be given an earlier one: it would be a step back in the log.
        """
        index = number - (self.last - len(self._items))
        if index < 0:
            return None
        item = self._items[index]
        if item.cursor != cursor:
            item = self._items[index] = Shown(cursor, item.payload)
        return item

    def forget(self) -> None:
        """Keep nothing: who has not been shown it misses it."""
        self._items.clear()

    def miss(self) -> None:
        """Everybody misses something."""
        self.forget()
        self.last += 1
