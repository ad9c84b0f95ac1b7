"""Pushes of Redis are counted where a server reads them."""

from redis import Redis

from benchmarks.engine.relay import Relay, count_pushes
from tests.services.redis import RedisServer


def _push(channel: bytes, message: bytes = b"hint") -> bytes:
    parts = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in (b"message", channel, message))
    return b"*3\r\n" + parts


def test_pushes_of_rooms_are_counted_however_they_are_cut() -> None:
    stream = _push(b"room.1") + _push(b"beat") + _push(b"group.room.2") + _push(b"room.3", b"a" * 2000)
    for size in (1, 7, 100, len(stream)):
        counted, rest = 0, b""
        for begin in range(0, len(stream), size):
            count, rest = count_pushes(rest + stream[begin : begin + size])
            counted += count
        assert counted == 3


def test_a_relay_passes_everything_on_and_counts_what_is_pushed_through_it() -> None:
    with (
        RedisServer() as server,
        Relay(server.url) as relay,
        Redis.from_url(relay.url) as behind,
        Redis.from_url(server.url) as direct,
        behind.pubsub() as follower,
    ):
        follower.subscribe("room.1", "lobby")
        for _ in range(2):
            follower.get_message(timeout=5)
        for channel in ("room.1", "lobby", "room.1"):
            direct.publish(channel, "hint")
        heard = [follower.get_message(timeout=5) for _ in range(3)]
    assert [message and message["channel"] for message in heard] == [b"room.1", b"lobby", b"room.1"]
    assert relay.pushes == 2
