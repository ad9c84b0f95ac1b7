"""Nobody gets what only another may see, no frame what another's loaders have read, and no fault goes further."""

import asyncio
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from graphql import GraphQLError

from backend import database, hub
from backend.accounts.credentials import Viewer
from backend.chat import facts, members, rooms
from backend.chat.streams import Opening
from backend.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from chat_schema import sharing
from chat_schema.context import Context, ViewerReached
from tests.chat_schema.inside import Sink, asked_of, enter, send, somebody, subscribe
from tests.chat_schema.sharing.subscribers import BY_VARIABLE, COUNTING, PRIVATE, Work, caught_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "document",
    [
        PRIVATE,
        PRIVATE.replace("viewer {", "mine: viewer {"),
        PRIVATE.replace("viewer { canEdit }", "...Mine")
        + "fragment Mine on Message { ... on Message { viewer { canEdit } } }",
        PRIVATE.replace("canEdit", "...Can") + "fragment Can on MessageViewer { canEdit }",
    ],
    ids=["plain", "alias", "fragments", "fragment below"],
)
async def test_a_document_that_asks_for_the_viewer_is_executed_for_each_person(
    ali: Viewer, vera: Viewer, room: facts.Room, work: Work, document: str
) -> None:
    """Once for all sockets of one person, and with what is true of that person."""
    sinks = [await caught_up(viewer, room, document) for viewer in (ali, ali, vera, vera)]
    work.take()
    await send(ali, room, "mine")
    messages = [(await sink.frame())["event"]["message"] for sink in sinks]
    can_edit = [(each.get("viewer") or each.get("mine"))["canEdit"] for each in messages]
    assert can_edit == [True, True, False, False]
    assert work.take() == (2, 2)


