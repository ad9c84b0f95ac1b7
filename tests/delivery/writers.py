"""Somebody who talks, and tries again, with the same key, until it is acknowledged."""

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress
from typing import Any

from tests.delivery.clients import BROKEN, Asks, Way
from tests.delivery.judge import Change, Send
from tests.transport.client import Answer

# Seconds after which a send is given up, and counts as one that was never acknowledged.
_GIVE_UP = 60.0
# Of so many things that somebody does, one is an edit and one a deletion of what they said before.
_TURNS = 8
_ACCEPTED = """
  __typename
  ... on MessageAccepted { message { id } }
  ... on RateLimitedProblem { retryAfterMs }
  ... on Problem { code detail }
"""
_SEND = f"mutation ($input: SendMessageInput!) {{ done: sendMessage(input: $input) {{ {_ACCEPTED} }} }}"
_EDIT = f"mutation ($input: EditMessageInput!) {{ done: editMessage(input: $input) {{ {_ACCEPTED} }} }}"
_DELETE = f"mutation ($input: DeleteMessageInput!) {{ done: deleteMessage(input: $input) {{ {_ACCEPTED} }} }}"


class Refused(Exception):
    """The server answered that it will not do what it has to do."""


class Writer:
    """Numbers what they say, and remembers what became of it."""

    def __init__(self, name: str, way: Way, *, room: str, by_socket: bool, pause: float) -> None:
        self.name = name
        self.way = way
        self.sends: list[Send] = []
        self.changes: list[Change] = []
        self._room = room
        self._connect = way.socket if by_socket else way.http
        self._pause = pause
        self._random = random.Random(name)
        self._open = AsyncExitStack()
        self._connection: Asks | None = None
        # What may still be edited or deleted: by its id.
        self._said: list[str] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until they are told to stop; what was begun is finished."""
        turn = 0
        try:
            while not stop.is_set():
                turn += 1
                await self._take(turn)
                await asyncio.sleep(self._pause * self._random.uniform(0.5, 1.5))
        finally:
            await self._disconnect()

    async def _take(self, turn: int) -> None:
        if self._said and turn % _TURNS == _TURNS // 2:
            await self._change(self._random.choice(self._said), f"{self.name} again {turn}")
        elif self._said and turn % _TURNS == 0:
            said = self._said.pop(self._random.randrange(len(self._said)))
            await self._change(said, None)
        else:
            await self._send()

    async def _send(self) -> None:
        number = len(self.sends)
        body, began = f"{self.name} {number}", time.time()
        message = await self._do(_SEND, room=self._room, body=body, key=f"{self.name} {number}")
        self.sends.append(Send(body, began, time.time(), message))
        if message is not None:
            self._said.append(message)

    async def _change(self, message: str, body: str | None) -> None:
        began = time.time()
        if body is None:
            done = await self._do(_DELETE, message=message)
        else:
            done = await self._do(_EDIT, message=message, body=body)
        self.changes.append(Change(message, body, began, time.time(), is_acknowledged=done is not None))

    async def _do(self, document: str, **input: Any) -> str | None:
        """The id of the message, once it is acknowledged; None if it never was."""
        deadline = time.monotonic() + _GIVE_UP
        while time.monotonic() < deadline:
            answer = await self._ask(document, input)
            if answer is None or answer.errors:  # which say "try again later"
                await self._disconnect()
                await self.way.turn()
                continue
            done = answer.data["done"]
            if done["__typename"] == "MessageAccepted":
                message: str = done["message"]["id"]
                return message
            if done["__typename"] != "RateLimitedProblem":
                raise Refused(f"{input} was answered with {done}")
            await asyncio.sleep(done["retryAfterMs"] / 1000)
        return None

    async def _ask(self, document: str, input: dict[str, Any]) -> Answer | None:
        """None if there was no answer."""
        try:
            if self._connection is None:
                opened: Asks = await self._open.enter_async_context(self._connect())
                self._connection = opened
            return await self._connection.ask(document, input=input)
        except (*BROKEN, AssertionError):  # or one that is none, from a server on its way down
            return None

    async def _disconnect(self) -> None:
        self._connection = None
        with suppress(*BROKEN):
            await self._open.aclose()
