"""Equal subscriptions are executed once, unequal ones apart."""

import asyncio
import gc

import pytest
from graphql.execution.collect_fields import FieldDetails

from backend.accounts.credentials import Viewer
from backend.chat import facts
from tests.chat_schema.inside import Sink, enter, send, subscribe
from tests.chat_schema.sharing.subscribers import BY_VARIABLE, COUNTING, EVENT, Work, by_literal, caught_up

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("how", ["variable", "literal", "both", "neither"])
async def test_200_subscribers_of_one_document_cost_one_execution(
    ali: Viewer, vera: Viewer, room: facts.Room, work: Work, how: str
) -> None:
    """Wherever each of them starts, and however it says so: one execution and one encoding for an event."""
    cursors = [(await send(ali, room, str(number))).cursor for number in range(10)]
    subscribing = []
    for number in range(200):
        after = cursors[number % 10]
        literal = how == "literal" or (how == "both" and number % 2)
        document = by_literal(after) if literal else BY_VARIABLE
        variables = {} if literal or how == "neither" else {"after": after}
        subscribing.append(caught_up(ali if number % 3 else vera, room, document, **variables))
    sinks = await asyncio.gather(*subscribing)
    work.take()
    for number in range(3):
        await send(ali, room, f"live {number}")
        frames = [await sink.frame() for sink in sinks]
        assert {frame["event"]["message"]["body"] for frame in frames} == {f"live {number}"}
        # What "both" writes differently is two documents: a variable that one declares and the other does not.
        assert work.take() == ((2, 2) if how == "both" else (1, 1))


async def test_a_replay_is_executed_once_for_all_who_resume_together(ali: Viewer, room: facts.Room, work: Work) -> None:
    """As after a deploy: the events are executed for the first, and the rest are given what is there."""
    start = (await send(ali, room, "start")).cursor
    for number in range(20):
        await send(ali, room, str(number))
    first = await caught_up(ali, room, BY_VARIABLE, after=start)
    second = await caught_up(ali, room, BY_VARIABLE, after=start)
    work.take()
    for _ in range(50):
        await caught_up(ali, room, BY_VARIABLE, after=start)
    executions, encodings = work.take()
    assert executions == encodings <= 21
    assert first.waiting == second.waiting == 0


async def test_what_an_execution_remembers_goes_with_its_event(ali: Viewer, room: facts.Room) -> None:
    sink = await caught_up(ali, room, COUNTING)

    async def remembered(events: int) -> int:
        for number in range(events):
            await send(ali, room, str(number))
            await sink.frame()
        gc.collect()
        return sum(isinstance(each, FieldDetails) for each in gc.get_objects())

    assert await remembered(1) == await remembered(3)


async def test_two_documents_cost_two_executions(ali: Viewer, vera: Viewer, room: facts.Room, work: Work) -> None:
    other = BY_VARIABLE.replace("cursor event", "event")
    sinks = [await caught_up(viewer, room, document) for viewer in (ali, vera) for document in (BY_VARIABLE, other)]
    work.take()
    await send(ali, room, "salam")
    frames = [await sink.frame() for sink in sinks]
    assert ["cursor" in frame for frame in frames] == [True, False, True, False]
    assert work.take() == (2, 2)


async def test_spaces_and_comments_make_no_difference(ali: Viewer, room: facts.Room, work: Work) -> None:
    spaced = "# the same\n" + BY_VARIABLE.replace(" ", "  ").replace("{", "{\n")
    sinks = [await caught_up(ali, room, document) for document in (BY_VARIABLE, spaced)]
    work.take()
    await send(ali, room, "salam")
    assert [(await sink.frame())["event"]["message"]["body"] for sink in sinks] == ["salam"] * 2
    assert work.take() == (1, 1)


async def test_who_is_behind_gets_what_was_missed_and_then_what_all_get(
    ali: Viewer, vera: Viewer, room: facts.Room
) -> None:
    start = (await send(ali, room, "0")).cursor
    live = await caught_up(ali, room, BY_VARIABLE)
    for number in range(1, 4):
        await send(ali, room, str(number))
    late = Sink()
    await subscribe(vera, room, BY_VARIABLE, late, after=start)
    await send(ali, room, "4")
    frames = [await late.frame() for _ in range(5)]
    assert [frame["event"]["message"]["body"] for frame in frames if "message" in frame["event"]] == list("1234")
    assert [(await live.frame())["event"]["message"]["body"] for _ in range(4)] == list("1234")


