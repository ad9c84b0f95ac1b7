"""Some who watch one room together, and what each of them would see alone: graphql-core itself, with its person."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import ExecutionResult, execute

from backend import hub
from backend.accounts.credentials import Viewer
from backend.chat import members, messages, moderation, reactions, replay, room_log, rooms
from backend.chat.moderation import ModerationAction
from backend.chat.policies import Reader
from backend.chat.rooms import Changes
from backend.languages import ENGLISH
from chat_schema import documents, sharing
from chat_schema.context import Context
from chat_schema.errors import present
from chat_schema.events import room_frame
from chat_schema.nodes import global_id
from chat_schema.scalars import Cursor
from chat_schema.schema import schema
from tests.accounts import people
from tests.chat.steps import enter, say
from tests.chat_schema.inside import PATIENCE
from tests.chat_schema.subscriptions import Subscribing

CHANGES = ("something said", "an edit", "a deletion", "a reaction", "another title", "a mute", "coming and going")


class Stage:
    """A room with everything in its history. Of those who watch it Ali may speak there, and Vera is muted."""

    def __init__(self) -> None:
        self._host, self.ali, self.vera, self._guest = map(people.viewer, ("host", "ali", "vera", "guest"))
        self.room = enter(self._host)
        for each in (self.ali, self.vera, self._guest):
            enter(each)
        for each in (self.vera, self._host):
            say(each, self.room)
        self._said = [say(self.ali, self.room).message.id for _ in range(2)]
        self._moderate(self.vera, ModerationAction.MUTE)
        self._is_muted = self._is_away = self._has_reacted = False
        for change in CHANGES:
            self.change(change)
        self.head = 0

    def last(self, count: int) -> list[hub.Entry]:
        """The last events as the log has them now."""
        self.head += len(replay.read(self.room, self.head, 1000))
        return [room_log.entry(logged) for logged in replay.read(self.room, self.head - count, count)]

    def change(self, what: str) -> None:
        """One event; what can be undone is, when it comes again."""
        if what == "an edit":
            messages.edit_message(viewer=self.ali, message_id=self._said[-1], body=secrets.token_hex(4))
        elif what == "a reaction":
            react = reactions.remove_reaction if self._has_reacted else reactions.add_reaction
            react(viewer=self.ali, message_id=self._said[0], emoji="🍵")
            self._has_reacted = not self._has_reacted
        elif what == "another title":
            rooms.update_room(viewer=self._host, room_id=self.room, changes=Changes(title=secrets.token_hex(4)))
        elif what == "a deletion" and len(self._said) > 1:
            messages.delete_message(viewer=self._host, message_id=self._said.pop())
        elif what == "a mute":
            self._is_muted = not self._is_muted
            self._moderate(self._guest, ModerationAction.MUTE if self._is_muted else ModerationAction.UNMUTE)
        elif what == "coming and going":
            self._is_away = not self._is_away
            if self._is_away:
                members.leave_room(viewer=self._guest, room_id=self.room)
            else:
                enter(self._guest)
        else:
            self._said.append(say(self.ali, self.room, secrets.token_hex(4)).message.id)

    def _moderate(self, whom: Viewer, action: ModerationAction) -> None:
        moderation.moderate_member(viewer=self._host, room_id=self.room, user_id=whom.id, action=action)


@dataclass
class Watcher:
    """Somebody with a subscription, who is told of what there is by `expect`. As a sink it keeps what it is sent."""

    stage: Stage
    viewer: Viewer
    asks: Subscribing
    # The position that it has.
    cursor: str
    frames: list[Any] = field(default_factory=list)
    is_complete: bool = False
    _items: Sequence[hub.Item] = ()
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, frames: hub.Frames) -> int:
        self.frames += map(json.loads, frames.payloads)
        self._came.set()
        return len(frames)

    async def room(self) -> None:
        """There always is."""

    async def complete(self) -> None:
        self.is_complete = True

    async def subscribe(self) -> None:
        context = Context(reader=self.viewer, origin="tests")
        assert await sharing.subscribe(schema, self._request(), context, self)

    def expect(self, items: Sequence[hub.Item]) -> None:
        """Since it last forgot what had come, these and nothing else."""
        self._items = items

    def forget(self) -> None:
        self.frames.clear()

    async def arrived(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.frames) < len(self._items):
                self._came.clear()
                await self._came.wait()
        assert len(self.frames) == len(self._items)

    @property
    def names(self) -> list[str]:
        """Of what it has been sent."""
        entries = [item for item in self._items if isinstance(item, hub.Entry)]
        return [type(entry.payload.event).__name__ for entry in entries]

    @property
    def key(self) -> tuple[object, ...]:
        return self.asks.key(self.cursor, self.viewer.id)

    async def alone(self, *, reader: Reader | None = None) -> list[Any]:
        """What it should have been sent, as if there were nobody but this person."""
        return [await self._executed(item, reader or self.viewer) for item in self._items]

    async def _executed(self, item: hub.Item, reader: Reader) -> Any:
        request = self._request()
        outcome = execute(
            schema._schema,
            request.document,
            root_value=room_frame(item),
            context_value=Context(reader=reader, origin="", cursor=Cursor(item.cursor), spoken=ENGLISH),
            variable_values=request.variables,
            executor_class=schema.execution_context_class,
        )
        result = outcome if isinstance(outcome, ExecutionResult) else await outcome
        errors = {"errors": [present(error, ENGLISH).formatted for error in result.errors]} if result.errors else {}
        return json.loads(json.dumps({"data": result.data, **errors}))

    def _request(self) -> sharing.Request:
        checked = documents.check(schema._schema, self.asks.document(self.cursor))
        assert checked.document, (checked.errors, self.asks.text)
        assert not checked.errors, (checked.errors, self.asks.text)
        room = global_id("Room", self.stage.room)
        return sharing.Request(checked.document, None, {"room": room, **self.asks.variables(self.cursor)})
