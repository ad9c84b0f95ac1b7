"""One topic in one process: its head, a ring of recent entries, and the order that hints do not have."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress

from backend.hub.entries import CaughtUp, Entry
from backend.hub.limits import Limits
from backend.hub.shared import Render, Shared
from backend.hub.subscriber import Sink, Subscriber

logger = logging.getLogger(__name__)

Read = Callable[[int, int], Awaitable[Sequence[Entry]]]
UNKNOWN = -1


class Feed:
    """Everything up to `last` can be served, from the ring or from the log; subscribers are brought up to it.

    `last` moves in one task only, one entry at a time or, over a hole too long to fetch, in one jump: then the
    ring is empty, and subscribers read the log in pages.
    """

    def __init__(self, topic: str, read: Read, limits: Limits, *, release: Callable[["Feed"], None]) -> None:
        self.topic = topic
        self._release = release
        self.last = UNKNOWN
        self.batch_size = limits.batch_size
        # The channel layer has been told, and has had time to do it.
        self.settled = False
        self.subscribers: set[Subscriber] = set()
        self._read = read
        self._limits = limits
        # The highest seq known to exist. Above `last`: something is missing.
        self._head = UNKNOWN
        self._inbox: list[Entry] = []
        self._early: dict[int, Entry] = {}
        self._ring: deque[Entry] = deque()
        self._ring_bytes = 0
        self._erasures = 0
        self._reads: dict[int, asyncio.Task[Sequence[Entry]]] = {}
        self._shared: dict[Hashable, Shared] = {}
        # Keys whose renderings are kept in the ring. One is about as large as what it renders.
        self._kept_keys = 0
        self._caught_up = CaughtUp("")
        self._caught_up_at = 0.0
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"feed {topic}")

    # --- what the hub tells it ------------------------------------------------------------------------------

    def offer(self, entry: Entry) -> None:
        """File an entry that a hint brought. Any order, any number of times."""
        if len(self._inbox) < self._limits.inbox_size:
            self._inbox.append(entry)
        self.exists(entry.seq)

    def exists(self, seq: int) -> None:
        """The log has an entry `seq`. Never lowers the head: what a hint has raised meanwhile stays."""
        self._head = max(self._head, seq)
        if self._inbox or self._head > self.last:
            self._wake.set()

    async def close(self) -> None:
        for subscriber in tuple(self.subscribers):
            subscriber.close()
        tasks = [self._task, *self._reads.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what subscribers ask -------------------------------------------------------------------------------

    def subscribe(
        self,
        *,
        key: Hashable,
        render: Render,
        sink: Sink,
        position: int,
        cursor: str,
        access_as_of: int,
        principal: str,
    ) -> Subscriber:
        """Send `position + 1 ...` to `sink`, for as long as it lasts. Takes over the caller's `hold`.

        `position` and `access_as_of` come from one snapshot of the log that was taken after the hub's `hold`.
        """
        shared = self._shared.get(key)
        if shared is None:
            shared = Shared(key, render, retry_min=self._limits.retry_min, retry_max=self._limits.retry_max)
            self._shared[key] = shared
        shared.size += 1
        if shared.size == 2:
            self._kept_keys += 1
            self._trim()
        subscriber = Subscriber(
            self, shared, sink, position=position, cursor=cursor, access_as_of=access_as_of, principal=principal
        )
        self.subscribers.add(subscriber)
        self.exists(access_as_of)
        subscriber.wake()
        return subscriber

    def drop(self, subscriber: Subscriber) -> None:
        self.subscribers.remove(subscriber)
        self._release(self)
        shared = subscriber.shared
        shared.size -= 1
        if shared.size == 1:
            self._kept_keys -= 1
            # What nobody shares any more is not kept, nor charged for.
            for item in (*self._ring, self._caught_up):
                item.frames.pop(shared.key, None)
        elif not shared.size:
            del self._shared[shared.key]

    def recent(self, position: int) -> Sequence[Entry]:
        """The entries after `position`, if the ring reaches back that far."""
        if not self._ring or position + 1 < self._ring[0].seq:
            return ()
        return [self._ring[index] for index in range(position + 1 - self._ring[0].seq, len(self._ring))]

    async def page(self, position: int) -> Sequence[Entry]:
        """A page of the log after `position`; read once for all who ask at the same time."""
        read = self._reads.get(position)
        if read is None:
            read = self._reads[position] = asyncio.create_task(self._page(position))
            read.add_done_callback(lambda _: self._reads.pop(position, None))
        return await asyncio.shield(read)

    def caught_up(self, cursor: str) -> CaughtUp:
        """The notice for this cursor; those who arrive at the same head at about the same time share it."""
        now = asyncio.get_running_loop().time()
        if self._caught_up.cursor != cursor or now - self._caught_up_at > self._limits.fast_sweep_interval:
            self._caught_up = CaughtUp(cursor)
            self._caught_up_at = now
        return self._caught_up

    # --- order ----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                self._file()
                if self._head > self.last:
                    await self._be_patient()
                if self._head > self.last:
                    await self._fill()
            except Exception:  # a fault in one feed must not end it: its subscribers would wait for ever
                logger.exception("feed %s failed; going on", self.topic)
                await asyncio.sleep(self._limits.retry_max)
                self._wake.set()

    def _file(self) -> None:
        """Append what follows, keep what is early, drop what is known."""
        before = self.last
        if self.last == UNKNOWN and self._head != UNKNOWN:
            # The first that is heard of this topic: all before it can be read from the log.
            self.last = min([entry.seq - 1 for entry in self._inbox] or [self._head])
        arrived, self._inbox = self._inbox, []
        for entry in arrived:
            if entry.seq > self.last and len(self._early) < self._limits.inbox_size:
                self._early[entry.seq] = entry
        while (entry_ := self._early.pop(self.last + 1, None)) is not None:
            self._append(entry_)
        if self.last > before:
            self._wake_subscribers()

    async def _be_patient(self) -> None:
        """Hints overtake each other: give one that was overtaken a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.hole_patience):
                while self._head > self.last:
                    await self._wake.wait()
                    self._wake.clear()
                    self._file()

    async def _fill(self) -> None:
        """Read the hole from the log; over more than a page, jump and let each subscriber read for itself."""
        if self._head - self.last > self._limits.page_size:
            self._ring.clear()
            self._ring_bytes = 0
            self._early.clear()
            # It may jump over entries that erase: pages that are being read must not come back into the ring.
            self._erasures += 1
            self.last = self._head
            self._wake_subscribers()
            return
        head = self._head
        entries = await self._page(self.last)
        for entry in entries:
            self._append(entry)
        if self._head == head:
            # The log was asked up to there. What it does not have does not exist, whoever said so: believe the log.
            self._head = self.last
        for seq in [seq for seq in self._early if seq <= self.last]:
            del self._early[seq]
        self._wake_subscribers()

    def _wake_subscribers(self) -> None:
        for subscriber in tuple(self.subscribers):
            subscriber.wake()

    # --- the ring -------------------------------------------------------------------------------------------

    def _append(self, entry: Entry) -> None:
        assert entry.seq == self.last + 1, "a log has no holes"
        if entry.erases:
            self._erase(entry.subject)
        self._ring.append(entry)
        self._ring_bytes += entry.size
        self.last = entry.seq
        self._trim()

    def _trim(self) -> None:
        while self._is_full() and len(self._ring) > 1:
            self._ring_bytes -= self._ring.popleft().size

    def _is_full(self, more: int = 0) -> bool:
        return (self._ring_bytes + more) * (1 + self._kept_keys) > self._limits.ring_bytes

    def _erase(self, subject: str | None) -> None:
        """Take everything about `subject` out of memory: the log, asked again, no longer has it either."""
        self._erasures += 1
        kept: deque[Entry] = deque()
        while self._ring and self._ring[-1].subject != subject:
            kept.appendleft(self._ring.pop())
        self._ring = kept
        self._ring_bytes = sum(entry.size for entry in kept)

    async def _page(self, position: int) -> Sequence[Entry]:
        delay = self._limits.retry_min
        while True:
            erasures = self._erasures
            try:
                entries = await self._read(position, self._limits.page_size)
                break
            except Exception:
                logger.warning("reading the log of %s failed; again in %.2f s", self.topic, delay, exc_info=True)
            await asyncio.sleep(delay)
            delay = min(2 * delay, self._limits.retry_max)
        if erasures == self._erasures:  # else what was read may hold what has been erased since
            self._prepend(entries)
        return entries

    def _prepend(self, entries: Sequence[Entry]) -> None:
        """Keep a page that joins the ring: after a deploy all clients resume from about the same place."""
        first = self._ring[0].seq if self._ring else self.last + 1
        for entry in reversed(entries):
            if entry.seq == first - 1 and not self._is_full(entry.size):
                self._ring.appendleft(entry)
                self._ring_bytes += entry.size
                first = entry.seq
