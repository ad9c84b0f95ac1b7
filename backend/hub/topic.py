"""One topic in one process: its subscribers, what they share, and what they are shown that no log keeps."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from backend.hub.entries import Entry, Item
from backend.hub.limits import Limits
from backend.hub.live import Live
from backend.hub.shared import Render, Shared
from backend.hub.sink import Sink
from backend.hub.subscriber import Subscriber


class Topic:
    """By itself a topic without a log: all that its subscribers get is what is shown to them while they are there,
    and `CaughtUp` at first and whenever they may have missed some of it. With a log it is a `Feed`.
    """

    def __init__(self, topic: str, limits: Limits, *, release: Callable[[Any], None]) -> None:
        self.topic = topic
        self.last = 0
        self.batch_size = limits.batch_size
        self.ahead_bytes = limits.ahead_bytes
        self.live = Live(limits.live_size)
        # How often one of them was told `CaughtUp`: from then on they are shown what is in no log, and not before.
        self.greeted = 0
        self._limits = limits
        self._release = release
        self._shared: dict[Hashable, Shared] = {}
        self._notices: dict[type[Item], tuple[Item, float]] = {}

    @property
    def is_followed(self) -> bool:
        """Whether it has any subscribers."""
        return bool(self._shared)

    @property
    def subscribers(self) -> Sequence[Subscriber]:
        return [subscriber for shared in self._shared.values() for subscriber in shared.subscribers]

    def join(self, *, key: Hashable, render: Render, sink: Sink, closed: Callable[[], None]) -> Subscriber:
        """Send `CaughtUp`, and then what is shown, to `sink`. `closed` is called once, when that is over."""
        subscriber = self._add(key, render, sink, closed=closed, position=0, cursor="", access_as_of=0, principal="")
        subscriber.wake()
        return subscriber

    def show(self, payload: object) -> None:
        """Show this to those who are at the head, now; the others get `CaughtUp` if they come too late for it."""
        if self.is_followed:
            self.live.add(payload)
            self._wake_subscribers()

    def miss(self) -> None:
        """Tell everybody by `CaughtUp` that something was not shown to them."""
        self.live.miss()
        self._wake_subscribers()

    def notice(self, notice: Item) -> Item:
        """This one, or the equal one that others got at about the same time: rendered once for all of them."""
        now = asyncio.get_running_loop().time()
        held, since = self._notices.get(type(notice), (None, 0.0))
        if held is None or not notice.is_as(held) or now - since > self._limits.fast_sweep_interval:
            self._notices[type(notice)] = notice, now
            return notice
        return held

    def drop(self, subscriber: Subscriber) -> None:
        shared = subscriber.shared
        del shared.subscribers[subscriber]
        if not shared.subscribers:
            shared.close()
            del self._shared[shared.key]
        if len(shared.subscribers) < 2:
            self._forget_frames(shared.key)
        if len(shared.subscribers) == 1:
            self._unshare()
        self._release(self)

    def recent(self, position: int, cursor: str) -> Sequence[Entry]:
        """What of the log is in memory, for a subscriber who is behind it. Without one nobody is."""
        raise NotImplementedError

    async def after(self, position: int, cursor: str) -> Sequence[Entry] | None:
        """What follows in the log, for a subscriber who is behind it. Without one nobody is."""
        raise NotImplementedError

    def _add(
        self,
        key: Hashable,
        render: Render,
        sink: Sink,
        *,
        closed: Callable[[], None],
        position: int,
        cursor: str,
        access_as_of: int,
        principal: str,
    ) -> Subscriber:
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = Shared(key, render, self._limits)
        subscriber = Subscriber(
            self,
            shared,
            sink,
            closed=closed,
            position=position,
            cursor=cursor,
            access_as_of=access_as_of,
            principal=principal,
        )
        shared.subscribers[subscriber] = None
        if len(shared.subscribers) == 2:
            self._share()
        return subscriber

    def _share(self) -> None:
        """The renderings of one more key are kept from now on."""

    def _unshare(self) -> None:
        """Those of one fewer."""

    def _forget_frames(self, key: Hashable) -> None:
        """What nobody shares any more is not kept."""
        for item in (*self.live, *(notice for notice, _ in self._notices.values())):
            item.frames.pop(key, None)

    def _wake_subscribers(self) -> None:
        for shared in tuple(self._shared.values()):
            shared.wake()
