"""Who comes and goes in the rooms that are followed here: a changed roster is read, and the difference is shown.

No change is carried by a hint, which may be lost: a hint, or a look at the version now and then, says when to read.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings

from backend import hub
from backend.chat import event_log
from backend.presence import rosters
from backend.presence.limits import Limits
from backend.presence.rosters import Standing

logger = logging.getLogger(__name__)

Crossing = Callable[..., Awaitable[Any]]
Seen = Callable[[int, hub.Entry | None], None]

# How many times as long as it took to read a roster it is left alone.
_REST = 10


class OnlineChange(msgspec.Struct, frozen=True):
    """How a roster differs from what it was. With `refresh` nobody is named: it has to be read anew."""

    # Each with when they came, in that order.
    joined: tuple[tuple[int, datetime], ...]
    left: tuple[int, ...]
    online_count: int
    refresh: bool = False


class Watch:
    """One room: what its followers have been shown of its roster."""

    def __init__(self, room_id: int, feed: hub.Feed, crossing: Crossing, limits: Limits, *, see: Seen) -> None:
        self.room_id = room_id
        self.holders = 0
        self._is_ready = asyncio.Event()
        # Somebody was let in before it was: what they queried since may be older than what is known first.
        self._is_late = False
        self._feed = feed
        self._crossing = crossing
        self._limits = limits
        self._known: Standing | None = None
        # When it was certainly so: by a read, or a look at the version, that began then.
        self._known_at = 0.0
        self._see: Callable[[hub.Entry | None], None] = lambda entry: see(room_id, entry)
        self._wake = asyncio.Event()
        self._wake.set()
        feed.watch(self._see)
        self._task = asyncio.create_task(self._run(), name=f"roster {room_id}")

    async def ready(self) -> None:
        """Until whoever is let in will be shown every change. A database that is away keeps nobody out for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.patience):
                await self._is_ready.wait()
        self._is_late |= not self._is_ready.is_set()

    def look(self) -> None:
        """It may have changed."""
        self._wake.set()

    def compare(self, version: int, asked_at: float) -> None:
        """The version, by a read that began then."""
        if self._known is not None and self._known.version == version:
            self._known_at = asked_at
        else:
            self.look()

    def close(self) -> hub.Feed:
        self._task.cancel()
        self._feed.unwatch(self._see)
        return self._feed

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            began = loop.time()
            try:
                standing = await self._crossing(rosters.standing, self.room_id, self._limits.roster_max)
                self._show(standing, began, loop.time())
            except Exception as error:  # whatever it is, the next time may do better
                logger.warning("reading the roster of room %d failed (%r); trying again", self.room_id, error)
                await asyncio.sleep(self._limits.renew_interval)
                self._wake.set()
                continue
            is_crowd = standing.since is None
            rest = self._limits.crowd_interval if is_crowd else self._limits.roster_interval
            await asyncio.sleep(max(rest, _REST * (loop.time() - began)))

    def _show(self, now: Standing, began: float, ended: float) -> None:
        before, elapsed = self._known, ended - self._known_at
        self._known_at = began
        self._is_ready.set()
        if before is not None and before.version == now.version:
            # Its people may be those of the next version already: that one's difference is from what was shown.
            return
        self._known = now
        if before is None:
            if self._is_late:
                self._feed.show(refresh(now))
            return
        # Somebody can have come and gone between the two, and be in a list that a follower has read meanwhile: whoever
        # comes stays for the grace at least, less what it takes to write it.
        is_long = elapsed > settings.PRESENCE_GRACE - self._limits.flush_interval
        has_skipped = is_long and now.version != before.version + 1
        if change := refresh(now) if has_skipped else difference(before, now):
            self._feed.show(change)


def difference(before: Standing, now: Standing) -> OnlineChange | None:
    """None if nobody has come or gone."""
    if before.since is None or now.since is None:
        return refresh(now)
    joined = tuple((user_id, since) for user_id, since in now.since.items() if user_id not in before.since)
    left = tuple(user_id for user_id in before.since if user_id not in now.since)
    if len(joined) + len(left) > settings.ROSTER_NAMES_MAX:
        return refresh(now)
    return OnlineChange(joined=joined, left=left, online_count=now.people) if joined or left else None


def refresh(now: Standing) -> OnlineChange:
    return OnlineChange(joined=(), left=(), online_count=now.people, refresh=True)


class Watches:
    """Those of one process: of each room that somebody is in here."""

    def __init__(self, local_hub: hub.Hub, crossing: Crossing, limits: Limits, *, see: Seen) -> None:
        self._hub = local_hub
        self._crossing = crossing
        self._limits = limits
        self._see = see
        self._watches: dict[str, Watch] = {}
        local_hub.on_signal(rosters.ROSTER, self._hear)

    def watch(self, room_id: int) -> Watch:
        """That of a room which is held."""
        return self._watches[event_log.topic(room_id)]

    def hold(self, room_id: int) -> None:
        topic = event_log.topic(room_id)
        watch = self._watches.get(topic)
        if watch is None:
            feed = self._hub.hold(topic)
            watch = self._watches[topic] = Watch(room_id, feed, self._crossing, self._limits, see=self._see)
        watch.holders += 1

    def release(self, room_id: int) -> None:
        topic = event_log.topic(room_id)
        watch = self._watches[topic]
        watch.holders -= 1
        if not watch.holders:
            del self._watches[topic]
            self._hub.release(watch.close())

    async def compare(self) -> None:
        """Look at all versions: a hint may have been lost."""
        watches = tuple(self._watches.values())
        if watches:
            asked_at = asyncio.get_running_loop().time()
            versions = await self._crossing(rosters.versions, [watch.room_id for watch in watches])
            for watch in watches:
                watch.compare(versions.get(watch.room_id, 0), asked_at)

    def _hear(self, topic: str, _payload: bytes) -> None:
        if watch := self._watches.get(topic):
            watch.look()