@pytest.mark.parametrize(
    ("field", "empty"),
    [("bans { nodes { id } }", {"bans": {"nodes": []}}), ("invitations { id }", {"invitations": []})],
)
async def test_a_document_that_asks_for_what_only_moderators_see_is_executed_for_each_person(
    ali: Viewer, vera: Viewer, room: facts.Room, field: str, empty: dict[str, object]
) -> None:
    document = PRIVATE.replace("viewer { canEdit }", f"room {{ {field} }}")
    owner, member = [await caught_up(viewer, room, document) for viewer in (ali, vera)]
    await send(ali, room, "salam")
    payload = await owner.payload()
    assert payload["data"]["roomEvents"]["event"]["message"]["room"] == empty
    [error] = (await member.payload())["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_a_shared_execution_that_reaches_for_the_viewer_raises_and_is_masked(
    ali: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the schema (a field that asks who looks, outside `viewer`) shows nothing of anybody."""
    sink = await caught_up(ali, room, COUNTING)
    monkeypatch.setattr(Context, "member_counts", property(lambda context: context.require_viewer().id))
    await send(ali, room, "salam")
    payload = await sink.payload()
    [error] = payload["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["incident"] in caplog.text
    assert ViewerReached.__name__ in caplog.text
    assert ViewerReached.__name__ not in str(payload)


async def test_every_event_is_executed_with_loaders_of_its_own(ali: Viewer, vera: Viewer, room: facts.Room) -> None:
    """What was loaded for one event is not remembered for the next."""
    counting = COUNTING.replace("message { body", "message { a: room { memberCount } body")
    sinks = [await caught_up(ali, room, counting) for _ in range(2)]
    counts = []
    for _ in range(2):
        await send(ali, room, "salam")
        counts.append([(await sink.frame())["event"]["message"]["room"]["memberCount"] for sink in sinks])
        await database.run(members.leave_room, viewer=vera, room_id=room.id)
        assert [(await sink.frame())["event"]["__typename"] for sink in sinks] == ["MemberLeft"] * 2
        vera = await somebody()
        await enter(vera)
        await enter(await somebody())
        for _ in range(2):
            assert [(await sink.frame())["event"]["__typename"] for sink in sinks] == ["MemberJoined"] * 2
    assert counts == [[2, 2], [3, 3]]


@pytest.mark.parametrize("failure", [OperationalError("SECRET"), RateLimited(1000)])
async def test_a_database_that_is_away_for_a_while_loses_nothing(
    ali: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """No error is shown, no event is left out, and the order is kept."""
    sinks = [await caught_up(ali, room, COUNTING) for _ in range(3)]
    count = rooms.member_counts
    failures = 0

    def away(room_ids: Any) -> Any:
        nonlocal failures
        failures += 1
        if failures <= 4:
            raise failure
        return count(room_ids)

    monkeypatch.setattr(rooms, "member_counts", away)
    for number in range(5):
        await send(ali, room, str(number))
    for sink in sinks:
        assert [(await sink.frame())["event"]["message"]["body"] for _ in range(5)] == list("01234")
    assert failures > 4


async def test_a_document_whose_resolver_fails_harms_no_other(
    ali: Viewer, room: facts.Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It gets its error, masked, with each event; the others get what they asked for; and all go on."""
    failing, well = await caught_up(ali, room, COUNTING), await caught_up(ali, room, BY_VARIABLE)

    def fail(_: object) -> None:
        raise ValueError("SECRET of the innards")

    monkeypatch.setattr(rooms, "member_counts", fail)
    for number in range(3):
        await send(ali, room, str(number))
        assert (await well.frame())["event"]["message"]["body"] == str(number)
        payload = await failing.payload()
        assert "SECRET" not in str(payload)
        assert payload["data"] is None
        [error] = payload["errors"]
        assert error["path"] == ["roomEvents", "event", "message", "room", "memberCount"]
        assert f"incident {error['extensions']['incident']}" in caplog.text
    monkeypatch.undo()
    await send(ali, room, "again")
    assert (await failing.frame())["event"]["message"]["body"] == "again"


@pytest.mark.parametrize(
    ("who", "error"), [("nobody", Unauthenticated), ("a stranger", Forbidden), ("no room", NotFound)]
)
async def test_who_may_not_read_is_refused_and_holds_nothing(
    ali: Viewer, room: facts.Room, process: hub.Hub, who: str, error: type[Exception]
) -> None:
    viewer = {"nobody": None, "a stranger": await somebody(), "no room": ali}[who]
    with pytest.raises((error, GraphQLError)) as refused:
        await subscribe(viewer, "Um9vbTo5OTk5OQ==" if who == "no room" else room, BY_VARIABLE, Sink())
    origin = refused.value.original_error if isinstance(refused.value, GraphQLError) else refused.value
    assert isinstance(origin, error)
    assert process._holders == {}


async def test_a_database_that_is_away_while_opening_is_no_answer(
    ali: Viewer, room: facts.Room, process: hub.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error would end the subscription for good: the transport must make the client come again."""

    def away(_: object) -> list[Opening | None]:
        raise DatabaseError("SECRET")

    asked_of(monkeypatch, away)
    with pytest.raises(sharing.Unavailable):
        await subscribe(ali, room, BY_VARIABLE, Sink())
    assert process._holders == {}


async def test_an_unknown_cursor_is_answered_with_a_reset_and_holds_nothing(
    ali: Viewer, room: facts.Room, process: hub.Hub
) -> None:
    sink = Sink()
    assert await subscribe(ali, room, BY_VARIABLE, sink, after="salam") is None
    assert (await sink.frame())["event"] == {"__typename": "StreamReset"}
    assert sink.completed
    assert process._holders == {}


async def test_variables_that_do_not_fit_are_refused(ali: Viewer, process: hub.Hub) -> None:
    with pytest.raises(GraphQLError, match=r"\$after"):
        await subscribe(ali, "x", BY_VARIABLE, Sink(), after=[1])
    assert process._holders == {}


async def test_a_subscription_that_is_given_up_while_it_opens_holds_nothing(
    ali: Viewer, room: facts.Room, process: hub.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between authorization and the first frame: cancelled at each turn of the loop that it takes."""
    for turns in range(12):
        sink = Sink()
        opening = asyncio.create_task(subscribe(ali, room, BY_VARIABLE, sink))
        for _ in range(turns):
            await asyncio.sleep(0.001 if turns > 6 else 0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError) if not opening.done() else nullcontext():
            subscriber = await opening
            assert subscriber
            subscriber.close()
        assert process._holders == {}


async def test_the_last_to_leave_lets_go_of_the_topic(ali: Viewer, room: facts.Room, process: hub.Hub) -> None:
    subscribers = [await subscribe(ali, room, BY_VARIABLE, Sink()) for _ in range(3)]
    assert len(process._holders) == 1
    for subscriber in subscribers:
        assert subscriber
        subscriber.close()
    assert process._holders == {}
