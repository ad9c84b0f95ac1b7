"""One peer in a process of its own."""

import os
from collections.abc import Mapping

from benchmarks.engine.peers.peers import ROOT, Peer
from tests.services.child import Child
from tests.services.ports import LOOPBACK
from tests.services.service import Service


class PeerServer(Service):
    """Listening when the block begins. `environment` is added to that of this process."""

    name = "peer"

    def __init__(
        self, peer: Peer, *, redis_url: str, database_url: str = "", environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.ws_url = f"ws://{LOOPBACK}:{self.port}"
        self.peer = peer
        self._environment = {
            **peer.environment(port=self.port, redis_url=redis_url, database_url=database_url),
            **(environment or {}),
        }

    def _spawn(self) -> Child:
        environment = {**os.environ, **self._environment}
        return Child(self.peer.name, self.peer.command, log=self.log, cwd=ROOT, env=environment)

    def _answers(self) -> bool:
        return "ready\n" in self.log.read_text()
