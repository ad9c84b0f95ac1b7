"""The schema without a server or a transport: people, rooms and sinks in this process."""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from graphql import GraphQLError

from backend import database, hub
from backend.accounts import credentials, tokens, users
from backend.accounts.credentials import Credential, Viewer
from backend.chat import facts, members, messages
from backend.chat.streams import Opening, Start
from backend.loops import PerLoop
from chat_schema import documents, events, sharing
from chat_schema.context import Context
from chat_schema.nodes import global_id
from chat_schema.schema import schema

PATIENCE = 10.0
PASSWORD = "a long enough secret"
# Somebody whom no database knows.
ALI = Viewer(id=1, is_staff=False, credential=Credential(kind="token", key="1", user_id=1, epoch=1))


def code(error: GraphQLError) -> str:
    return str((error.extensions or {})["code"])


def incident(error: GraphQLError) -> str:
    return str((error.extensions or {})["incident"])


async def somebody(name: str | None = None) -> Viewer:
    """A new account."""
    name = name or f"person.{secrets.token_hex(4)}"
    register = {"username": name, "password": PASSWORD, "origin": "tests"}
    account = await database.run(users.register, **register)
    _, secret = await database.run(tokens.create_token, user_id=account.person.id, name="tests")
    viewer = await database.run(credentials.from_token, secret)
    assert viewer
    return viewer


async def enter(viewer: Viewer, address: str = "tea") -> facts.Room:
    return (await database.run(members.enter_room, viewer=viewer, address=address)).room


async def send(viewer: Viewer, room: facts.Room, body: str) -> messages.Accepted:
    key = secrets.token_hex(8)
    return await database.run(messages.send_message, viewer=viewer, room_id=room.id, body=body, key=key)


class Sink:
    """Keeps what the hub sends."""

    def __init__(self) -> None:
        self._payloads: asyncio.Queue[Any] = asyncio.Queue()
        self.completed = False

    def write(self, frames: hub.Frames) -> int:
        for payload in frames.payloads:
            self._payloads.put_nowait(json.loads(payload))
        return len(frames)

    async def room(self) -> None:
        """There always is."""

    async def complete(self) -> None:
        self.completed = True

    async def payload(self) -> dict[str, Any]:
        """The next result, errors and all."""
        async with asyncio.timeout(PATIENCE):
            payload: dict[str, Any] = await self._payloads.get()
        return payload

    async def frame(self) -> dict[str, Any]:
        payload = await self.payload()
        assert "errors" not in payload, payload
        [frame] = payload["data"].values()
        assert isinstance(frame, dict)
        return frame

    async def until(self, type_name: str) -> list[dict[str, Any]]:
        frames = [await self.frame()]
        while frames[-1]["event"]["__typename"] != type_name:
            frames.append(await self.frame())
        return frames

    @property
    def waiting(self) -> int:
        return self._payloads.qsize()


async def subscribe(
    viewer: Viewer | None,
    room: facts.Room | str,
    document: str,
    sink: Sink,
    *,
    operation_name: str | None = None,
    **variables: Any,
) -> hub.Subscriber | None:
    """As the socket does: the document checked, a context of its own."""
    checked = documents.check(schema._schema, document)
    assert checked.document, checked.errors
    assert not checked.errors
    room_id = room if isinstance(room, str) else global_id("Room", room.id)
    request = sharing.Request(checked.document, operation_name, {"room": room_id, **variables})
    return await sharing.subscribe(schema, request, Context(reader=viewer, origin="tests"), sink)


def asked_of(patch: pytest.MonkeyPatch, answer: Callable[[Sequence[Start]], list[Opening | None]]) -> None:
    """From now on it is this that says where members start."""
    patch.setattr(events, "_openings", PerLoop(lambda: database.Gathering(answer)))
