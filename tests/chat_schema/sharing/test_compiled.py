"""What is plain is shown without an execution, and all else by one, whichever comes."""

import logging
from typing import Any, NoReturn

import pytest
from graphql.execution import execute_subscription_event

from backend import database
from backend.accounts import avatars
from backend.accounts.credentials import Viewer
from backend.chat import facts, members, rooms
from backend.chat.rooms import Changes
from chat_schema.compiled import _Compiler
from tests.chat_schema.inside import send
from tests.chat_schema.sharing.subscribers import PRIVATE, caught_up

pytestmark = pytest.mark.django_db(transaction=True)

PLAIN = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    cursor
    event {
      __typename
      ... on MessageSent { message { id body sentAt author { id username displayName avatarUrl(px: 64) } } }
      ... on RoomChanged { by { username } room { title } }
    }
  }
}
"""


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of events that took an execution."""
    kinds: list[str] = []

    def noted(executor: Any) -> Any:
        kinds.append(type(executor.root_value.event).__name__)
        return execute_subscription_event(executor)

    monkeypatch.setattr("chat_schema.sharing.execute_subscription_event", noted)
    return kinds


async def test_only_what_takes_code_is_executed(ali: Viewer, room: facts.Room, executed: list[str]) -> None:
    sink = await caught_up(ali, room, PLAIN)
    for title in ("one", "two"):
        await send(ali, room, "salam")
        message = (await sink.frame())["event"]["message"]
        assert (message["body"], message["author"]["username"]) == ("salam", "ali")
        changes = Changes(title=title)
        await database.run(rooms.update_room, viewer=ali, room_id=room.id, changes=changes)
        assert (await sink.frame())["event"] == {
            "__typename": "RoomChanged",
            "by": {"username": "ali"},
            "room": {"title": title},
        }
    assert executed == ["RoomChanged", "RoomChanged"]


async def test_what_is_the_viewer_s_is_always_executed(ali: Viewer, room: facts.Room, executed: list[str]) -> None:
    sink = await caught_up(ali, room, PRIVATE)
    await send(ali, room, "salam")
    assert (await sink.frame())["event"]["message"]["viewer"] == {"canEdit": True}
    assert executed == ["MessageSent"]


async def test_what_goes_wrong_in_what_is_compiled_is_told_and_masked_as_ever(
    ali: Viewer,
    room: facts.Room,
    executed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(avatar: str, px: int) -> NoReturn:
        raise ValueError("SECRET of the innards")

    sink = await caught_up(ali, room, PLAIN)
    monkeypatch.setattr(avatars, "url", fail)
    with caplog.at_level(logging.CRITICAL, "chat_schema.errors"):
        await send(ali, room, "salam")
        payload = await sink.payload()
    author = payload["data"]["roomEvents"]["event"]["message"]["author"]
    assert (author["username"], author["avatarUrl"]) == ("ali", None)
    [error] = payload["errors"]
    assert error["path"] == ["roomEvents", "event", "message", "author", "avatarUrl"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "SECRET" not in str(payload)
    assert executed == ["MessageSent"]


async def test_it_is_compiled_once_for_all_rooms(
    ali: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    operation = _Compiler.operation

    def noted(compiler: _Compiler) -> Any:
        compiled.append("")
        return operation(compiler)

    monkeypatch.setattr(_Compiler, "operation", noted)
    text = PLAIN.replace("cursor", "where: cursor")
    other = await database.run(members.enter_room, viewer=ali, address="elsewhere")
    for each in (room, other.room):
        sink = await caught_up(ali, each, text)
        await send(ali, each, each.address)
        assert (await sink.frame())["event"]["message"]["body"] == each.address
    assert len(compiled) == 1


async def test_what_variables_decide_is_shown_to_each_as_they_asked(ali: Viewer, room: facts.Room) -> None:
    text = PLAIN.replace("($room: ID!)", "($room: ID!, $brief: Boolean!)").replace("body", "body @skip(if: $brief)")
    sinks = {brief: await caught_up(ali, room, text, brief=brief) for brief in (True, False)}
    await send(ali, room, "salam")
    for brief, sink in sinks.items():
        assert ("body" in (await sink.frame())["event"]["message"]) == (not brief)
