"""A server as its operator runs it: ready when it is said to be, and with the settings it is given."""

import os
import textwrap
from pathlib import Path

import httpx
import pytest

from tests.services.errors import ServiceFailed
from tests.services.server import ServerProcess

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
