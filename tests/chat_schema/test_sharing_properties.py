"""Whatever documents people subscribe with, each gets what they would get alone, and nothing is executed twice."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from channels.layers import channel_layers
from django.conf import settings as product
from django.db import OperationalError
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from backend import database, hub, rates
from backend.chat import rooms
from backend.chat.policies import Audience
from backend.chat.room_log import RoomLog
from chat_schema.compiled import Compiled
from chat_schema.context import Context, ViewerReached
from tests.chat_schema.subscriptions import Subscribing, subscribings
from tests.chat_schema.watching import CHANGES, Stage, Watcher

pytestmark = pytest.mark.django_db(transaction=True)

# A stage is set once for all examples of a test: each goes on from where the last one ended. An example takes about
# 100 ms; a slow machine has no deadline, and all of them together stay within half a minute. What fails is shown as
# it was found: to make it shorter (`Phase.shrink`) takes minutes, where something does not come at all. What is shared
# does not depend on the database: on another one, a few examples show that it works there too.
EXAMPLES = settings(
    max_examples=40 if product.EMBEDDED else 10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FEWER = settings(EXAMPLES, max_examples=15 if product.EMBEDDED else 5)  # of what takes twice as long
# With short waits: what is retried, or healed by a sweep, is so at once.
LIMITS = hub.Limits(**{**product.HUB, "retry_min": 0.001, "retry_max": 0.01, "fast_sweep_interval": 0.05})


# Called whenever everybody has everything: with what there was to catch up with, and then with each event alone.
Check = Callable[[list[Watcher]], Awaitable[None]]


@dataclass(frozen=True)
class Seat:
    """Which of the documents, by whom, with which flags, how many events behind; the late come when the rest are up."""

    document: int
    is_vera: bool
    behind: int
    is_late: bool
    flags: tuple[bool, bool] = (True, True)


@dataclass(frozen=True)
class Plan:
    documents: list[Subscribing]
    seats: list[Seat]
    changes: list[str]


MOST_BEHIND = 5
flags = st.tuples(st.booleans(), st.booleans())
seats = st.builds(Seat, st.integers(0, 5), st.booleans(), st.integers(0, MOST_BEHIND), st.booleans(), flags)
plans = st.builds(
    Plan,
    st.lists(subscribings(), min_size=1, max_size=3).map(lambda found: [*found, *(each.from_now() for each in found)]),
    st.lists(seats, min_size=2, max_size=6),
    st.lists(st.sampled_from(CHANGES), min_size=1, max_size=2),
)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each when it is begun: also where what is compiled takes its place."""
    begun: list[object] = []

    run = Compiled.__call__

    def counted(compiled: Compiled, executor: Any, root: object) -> Any:
        begun.append(root)
        return run(compiled, executor, root)

    monkeypatch.setattr(Compiled, "__call__", counted)
    return begun


@pytest.fixture(autouse=True)
def _instruments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time stands still, and nothing has to be waited for."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    monkeypatch.setattr(database, "now", lambda: now)
    monkeypatch.setattr(
        "backend.hub.process._make_hub",
        lambda broker: hub.Hub(broker=broker, log=RoomLog(), crossing=database.run, limits=LIMITS),
    )


def play(stage: Stage, plan: Plan, check: Check) -> None:
    """Seat the watchers, let things happen, and `check` whenever everybody has everything."""
    rates.forget()
    channel_layers.backends.clear()
    asyncio.run(_play(stage, plan, check))


async def _play(stage: Stage, plan: Plan, check: Check) -> None:
    process = hub.current()
    log = await database.run(stage.last, MOST_BEHIND + 1)
    caught_up = hub.CaughtUp(log[-1].cursor)
    watchers = []
    for seat in plan.seats:
        asks = replace(plan.documents[seat.document % len(plan.documents)], flags=seat.flags)
        viewer = stage.vera if seat.is_vera else stage.ali
        each = Watcher(stage, viewer, asks, cursor=log[-1 - seat.behind].cursor)
        missed = log[len(log) - seat.behind :] if asks.start != "nowhere" else []
        each.expect([*missed, caught_up])
        watchers.append(each)
    try:
        for late in (False, True):
            now = [each for each, seat in zip(watchers, plan.seats, strict=True) if seat.is_late is late]
            await asyncio.gather(*(each.subscribe() for each in now))
            await asyncio.gather(*(each.arrived() for each in now))
        await check(watchers)
        for change in plan.changes:
            for each in watchers:
                each.forget()
            await database.run(stage.change, change)
            happened = await database.run(stage.last, 1)
            for each in watchers:
                each.expect(happened)
            await asyncio.gather(*(each.arrived() for each in watchers))
            await check(watchers)
    finally:
        await process.close()


# --- Nobody gets what is another's ----------------------------------------------------------------------------


