"""What is deleted leaves the memory of the process that showed it, and never was in its log."""

import gc
import logging
import types
from io import BytesIO
from typing import Any

import pytest

from backend import database, hub, uploads
from backend.accounts.credentials import Viewer
from backend.chat import facts, members, messages, people, rooms
from backend.chat.moderation import ModerationAction, moderate_member
from tests.chat_schema.inside import PASSWORD, Sink, enter, send, somebody, subscribe
from tests.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = """
subscription ($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    event {
      __typename
      ... on MessageSent { message { body author { username } } }
      ... on MessageEdited { message { body } }
      ... on MessageDeleted { message { body } }
    }
  }
}
"""
# Ways out of what an object holds, into all that there is.
_TOO_FAR = types.ModuleType | types.FunctionType | types.FrameType | type | logging.Logger


def in_memory(text: str) -> bool:
    """Whether anything that the hub of this process holds has it, however deep."""
    todo: list[Any] = [hub.current()]
    seen = set[int]()
    while todo:
        each = todo.pop()
        if id(each) in seen or isinstance(each, _TOO_FAR):
            continue
        seen.add(id(each))
        if isinstance(each, str | bytes):
            if text in (each.decode(errors="replace") if isinstance(each, bytes) else each):
                return True
        else:
            todo += gc.get_referents(each)
    return False


@pytest.fixture
async def ali() -> Viewer:
    return await somebody()


@pytest.fixture
async def room(ali: Viewer) -> facts.Room:
    return await enter(ali)


async def watching(viewer: Viewer, room: facts.Room) -> tuple[Sink, Sink]:
    """Two equal subscriptions, at the head: what they share is kept."""
    sinks = Sink(), Sink()
    for sink in sinks:
        await subscribe(viewer, room, STREAM, sink)
        await sink.until("CaughtUp")
    return sinks


async def test_a_deleted_text_is_in_no_ring_no_rendering_and_no_log_line(
    ali: Viewer, room: facts.Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    first, second = "goose", "berries"
    sinks = await watching(ali, room)
    sent = await send(ali, room, f"{first}{second}")
    message_id = sent.message.id
    await database.run(messages.edit_message, viewer=ali, message_id=message_id, body=f"{second}{first}")
    for sink in sinks:
        await sink.until("MessageEdited")
    assert in_memory(f"{first}{second}")
    assert in_memory(f"{second}{first}")
    await database.run(messages.delete_message, viewer=ali, message_id=message_id)
    for sink in sinks:
        await sink.until("MessageDeleted")
    for text in (f"{first}{second}", f"{second}{first}"):
        assert not in_memory(text)
        assert text not in caplog.text


async def test_what_was_said_in_a_deleted_room_is_in_memory_no_more(ali: Viewer, room: facts.Room) -> None:
    first, second = "goose", "berries"
    sinks = await watching(ali, room)
    await send(ali, room, f"{first}{second}")
    for sink in sinks:
        await sink.until("MessageSent")
    assert in_memory(f"{first}{second}")
    await database.run(rooms.delete_room, viewer=ali, room_id=room.id)
    for sink in sinks:
        await sink.until("StreamEnded")
        assert sink.completed
    assert not in_memory(f"{first}{second}")


async def test_the_avatar_that_somebody_had_is_in_memory_no_more(ali: Viewer, room: facts.Room) -> None:
    """Also where it stands beside what others did."""
    vera = await somebody()
    await enter(vera)
    sinks = await watching(ali, room)
    account = await uploads.workers.run(people.set_avatar, viewer=vera, file=BytesIO(picture()))
    for sink in sinks:
        await sink.until("MemberChanged")
    await send(vera, room, "Salaam")
    await database.run(moderate_member, viewer=ali, room_id=room.id, user_id=vera.id, action=ModerationAction.MUTE)
    for sink in sinks:
        await sink.until("MemberChanged")
    # In two parts: a string that is the whole would be found here.
    first, second = account.person.avatar[:16], account.person.avatar[16:]
    del account
    assert in_memory(first + second)
    await database.run(people.remove_avatar, viewer=vera)
    for sink in sinks:
        await sink.until("MemberChanged")
    assert not in_memory(first + second)


@pytest.mark.parametrize("has_left", [False, True])
async def test_the_name_of_a_deleted_account_is_in_memory_no_more(
    ali: Viewer, room: facts.Room, has_left: bool
) -> None:
    """Also where it stands beside what others did, and in rooms that were left before."""
    first, second = "sama", "var"
    vera = await somebody(first + second)
    await enter(vera)
    sinks = await watching(ali, room)
    await send(vera, room, "Salaam")
    await database.run(moderate_member, viewer=ali, room_id=room.id, user_id=vera.id, action=ModerationAction.MUTE)
    for sink in sinks:
        await sink.until("MemberChanged")
    assert in_memory(first + second)
    if has_left:
        await database.run(members.leave_room, viewer=vera, room_id=room.id)
    await database.run(people.delete_account, viewer=vera, current_password=PASSWORD)
    for sink in sinks:
        await sink.until("MemberChanged" if has_left else "MemberLeft")
    assert not in_memory(first + second)
