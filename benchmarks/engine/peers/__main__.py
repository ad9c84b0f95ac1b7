"""Set up every peer, and see that it delivers: every event once, in order, in the shape that was asked for.

python -m benchmarks.engine.peers
"""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.engine.peers.peers import DOCUMENT, PEERS, SUBPROTOCOL, Peer, set_up
from benchmarks.engine.peers.publishing import Publish, publisher
from benchmarks.engine.peers.server import PeerServer
from tests.services.redis import redis_url

CLIENTS = 3
EVENTS = 10
ROOM = "1"
SECONDS = 20.0
_PROBE = -1
_POLL_SECONDS = 0.05


def main() -> int:
    set_up()
    wrong = 0
    with redis_url() as redis:
        for peer in PEERS:
            with PeerServer(peer, redis_url=redis) as server:
                fault = asyncio.run(_fault(server, redis))
            print(f"{peer.name}: {fault or 'delivers'}")
            wrong += bool(fault)
    return min(wrong, 1)


async def _fault(server: PeerServer, redis: str) -> str | None:
    expected = [_shown(number) for number in range(EVENTS)]
    async with AsyncExitStack() as stack:
        publish = await stack.enter_async_context(publisher(server.peer, redis))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        received: list[list[Any]] = []
        for _ in range(CLIENTS):
            client = await _follow(server)
            stack.push_async_callback(client.close)
            events: list[Any] = []
            received.append(events)
            group.create_task(_collect(client, server.peer, events))
        async with asyncio.timeout(SECONDS):
            await _begin(publish, received)
            for number in range(EVENTS):
                await publish([(ROOM, _frame(number))])
            await _until(lambda: all(events[-1] == expected[-1] for events in received))
    numbered = [[event for event in events if event != _shown(_PROBE)] for events in received]
    return None if numbered == [expected] * CLIENTS else f"delivered {numbered}, not {expected} to each"


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 (lists grow, and nothing says so)
        await asyncio.sleep(_POLL_SECONDS)


async def _begin(publish: Publish, received: list[list[Any]]) -> None:
    """Nobody is told when a subscription has begun: events that come are what says so."""
    while not all(received):
        await publish([(ROOM, _frame(_PROBE))])
        await asyncio.sleep(_POLL_SECONDS)


async def _follow(server: PeerServer) -> ClientConnection:
    url = server.ws_url + server.peer.path(ROOM)
    if not server.peer.graphql:
        return await connect(url)
    client = await connect(url, subprotocols=[Subprotocol(SUBPROTOCOL)])
    await client.send(json.dumps({"type": "connection_init"}))
    assert json.loads(await client.recv())["type"] == "connection_ack"
    payload = {"query": DOCUMENT, "variables": {"room": ROOM}}
    await client.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    return client


async def _collect(client: ClientConnection, peer: Peer, events: list[Any]) -> None:
    async for text in client:
        answer = json.loads(text)
        events.append(answer["payload"]["data"]["roomEvents"] if peer.graphql else answer)


def _frame(number: int) -> dict[str, Any]:
    return {"cursor": f"cursor {number}", "message": _message(number)}


def _shown(number: int) -> dict[str, Any]:
    return {"cursor": f"cursor {number}", "event": {"__typename": "MessageSent", "message": _message(number)}}


def _message(number: int) -> dict[str, Any]:
    author = {"id": "u7", "username": "ada", "displayName": "Ada"}
    return {"id": f"m{number}", "body": f"message {number}", "sentAt": "2026-01-02T03:04:05+00:00", "author": author}


if __name__ == "__main__":
    sys.exit(main())
