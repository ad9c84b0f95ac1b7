"""Each peer: how it is set up, started, followed and told of an event. `set_up()` comes first.

A server listens on 127.0.0.1:PORT and prints `ready`. It talks graphql-transport-ws at `/graphql`, or without GraphQL
sends JSON to any socket at `/ws/<room>`. What it is told of is a frame:
`{"cursor", "message": {"id", "body", "sentAt", "author": {"id", "username", "displayName"}}}`.
"""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
NODE = Path(__file__).parent / "node"
WITH_NODE = ROOT / "frontend" / "with-node"
# npm writes it when all is installed.
_INSTALLED = NODE / "node_modules" / ".package-lock.json"

SITE = "benchmarks.engine.peers.channels_site"
CORE_LAYER = "channels_redis.core.RedisChannelLayer"
PUBSUB_LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"

SUBPROTOCOL = "graphql-transport-ws"
DOCUMENT = (
    "subscription($room: ID!) { roomEvents(room: $room) { cursor event { __typename ... on MessageSent { message"
    " { id body sentAt author { id username displayName } } } } } }"
)


@dataclass(frozen=True, kw_only=True)
class Peer:
    name: str
    command: tuple[str, ...]  # from the root of the repository
    settings: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None  # events come by its groups; without one, by Redis' own PUBLISH
    graphql: bool = True

    def path(self, room: str) -> str:
        return "/graphql" if self.graphql else f"/ws/{room}"

    def environment(self, *, port: int, redis_url: str, database_url: str = "") -> dict[str, str]:
        """To be added to that of the process. Only a server that is written to needs a database."""
        settings = {**self.settings, "PORT": str(port), "REDIS_URL": redis_url}
        if self.layer:
            settings["CHANNEL_LAYER"] = self.layer
        if database_url:
            settings["DATABASE_URL"] = database_url
        return settings


def _node(name: str, script: str) -> Peer:
    return Peer(name=name, command=(str(WITH_NODE), "node", str(NODE / script)), settings={"NODE_ENV": "production"})


def _channels(name: str, layer: str, *, graphql: bool = True) -> Peer:
    return Peer(name=name, command=(sys.executable, "-m", f"{SITE}.serve"), layer=layer, graphql=graphql)


GRAPHQL_WS = _node("Node graphql-ws", "graphql_ws.mjs")
YOGA = _node("graphql-yoga", "yoga.mjs")
STRAWBERRY = _channels("strawberry listen_to_channel", PUBSUB_LAYER)
STRAWBERRY_CORE = _channels("strawberry listen_to_channel, core layer", CORE_LAYER)
CHANNELS = _channels("plain Channels consumer", PUBSUB_LAYER, graphql=False)
CHANNELS_CORE = _channels("plain Channels consumer, core layer", CORE_LAYER, graphql=False)
# No peer, but what is below all of them that are written in Python.
PYTHON_FLOOR = Peer(name="Python floor", command=(sys.executable, "-m", "benchmarks.engine.peers.floor"))

PEERS = (GRAPHQL_WS, YOGA, STRAWBERRY, STRAWBERRY_CORE, CHANNELS, CHANNELS_CORE)


def set_up() -> None:
    """Install what Node needs, if it is not there. Python's packages are those of our own environment."""
    lock = NODE / "package-lock.json"
    if _INSTALLED.exists() and _INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    print("Installing the packages of the peers on Node ...", file=sys.stderr, flush=True)
    npm = [str(WITH_NODE), "npm", "--prefix", str(NODE), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(npm, check=True, stdout=sys.stderr)
    _INSTALLED.touch()
