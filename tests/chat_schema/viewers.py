"""Somebody who follows what concerns them alone."""

from typing import Any

from tests.chat_schema.speaker import Speaker
from tests.transport.client import Socket


async def user(speaker: Speaker) -> str:
    """Their id."""
    found: str = (await speaker.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    return found


async def listening(socket: Socket, selection: str = "") -> str:
    """The operation that follows the viewer's events, once it is up to date."""
    op = await socket.subscribe(f"subscription {{ viewerEvents {{ __typename {selection} }} }}")
    assert (await event(socket, op))["__typename"] == "CaughtUp"
    return op


async def event(socket: Socket, op: str) -> dict[str, Any]:
    found: dict[str, Any] = (await socket.next(op))["viewerEvents"]
    return found
