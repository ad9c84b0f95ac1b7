"""What one person is told when hints are lost, rooms are many, devices are slow and the database is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from channels.layers import channel_layers
from django.db import OperationalError
from pytest_django import Settings

from backend import database, hub
from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, members, messages, moderation, personal, reading
from backend.chat.moderation import ModerationAction
from backend.presence import news, viewers
from backend.presence import process as presence
from chat_schema import sharing
from tests.chat_schema.inside import Sink, enter, send, somebody, subscribe

pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENT = """
subscription {
  viewerEvents {
    __typename
    ... on RoomActivity { room { address } latest { body } }
    ... on ViewerRoomChanged { room { address } }
    ... on Mentioned { message { body } }
  }
}
"""


class Device(Sink):
    """Follows what concerns its person, and may be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.subscriber: hub.Subscriber | None = None
        self._is_quick = asyncio.Event()
        self._is_quick.set()

    def write(self, frames: hub.Frames) -> int:
        return super().write(frames) if self._is_quick.is_set() else 0

    async def room(self) -> None:
        await self._is_quick.wait()

    def block(self) -> None:
        self._is_quick.clear()

    def unblock(self) -> None:
        self._is_quick.set()

    async def told(self, type_name: str) -> dict[str, Any]:
        """What comes next, which has to be that."""
        event = await self.frame()
        assert event["__typename"] == type_name, event
        return event

    async def told_at_last(self, type_name: str) -> None:
        """The same, whatever comes before it."""
        while (await self.frame())["__typename"] != type_name:
            pass


async def device(viewer: Viewer) -> Device:
    opened = Device()
    opened.subscriber = await subscribe(viewer, "nowhere", DOCUMENT, opened)
    await opened.told("CaughtUp")
    return opened


def followed() -> set[str]:
    """The rooms that somebody in this process holds."""
    return {each for each in hub.current()._holders if each.startswith("room.")}


def topics(*rooms: facts.Room) -> set[str]:
    return {event_log.topic(each.id) for each in rooms}


@pytest.fixture(autouse=True)
async def process(settings: Settings) -> AsyncIterator[hub.Hub]:
    """A hub of this loop, on a channel layer of its own."""
    settings.NEWS_SWEEP_INTERVAL = settings.NEWS_PATIENCE = 0.1
    settings.PRESENCE = {**settings.PRESENCE, "flush_interval": 0.0}
    settings.HUB = {**settings.HUB, "fast_sweep_interval": 0.05, "sweep_interval": 0.1}
    channel_layers.backends.clear()
    process = hub.current()
    yield process
    viewers.current().stop()
    presence.current().stop()
    await process.close()


@pytest.fixture
async def ali() -> Viewer:
    return await somebody("ali")


@pytest.fixture
async def vera() -> Viewer:
    return await somebody("vera")


@pytest.fixture
async def room(ali: Viewer, vera: Viewer) -> facts.Room:
    """Of Ali's; Vera is a member too."""
    await enter(ali)
    return await enter(vera)


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """While it lasts, hints reach nobody."""
    with monkeypatch.context() as patch:
        patch.setattr("backend.hub.publish", lambda *_: None)
        yield patch


async def test_rooms_are_followed_while_a_device_is_there(vera: Viewer, room: facts.Room) -> None:
    phone, laptop = await device(vera), await device(vera)
    assert followed() == topics(room)
    for each in (phone, laptop):
        assert followed() == topics(room)
        assert each.subscriber
        each.subscriber.close()
    assert followed() == set()


async def test_of_many_rooms_the_last_active_are_followed(
    ali: Viewer, vera: Viewer, room: facts.Room, settings: Settings
) -> None:
    settings.WATCHED_ROOMS = 2
    newer, newest = await enter(vera, "newer"), await enter(vera, "newest")
    await device(vera)
    assert followed() == topics(newer, newest)
    await send(ali, room, "salam")
    entered = await enter(vera, "entered")
    async with asyncio.timeout(5):
        while followed() != topics(room, entered):  # noqa: ASYNC110  # of what is held nobody is told
            await asyncio.sleep(0.01)


async def test_a_lost_hint_of_a_message_is_made_up_for_by_the_log(
    ali: Viewer, vera: Viewer, room: facts.Room, lost: pytest.MonkeyPatch
) -> None:
    vera_s = await device(vera)
    await send(ali, room, "salam")
    assert (await vera_s.told("RoomActivity"))["latest"] == {"body": "salam"}


async def test_what_the_log_was_jumped_over_is_something_missed(
    ali: Viewer, vera: Viewer, room: facts.Room, lost: pytest.MonkeyPatch, settings: Settings
) -> None:
    vera_s = await device(vera)
    feed = hub.current().hold(event_log.topic(room.id))
    feed.exists(100_000)
    assert {(await vera_s.frame())["__typename"] for _ in range(2)} == {"CaughtUp", "RoomActivity"}
    hub.current().release(feed)


