"""The people of the demo keep talking: by the public API, as any client would, and in no hurry."""

import json
import logging
import random
import secrets
import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any

from backend.management.demo.script import Line, Room, Script
from backend.management.demo.stage import Cast
from chat_schema.nodes import global_id

logger = logging.getLogger(__name__)

_TIMEOUT = 5.0  # seconds, for one request
_BACK_OFF = 1.0  # until it is tried again

_RESULT = "__typename ... on RateLimitedProblem { retryAfterMs } ... on Problem { detail }"
_SAY = f"""
mutation ($input: SendMessageInput!) {{
  result: sendMessage(input: $input) {{ {_RESULT} ... on MessageAccepted {{ message {{ id }} }} }}
}}
"""
_REACT = f"mutation ($input: AddReactionInput!) {{ result: addReaction(input: $input) {{ {_RESULT} }} }}"


class _Stopped(Exception):
    """The doors are closing."""


class _Refused(Exception):
    """Trying again would not help."""


class Bots:
    """A thread for each room, which plays its scenes in any order; about a line every `pause` seconds."""

    def __init__(self, script: Script, *, room_ids: Mapping[str, int], actors: Cast, pause: float) -> None:
        self._room_ids = room_ids
        self._actors = actors
        self._pause = pause
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._talk, args=(room,), daemon=True) for room in script.rooms]

    def start(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """They fall silent at once; an answer that has not come yet is waited for, but not for long."""
        self._stopped.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_TIMEOUT)

    def _talk(self, room: Room) -> None:
        dice = random.Random()  # noqa: S311  # no secret
        room_id = global_id("Room", self._room_ids[room.address])
        try:
            while True:
                said: dict[str, str] = {}
                for line in dice.choice(room.scenes):
                    self._wait(self._pause * dice.uniform(0.5, 1.5))
                    said[line.id] = self._say(line, room_id, reply_to=said.get(line.answers))
        except _Stopped:
            pass
        except _Refused as refusal:  # they were sent away, or the room is gone: nobody insists
            logger.warning("nobody says more in %r: %s", room.address, refusal)

    def _say(self, line: Line, room_id: str, *, reply_to: str | None) -> str:
        """The id of the message."""
        # One key for all tries: however often an answer gets lost, it is said once.
        said = {"room": room_id, "body": line.body, "key": secrets.token_hex(8), "replyTo": reply_to}
        message_id: str = self._do(_SAY, by=line.by, **said)["message"]["id"]
        for emoji, names in line.reactions.items():
            for name in names:
                self._wait(self._pause * 0.2)
                self._do(_REACT, by=name, message=message_id, emoji=emoji)
        return message_id

    def _do(self, mutation: str, *, by: str, **input: object) -> dict[str, Any]:
        while True:
            self._wait(0)
            try:
                result = self._ask(mutation, self._actors[by].secret, input)
            except (OSError, HTTPException, ValueError):  # what may pass
                self._wait(_BACK_OFF)
                continue
            if result["__typename"] == "RateLimitedProblem":
                self._wait(result["retryAfterMs"] / 1000)
            elif result["__typename"].endswith("Problem"):
                raise _Refused(result["detail"])
            else:
                return result

    def _ask(self, mutation: str, token: str, input: Mapping[str, object]) -> dict[str, Any]:
        connection = HTTPConnection(self._host, self._port, timeout=_TIMEOUT)
        try:
            body = json.dumps({"query": mutation, "variables": {"input": input}})
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request("POST", "/graphql", body, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status == 401:
            raise _Refused("the token is not good any more")
        if "errors" in answer:  # of the server, or it is busy
            raise HTTPException(answer["errors"])
        result: dict[str, Any] = answer["data"]["result"]
        return result

    def _wait(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise _Stopped
