"""What these tests subscribe with, and what is counted of the work that this makes."""

from dataclasses import dataclass
from typing import Any

from backend.accounts.credentials import Viewer
from backend.chat import facts
from tests.chat_schema.inside import Sink, subscribe

EVENT = "cursor event { __typename ... on MessageSent { message { body author { username } } } }"

BY_VARIABLE = f"subscription ($room: ID!, $after: Cursor) {{ roomEvents(room: $room, after: $after) {{ {EVENT} }} }}"

PRIVATE = """
subscription ($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    event { __typename ... on MessageSent { message { body viewer { canEdit } } } }
  }
}
"""

COUNTING = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    event { __typename ... on MessageSent { message { body room { title memberCount } } } }
  }
}
"""


def by_literal(after: str) -> str:
    return f'subscription ($room: ID!) {{ roomEvents(room: $room, after: "{after}") {{ {EVENT} }} }}'


@dataclass
class Work:
    """What has been done since it was last asked. An execution counts also where what is compiled took its place."""

    executions: int = 0
    encodings: int = 0

    def take(self) -> tuple[int, int]:
        done = self.executions, self.encodings
        self.executions = self.encodings = 0
        return done


async def caught_up(viewer: Viewer, room: facts.Room, document: str, **variables: Any) -> Sink:
    sink = Sink()
    await subscribe(viewer, room, document, sink, **variables)
    while True:
        payload = await sink.payload()
        [frame] = payload["data"].values()
        if frame["event"]["__typename"] == "CaughtUp":
            return sink