async def test_when_hints_flow_again_rooms_are_looked_for_and_then_something_was_missed(
    ali: Viewer, vera: Viewer, room: facts.Room, lost: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.NEWS_SWEEP_INTERVAL = 3600
    vera_s = await device(vera)
    other = await enter(vera, "other")
    await asyncio.sleep(0.1)
    assert followed() == topics(room)
    lost.undo()
    for callback in hub.current()._returns:
        callback()
    await vera_s.told("CaughtUp")
    assert followed() == topics(room, other)


async def test_news_that_were_lost_are_missed_when_nothing_comes_after_them(
    vera: Viewer, room: facts.Room, lost: pytest.MonkeyPatch
) -> None:
    vera_s = await device(vera)
    other = await enter(vera, "other")
    await vera_s.told("CaughtUp")
    assert followed() == topics(room, other)
    await asyncio.sleep(0.5)
    assert vera_s.waiting == 0, "once"


async def test_news_that_were_lost_are_missed_when_the_next_ones_come(
    vera: Viewer, room: facts.Room, lost: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.NEWS_SWEEP_INTERVAL = 3600
    vera_s = await device(vera)
    other = await enter(vera, "other")
    lost.undo()
    await database.run(reading.set_notify, viewer=vera, room_id=room.id, notify=reading.Notify.NONE)
    # Where these news themselves have not been shown by then, it stands for them, too.
    await vera_s.told_at_last("CaughtUp")
    assert followed() == topics(room, other)


async def test_news_that_come_twice_are_told_once(
    vera: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.ACTIVITY_INTERVAL = 0.01
    tell = presence.tell
    monkeypatch.setattr(presence, "tell", lambda *args: [tell(*args) for _ in range(2)])
    vera_s = await device(vera)
    await database.run(news.tell, vera.id, personal.RoomViewed(room.id))
    await vera_s.told("ViewerRoomChanged")
    await asyncio.sleep(0.5)
    assert vera_s.waiting == 0


async def test_who_is_told_is_who_may_know_when_it_is_shown(ali: Viewer, vera: Viewer, room: facts.Room) -> None:
    """Their device was slow, and meanwhile a message was deleted, and they were sent away."""
    vera_s = await device(vera)
    vera_s.block()
    await send(ali, room, "first")
    deleted = await send(ali, room, "@vera a slip")
    await send(ali, room, "@vera a secret")
    await database.run(messages.delete_message, viewer=ali, message_id=deleted.message.id)
    kick = moderation.moderate_member
    await database.run(kick, viewer=ali, room_id=room.id, user_id=vera.id, action=ModerationAction.KICK)
    vera_s.unblock()
    changed = await vera_s.frame()
    if changed["__typename"] == "RoomActivity":  # where all this took a second: it was shown before they were sent away
        assert changed["latest"] is None
        changed = await vera_s.frame()
    assert (changed["__typename"], changed["room"]) == ("ViewerRoomChanged", {"address": "tea"})
    await asyncio.sleep(1.2)
    assert vera_s.waiting == 0


@pytest.mark.parametrize("what", ["presence.news.number", "chat.rooms.latest_rooms", "chat.room_log.RoomLog.heads"])
async def test_who_cannot_be_told_now_can_try_again(
    vera: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(f"backend.{what}", fail)
        with pytest.raises(sharing.Unavailable):
            await device(vera)
    assert followed() == set()
    await device(vera)
    assert followed() == topics(room)


async def test_what_cannot_be_told_is_done_all_the_same(
    vera: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr("backend.presence.models.Listener.objects.filter", fail)
    await database.run(reading.set_notify, viewer=vera, room_id=room.id, notify=reading.Notify.NONE)
    await database.run(members.leave_room, viewer=vera, room_id=room.id)
    await enter(vera)


async def test_what_changes_nothing_is_not_told(
    vera: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, personal.News]] = []
    monkeypatch.setattr(personal, "_deliver", lambda *news: told.append(news))
    await database.run(reading.set_notify, viewer=vera, room_id=room.id, notify=reading.Notify.MENTIONS)
    await database.run(reading.set_notify, viewer=vera, room_id=room.id, notify=reading.Notify.MENTIONS)
    assert told == [(vera.id, personal.RoomViewed(room.id))], "once: the second time nothing changed"


async def test_who_is_back_before_it_was_heard_that_they_were_sent_away_is_told_as_before(
    ali: Viewer, vera: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = await device(vera)
    publish = hub.publish

    def publish_news(topic: str, *hints: bytes) -> None:
        if not topic.startswith("room."):
            publish(topic, *hints)

    with monkeypatch.context() as patch:
        patch.setattr("backend.hub.publish", publish_news)
        kick = ModerationAction.KICK
        await database.run(moderation.moderate_member, viewer=ali, room_id=room.id, user_id=vera.id, action=kick)
        await enter(vera)
    await send(ali, room, "salam")
    await phone.told_at_last("RoomActivity")
    assert followed() == topics(room)
    await send(ali, room, "@vera")
    await phone.told_at_last("Mentioned")