async def test_a_variable_that_changes_the_result_keeps_subscriptions_apart(
    ali: Viewer, room: facts.Room, work: Work
) -> None:
    document = """
    subscription ($room: ID!, $bodies: Boolean!) {
      roomEvents(room: $room) {
        event {
          __typename
          ... on MessageSent { message { id body @include(if: $bodies) ... @skip(if: $bodies) { version } } }
        }
      }
    }
    """
    sinks = [await caught_up(ali, room, document, bodies=bodies) for bodies in (True, False, True)]
    work.take()
    await send(ali, room, "salam")
    messages = [(await sink.frame())["event"]["message"] for sink in sinks]
    assert [each.keys() for each in messages] == [{"id", "body"}, {"id", "version"}, {"id", "body"}]
    assert work.take() == (2, 2)


async def test_the_start_keeps_subscriptions_apart_if_it_is_used_elsewhere_too(
    ali: Viewer, room: facts.Room, work: Work
) -> None:
    """Then it changes the result: here each frame tells what is new since the subscriber's own start."""
    document = """
    subscription ($room: ID!, $after: Cursor) {
      roomEvents(room: $room, after: $after) {
        event {
          __typename
          ... on MessageSent { message { room { events(after: $after) { frames { cursor } } } } }
        }
      }
    }
    """
    cursors = [(await send(ali, room, str(number))).cursor for number in range(3)]
    sinks = [await caught_up(ali, room, document, after=cursor) for cursor in cursors]
    work.take()
    await send(ali, room, "salam")
    lengths = [len((await sink.frame())["event"]["message"]["room"]["events"]["frames"]) for sink in sinks]
    assert lengths == [3, 2, 1]
    assert work.take() == (3, 3)


async def test_aliases_fragments_and_the_chosen_operation_count(ali: Viewer, room: facts.Room, work: Work) -> None:
    """A root in a fragment, an alias, one of several operations: each gets its own shape, from its own start."""
    fragments = f"""
    subscription ($room: ID!, $after: Cursor) {{ ...Root }}
    fragment Root on Subscription {{ roomEvents(room: $room, after: $after) {{ {EVENT} }} }}
    """
    alias = BY_VARIABLE.replace("roomEvents", "here: roomEvents")
    several = f"""
    subscription A($room: ID!, $after: Cursor) {{ roomEvents(room: $room, after: $after) {{ cursor {EVENT} }} }}
    subscription B($room: ID!, $after: Cursor) {{ b: roomEvents(room: $room, after: $after) {{ {EVENT} }} }}
    """
    start = (await send(ali, room, "0")).cursor
    await send(ali, room, "1")
    requests: list[tuple[str, str | None, str]] = [
        (fragments, None, "roomEvents"),
        (alias, None, "here"),
        (several, "A", "roomEvents"),
        (several, "B", "b"),
    ]
    sinks = []
    for document, operation_name, _ in requests:
        sinks.append(sink := Sink())
        await subscribe(ali, room, document, sink, operation_name=operation_name, after=start)
    for sink, (_, _, key) in zip(sinks, requests, strict=True):
        payload = await sink.payload()
        assert payload["data"][key]["event"]["message"]["body"] == "1"
        await sink.until("CaughtUp")
    work.take()
    await send(ali, room, "2")
    for sink in sinks:
        assert (await sink.frame())["event"]["message"]["body"] == "2"
    assert work.take() == (4, 4)


async def test_two_operations_of_one_document_are_not_shared(ali: Viewer, room: facts.Room, work: Work) -> None:
    """Nothing but the name that is asked for tells them apart."""
    document = f"""
    subscription A($room: ID!) {{ a: roomEvents(room: $room) {{ {EVENT} }} }}
    subscription B($room: ID!) {{ b: roomEvents(room: $room) {{ {EVENT} }} }}
    """
    sinks = {name: await caught_up(ali, room, document, operation_name=name) for name in ("A", "B")}
    work.take()
    await send(ali, room, "salam")
    assert [(await sink.payload())["data"].keys() for sink in sinks.values()] == [{"a"}, {"b"}]
    assert work.take() == (2, 2)


async def test_two_rooms_are_never_shared(ali: Viewer, room: facts.Room) -> None:
    coffee = await enter(ali, "coffee")
    sinks = [await caught_up(ali, each, BY_VARIABLE) for each in (room, coffee)]
    await send(ali, room, "tea")
    await send(ali, coffee, "coffee")
    assert [(await sink.frame())["event"]["message"]["body"] for sink in sinks] == ["tea", "coffee"]
    assert [sink.waiting for sink in sinks] == [0, 0]
