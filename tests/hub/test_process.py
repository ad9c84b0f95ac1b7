"""Each event loop has its hub, and whoever commits can publish: from any thread, or without any hub at all."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

from backend.hub import Broker, Hub, Limits, process
from tests.hub.doubles import Crossing, MemoryLog

LOOP = asyncio.SelectorEventLoop  # threads have their own idea of time

TIMEOUT = 0.05
SOON = 5.0


class NotedBroker:
    """Notes what is published, and in which thread; fails or hangs on demand."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.threads: list[int] = []
        self.was_published = threading.Event()
        self.error: Exception | None = None
        self.hangs = False

    async def publish(self, topic: str, *hints: bytes) -> None:
        if topic.startswith("beat."):
            return
        if self.hangs:
            await asyncio.sleep(60)
        if self.error:
            raise self.error
        self.published += [(topic, hint) for hint in hints]
        self.threads.append(threading.get_ident())
        self.was_published.set()

    async def join(self, topic: str) -> None: ...

    async def leave(self, topic: str) -> None: ...

    async def receive(self) -> list[tuple[str, bytes]]:
        await asyncio.sleep(3600)
        raise AssertionError


@pytest.fixture
def broker() -> NotedBroker:
    return NotedBroker()


Install = Callable[[Callable[[], Broker]], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, limits: Limits) -> Install:
    """Install a maker of brokers in a process that has no hub yet; the product's own is put back afterwards."""
    for name in ("_make_broker", "_make_hub"):
        monkeypatch.setattr(process, name, None)
    monkeypatch.setattr(process, "_publish_timeout", 0.0)
    monkeypatch.setattr(process, "_hubs", {})

    def install(make_broker: Callable[[], Broker]) -> None:
        def make_hub(broker: Broker) -> Hub:
            return Hub(broker=broker, log=MemoryLog(), crossing=Crossing(), limits=limits)

        process.install(make_broker=make_broker, make_hub=make_hub, publish_timeout=TIMEOUT)

    return install


@pytest.fixture
def installed(install: Install, broker: NotedBroker) -> None:
    install(lambda: broker)


class Server:
    """A thread with an event loop and a hub, as a server has."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def start(self) -> None:
        self._thread.start()
        self.hub = asyncio.run_coroutine_threadsafe(self._current(), self._loop).result(SOON)

    def stop(self) -> None:
        """The loop stands still; it is not closed."""
        assert self.hub is not None
        asyncio.run_coroutine_threadsafe(self.hub.close(), self._loop).result(SOON)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def close(self) -> None:
        if self._thread.is_alive():
            self.stop()
        self._loop.close()

    @property
    def thread(self) -> int | None:
        return self._thread.ident

    async def _current(self) -> Hub:
        return process.current()


@pytest.fixture
def make_server() -> Iterator[Callable[[], Server]]:
    servers: list[Server] = []

    def make() -> Server:
        servers.append(Server())
        servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server.close()


# The hub of a loop


@pytest.mark.usefixtures("installed")
async def test_a_loop_has_one_hub_which_runs() -> None:
    hub = process.current()
    assert process.current() is hub
    assert process.running() == [(asyncio.get_running_loop(), hub)]
    await hub.close()


@pytest.mark.usefixtures("installed")
def test_each_loop_has_a_hub_of_its_own(make_server: Callable[[], Server]) -> None:
    first, second = make_server(), make_server()
    assert first.hub is not second.hub
    assert {hub for _loop, hub in process.running()} == {first.hub, second.hub}


@pytest.mark.usefixtures("installed")
def test_the_hubs_of_closed_loops_are_forgotten(make_server: Callable[[], Server]) -> None:
    closed = make_server()
    closed.close()
    open_ = make_server()
    assert list(process._hubs.values()) == [open_.hub]


@pytest.mark.usefixtures("install")
async def test_a_process_where_nothing_is_installed_has_no_hub() -> None:
    with pytest.raises(AssertionError, match="composition"):
        process.current()


# In a server


@pytest.mark.usefixtures("installed")
def test_what_a_thread_publishes_goes_out_on_the_loop(broker: NotedBroker, make_server: Callable[[], Server]) -> None:
    server = make_server()
    process.publish("room.1", b"hint")
    assert broker.was_published.wait(SOON)
    assert broker.published == [("room.1", b"hint")]
    assert broker.threads == [server.thread]


@pytest.mark.usefixtures("installed")
async def test_what_the_loop_itself_publishes_goes_out_without_waiting(broker: NotedBroker) -> None:
    hub = process.current()
    process.publish("room.1", b"hint")
    assert broker.published == []
    async with asyncio.timeout(SOON):
        while not broker.published:  # noqa: ASYNC110  # a turn of the loop or two
            await asyncio.sleep(0)
    await hub.close()


@pytest.mark.usefixtures("installed")
def test_a_thread_does_not_wait_for_a_broker_that_hangs(broker: NotedBroker, make_server: Callable[[], Server]) -> None:
    make_server()
    broker.hangs = True
    start = time.monotonic()
    for _ in range(100):
        process.publish("room.1", b"hint")
    assert time.monotonic() - start < TIMEOUT * 10


@pytest.mark.usefixtures("installed")
def test_a_loop_that_closes_at_that_moment_is_nobodys_concern(
    make_server: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server()
    running = process.running()
    server.close()
    monkeypatch.setattr(process, "running", lambda: running)
    process.publish("room.1", b"hint")


# In a command


@pytest.mark.usefixtures("installed")
def test_a_command_publishes_by_itself(broker: NotedBroker) -> None:
    process.publish("room.1", b"hint")
    assert broker.published == [("room.1", b"hint")]
    assert process.running() == []


@pytest.mark.usefixtures("installed")
def test_a_hub_whose_loop_stands_still_is_not_relied_upon(
    broker: NotedBroker, make_server: Callable[[], Server]
) -> None:
    make_server().stop()
    process.publish("room.1", b"hint")
    assert broker.threads == [threading.get_ident()]


@pytest.mark.usefixtures("installed")
def test_a_command_waits_for_a_broker_no_longer_than_the_timeout(
    broker: NotedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    broker.hangs = True
    start = time.monotonic()
    process.publish("room.1", b"hint")
    assert TIMEOUT <= time.monotonic() - start < SOON
    assert "publishing failed (TimeoutError())" in caplog.text


@pytest.mark.usefixtures("installed")
def test_a_command_goes_on_when_publishing_fails(broker: NotedBroker, caplog: pytest.LogCaptureFixture) -> None:
    broker.error = ConnectionError("the channel layer is away")
    process.publish("room.1", b"hint")
    assert "publishing failed" in caplog.text


def test_a_command_goes_on_when_there_is_no_broker_to_be_had(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> NoReturn:
        raise LookupError

    install(fail)
    process.publish("room.1", b"hint")
    assert "publishing failed" in caplog.text


@pytest.mark.usefixtures("install")
def test_where_nothing_is_installed_publishing_does_nothing() -> None:
    process.publish("room.1", b"hint")


@pytest.mark.usefixtures("installed")
def test_every_hub_of_the_process_publishes(broker: NotedBroker, make_server: Callable[[], Server]) -> None:
    """Each may be on a layer of its own: the in-memory one joins only the tasks of one loop."""
    make_server()
    make_server()
    process.publish("room.1", b"hint")
    deadline = time.monotonic() + SOON
    while len(broker.published) < 2 and time.monotonic() < deadline:
        time.sleep(0)
    assert broker.published == [("room.1", b"hint")] * 2
