"""One suite for every channel layer that carries hints: in memory, Redis pub/sub (ours and theirs), Redis core."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from channels.layers import channel_layers
from django.test import override_settings

from backend import settings
from backend.channels_broker import ChannelsBroker
from backend.hub import Hub, process
from tests.services.redis import RedisServer

LOOP = asyncio.SelectorEventLoop  # a real Redis has its own idea of time

SOON = 10.0
PROBE = b"probe"

REDIS_LAYERS = {
    "ours": "backend.pubsub_layer.PubSubChannelLayer",
    "pub/sub": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "core": "channels_redis.core.RedisChannelLayer",
}


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


class End:
    """A process's broker, and what it has heard."""

    def __init__(self) -> None:
        self.broker = ChannelsBroker()
        self.layer: Any = self.broker._layer
        self.heard: list[tuple[str, bytes]] = []
        self.probes = 0
        self._news = asyncio.Event()
        self._receiving = asyncio.create_task(self._receive())

    async def _receive(self) -> None:
        while True:
            try:
                hints = await self.broker.receive()
            except Exception:
                await asyncio.sleep(0.05)
                continue
            heard = [(topic, hint) for topic, hint in hints if hint != PROBE]
            self.probes += len(hints) - len(heard)
            self.heard += heard
            self._news.set()

    async def hears(self, *expected: tuple[str, bytes]) -> None:
        """Returns when it has heard these, and nothing else, since it was asked the last time."""
        async with asyncio.timeout(SOON):
            while len(self.heard) < len(expected):
                self._news.clear()
                await self._news.wait()
        assert self.heard == list(expected)
        self.heard.clear()

    async def join(self, *topics: str) -> None:
        """Returns when the layer listens: the pub/sub layer says so before Redis knows."""
        for topic in topics:
            await self.broker.join(topic)
            await self.is_joined(topic)

    async def is_joined(self, topic: str) -> None:
        probes = self.probes
        async with asyncio.timeout(SOON):
            while self.probes == probes:
                self._news.clear()
                with suppress(Exception):  # as the hub, which tries again
                    await self.broker.publish(topic, PROBE)
                    async with asyncio.timeout(0.05):
                        await self._news.wait()
                    continue
                await asyncio.sleep(0.01)
                with suppress(Exception):
                    await self.broker.join(topic)

    async def close(self) -> None:
        while not self._receiving.done():
            self._receiving.cancel()  # which redis-py may overlook
            await asyncio.wait([self._receiving], timeout=0.1)
        if hasattr(self.layer, "close_pools"):
            await self.layer.close_pools()
        elif hasattr(self.layer, "serialize"):
            await self.layer.flush()


Open = Callable[[], End]


@pytest.fixture
async def open_on() -> AsyncIterator[Callable[[dict[str, Any]], End]]:
    """Opens a process's end of what is configured, each with a layer of its own, except in memory."""
    ends: list[End] = []
    in_memory: list[Any] = []

    def open_(config: dict[str, Any]) -> End:
        with override_settings(CHANNEL_LAYERS={"default": config}):
            if "InMemory" in config["BACKEND"]:
                in_memory.append(channel_layers["default"])
                channel_layers.set("default", in_memory[0])
            ends.append(End())
        return ends[-1]

    yield open_
    for end in ends:
        await end.close()


