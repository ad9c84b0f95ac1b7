"""What concerns one person, told on each of their devices: from the logs of their rooms, and by other processes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import msgspec
from django.conf import settings

from backend import database, hub
from backend.chat import event_log, events, room_log, rooms
from backend.chat.events import Logged
from backend.chat.personal import Invited, RoomEntered, RoomViewed
from backend.loops import PerLoop
from backend.presence import news, process
from backend.presence.pace import Pace

logger = logging.getLogger(__name__)


class Mentioned(msgspec.Struct, frozen=True):
    """Somebody else's message names them."""

    message_id: int


class RoomActive(msgspec.Struct, frozen=True):
    """Something was said by somebody else; `message_id` is the last of it, if it is known what it was."""

    room_id: int
    message_id: int | None = None


def topic(user_id: int) -> str:
    """The hub's name for a person's line."""
    return f"viewer.{user_id}"


class Watch:
    """One person's: follows the logs of the rooms that they are in, the most recently active ones."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.devices = 0
        # Whoever joins the line is told by `CaughtUp` that what came before has to be looked up.
        self.is_ready = False
        # The number of the last news that were heard of.
        self._heard = 0
        self._followed: dict[int, tuple[hub.Feed, Callable[[hub.Entry | None], None]]] = {}
        self._looking = asyncio.Lock()
        self._pace = Pace(settings.ACTIVITY_INTERVAL)

    async def begin(self) -> None:
        """What came before is for whoever joins the line to look up."""
        self._heard = await database.run(news.number, process.current().id, self.user_id)
        await self.look()

    async def look(self) -> None:
        """Follow the rooms that they are in now. What is committed after this began is heard of."""
        async with self._looking:
            found = await database.run(rooms.latest_rooms, user_id=self.user_id, most=settings.WATCHED_ROOMS)
            for room_id in self._followed.keys() - set(found):
                self._leave(room_id)
            new = [room_id for room_id in found if room_id not in self._followed]
            if not new or not self.devices:
                return
            feeds = [self._follow(room_id) for room_id in new]
            # Held first, read second: whatever comes after these heads comes through the feeds.
            try:
                heads = await database.run(room_log.RoomLog().heads, [feed.topic for feed in feeds])
            except BaseException:
                for room_id in new:
                    self._leave(room_id)
                raise
            for feed in feeds:
                if feed.topic in heads:
                    feed.exists(heads[feed.topic].seq)

    async def look_again(self, then: Callable[[], None]) -> None:
        """The same until it succeeds, or nobody is there any more."""
        await self._until_done(self.look, then)

    async def begin_again(self) -> None:
        """Something was lost. When others know that they are here, and their rooms are followed, tell them so."""

        async def begin() -> None:
            (await process.current().listen(self.user_id))()
            await self.begin()

        await self._until_done(begin, self._miss)

    def hear(self, number: int) -> bool:
        """News with this number have come. False if they were known already, or what they say is told by `CaughtUp`."""
        is_new, self._heard = number > self._heard, max(number, self._heard)
        return is_new

    def lacks(self, number: int) -> bool:
        """News before this number have not come."""
        return number > self._heard + 1

    def show(self, notice: object) -> int:
        """To each of their devices here: to how many."""
        if not self.is_ready:
            return 0
        line = hub.current().line(topic(self.user_id))
        line.show(notice)
        return len(line.subscribers)

    def _miss(self) -> None:
        if self.is_ready:
            hub.current().line(topic(self.user_id)).miss()

    async def _until_done(self, look: Callable[[], Awaitable[None]], then: Callable[[], None]) -> None:
        while self.devices:
            try:
                await look()
            except Exception as error:  # whatever it is, it may pass
                logger.warning("looking for somebody's rooms failed (%r); trying again", error)
                await asyncio.sleep(settings.ACTIVITY_INTERVAL)
            else:
                if self.devices:  # they may have gone meanwhile
                    then()
                return

    def soon(self, notice: RoomActive | RoomViewed) -> None:
        """Show it, at most once in `ACTIVITY_INTERVAL` for each room."""
        self._pace.tell((type(notice), notice.room_id), partial(self.show, notice))

    def close(self) -> None:
        self._pace.close()
        for room_id in tuple(self._followed):
            self._leave(room_id)

    def _follow(self, room_id: int) -> hub.Feed:
        feed = hub.current().hold(event_log.topic(room_id))
        watcher = partial(self._hear, room_id)
        feed.watch(watcher)
        self._followed[room_id] = feed, watcher
        return feed

    def _leave(self, room_id: int) -> None:
        if followed := self._followed.pop(room_id, None):
            feed, watcher = followed
            feed.unwatch(watcher)
            hub.current().release(feed)

    def _hear(self, room_id: int, entry: hub.Entry | None) -> None:
        if entry is None:
            self._miss()
            self.soon(RoomActive(room_id))
            return
        logged: Logged = entry.payload
        match logged.event:
            case events.MessageSent():
                self._hear_message(logged)
            case events.MemberJoined() | events.MemberLeft() | events.MemberChanged():
                if logged.member is not None and logged.member.person.id == self.user_id:
                    self.soon(RoomViewed(room_id))
            case events.RoomChanged() | events.RoomDeleted():
                self.soon(RoomViewed(room_id))
        if entry.ends == hub.EVERYONE:
            self._leave(room_id)
        elif entry.ends == event_log.principal(self.user_id):
            # Unless they have come back before this was heard: what they are in now tells.
            current().look_again(self)

    def _hear_message(self, logged: Logged) -> None:
        message = logged.message
        if message is None:
            return
        if message.author.id == self.user_id:  # who speaks has read what was said before
            self.soon(RoomViewed(message.room_id))
            return
        if self.user_id in message.mentions:
            self.show(Mentioned(message.id))
        self.soon(RoomActive(message.room_id, message.id))


class Viewers:
    """Those who can be told something through this process."""

    def __init__(self) -> None:
        self._watches: dict[int, Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        process.current().on_message(news.KIND, self._receive)
        for lost in (hub.current().on_return, process.current().on_lapse):
            lost(lambda: self._spawn(self._begin_again()))
        self._spawn(self._sweep())

    async def attend(self, user_id: int) -> Callable[[], None]:
        """A device of theirs is about to join their line. What is returned is to be called when it has gone."""
        # First, so that whoever has news from now on finds this process.
        silence = await process.current().listen(user_id)
        watch = self._watches.setdefault(user_id, Watch(user_id))
        watch.devices += 1

        def leave() -> None:
            silence()
            watch.devices -= 1
            if not watch.devices:
                watch.close()
                self._watches.pop(user_id, None)

        try:
            if not watch.is_ready:
                await watch.begin()
                watch.is_ready = True
        except BaseException:
            leave()
            raise
        return leave

    def show(self, user_id: int, notice: object) -> int:
        """To each of their devices that is connected to this process: to how many."""
        watch = self._watches.get(user_id)
        return watch.show(notice) if watch else 0

    def look_again(self, watch: Watch) -> None:
        """Soon, follow the rooms that this person is in then, and no others."""
        self._spawn(watch.look_again(lambda: None))

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _receive(self, payload: bytes) -> None:
        told = news.decode(payload)
        watch = self._watches.get(told.user_id)
        if watch is None:
            return
        if watch.lacks(told.number):
            self._spawn(watch.begin_again())
        if not watch.hear(told.number):
            return
        match told.news:
            case RoomEntered(room_id):
                # Followed first: whoever then looks at the room misses nothing of it.
                self._spawn(watch.look_again(partial(watch.soon, RoomViewed(room_id))))
            case RoomViewed():
                watch.soon(told.news)
            case Invited():
                watch.show(told.news)

    async def _begin_again(self) -> None:
        """Hints were lost, of whomever."""
        for watch in tuple(self._watches.values()):
            await watch.begin_again()

    async def _sweep(self) -> None:
        """Find out that the last news before a silence were lost."""
        while True:
            await asyncio.sleep(settings.NEWS_SWEEP_INTERVAL)
            if not self._watches:
                continue
            try:
                numbers = await database.run(news.numbers, process.current().id)
            except Exception as error:  # whatever it is, the next sweep may do better
                logger.warning("looking for lost news failed (%r)", error)
                continue
            await asyncio.sleep(settings.NEWS_PATIENCE)  # by now all that was sent before has come
            for user_id, number in numbers.items():
                watch = self._watches.get(user_id)
                if watch is not None and watch.hear(number):
                    await watch.begin_again()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        # The loop itself keeps only weak references to tasks.
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


current = PerLoop(Viewers)
