"""A position and a socket: what brings the one up to the head through the other."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from backend.hub import eager
from backend.hub.entries import CaughtUp, Ended, Entry, Item, Reset
from backend.hub.shared import Batch, Place, Shared
from backend.hub.sink import Sink, deliver

if TYPE_CHECKING:
    from backend.hub.topic import Topic

logger = logging.getLogger(__name__)


class Subscriber:
    """What it has received is one integer, its position. Live, lagging, resuming: all are `position < head`.

    `access_as_of` is the head in the snapshot that found the subscriber allowed to be here: an entry that ends
    its access counts only above that, so replaying an old departure ends nothing. Whoever lags when that comes is
    told at once, and not what was missed: it would be rendered as it is now, for somebody who may not see it.
    """

    __slots__ = (
        "_ahead",
        "_busy",
        "_closed",
        "_closing",
        "_greet_at",
        "_is_full",
        "_last_word",
        "_place",
        "_task",
        "access_as_of",
        "principal",
        "shared",
        "sink",
        "topic",
    )

    def __init__(
        self,
        topic: "Topic",
        shared: Shared,
        sink: Sink,
        *,
        closed: Callable[[], None],
        position: int,
        cursor: str,
        access_as_of: int,
        principal: str,
    ) -> None:
        self.topic = topic
        self.shared = shared
        self.sink = sink
        self.principal = principal
        self.access_as_of = access_as_of
        # Those who have been sent the same have the same one.
        self._place = Place(position, cursor, topic.live.last)
        # CaughtUp comes once at the head seen when subscribing, and again if something that is in no log was missed.
        self._greet_at: int | None = access_as_of
        # What follows the position and is not in the ring: some of a page, bounded in bytes.
        self._ahead: Sequence[Entry] = ()
        self._last_word: Item | None = None
        self._closing = closed
        self._busy = False
        # The sink has not taken all that it was last given.
        self._is_full = False
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    @property
    def position(self) -> int:
        return self._place.position

    def wake(self, batch: Batch | None = None) -> Batch | None:
        """Bring the position up to the head, unless that is under way. Called whenever there may be more.

        `batch` is what somebody else was just sent; returns what this one was, for the next.
        """
        if self._busy:
            return batch
        self._busy = True  # also whoever is told of it, and comes back here
        try:
            if batch is None or batch.start is not self._place or not batch.is_for_all or self._is_held_up:
                batch, is_done = self._take(batch)
            else:  # as somebody else was, a moment ago
                is_done = self._send(batch)
        except (Exception, asyncio.CancelledError) as error:
            is_done = True
            self._fail(error)
        self._busy = not is_done
        if not is_done:
            self._task = eager.start(self._run())
        return batch

    def end(self, notice: Item) -> None:
        """Send this and nothing else any more, then complete."""
        self._ahead = ()
        self._last_word = notice
        self.wake()

    def consider(self, entry: Entry) -> None:
        """An entry has come: if it ends access, and is not simply the next one, it is the end."""
        if self._is_ended_by(entry) and self.position < entry.seq - 1:
            # Where it is, and not where its access ended: whoever comes back goes on from there, and misses nothing.
            self.end(self.topic.notice(Ended(entry, self._place.cursor)))

    def forget(self, subject: str | None) -> None:
        """What is about this subject, or about whatever it is, is not sent any more: it is read again."""
        if subject is None or any(entry.subject == subject for entry in self._ahead):
            self._ahead = ()

    def close(self) -> None:
        """Stop, wherever it is. Whoever closes it sends no more frames."""
        if not self._closed:
            self._closed = True
            self._ahead = ()
            self.topic.drop(self)
            self._closing()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    # --- What is usual: the frames are there, and the socket has room ---------------------------------------

    @property
    def _is_held_up(self) -> bool:
        """Something else comes first."""
        return self._closed or self._last_word is not None or self._greet_at is not None or bool(self._ahead)

    def _take(self, batch: Batch | None) -> tuple[Batch | None, bool]:
        """Send what can be sent at once: this batch, if it starts from here, or one that does.

        Returns that one, and whether there is nothing to do before somebody wakes this subscriber.
        """
        if self._is_held_up:
            return batch, False
        if batch is None or batch.start != self._place:
            batch = None if self._is_at_the_head else self._next_batch()
            if batch is None:
                return None, self._is_at_the_head
            if not (batch.is_under_way or self._is_head(batch.goal)):  # others have their turn first
                self.shared.wake_soon()
        if batch.is_under_way:
            return batch, True
        return batch, self.principal not in batch.ends and self._send_own(batch)

    @property
    def _is_at_the_head(self) -> bool:
        """Nothing is to be sent, or only the feed can tell what."""
        return self._is_head(self._place)

    def _is_head(self, place: Place) -> bool:
        is_shown_all = self._greet_at is not None or place.shown >= self.topic.live.last
        return place.position >= self.topic.last and is_shown_all

    def _next_batch(self) -> Batch | None:
        """What comes next, if it is in memory."""
        position, cursor, shown = self._place
        if position >= self.topic.last:
            item = self.topic.live.after(shown, cursor)
            return None if item is None else self.shared.moment(item, self._place)
        entries = self._ahead or self.topic.recent(position, cursor)
        if not entries:
            return None
        size = self.topic.batch_size
        if self._is_ended_by(entries[0]):
            size = 1
        elif self._greet_at is not None:
            size = min(size, self._greet_at - position)
        return self.shared.batch(entries[:size], self._place)

    def _send(self, batch: Batch) -> bool:
        """Whether the sink has taken all of it. What it has taken counts as sent."""
        taken = self.sink.write(batch) if batch.payloads else 0
        is_taken = taken == len(batch.payloads)
        self._place = batch.goal if is_taken else batch.after(taken)
        self._is_full = not is_taken
        return is_taken

    def _send_own(self, batch: Batch) -> bool:
        """The same with one that was made for this subscriber: it may be alone with it."""
        before = self.position
        is_taken = self._send(batch)
        taken = batch.entries[: self.position - before]
        self._ahead = self._ahead[len(taken) :]
        self.shared.let_go(*taken)
        if batch.moment is not None:
            self.shared.let_go(batch.moment)  # also if it has to wait: by then, there may be other things to know
        return is_taken

    # --- What is not: to wait for the log, the socket or somebody's turn ------------------------------------

    async def _run(self) -> None:
        try:
            await self._pump()
        except (Exception, asyncio.CancelledError) as error:
            self._fail(error)
        finally:
            self._busy = False
            self._task = None

    def _fail(self, error: BaseException) -> None:
        # A socket that fails is gone; its client resumes on another. Nobody else is concerned: not even a wait that
        # was cancelled under it may reach the feed that woke it.
        logger.debug("a subscriber's socket failed, or was closed", exc_info=error)
        self.close()

    async def _pump(self) -> None:
        while not self._closed:
            if self._is_full:  # nothing is made ready before there is room: it may be another thing by then
                await self.sink.room()
                self._is_full = False
            elif self._last_word is not None:
                await self._end(self._last_word)
            elif self._greet_at is not None and self.position >= self._greet_at:
                self._greet_at = None
                await self._greet()
            elif self._is_at_the_head or not await self._advance():
                return

    async def _advance(self) -> bool:
        """One batch further, then let others have their turn. False if there is nothing before the feed says more."""
        batch = self._next_batch()
        if batch is None:
            if self.position < self.topic.last:
                return await self._fetch()
            await self._greet()  # something was not shown in time
            return True
        if batch.is_under_way:
            return False
        if not self._send_own(batch):
            return True
        if batch.entries and self._is_ended_by(batch.entries[0]):
            self._last_word = self.topic.notice(Ended(batch.entries[0]))
        elif self.position < self.topic.last:
            await asyncio.sleep(0)
        return True

    async def _fetch(self) -> bool:
        """Get what follows the position. False if there is nothing before the feed says more."""
        entries = await self.topic.after(self.position, self._place.cursor)
        if entries is None or self._closed:
            return self._last_word is not None
        self._ahead = _within(entries, self.topic.ahead_bytes)
        if not entries:
            self._last_word = self.topic.notice(Reset(self._place.cursor, "EXPIRED"))
        for entry in entries:
            self.consider(entry)
        return True

    async def _greet(self) -> None:
        self._place = self._place._replace(shown=self.topic.live.last)
        self.topic.greeted += 1
        frame = await self.shared.frame(self.topic.notice(CaughtUp(self._place.cursor)))
        if not self._closed and self._last_word is None:
            await deliver(self.sink, frame)

    def _is_ended_by(self, entry: Entry) -> bool:
        return entry.ends == self.principal and entry.seq > self.access_as_of

    async def _end(self, notice: Item) -> None:
        frame = await self.shared.frame(notice)
        if self._closed or self._last_word is not notice:
            return
        await deliver(self.sink, frame)
        if not self._closed:
            self.close()
            await self.sink.complete()


def _within(entries: Sequence[Entry], max_bytes: int) -> Sequence[Entry]:
    """As many as fit, and at least the first."""
    sizes = accumulate(entry.size for entry in entries)
    return entries[: max(1, sum(size <= max_bytes for size in sizes))]