def _config(backend: str, redis: RedisServer, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """As the product configures it."""
    patch.setattr(settings, "REDIS_URL", redis.url if backend in REDIS_LAYERS else "")
    patch.setattr(settings, "CHANNEL_LAYER_BACKEND", REDIS_LAYERS.get(backend))
    return settings._channel_layer()


@pytest.fixture(params=["memory", *REDIS_LAYERS])
def open_end(
    request: pytest.FixtureRequest,
    redis: RedisServer,
    open_on: Callable[[dict[str, Any]], End],
    monkeypatch: pytest.MonkeyPatch,
) -> Open:
    config = _config(request.param, redis, monkeypatch)
    return lambda: open_on(config)


@pytest.fixture(params=REDIS_LAYERS)
def open_redis_end(
    request: pytest.FixtureRequest,
    redis: RedisServer,
    open_on: Callable[[dict[str, Any]], End],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Open]:
    """On a Redis that the test may kill."""
    config = _config(request.param, redis, monkeypatch)
    yield lambda: open_on(config)
    if not redis.running:
        redis.start()


# What every layer does


async def test_a_hint_reaches_the_process_that_published_it(open_end: Open) -> None:
    end = open_end()
    await end.join("room.1")
    await end.broker.publish("room.1", b"hint")
    await end.hears(("room.1", b"hint"))


async def test_a_hint_reaches_every_process_that_joined(open_end: Open) -> None:
    first, second = open_end(), open_end()
    await first.join("room.1")
    await second.join("room.1")
    first.heard.clear()
    await first.broker.publish("room.1", b"from the first")
    await second.hears(("room.1", b"from the first"))
    await second.broker.publish("room.1", b"from the second")
    await first.hears(("room.1", b"from the first"), ("room.1", b"from the second"))


async def test_a_process_that_has_joined_nothing_can_publish(open_end: Open) -> None:
    silent, end = open_end(), open_end()
    await end.join("room.1")
    await silent.broker.publish("room.1", b"hint")
    await end.hears(("room.1", b"hint"))
    assert silent.heard == []


async def test_a_process_hears_the_topics_that_it_joined_alone(open_end: Open) -> None:
    end, other = open_end(), open_end()
    await end.join("room.1", "room.2")
    await other.join("room.3")
    for topic in ("room.3", "room.2", "room.1"):
        await other.broker.publish(topic, b"hint")
    await end.hears(("room.2", b"hint"), ("room.1", b"hint"))
    await other.hears(("room.3", b"hint"))


async def test_after_leaving_a_topic_nothing_of_it_is_heard(open_end: Open) -> None:
    end, other = open_end(), open_end()
    await end.join("room.1", "room.2")
    await other.join("room.1")
    await end.broker.leave("room.1")
    await other.broker.publish("room.1", b"hint")
    await other.broker.publish("room.2", b"hint")
    await end.hears(("room.2", b"hint"))
    await other.hears(("room.1", b"hint"))


async def test_a_topic_can_be_joined_again(open_end: Open) -> None:
    end = open_end()
    for _ in range(3):
        await end.join("room.1")
        await end.broker.publish("room.1", b"hint")
        await end.hears(("room.1", b"hint"))
        await end.broker.leave("room.1")


async def test_joining_twice_is_joining_once(open_end: Open) -> None:
    end = open_end()
    await end.join("room.1", "room.2")
    await end.broker.join("room.1")
    await end.broker.publish("room.1", b"hint")
    await end.hears(("room.1", b"hint"))
    await end.broker.leave("room.1")
    await end.broker.publish("room.1", b"hint")
    await end.broker.publish("room.2", b"the end")
    await end.hears(("room.2", b"the end"))


async def test_leaving_what_was_not_joined_is_nothing(open_end: Open) -> None:
    end = open_end()
    await end.broker.leave("room.1")
    await end.broker.leave("room.1")


async def test_the_hints_of_one_publisher_come_in_order(open_end: Open) -> None:
    publisher, end = open_end(), open_end()
    await end.join("room.1", "room.2")
    sent = [(f"room.{number % 2 + 1}", b"%d" % number) for number in range(60)]
    for topic, hint in sent:
        await publisher.broker.publish(topic, hint)
    await end.hears(*sent)


async def test_hints_that_go_out_together_come_in_order(open_end: Open) -> None:
    publisher, end = open_end(), open_end()
    await end.join("room.1", "room.2")
    await publisher.broker.publish("room.1", b"1", b"2", b"3")
    await publisher.broker.publish("room.2", b"4", b"5")
    await end.hears(*[("room.1", hint) for hint in (b"1", b"2", b"3")], ("room.2", b"4"), ("room.2", b"5"))


@pytest.mark.parametrize("hint", [b"", bytes(range(256)), b"x" * 100_000], ids=["empty", "binary", "large"])
async def test_a_hint_arrives_as_it_was(open_end: Open, hint: bytes) -> None:
    end = open_end()
    await end.join("room.1")
    await end.broker.publish("room.1", hint)
    await end.hears(("room.1", hint))


async def test_a_hint_that_nobody_waits_for_is_lost(open_end: Open) -> None:
    early, late = open_end(), open_end()
    await early.broker.publish("room.1", b"early")
    await late.join("room.1")
    await early.broker.publish("room.1", b"late")
    await late.hears(("room.1", b"late"))


async def test_what_another_version_sends_is_passed_over_and_takes_nothing_with_it(
    open_end: Open, caplog: pytest.LogCaptureFixture
) -> None:
    publisher, end = open_end(), open_end()
    await end.join("room.1")
    foreign: list[dict[str, Any]] = [
        {"type": "hint", "topic": "room.1", "hint": b"of old"},
        {"type": "hints", "topic": 1, "hints": [b"hint"]},
        {"type": "hints", "topic": "room.1", "hints": b"hint"},
        {"type": "hints", "topic": "room.1", "hints": ["text"]},
    ]
    await publisher.broker.publish("room.1", b"before")
    for message in foreign:
        await publisher.layer.group_send("room.1", message)
    await publisher.broker.publish("room.1", b"after")
    await end.hears(("room.1", b"before"), ("room.1", b"after"))
    assert caplog.text.count("no message of ours") == len(foreign)


async def test_bytes_that_are_no_message_take_nothing_with_them(
    redis: RedisServer,
    open_on: Callable[[dict[str, Any]], End],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = _config("ours", redis, monkeypatch)
    publisher, end = open_on(config), open_on(config)
    await end.join("room.1")
    layer = publisher.layer._get_layer()
    channel = layer._get_group_channel_name("room.1")
    shard = layer._get_shard(channel)
    await asyncio.gather(
        shard.publish(channel, b"\xc1 first"),
        publisher.broker.publish("room.1", b"hint"),
        shard.publish(channel, b"\xc1"),
        publisher.broker.publish("room.1", b"another"),
    )
    await end.hears(("room.1", b"hint"), ("room.1", b"another"))
    assert caplog.text.count("cannot be read") == 2


# When Redis is away


async def test_hearing_survives_the_end_of_redis(open_redis_end: Open, redis: RedisServer) -> None:
    """What is said meanwhile may be lost; what is said afterwards is heard, by those who join again."""
    first, second = open_redis_end(), open_redis_end()
    await first.join("room.1")
    await second.join("room.1")
    redis.kill()
    with pytest.raises(Exception, match=r"."):  # whatever the client raises
        await first.broker.publish("room.1", b"lost")
    redis.start()
    await asyncio.gather(first.is_joined("room.1"), second.is_joined("room.1"))
    await first.broker.publish("room.1", b"found")
    await second.hears(("room.1", b"found"))


async def test_a_redis_that_comes_later_is_found_and_nothing_has_piled_up(
    open_redis_end: Open, redis: RedisServer
) -> None:
    redis.kill()
    end = open_redis_end()
    for _ in range(20):
        with pytest.raises(Exception, match=r"."):
            await end.broker.join("room.1")
    channels = getattr(end.layer, "channels", {})  # of the pub/sub layer, which keeps one queue for each
    assert len(channels) == 0
    redis.start()
    await end.join("room.1")
    await end.broker.publish("room.1", b"hint")
    await end.hears(("room.1", b"hint"))


async def test_a_frozen_redis_can_be_given_up_on(open_redis_end: Open, redis: RedisServer) -> None:
    end = open_redis_end()
    await end.join("room.1")
    redis.freeze()
    try:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await end.broker.publish("room.1", b"lost")
    finally:
        redis.thaw()
    await end.is_joined("room.1")
    await end.broker.publish("room.1", b"found")
    async with asyncio.timeout(SOON):
        while ("room.1", b"found") not in end.heard:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("layer", REDIS_LAYERS)
@pytest.mark.parametrize("state", ["away", "frozen"])
def test_a_command_is_not_held_up(
    layer: str, state: str, redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It has no hub: it connects, gives up, and lets go, all within the timeout or little more."""

    def make_hub(broker: object) -> Hub:
        raise AssertionError("nobody subscribes here")

    for name in ("_make_broker", "_make_hub", "_publish_timeout"):
        monkeypatch.setattr(process, name, getattr(process, name))
    process.install(make_broker=ChannelsBroker, make_hub=make_hub, publish_timeout=0.1)
    with override_settings(CHANNEL_LAYERS={"default": _config(layer, redis, monkeypatch)}):
        (redis.kill if state == "away" else redis.freeze)()
        try:
            start = time.monotonic()
            process.publish("room.1", b"hint")
            assert time.monotonic() - start < 1
        finally:
            if state == "away":
                redis.start()
            else:
                redis.thaw()
        assert "publishing failed" in caplog.text
        caplog.clear()
        # Patient now: how long a first connection takes is not what this is about.
        process.install(make_broker=ChannelsBroker, make_hub=make_hub, publish_timeout=SOON)
        process.publish("room.1", b"hint")
        assert caplog.text == ""