@EXAMPLES
@given(plan=plans)
def test_everybody_gets_exactly_what_they_would_get_alone(stage: Stage, plan: Plan) -> None:
    async def as_alone(watchers: list[Watcher]) -> None:
        for each in watchers:
            assert each.frames == await each.alone(), each.asks.text
            assert "INTERNAL" not in str(each.frames)

    play(stage, plan, as_alone)


@EXAMPLES
@given(plan=plans)
def test_what_is_equal_but_for_its_start_is_executed_once_and_what_asks_for_the_viewer_once_for_each_person(
    stage: Stage, executions: list[object], plan: Plan
) -> None:
    async def once(watchers: list[Watcher]) -> None:
        if all(len(each.names) == 1 == len(each.frames) for each in watchers):  # an event, for everybody
            assert len(executions) == len({each.key for each in watchers}), [each.asks.text for each in watchers]
        executions.clear()

    play(stage, plan, once)


# --- What goes wrong ------------------------------------------------------------------------------------------

# When a field fails, graphql-core may leave resolvers beside it that it has begun with and never awaits.
ABANDONED = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture
def _none_left() -> Iterator[None]:
    """They are found here, and not while another test is running."""
    yield
    gc.collect()


# It goes wrong where the room of a message is asked for: here by both, and by whoever else happens to.
ASKING = Subscribing(
    text="""
    subscription ($room: ID!, $after: Cursor) {
      roomEvents(room: $room, after: $after) {
        event { __typename ... on MessageSent { message { body room { title } } } }
      }
    }
    """,
    start="variable",
    touches_viewer=False,
    start_is_lifted=True,
)
ROOMS = vars(Context)["rooms"]
# Several fields wait for the same row, and one of them is given up: the others must get it all the same.
WAITING_TOGETHER = Subscribing(
    text="""
    subscription ($room: ID!, $after: Cursor) {
      roomEvents(room: $room, after: $after) {
        a: event { __typename ... on MessageSent { message { viewer { canEdit } room { title } } } }
        b: event { __typename ... on MessageSent { message { viewer { canEdit } } } }
      }
    }
    """,
    start="variable",
    touches_viewer=True,
    start_is_lifted=True,
)
TOGETHER = Plan([WAITING_TOGETHER], [Seat(0, is_vera, 5, is_late=False) for is_vera in (False, True)], [])


def with_two_who_ask(plan: Plan) -> Plan:
    number = len(plan.documents)
    asking = [Seat(number, is_vera, 0, is_late=False) for is_vera in (False, True)]
    seats = [replace(seat, document=seat.document % number) for seat in plan.seats]
    return Plan([*plan.documents, ASKING], [*seats, *asking], ["something said", *plan.changes])


def told(frames: list[Any]) -> list[Any]:
    """Without what is different each time: the incident, and which of several errors came first."""
    return [(frame["data"], {each["extensions"]["code"] for each in frame.get("errors", [])}) for frame in frames]


def reach_for_the_viewer(context: Context) -> Any:
    context.require_viewer()
    return ROOMS.func(context)


def fail(context: Context) -> Any:
    raise ValueError("SECRET of the innards")


@ABANDONED
@pytest.mark.usefixtures("_none_left")
@pytest.mark.parametrize("fault", [reach_for_the_viewer, fail])
@FEWER
@given(plan=plans.map(with_two_who_ask))
@example(plan=with_two_who_ask(TOGETHER))
def test_a_document_that_fails_or_reaches_for_the_viewer_is_told_so_and_harms_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Context], Any], plan: Plan
) -> None:
    """Masked, with each event; who shares no execution with it gets what they would get alone."""
    monkeypatch.setattr(Context, "rooms", property(fault))

    async def masked(watchers: list[Watcher]) -> None:
        for each in watchers:
            reader = None if each.asks.touches_viewer else Audience(stage.room)
            assert told(each.frames) == told(await each.alone(reader=reader)), each.asks.text
            assert "SECRET" not in str(each.frames)
            assert ViewerReached.__name__ not in str(each.frames)
            if each.asks.text == ASKING.text and "MessageSent" in each.names:
                assert "INTERNAL" in str(each.frames)

    play(stage, plan, masked)


@ABANDONED
@pytest.mark.usefixtures("_none_left")
@FEWER
@given(plan=plans.map(with_two_who_ask), failures=st.integers(1, 3))
def test_while_the_database_is_away_nothing_is_lost_and_nothing_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, plan: Plan, failures: int
) -> None:
    left = 0
    find = rooms.rooms_by_id

    def away(room_ids: Any) -> Any:
        nonlocal left
        if left:
            left -= 1
            raise OperationalError("SECRET")
        return find(room_ids)

    async def as_if_it_were_not(watchers: list[Watcher]) -> None:
        nonlocal left
        assert not left or "MessageSent" not in watchers[-1].names
        left = 0
        for each in watchers:
            assert each.frames == await each.alone(), each.asks.text
        left = failures

    with monkeypatch.context() as patch:
        patch.setattr(rooms, "rooms_by_id", away)
        play(stage, plan, as_if_it_were_not)
