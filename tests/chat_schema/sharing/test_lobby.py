"""Everybody who is logged in watches the same lobby: it is read once and executed once for all of them."""

from unittest.mock import Mock

import pytest

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import facts, rooms
from backend.presence import rosters
from backend.presence.rosters import Seat
from chat_schema.context import Context
from chat_schema.nodes import global_id
from chat_schema.schema import schema
from tests.chat_schema.inside import Sink, enter, send, subscribe
from tests.chat_schema.sharing.subscribers import Work

pytestmark = pytest.mark.django_db(transaction=True)

WATCH = """
subscription {
  lobbyEvents { __typename ... on RoomListed { room { id title memberCount onlineCount } } }
}
"""


async def test_those_who_watch_share_one_execution(ali: Viewer, vera: Viewer, work: Work) -> None:
    sinks = [Sink() for _ in range(20)]
    for number, sink in enumerate(sinks):
        await subscribe((ali, vera)[number % 2], "", WATCH, sink)
        assert (await sink.frame())["__typename"] == "CaughtUp"
    room: facts.Room = await enter(ali)
    work.take()
    listed = [(await sink.frame())["room"]["id"] for sink in sinks]
    assert listed == [global_id("Room", room.id)] * 20
    assert work.take() == (1, 1)
    await send(ali, room, "salam")
    for sink in sinks:
        await sink.frame()
    assert work.take() == (1, 1)


async def test_what_is_told_was_read_for_all_rooms_at_once(ali: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read again for each of them."""
    sink = Sink()
    await subscribe(ali, "", WATCH, sink)
    await sink.frame()
    member_counts, online_counts = Mock(wraps=rooms.member_counts), Mock(wraps=rosters.online_counts)
    monkeypatch.setattr(rooms, "member_counts", member_counts)
    monkeypatch.setattr(rosters, "online_counts", online_counts)
    entered = [await enter(ali, f"room {number}") for number in range(10)]
    told = [(await sink.frame())["room"] for _ in entered]
    assert {each["id"] for each in told} == {global_id("Room", each.id) for each in entered}
    assert {(each["memberCount"], each["onlineCount"]) for each in told} == {(1, 0)}
    assert member_counts.call_count <= 3, "by whoever looks at the rooms, and not by whoever shows them"
    assert not online_counts.called


async def test_a_room_that_people_come_into_is_told_of_with_their_number_and_comes_first(
    ali: Viewer, vera: Viewer
) -> None:
    older, newer = await enter(ali, "older"), await enter(ali, "newer")
    document = "{ rooms { nodes { id onlineCount } } }"

    async def listed() -> list[tuple[str, int]]:
        result = await schema.execute(document, context_value=Context(reader=vera, origin="tests"))
        assert result.data
        return [(each["id"], each["onlineCount"]) for each in result.data["rooms"]["nodes"]]

    ids = [global_id("Room", room.id) for room in (older, newer)]
    assert await listed() == [(ids[1], 0), (ids[0], 0)]
    sink = Sink()
    await subscribe(vera, "", WATCH, sink)
    assert (await sink.frame())["__typename"] == "CaughtUp"
    come = [Seat(older.id, ali.id)]
    await database.run(rosters.write, "a process", is_held=False, come=come, gone=())
    told = (await sink.frame())["room"]
    assert (told["id"], told["onlineCount"]) == (ids[0], 1)
    assert await listed() == [(ids[0], 1), (ids[1], 0)]
