"""A server that loses, repeats and reorders: whether the load generator finds it out, before anybody believes it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.generator import Followers, Line
from benchmarks.engine.stamps import Stamps, body
from tests.services.ports import LOOPBACK

_SUBPROTOCOL = "graphql-transport-ws"
# One is left out, one comes twice, one comes late.
_SENT = (7, 8, 10, 10, 9, 11)
_FOUND = {"deliveries": len(_SENT), "missing": 1, "repeated": 2, "refused": 0}
_SOCKETS = 3
_SECONDS = 10.0


def find() -> None:
    """Raises `BenchmarkFailed` if the generator reports anything but what there was."""
    with TemporaryDirectory() as folder, _server() as port, Followers(Stamps(Path(folder) / "stamps")) as followers:
        line = Line(port, '{"type": "connection_init"}', ('{"type": "subscribe"}', '{"type": "ping"}'))
        followers.connect([line] * _SOCKETS, seconds=_SECONDS)
        followers.has_all(max(_SENT), seconds=_SECONDS)
        report = followers.report()
    wanted = {name: count * _SOCKETS for name, count in _FOUND.items()}
    found = {name: getattr(report, name) for name in wanted}
    if found != wanted:
        raise BenchmarkFailed(f"The load generator is shown {wanted} and finds {found}.")


@contextmanager
def _server() -> Iterator[int]:
    with serve(_misbehave, LOOPBACK, 0, subprotocols=[Subprotocol(_SUBPROTOCOL)], compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()


def _misbehave(client: ServerConnection) -> None:
    client.recv()
    client.send('{"type": "connection_ack"}')
    client.recv()
    for number in _SENT:
        client.send(f'{{"type": "next", "payload": "{body(number)}"}}')
    client.recv()
    client.send('{"type": "pong"}')
    with suppress(ConnectionClosed):
        client.recv()  # until the other end has gone
