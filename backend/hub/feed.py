"""A topic with a log, in one process: its head, a ring of recent entries, and the order that hints do not have."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from typing import NamedTuple

from backend.hub.entries import EVERYONE, Ended, Entry, Head, Item, Reset
from backend.hub.limits import Limits
from backend.hub.pages import Page, Pages, Read
from backend.hub.ring import UNKNOWN, Ring
from backend.hub.shared import Render
from backend.hub.sink import Sink
from backend.hub.subscriber import Subscriber
from backend.hub.topic import Topic

logger = logging.getLogger(__name__)


Watcher = Callable[[Entry | None], None]


class Standing(NamedTuple):
    """Where a feed was when the log was asked for its head: what was known then, the answer has to know."""

    known: int
    is_doubted: bool


class Feed(Topic):
    """Everything up to `last` can be served, from the ring or from the log; subscribers are brought up to it.

    What hints bring is filed in a turn of the loop, all that has come by then at once; when something is missing, a
    task looks for it, and files what comes meanwhile. So `last` moves in one place at a time, by one entry or, over a
    hole too long to fetch, in one jump: then the ring is empty, and subscribers read the log in pages. But when the
    topic has ended, or its log turns out to be another one (a restored backup, a failover that lost the last commits),
    all is forgotten at once.
    """

    def __init__(self, topic: str, read: Read, limits: Limits, *, release: Callable[["Feed"], None]) -> None:
        super().__init__(topic, limits, release=release)
        self.last = UNKNOWN
        # The channel layer has been told, and has had time to do it.
        self.settled = False
        # The highest seq known to exist. Above `last`: something is missing.
        self._head = UNKNOWN
        # The head of the latest snapshot that somebody started from.
        self._seen = UNKNOWN
        # The log was seen to have another entry than the feed has: only the log's head can tell where it is now.
        self._is_doubted = False
        # The log had nothing after this position. If its head is above it, it no longer keeps what is between.
        self._nothing_after: int | None = None
        self._has_expired = False
        self._ended: Ended | None = None
        self._inbox: list[Entry] = []
        self._early: dict[int, Entry] = {}
        self._ring = Ring(limits.ring_bytes)
        self._pages = Pages(topic, read, limits, arrived=self._keep)
        self._watchers: set[Watcher] = set()
        self._loop = asyncio.get_running_loop()
        self._turn: asyncio.Handle | None = None
        # The task looks for something that is missing, and files what comes.
        self._is_seeking = False
        self._wake = asyncio.Event()
        self._task = self._loop.create_task(self._run(), name=f"feed {topic}")

    # --- what the hub tells it ------------------------------------------------------------------------------

    def offer(self, entry: Entry) -> None:
        """File an entry that a hint brought. Any order, any number of times."""
        if entry.ends == EVERYONE and entry.seq > self.last:
            self._end(entry)
            return
        if len(self._inbox) < self._limits.inbox_size:
            self._inbox.append(entry)
        self.exists(entry.seq)

    def exists(self, seq: int) -> None:
        """The log has an entry `seq`. Never lowers the head: what a hint has raised meanwhile stays."""
        self._head = max(self._head, seq)
        if self._inbox or self._head > self.last:
            if self._is_seeking:
                self._wake.set()
            elif self._turn is None:
                self._turn = self._loop.call_soon(self._take_turn)

    @property
    def asks(self) -> bool:
        """It cannot go on before it is told the log's head."""
        return not self.settled or self._is_doubted or self._nothing_after is not None

    @property
    def standing(self) -> Standing:
        return Standing(max(self.last, self._seen), self._is_doubted)

    def compare(self, head: Head, asked: Standing) -> None:
        """The log's head, by a read that began when the feed stood where it `asked`.

        A log only grows: a head below that, or another entry in a place that is known, is that of another log.
        """
        if asked.is_doubted or head.seq < asked.known or self._differs(head.seq, head.cursor):
            logger.warning("the log of %s is not the one that it was; its subscribers start anew", self.topic)
            self._ended = None
            self._forget(head, Reset(head.cursor, "UNKNOWN_CURSOR"))
            self._tell(None)
            return
        if head.seq == self.last and not self._ring:
            self._ring.restart(*head)
        self._has_expired = self._nothing_after == self.last < head.seq
        self._nothing_after = None
        self.exists(head.seq)

    async def close(self) -> None:
        for subscriber in self.subscribers:
            subscriber.close()
        if self._turn is not None:
            self._turn.cancel()
        self._task.cancel()
        await asyncio.gather(self._task, self._pages.close(), return_exceptions=True)

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
        closed: Callable[[], None] = lambda: None,
    ) -> Subscriber:
        """Send `position + 1 ...` to `sink`, for as long as it lasts. Takes over the caller's `hold`.

        `position` and `access_as_of` come from one snapshot of the log that was taken after the hub's `hold`, and
        `cursor` is the log's for `position`. `closed` is called once, when it is over.
        """
        subscriber = self._add(
            key,
            render,
            sink,
            closed=closed,
            position=position,
            cursor=cursor,
            access_as_of=access_as_of,
            principal=principal,
        )
        self._seen = max(self._seen, access_as_of)
        self.exists(access_as_of)
        for entry in self._ring.since(access_as_of):
            subscriber.consider(entry)
        if self._ended is None:
            subscriber.wake()
        else:
            subscriber.end(self._ended)
        return subscriber

    def watch(self, watcher: Watcher) -> None:
        """Call it with each entry that comes, before its subscribers; with None when there are some that it may miss.

        It must not fail. Watching alone keeps no feed: that is done by the hub's `hold`.
        """
        self._watchers.add(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    async def after(self, position: int, cursor: str) -> Sequence[Entry] | None:
        """What follows `position`, where `cursor` is: a page of the log.

        Empty if the log no longer keeps it. None if it is for the feed to tell everybody: the topic has ended, or
        its log is another one.
        """
        if self._differs(position, cursor):
            self._is_doubted = True
            return None
        return await self._page(position, cursor)

    def recent(self, position: int, cursor: str) -> Sequence[Entry]:
        """A batch of the entries after `position`, if the ring reaches back that far in the log that `cursor` is of."""
        return () if self._differs(position, cursor) else self._ring.after(position, self.batch_size)

    # --- order ----------------------------------------------------------------------------------------------

    def _take_turn(self) -> None:
        """The usual case: what has come is what follows, and nobody has to wait for anything."""
        self._turn = None
        try:
            self._file()
        except Exception:  # a fault in one feed must not end it: its subscribers would wait for ever
            logger.exception("feed %s failed; going on", self.topic)
        if self._head > self.last:
            self._is_seeking = True
            self._wake.set()

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
            except Exception:  # as above
                logger.exception("feed %s failed; going on", self.topic)
                await asyncio.sleep(self._limits.retry_max)
                self._wake.set()
            self._is_seeking = self._wake.is_set()

    def _file(self) -> None:
        """Append what follows, keep what is early, drop what is known."""
        before = self.last
        if self.last == UNKNOWN and self._head != UNKNOWN:
            # The first that is heard of this topic: all before it can be read from the log.
            self.last = min([entry.seq - 1 for entry in self._inbox] or [self._head])
            self._ring.restart(self.last, "")
        arrived, self._inbox = self._inbox, []
        for entry in arrived:
            if entry.seq == self.last + 1:
                self._append(entry)
                if self._early:  # it may have come before, out of order
                    self._early.pop(entry.seq, None)
            elif entry.seq > self.last:
                if len(self._early) < self._limits.inbox_size:
                    self._early[entry.seq] = entry
            elif self._differs(entry.seq, entry.cursor):
                self._is_doubted = True
        while self._early and (early := self._early.pop(self.last + 1, None)) is not None:
            self._append(early)
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
        if self._has_expired or self._head - self.last > self._limits.page_size:
            self._jump()
            return
        head = self._head
        entries = await self._page(self.last, self._ring.cursor_at(self.last))
        if entries is None:
            return
        if not entries:
            self._nothing_after = self.last
        for entry in entries:
            self._append(entry)
        if self._head == head:
            # The log was asked up to there. What it does not have does not exist, whoever said so: believe the log.
            self._head = self.last
        for seq in [seq for seq in self._early if seq <= self.last]:
            del self._early[seq]
        self._wake_subscribers()

    def _jump(self) -> None:
        # It may jump over entries that erase: whatever was read before is read again.
        self._erase(None)
        self._early.clear()
        self.last = self._head
        self._ring.restart(self.last, "")
        self._has_expired = False
        self._tell(None)
        self._wake_subscribers()

    def _append(self, entry: Entry) -> None:
        if entry.erases:
            self._erase(entry.subject)
        self._ring.append(entry)
        self.last = entry.seq
        self._tell(entry)
        if entry.ends is not None:
            for subscriber in self.subscribers:
                subscriber.consider(entry)

    async def _page(self, position: int, cursor: str) -> Sequence[Entry] | None:
        """As `after`, from the log; read once for all who ask at the same time."""
        while True:
            page = await self._pages.after(position)
            if page.is_void:
                return None
            if cursor and page.link not in (None, cursor):
                self._is_doubted = True
                return None
            entries = page.current()
            if entries or not page.entries:
                return entries
            # Its first entry has been erased since.

    def _tell(self, entry: Entry | None) -> None:
        for watcher in tuple(self._watchers):
            watcher(entry)

    def _share(self) -> None:
        self._ring.charge(+1)

    def _unshare(self) -> None:
        self._ring.charge(-1)

    def _forget_frames(self, key: Hashable) -> None:
        super()._forget_frames(key)
        for entry in self._ring:
            entry.frames.pop(key, None)

    # --- what has gone --------------------------------------------------------------------------------------

    def _keep(self, page: Page) -> None:
        """A page has arrived. After a deploy all clients resume from about the same place."""
        if page.entries and page.entries[-1].ends == EVERYONE:
            self._end(page.entries[-1])
        else:
            self._ring.prepend(page.current(), page.link or "")
            for entry in page.entries:
                if entry.ends is not None:  # the feed may have jumped over it
                    for subscriber in self.subscribers:
                        subscriber.consider(entry)

    def _erase(self, subject: str | None) -> None:
        """Take everything about `subject`, or all, out of memory: the log, asked again, no longer has it either."""
        self._ring.erase(subject)
        self._pages.erase(subject)
        if subject is None:
            self.live.forget()
        for subscriber in self.subscribers:
            subscriber.forget(subject)

    def _end(self, entry: Entry) -> None:
        """The topic has ended: of what came before, nothing is left to be sent."""
        self._ended = Ended(entry)
        self._forget(Head(entry.seq, entry.cursor), self._ended)
        self._tell(entry)

    def _differs(self, seq: int, cursor: str) -> bool:
        """Whether the feed has another entry there."""
        return self._ring.cursor_at(seq) not in ("", cursor)

    def _forget(self, head: Head, notice: Item) -> None:
        """Start anew at the log's head. Those who are here are told, and have to start anew too."""
        self._erase(None)
        self._pages.void()
        self._early.clear()
        self._inbox.clear()
        self._ring.restart(*head)
        self.last = self._head = self._seen = head.seq
        self._is_doubted = self._has_expired = False
        self._nothing_after = None
        for subscriber in self.subscribers:
            subscriber.end(notice)
