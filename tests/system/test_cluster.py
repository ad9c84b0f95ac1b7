"""Nothing is lost, repeated or reordered on the way from one process to another, whatever breaks between."""

import secrets
import threading
import time
from collections.abc import Callable
from itertools import cycle

from tests.services.proxy import TcpProxy
from tests.system.conftest import Cluster
from tests.system.follower import Follower
from tests.system.person import Person

SILENT_SECONDS = 6.0  # for longer than a hub waits for its own heartbeat
PROMPT = 2.0  # seconds for a send on any machine: whoever waited for Redis would wait for all of the six, or more


def test_what_is_said_in_one_process_is_heard_in_the_other(cluster: Cluster, people: list[Person]) -> None:
    ali, vera = people
    room = _both_enter(ali, vera)
    with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1) as follower:
        follower.wait_for("CaughtUp")
        ali.at(cluster.a.url).send(room, "salam")
        follower.wait_for_messages(1, seconds=5)
    assert follower.bodies == ["salam"]


def test_five_cuts_of_the_wire_while_500_messages_are_sent_lose_nothing(cluster: Cluster, people: list[Person]) -> None:
    ali, vera = people
    room = _both_enter(ali, vera)
    count, cuts = 500, 5
    with (
        TcpProxy("127.0.0.1", cluster.b.port) as proxy,
        Follower(ws_url=f"ws://127.0.0.1:{proxy.port}", token=vera.token, room=room, until=count) as follower,
    ):
        follower.wait_for("CaughtUp")
        sending = _send_in_background(cluster, ali, room, count)
        for cut in range(1, cuts + 1):
            follower.wait_for_messages(cut * count // (cuts + 2))
            assert proxy.cut() == 1
        follower.wait_for_messages(count)
        sending.join()
        assert proxy.accepted >= cuts + 1, "each cut was a new connection"
    assert follower.bodies == _numbers(count)


def test_a_wire_that_is_cut_delayed_held_and_forgotten_in_turn_loses_nothing(
    cluster: Cluster, people: list[Person]
) -> None:
    """The client finds out by itself that nobody answers any more: it is told of no end."""
    ali, vera = people
    room = _both_enter(ali, vera)
    count = 400
    with (
        TcpProxy("127.0.0.1", cluster.b.port) as proxy,
        Follower(
            ws_url=f"ws://127.0.0.1:{proxy.port}", token=vera.token, room=room, until=count, patience=1
        ) as follower,
    ):
        follower.wait_for("CaughtUp")
        sending = _send_in_background(cluster, ali, room, count)
        follower.wait_for_messages(50)
        assert proxy.cut() == 1
        follower.wait_for_messages(100)
        proxy.delay(0.2)
        follower.wait_for_messages(150)
        proxy.delay(0)
        proxy.blackhole()  # for less than its patience: what was held comes late, on the same connection
        time.sleep(0.2)
        proxy.restore()
        follower.wait_for_messages(200)
        before = proxy.accepted
        proxy.swallow()
        assert _becomes(lambda: proxy.accepted > before), "a new connection, which is swallowed too"
        heard = len(follower.bodies)
        sending.join()
        assert len(follower.bodies) == heard < count
        proxy.restore()
        follower.wait_for_messages(count)
        assert proxy.accepted > before + 1
    assert follower.bodies == _numbers(count)


def test_a_redis_that_is_killed_and_comes_back_empty_loses_nothing(cluster: Cluster, people: list[Person]) -> None:
    ali, vera = people
    room = _both_enter(ali, vera)
    count = 300
    with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=count) as follower:
        follower.wait_for("CaughtUp")
        sending = _send_in_background(cluster, ali, room, count)
        follower.wait_for_messages(count // 4)
        cluster.redis.kill()
        follower.wait_for_messages(count // 2)  # the log is read while the layer is away
        cluster.redis.start()
        follower.wait_for_messages(count)
        sending.join()
    assert follower.bodies == _numbers(count)


def test_after_a_flushed_redis_hints_flow_again(cluster: Cluster, people: list[Person]) -> None:
    """A sweep alone would take seconds for each message; several quick ones in a row come by hints."""
    ali, vera = people
    room = _both_enter(ali, vera)
    with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000) as follower:
        follower.wait_for("CaughtUp")
        cluster.redis.kill()
        cluster.redis.start()
        _hints_flow(ali, room, follower)


def test_a_redis_that_goes_silent_holds_up_nobody_who_sends_and_loses_nothing(
    cluster: Cluster, people: list[Person]
) -> None:
    """Its connections stay open, and what is written to them is taken: by the system, for nobody."""
    ali, vera = people
    room = _both_enter(ali, vera)
    with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000) as follower:
        follower.wait_for("CaughtUp")
        cluster.redis.freeze()
        try:
            count, slowest, frozen = 0, 0.0, time.monotonic()
            while time.monotonic() - frozen < SILENT_SECONDS:
                at = time.monotonic()
                ali.at((cluster.a, cluster.b)[count % 2].url).send(room, str(count))
                slowest = max(slowest, time.monotonic() - at)
                count += 1
                time.sleep(0.02)
            follower.wait_for_messages(count)  # by the log
        finally:
            cluster.redis.thaw()
        assert slowest < PROMPT, f"a send of {count} took {slowest:.1f} s"
        assert follower.bodies == _numbers(count)
        _hints_flow(ali.at(cluster.a.url), room, follower)


def _hints_flow(person: Person, room: str, follower: Follower) -> None:
    """Again: what they say is heard at once, three times in a row."""
    deadline = time.monotonic() + 40
    quick = 0
    while quick < 3:
        assert time.monotonic() < deadline, "hints do not come back"
        sent = len(follower.bodies)
        at = time.monotonic()
        person.send(room, "again")
        follower.wait_for_messages(sent + 1)
        quick = quick + 1 if time.monotonic() - at < 0.2 else 0


def _both_enter(ali: Person, vera: Person) -> str:
    address = f"room {secrets.token_hex(4)}"
    vera.enter(address)
    room: str = ali.enter(address)["room"]["id"]
    return room


def _becomes(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def _send_in_background(cluster: Cluster, person: Person, room: str, count: int) -> threading.Thread:
    """Numbered messages, sent to A and B in turn."""

    def send() -> None:
        for number, server in zip(range(count), cycle((cluster.a, cluster.b)), strict=False):
            person.at(server.url).send(room, str(number))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread
