"""The wire that fails: cut, delayed, held, swallowed and refused."""

import contextlib
import os
import select
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.services.ports import LOOPBACK, free_port
from tests.services.proxy import TcpProxy

SOON = 5.0

A_WHILE = 0.2


# The proxy
class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while received := self.request.recv(65536):
                self.request.sendall(received)


class _EchoServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def proxy() -> Iterator[TcpProxy]:
    """In front of a server that sends back all it gets."""
    with _EchoServer((LOOPBACK, 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            with TcpProxy(*server.server_address) as proxy:
                yield proxy
        finally:
            server.shutdown()


@pytest.fixture
def connect(proxy: TcpProxy) -> Iterator[Callable[[], socket.socket]]:
    with contextlib.ExitStack() as opened:
        yield lambda: opened.enter_context(socket.create_connection((LOOPBACK, proxy.port), SOON))


Connect = Callable[[], socket.socket]


def _says_back(client: socket.socket, said: bytes = b"tea") -> bool:
    client.sendall(said)
    return client.recv(100) == said


def _becomes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0)
    return True


def test_the_proxy_forwards_both_ways_and_counts(proxy: TcpProxy, connect: Connect) -> None:
    first, second = connect(), connect()
    assert _says_back(first)
    assert _says_back(second)
    assert (proxy.connections, proxy.accepted) == (2, 2)
    first.close()
    assert _becomes(lambda: proxy.connections == 1)
    assert proxy.accepted == 2


def test_the_proxy_passes_on_the_end_of_one_direction(connect: Connect) -> None:
    client = connect()
    client.sendall(b"last words")
    client.shutdown(socket.SHUT_WR)
    with client.makefile("rb") as answers:
        assert answers.read() == b"last words"


def test_the_proxy_carries_more_than_buffers_hold(connect: Connect) -> None:
    client = connect()
    much = os.urandom(8_000_000)

    def say() -> None:
        client.sendall(much)
        client.shutdown(socket.SHUT_WR)

    writer = threading.Thread(target=say)
    writer.start()
    with client.makefile("rb") as answers:
        assert answers.read() == much
    writer.join()


def test_cut_resets_every_connection_and_says_how_many(proxy: TcpProxy, connect: Connect) -> None:
    clients = [connect(), connect()]
    assert all(map(_says_back, clients))
    assert proxy.cut() == 2
    assert proxy.connections == 0
    for client in clients:
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert _says_back(connect())


def test_a_share_of_the_connections_can_be_cut(proxy: TcpProxy, connect: Connect) -> None:
    clients = [connect() for _ in range(5)]
    assert all(map(_says_back, clients))
    assert proxy.cut(0.6) == 3
    assert proxy.connections == 2


def test_the_same_are_cut_for_the_same_seed() -> None:
    cut = [_cut_in_order(seed) for seed in ("1", "1", "2", "3", "4")]
    assert cut[0] == cut[1]
    assert len({tuple(each) for each in cut}) > 1


def _cut_in_order(seed: str) -> list[int]:
    """Which of ten connections, by the order in which they came, are reset when half of them are."""
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(socket.create_server((LOOPBACK, 0)))
        proxy = stack.enter_context(TcpProxy(*upstream.getsockname(), seed=seed))
        clients = []
        for number in range(10):
            clients.append(stack.enter_context(socket.create_connection((LOOPBACK, proxy.port), SOON)))
            assert _becomes(lambda: proxy.connections == number + 1)  # noqa: B023  # called at once
        assert proxy.cut(0.5) == 5
        poll = select.poll()
        for client in clients:
            poll.register(client, 0)
        assert _becomes(lambda: len(poll.poll(0)) == 5)
        gone = {file for file, _ in poll.poll(0)}
        return [number for number, client in enumerate(clients) if client.fileno() in gone]


def test_a_blackhole_holds_what_is_said_until_it_is_restored(proxy: TcpProxy, connect: Connect) -> None:
    before = connect()
    assert _says_back(before)
    proxy.blackhole()
    during = connect()
    for client in (before, during):
        client.sendall(b"tea")
        client.settimeout(A_WHILE)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(SOON)
    assert proxy.connections == 2
    proxy.restore()
    assert before.recv(100) == b"tea"
    assert during.recv(100) == b"tea"


def test_a_blackhole_can_be_cut(proxy: TcpProxy, connect: Connect) -> None:
    proxy.blackhole()
    client = connect()
    assert _becomes(lambda: proxy.connections == 1)
    assert proxy.cut() == 1
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_what_is_swallowed_is_gone_and_its_connections_stay_dead(proxy: TcpProxy, connect: Connect) -> None:
    before = connect()
    assert _says_back(before)
    assert proxy.swallow() == 1
    during = connect()
    for client in (before, during):
        client.sendall(b"tea")
        client.settimeout(A_WHILE)
        with pytest.raises(TimeoutError):
            client.recv(100)
    proxy.restore()
    assert _says_back(connect())
    for client in (before, during):
        client.sendall(b"tea")
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.close()
    time.sleep(A_WHILE)
    assert proxy.connections == 3, "the server is not told that they have gone"


def test_refuse_keeps_what_is_connected_and_accept_takes_more(proxy: TcpProxy, connect: Connect) -> None:
    before = connect()
    assert _says_back(before)
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect()
    assert _says_back(before)
    proxy.accept()
    assert _says_back(connect())


def test_a_delay_counts_in_each_direction(proxy: TcpProxy, connect: Connect) -> None:
    client = connect()
    assert _says_back(client)
    proxy.delay(0.05)
    began = time.monotonic()
    assert _says_back(client)
    assert time.monotonic() - began >= 0.1


def test_a_client_is_reset_if_nobody_is_behind_the_proxy() -> None:
    with TcpProxy(LOOPBACK, free_port()) as proxy:
        # The reset can come before the client knows that it was connected.
        with (
            pytest.raises(ConnectionResetError),
            socket.create_connection((LOOPBACK, proxy.port), SOON) as client,
        ):
            client.recv(1)
        assert _becomes(lambda: proxy.accepted == 1 and proxy.connections == 0)
