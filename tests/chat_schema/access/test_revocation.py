"""Losing access ends a stream, in order, however the loss and the subscription meet; nobody else's is touched."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from backend import database, hub
from backend.accounts.credentials import Viewer
from backend.chat import facts, members, moderation, streams
from backend.chat.moderation import ModerationAction
from backend.chat.streams import Opening, Start
from backend.errors import Forbidden
from tests.chat_schema.inside import PATIENCE, Sink, asked_of, enter, send, somebody, subscribe

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = """
subscription ($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    event { __typename ... on MessageSent { message { body } } ... on MemberLeft { departure } }
  }
}
"""


@pytest.fixture
async def ali() -> Viewer:
    return await somebody("ali")


@pytest.fixture
async def vera() -> Viewer:
    return await somebody("vera")


@pytest.fixture
async def room(ali: Viewer, vera: Viewer) -> facts.Room:
    """Of Ali's; Vera is a member too."""
    await enter(ali)
    return await enter(vera)


def act(ali: Viewer, room: facts.Room, vera: Viewer, action: ModerationAction) -> None:
    moderation.moderate_member(viewer=ali, room_id=room.id, user_id=vera.id, action=action)


def names(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["event"]["__typename"] for frame in frames]


class Ending(Sink):
    """Can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._end = asyncio.Event()

    async def complete(self) -> None:
        await super().complete()
        self._end.set()

    async def to_the_end(self) -> list[str]:
        """What is sent up to the end, after which the subscription is complete."""
        frames = names(await self.until("StreamEnded"))
        async with asyncio.timeout(PATIENCE):
            await self._end.wait()
        assert self.waiting == 0
        return frames


async def is_followed(sink: Sink, ali: Viewer, room: facts.Room) -> None:
    """The stream goes on."""
    await send(ali, room, "still here")
    sent = await sink.until("MessageSent")
    assert sent[-1]["event"]["message"]["body"] == "still here"
    assert not sink.completed


# --- While subscribing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hint", ["comes", "is lost"])
@pytest.mark.parametrize("start", ["now", "from a cursor"])
@pytest.mark.parametrize("room_is", ["watched", "new to the process"])
async def test_who_is_kicked_between_being_let_in_and_being_registered_is_thrown_out_again(
    ali: Viewer,
    vera: Viewer,
    room: facts.Room,
    process: hub.Hub,
    monkeypatch: pytest.MonkeyPatch,
    hint: str,
    start: str,
    room_is: str,
) -> None:
    """The departure is above the head that found a member: it is news."""
    after = (await send(ali, room, "before")).cursor if start == "from a cursor" else None
    missed = ["MessageSent"] if after else []
    if after:
        await send(ali, room, "missed")
    bystander = Sink()
    if room_is == "watched":
        await subscribe(ali, room, STREAM, bystander)
        await bystander.until("CaughtUp")

    def let_in_and_kick(starts: Sequence[Start]) -> list[Opening | None]:
        openings = streams.open_for_members(starts)
        with monkeypatch.context() as patch:
            if hint == "is lost":
                patch.setattr(hub, "publish", lambda *_: None)
            act(ali, room, vera, ModerationAction.KICK)
        return openings

    asked_of(monkeypatch, let_in_and_kick)
    sink = Ending()
    await subscribe(vera, room, STREAM, sink, **({"after": after} if after else {}))
    everything = [*missed, "CaughtUp", "MemberLeft"]
    *told, last = await sink.to_the_end()
    assert last == "StreamEnded"
    # Who lags when the departure comes is not told what was missed.
    assert told == everything[: len(told)] if missed else told == everything
    if room_is == "watched":
        assert names(await bystander.until("MemberLeft"))[-1] == "MemberLeft"
        await is_followed(bystander, ali, room)
    else:
        assert process._holders == {}


async def test_who_is_kicked_before_being_let_in_is_refused_and_sent_nothing(
    ali: Viewer, vera: Viewer, room: facts.Room, process: hub.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the topic was held already, and the feed has heard of the departure."""

    def kick_and_ask(starts: Sequence[Start]) -> list[Opening | None]:
        assert process._holders
        act(ali, room, vera, ModerationAction.KICK)
        return streams.open_for_members(starts)

    asked_of(monkeypatch, kick_and_ask)
    sink = Sink()
    with pytest.raises(Forbidden):
        await subscribe(vera, room, STREAM, sink)
    assert sink.waiting == 0
    assert process._holders == {}


# --- Coming back ----------------------------------------------------------------------------------------------

WAYS_TO_GO = {
    "left": (),
    "kicked": (ModerationAction.KICK,),
    "banned": (ModerationAction.BAN, ModerationAction.UNBAN),
}


async def go_and_come_back(way: str, ali: Viewer, vera: Viewer, room: facts.Room) -> None:
    if way == "left":
        await database.run(members.leave_room, viewer=vera, room_id=room.id)
    for action in WAYS_TO_GO[way]:
        await database.run(partial(act, ali, room, vera, action))
    await enter(vera)


@pytest.mark.parametrize("way", WAYS_TO_GO)
async def test_who_goes_and_comes_back_begins_a_new_stream_in_which_the_departure_is_history(
    ali: Viewer, vera: Viewer, room: facts.Room, way: str
) -> None:
    """The old one has ended; resumed from before the departure, access is what it is now."""
    start = (await send(ali, room, "start")).cursor
    old, bystander = Ending(), Sink()
    await subscribe(vera, room, STREAM, old)
    await subscribe(ali, room, STREAM, bystander)
    await go_and_come_back(way, ali, vera, room)
    assert await old.to_the_end() == ["CaughtUp", "MemberLeft", "StreamEnded"]
    new = Sink()
    await subscribe(vera, room, STREAM, new, after=start)
    frames = await new.until("CaughtUp")
    back = ["MemberChanged", "MemberJoined"] if way == "banned" else ["MemberJoined"]
    assert names(frames) == ["MemberLeft", *back, "CaughtUp"]
    assert frames[0]["event"]["departure"] == way.upper()
    await is_followed(new, ali, room)
    assert names(await bystander.until("MessageSent")) == ["CaughtUp", "MemberLeft", *back, "MessageSent"]
    assert old.waiting == 0


class Slow(Ending):
    """Takes nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()

    def write(self, frames: hub.Frames) -> int:
        return super().write(frames) if self.may.is_set() else 0

    async def room(self) -> None:
        await self.may.wait()


@pytest.mark.parametrize("way", WAYS_TO_GO)
async def test_who_is_behind_when_they_go_and_come_back_is_told_that_it_ended_and_not_what_was_missed(
    ali: Viewer, vera: Viewer, room: facts.Room, way: str
) -> None:
    """What they have missed would be shown as it is now, which they may not have been allowed to see."""
    slow = Slow()
    await subscribe(vera, room, STREAM, slow)
    await send(ali, room, "before")
    await go_and_come_back(way, ali, vera, room)
    await send(ali, room, "after")
    slow.may.set()
    assert await slow.to_the_end() == ["CaughtUp", "StreamEnded"]
