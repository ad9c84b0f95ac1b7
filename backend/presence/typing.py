"""Who is typing in a room: told from process to process, kept in memory alone, and over by itself."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.conf import settings

from backend import database, hub, rates
from backend.accounts.credentials import Viewer
from backend.accounts.users import Person
from backend.chat import event_log, members, policies
from backend.chat.events import Logged, MessageSent
from backend.chat.facts import Member, Message
from backend.chat.policies import Action

SIGNAL = b"typing"


class Typing(msgspec.Struct, frozen=True):
    """Who is typing in a room, in the order in which they began: all of them, up to `TYPING_SHOWN`."""

    room_id: int
    user_ids: tuple[int, ...]


def set_typing(*, viewer: Viewer, room_id: int, typing: bool) -> datetime:
    """Say that the viewer is typing, or is no more; until when that counts. Nothing is stored.

    Raises `NotFound`, `Forbidden` for whoever may not write there, `RateLimited`.
    """
    rates.take("typing", viewer.id)
    policies.admit(viewer, Action.SEND, room_id=room_id)
    said = Said(room_id=room_id, user_id=viewer.id, typing=typing)
    hub.signal(event_log.topic(room_id), SIGNAL, msgspec.msgpack.encode(said))
    return database.now() + timedelta(seconds=settings.TYPING_SECONDS if typing else 0)


def people(typing: Typing) -> list[Person]:
    """Those of them who may write there now: a signal can be overtaken by what ends its sender's access."""
    return members.who_may(Action.SEND, room_id=typing.room_id, user_ids=typing.user_ids) if typing.user_ids else []


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What a process signals to all that show the room."""

    room_id: int
    user_id: int
    typing: bool


class Board:
    """Who is typing in the rooms that this process shows to anybody."""

    def __init__(self, process: hub.Hub) -> None:
        self._hub = process
        self._rooms: dict[str, _Room] = {}
        process.on_signal(SIGNAL, self._hear)

    def _hear(self, topic: str, payload: bytes) -> None:
        """Raises `msgspec.MsgspecError` for what no process says."""
        said = _said.decode(payload)
        room = self._rooms.get(topic)
        if room is None:
            feed = self._hub.feed(topic)
            if feed is None or not feed.is_followed or not said.typing:
                return
            room = self._rooms[topic] = _Room(said.room_id, self._hub.hold(topic), closed=self._close)
        room.hear(said)

    def _close(self, feed: hub.Feed) -> None:
        del self._rooms[feed.topic]
        self._hub.release(feed)


_said = msgspec.msgpack.Decoder(Said)


class _Room:
    """A room while somebody types there, and for one look longer.

    It is looked at once every `TYPING_INTERVAL`, and shown if it is another than before, or if somebody has been told
    `CaughtUp` since, who was not shown it. So the last state is always shown, and a signal that is lost is made up for
    by `TYPING_SECONDS`.
    """

    def __init__(self, room_id: int, feed: hub.Feed, *, closed: Callable[[hub.Feed], None]) -> None:
        self._room_id = room_id
        self._feed = feed
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        # Until when each of them is typing, by the loop's clock.
        self._until: dict[int, float] = {}
        self._shown: tuple[int, ...] = ()
        self._greeted = 0
        self._is_looked_at = False
        feed.watch(self._watch)

    def hear(self, said: Said) -> None:
        if not said.typing:
            self._until.pop(said.user_id, None)
        elif said.user_id in self._until or len(self._until) < settings.TYPING_SHOWN:
            self._until[said.user_id] = self._loop.time() + settings.TYPING_SECONDS
        if not self._is_looked_at:
            self._look()

    def _watch(self, entry: hub.Entry | None) -> None:
        """Whoever has sent it types no more, nor does whoever is another member than before, or none."""
        match entry.payload if entry else None:
            case Logged(event=MessageSent(), message=Message() as message):
                self._until.pop(message.author.id, None)
            case Logged(member=Member() as member):
                self._until.pop(member.person.id, None)
            case None:  # it may have been anybody
                self._until.clear()

    def _look(self) -> None:
        now = self._loop.time()
        self._until = {user_id: until for user_id, until in self._until.items() if until > now}
        typing = tuple(self._until)
        self._is_looked_at = self._feed.is_followed and bool(typing or self._shown)
        if not self._is_looked_at:
            self._feed.unwatch(self._watch)
            self._closed(self._feed)
            return
        # Before it is shown: whoever is greeted then, because they lagged, is shown it the next time.
        greeted = self._feed.greeted
        if typing != self._shown or greeted != self._greeted:
            self._feed.show(Typing(self._room_id, typing))
        self._shown, self._greeted = typing, greeted
        self._loop.call_later(settings.TYPING_INTERVAL, self._look)
