"""This process's people: who has a socket open here, written down under its lease for as long as it lives."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from itertools import islice
from typing import Any

from django.conf import settings

from backend import database, hub
from backend.chat.events import MemberJoined, MemberLeft
from backend.errors import RateLimited
from backend.languages import text
from backend.loops import PerLoop
from backend.presence import leases, rosters
from backend.presence.limits import Limits
from backend.presence.rosters import Seat
from backend.presence.watches import Watches

logger = logging.getLogger(__name__)

_TOPIC = "process."
# Between the kind of a message to a process and its content.
_END = b"\0"

Leave = Callable[[], None]
Crossing = Callable[..., Awaitable[Any]]


def topic(process_id: str) -> str:
    """The hub's name for what is addressed to one process."""
    return f"{_TOPIC}{process_id}"


def tell(process_ids: Collection[str], kind: bytes, payload: bytes = b"") -> None:
    """Hand something to these processes, from any thread. It may be lost."""
    for each in process_ids:
        hub.publish(topic(each), kind + _END + payload)


class Process:
    """What is in memory is the truth for this process, and the database follows it: in batches, and again if it fails.

    The id is the process's for life. Its lease may be lost (the database was away for too long) and taken again, and
    then everybody is written down anew.
    """

    def __init__(self, local_hub: hub.Hub, crossing: Crossing, limits: Limits) -> None:
        self.id = secrets.token_hex(16)
        self.topic = topic(self.id)
        self._crossing = crossing
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        # How many sockets somebody has open there.
        self._open: dict[Seat, int] = {}
        # Those who have none any more, but have not left yet.
        self._leaving: dict[Seat, asyncio.TimerHandle] = {}
        # What has certainly been written.
        self._written: set[Seat] = set()
        # Where the two may differ, in the order in which that came about.
        self._changed: dict[Seat, None] = {}
        # Rooms where somebody who is here may have become a member, or be one no more.
        self._touched: set[int] = set()
        self._watches = Watches(local_hub, crossing, limits, see=self._see)
        self._is_held = False
        self._wake = asyncio.Event()
        self._has_written = asyncio.Condition()
        self._renewed_at = self._loop.time()
        self._wrote_at = self._loop.time()
        self._sweeps_from = 0.0
        self._messages: dict[bytes, Callable[[bytes], None]] = {}
        self._lapses: list[Callable[[], None]] = []
        local_hub.listen(self.topic, self._hear)
        self._task = asyncio.create_task(self._run(), name="presence")

    # --- What it is asked for -------------------------------------------------------------------------------

    def on_message(self, kind: bytes, callback: Callable[[bytes], None]) -> None:
        """Call back for every message of a kind that is addressed to this process."""
        self._messages[kind] = callback

    def on_lapse(self, callback: Callable[[], None]) -> None:
        """Call back when the lease had lapsed: the others took this process for dead, and told it nothing."""
        self._lapses.append(callback)

    def enter(self, room_id: int, user_id: int) -> Leave:
        """Somebody has another socket open in a room. Call what it returns once, when that is over."""
        return self._take(Seat(room_id, user_id))

    async def follow(self, room_id: int, user_id: int) -> Leave:
        """The same for one who is about to be shown who comes and goes: that is, from when it returns on."""
        leave = self.enter(room_id, user_id)
        try:
            await self._watches.watch(room_id).ready()
        except BaseException:
            leave()
            raise
        return leave

    async def listen(self, user_id: int) -> Leave:
        """The same for one who can be told something of their own here: everybody knows when it returns.

        Raises `RateLimited` if that takes too long.
        """
        seat = Seat(None, user_id)
        leave = self._take(seat)
        try:
            async with asyncio.timeout(self._limits.patience):
                await self._until_written(seat)
        except TimeoutError as error:
            leave()
            raise RateLimited(1000, text("The server is busy. Try again in a moment.")) from error
        except BaseException:
            leave()
            raise
        return leave

    def stop(self) -> None:
        """The process is about to end. Its lease lapses by itself: by then its people have come back to another."""
        self._task.cancel()

    async def _until_written(self, seat: Seat) -> None:
        async with self._has_written:
            await self._has_written.wait_for(lambda: seat in self._written)

    # --- Who is here ----------------------------------------------------------------------------------------

    def _take(self, seat: Seat) -> Leave:
        if seat not in self._open and seat.room_id is not None:
            self._watches.hold(seat.room_id)
        self._open[seat] = self._open.get(seat, 0) + 1
        if timer := self._leaving.pop(seat, None):
            timer.cancel()
            self._touch(seat.room_id)  # nobody may have seen here that they are a member again
        self._change(seat)
        is_open = True

        def leave() -> None:
            nonlocal is_open
            if is_open:
                is_open = False
                self._leave(seat)

        return leave

    def _leave(self, seat: Seat) -> None:
        self._open[seat] -= 1
        if not self._open[seat]:
            del self._open[seat]
            if seat.room_id is not None:
                self._watches.release(seat.room_id)
            self._leaving[seat] = self._loop.call_later(settings.PRESENCE_GRACE, self._go, seat)

    def _go(self, seat: Seat) -> None:
        del self._leaving[seat]
        self._change(seat)

    def _is_here(self, seat: Seat) -> bool:
        return seat in self._open or seat in self._leaving

    def _change(self, seat: Seat) -> None:
        if self._is_here(seat) != (seat in self._written):
            self._changed[seat] = None
            self._wake.set()

    def _see(self, room_id: int, entry: hub.Entry | None) -> None:
        """Whoever is no member is not online, whatever sockets they have; one who comes back is again."""
        if entry is not None and entry.ends != hub.EVERYONE:
            event, member = entry.payload.event, entry.payload.member
            if not isinstance(event, MemberJoined | MemberLeft) or not self._is_here(Seat(room_id, member.person.id)):
                return
        self._touch(room_id)

    def _touch(self, room_id: int | None) -> None:
        if room_id is not None:
            self._touched.add(room_id)
            self._wake.set()

    def _hear(self, hint: bytes) -> None:
        kind, _, payload = hint.partition(_END)
        self._messages[kind](payload)

    # --- What is written of it ------------------------------------------------------------------------------

    async def _run(self) -> None:
        """One thing after the other: the lease is never given back while somebody is written down under it."""
        while True:
            await self._pause()
            try:
                if self._loop.time() - self._renewed_at >= self._limits.renew_interval:
                    await self._renew()
                if self._has_to_write:
                    await self._write()
            except leases.Lapsed:
                logger.warning("this process could not renew its lease in time; all who are here are written anew")
                self._is_held = False
                self._written.clear()
                self._changed = dict.fromkeys((*self._open, *self._leaving))
                self._say_lapsed()
            except Exception as error:  # whatever it is, the next time may do better
                logger.warning("writing who is here failed (%r); trying again", error)
                self._distrust()

    @property
    def _has_to_write(self) -> bool:
        return bool(self._changed or self._touched)

    async def _pause(self) -> None:
        """Until there is something to do, and not sooner after the last time than is good for the database."""
        self._wake.clear()
        if not self._has_to_write:
            due = self._renewed_at + self._limits.renew_interval - self._loop.time()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due)):
                    await self._wake.wait()
        await asyncio.sleep(self._wrote_at + self._limits.flush_interval - self._loop.time())
        self._wrote_at = self._loop.time()

    async def _renew(self) -> None:
        """Renew the lease, if anything is held by it, and take away what others have left."""
        began = self._loop.time()
        if began - self._renewed_at > 2 * self._limits.renew_interval:
            self._distrust()
        if began - self._renewed_at > settings.PRESENCE_LEASE:
            self._say_lapsed()
        if self._is_held:
            if self._written or self._has_to_write:
                if not await self._crossing(leases.renew, self.id):
                    raise leases.Lapsed
            else:
                await self._crossing(leases.release, self.id)
                self._is_held = False
        self._renewed_at = began
        if began >= self._sweeps_from:
            await self._crossing(rosters.sweep)
        await self._watches.compare()

    def _say_lapsed(self) -> None:
        for callback in self._lapses:
            callback()

    def _distrust(self) -> None:
        """What kept this process from renewing its lease may have kept the others: they get the time to do it."""
        self._sweeps_from = self._loop.time() + settings.PRESENCE_LEASE

    async def _write(self) -> None:
        seats = list(islice(self._changed, self._limits.flush_size))
        for seat in seats:
            del self._changed[seat]
        come = [seat for seat in seats if self._is_here(seat) and seat not in self._written]
        # Also those who are not known to be written: a write that failed may have been committed. So may this one.
        gone = {seat for seat in seats if not self._is_here(seat)}
        self._written -= gone
        touched, self._touched = self._touched, set()
        try:
            await self._crossing(rosters.write, self.id, is_held=self._is_held, come=come, gone=gone, touched=touched)
        except Exception:
            self._changed = dict.fromkeys((*seats, *self._changed))
            self._touched |= touched
            raise
        self._is_held = True
        self._written.update(come)
        for seat in seats:  # they may have come back, or gone, while it was written
            self._change(seat)
        async with self._has_written:
            self._has_written.notify_all()


current = PerLoop(lambda: Process(hub.current(), database.run, Limits(**settings.PRESENCE)))


async def follow(room_id: int, user_id: int) -> Leave:
    return await current().follow(room_id, user_id)
