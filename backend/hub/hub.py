"""The hub of one process: feeds in use, one receive loop, and what heals a lossy channel layer."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from backend.hub.broker import Broker
from backend.hub.entries import Entry, Head, Log
from backend.hub.feed import Feed
from backend.hub.limits import Limits
from backend.hub.outbox import Outbox
from backend.hub.topic import Topic

logger = logging.getLogger(__name__)

Crossing = Callable[..., Awaitable[Any]]

# Topics that are no log: the hub's own heartbeat, one for each process.
_BEAT = "beat."
# What a hint begins with that is no entry of the topic's log: no entry does. It ends the signal's kind, too.
SIGNAL = b"\0"
_NOWHERE = Head(0, "")


class Hub:
    """The first holder of a topic joins it, the last one leaves it after a linger.

    Redis may be slow, down, flushed: nothing here waits for it but the tasks that talk to it. A *sweep* reads
    the heads of all topics in use every few seconds, and fast while hints cannot be trusted: while a topic is
    not joined yet, while its feed has a doubt about the log, and while the hub misses its own heartbeat.
    """

    def __init__(self, *, broker: Broker, log: Log, crossing: Crossing, limits: Limits) -> None:
        self._broker = broker
        self._log = log
        self._crossing = crossing
        self._limits = limits
        self._outbox = Outbox(broker, size=limits.outbox_size, timeout=limits.publish_timeout)
        self._feeds: dict[str, Feed] = {}
        self._holders: dict[str, int] = {}
        self._lingering: dict[str, asyncio.TimerHandle] = {}
        self._listeners: dict[str, Callable[[bytes], None]] = {}
        self._lines: dict[str, Topic] = {}
        self._signals: dict[bytes, Callable[[str, bytes], None]] = {}
        self._returns: list[Callable[[], None]] = []
        self._beat = _BEAT + uuid.uuid4().hex
        self._last_beat = 0.0
        self._swept_at = 0.0
        self._joined_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    # --- what it is asked for -------------------------------------------------------------------------------

    def start(self) -> None:
        self._last_beat = self._joined_at = self._loop.time()
        self.listen(self._beat, self._hear_beat)
        for loop in (self._receive(), self._outbox.run(), self._sweep(), self._beats(), self._rejoin()):
            self._spawn(loop)

    async def close(self) -> None:
        self._holders.clear()
        for timer in self._lingering.values():
            timer.cancel()
        for line in tuple(self._lines.values()):
            for subscriber in line.subscribers:
                subscriber.close()
        await asyncio.gather(*(feed.close() for feed in self._feeds.values()), return_exceptions=True)
        self._feeds.clear()
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            # Once may not be enough: up to Python 3.11 `wait_for`, which redis-py uses, can overlook it.
            await asyncio.wait(self._tasks, timeout=self._limits.fast_sweep_interval)

    def hold(self, topic: str) -> Feed:
        """The topic's feed, kept until `release`. Never waits: until the topic is joined, it is swept fast.

        Hold first, read the log's head second: then whatever comes after that head comes through the feed.
        """
        self._holders[topic] = self._holders.get(topic, 0) + 1
        if timer := self._lingering.pop(topic, None):
            timer.cancel()
        feed = self._feeds.get(topic)
        if feed is None:
            feed = self._feeds[topic] = Feed(topic, self._reader(topic), self._limits, release=self.release)
            self._spawn(self._join(topic, feed))
        return feed

    def release(self, feed: Feed) -> None:
        topic = feed.topic
        if topic not in self._holders:  # the hub has closed
            return
        self._holders[topic] -= 1
        if not self._holders[topic]:
            del self._holders[topic]
            self._lingering[topic] = self._loop.call_later(self._limits.linger, self._abandon, topic)

    def listen(self, topic: str, callback: Callable[[bytes], None]) -> None:
        """Call back for every hint of a topic that is no log, for as long as the process lives."""
        self._listeners[topic] = callback
        self._spawn(self._join(topic))

    def line(self, topic: str) -> Topic:
        """A topic of this process alone, without a log: shown what the process shows there. Gone when nobody is."""
        if topic not in self._lines:
            self._lines[topic] = Topic(topic, self._limits, release=self._hang_up)
        return self._lines[topic]

    def on_signal(self, kind: bytes, callback: Callable[[str, bytes], None]) -> None:
        """Call back for every signal of a kind on a topic with a log that this process holds: the topic and payload."""
        self._signals[kind] = callback

    def on_return(self, callback: Callable[[], None]) -> None:
        """Call back whenever the channel layer is back: hints that no log keeps may have been lost meanwhile."""
        self._returns.append(callback)

    def publish(self, topic: str, *hints: bytes) -> None:
        """Hand hints to all processes. Returns at once; they may be lost."""
        self._outbox.put(topic, *hints)

    def feed(self, topic: str) -> Feed | None:
        """The topic's feed, if this process has one. Looking at it keeps nothing."""
        return self._feeds.get(topic)

    @property
    def is_lossy(self) -> bool:
        """Hints may be missing: the hub has not heard its own heartbeat for a while."""
        return self._loop.time() - self._last_beat > self._limits.beat_timeout

    @property
    def topics(self) -> frozenset[str]:
        """The topics that this process has a feed for."""
        return frozenset(self._feeds)

    # --- what it does by itself -----------------------------------------------------------------------------

    async def _receive(self) -> None:
        while True:
            try:
                hints = await self._broker.receive()
            except Exception as error:
                logger.warning("receiving hints failed (%r); trying again", error)
                await asyncio.sleep(self._limits.fast_sweep_interval)
                continue
            for topic, hint in hints:
                try:
                    self._file(topic, hint)
                except Exception:  # a hint that nobody understands must not make the process deaf
                    logger.warning("a hint for %s was not understood", topic, exc_info=True)

    def _file(self, topic: str, hint: bytes) -> None:
        if feed := self._feeds.get(topic):
            if hint.startswith(SIGNAL):
                kind, _, payload = hint.removeprefix(SIGNAL).partition(SIGNAL)
                self._signals[kind](topic, payload)
            else:
                feed.offer(self._log.decode(hint))
        elif listener := self._listeners.get(topic):
            listener(hint)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._limits.fast_sweep_interval)
            due = self.is_lossy or self._loop.time() - self._swept_at >= self._limits.sweep_interval
            asked = {topic: (feed, feed.standing) for topic, feed in self._feeds.items() if due or feed.asks}
            if due:
                self._swept_at = self._loop.time()
            if not asked:
                continue
            try:
                heads = await self._crossing(self._log.heads, list(asked))
                for topic, (feed, standing) in asked.items():
                    if self._feeds.get(topic) is feed:
                        feed.compare(heads.get(topic, _NOWHERE), standing)
            except Exception as error:  # whatever it is, the next sweep may do better
                logger.warning("sweeping %d topics failed (%r)", len(asked), error)

    async def _beats(self) -> None:
        while True:
            was_lossy = self.is_lossy
            self.publish(self._beat, b"")
            await asyncio.sleep(self._limits.beat_interval)
            if self.is_lossy and not was_lossy:
                logger.warning("the channel layer is lossy: reading the log until it is back")

    def _hear_beat(self, _hint: bytes) -> None:
        was_lossy, self._last_beat = self.is_lossy, self._loop.time()
        if was_lossy:
            logger.info("the channel layer is back")
            for callback in self._returns:
                callback()

    async def _rejoin(self) -> None:
        """A flushed Redis has forgotten who joined what; an old group membership expires."""
        while True:
            await asyncio.sleep(self._limits.beat_interval)
            if not self.is_lossy and self._loop.time() - self._joined_at < self._limits.rejoin_interval:
                continue
            # The heartbeat, the first that was listened for, comes last: hearing it vouches for the others.
            for topic in reversed((*self._listeners, *self._feeds)):
                in_use = topic in self._feeds or topic in self._listeners
                if in_use and not await self._try_join(topic):
                    break  # it is down: the others would wait as long each
            else:
                self._joined_at = self._loop.time()

    async def _join(self, topic: str, feed: Feed | None = None) -> None:
        while not await self._try_join(topic):
            await asyncio.sleep(self._limits.fast_sweep_interval)
            if feed is not None and self._feeds.get(topic) is not feed:
                return  # given up meanwhile
        if feed is not None:
            # A layer may say yes before it listens: one more fast sweep, and the topic can be trusted.
            await asyncio.sleep(2 * self._limits.fast_sweep_interval)
            feed.settled = True

    async def _try_join(self, topic: str) -> bool:
        try:
            async with asyncio.timeout(self._limits.beat_timeout):
                await self._broker.join(topic)
        except Exception as error:
            logger.warning("joining %s failed (%r)", topic, error)
            return False
        return True

    def _abandon(self, topic: str) -> None:
        self._lingering.pop(topic, None)
        if topic not in self._holders and (feed := self._feeds.pop(topic, None)):
            self._spawn(self._leave(topic, feed))

    async def _leave(self, topic: str, feed: Feed) -> None:
        await feed.close()
        if topic in self._feeds:  # somebody came back meanwhile
            return
        try:
            async with asyncio.timeout(self._limits.beat_timeout):
                await self._broker.leave(topic)
        except Exception as error:
            logger.warning("leaving %s failed (%r)", topic, error)
        if came_back := self._feeds.get(topic):  # while leaving: joined before, left after
            came_back.settled = False
            await self._join(topic, came_back)

    def _hang_up(self, line: Topic) -> None:
        if not line.is_followed:
            del self._lines[line.topic]

    def _reader(self, topic: str) -> Callable[[int, int], Awaitable[Sequence[Entry]]]:
        async def read(after: int, limit: int) -> Sequence[Entry]:
            entries: Sequence[Entry] = await self._crossing(self._log.read, topic, after, limit)
            return entries

        return read

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        # The loop itself keeps only weak references to tasks.
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
