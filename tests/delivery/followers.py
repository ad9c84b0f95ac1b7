"""Somebody who follows a room: keeps the last cursor, and goes on from there whenever the connection breaks."""

import asyncio
import json
import time
from datetime import datetime
from typing import Any

from tests.delivery.clients import BROKEN, Way
from tests.delivery.judge import LAST, OF_THE_MOMENT, Absence, Departure, Frame, Message
from tests.transport.client import Socket

MESSAGE = "id version body deletedAt sentAt"
FOLLOW = f"""
subscription Follow($room: ID!, $after: Cursor) {{
  roomEvents(room: $room, after: $after) {{
    cursor
    event {{
      __typename
      ... on MessageSent {{ message {{ {MESSAGE} }} }}
      ... on MessageEdited {{ message {{ {MESSAGE} }} }}
      ... on MessageDeleted {{ message {{ {MESSAGE} }} }}
      ... on OnlineChanged {{ left {{ username }} }}
    }}
  }}
}}
"""
_OP = "1"


def message(fields: dict[str, Any]) -> Message:
    """As the API gives it."""
    sent_at = datetime.fromisoformat(fields["sentAt"]).timestamp()
    return Message(fields["id"], fields["version"], fields["body"], fields["deletedAt"] is not None, sent_at)


class Follower:
    """`frames` is all that came, in order, whatever it came through."""

    def __init__(self, name: str, way: Way, *, room: str, cursor: str) -> None:
        self.name = name
        self.way = way
        self.frames: list[Frame] = []
        # How many of them were of the log.
        self.told = 0
        self.departures: list[Departure] = []
        self.absences: list[Absence] = []
        self.resumed = 0
        self.cursor = cursor
        self.caught_up = asyncio.Event()
        # Cleared, they read nothing: what comes waits, here and in the end where it comes from.
        self.reads = asyncio.Event()
        self.reads.set()
        self._room = room
        self._heard_at = time.time()
        self._socket: Socket | None = None

    async def run(self) -> None:
        """Until it is cancelled, or told that there is no going on."""
        while not (self.frames and self.frames[-1].type in LAST):
            try:
                async with self.way.socket() as self._socket:
                    await self._follow(self._socket)
            except BROKEN:
                pass
            self.resumed += 1
            await self.way.turn()

    def vanish(self) -> None:
        """Cut the connection, without a word."""
        if self._socket:
            self._socket.connection.transport.abort()

    async def _follow(self, socket: Socket) -> None:
        await socket.subscribe(FOLLOW, id=_OP, room=self._room, after=self.cursor)
        is_back = False
        while True:
            await self.reads.wait()
            received = json.loads(await socket.connection.recv())
            now = time.time()
            if not is_back:
                is_back = True
                self.absences.append(Absence(self._heard_at, now))
            self._heard_at = now
            if received["type"] != "next" or "errors" in received["payload"]:
                return  # refused while the server cannot tell who we are, say
            self._take(received["payload"]["data"]["roomEvents"], now)

    def _take(self, frame: dict[str, Any], now: float) -> None:
        event = frame["event"]
        self.cursor = frame["cursor"]
        said = message(event["message"]) if "message" in event else None
        self.frames.append(Frame(self.cursor, event["__typename"], now, said))
        self.told += event["__typename"] not in OF_THE_MOMENT
        self.departures.extend(Departure(user["username"], now) for user in event.get("left", ()))
        if event["__typename"] == "CaughtUp":
            self.caught_up.set()
