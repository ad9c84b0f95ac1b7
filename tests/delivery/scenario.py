"""One fault, from the first people who come to what they are left with."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from backend.settings import PRESENCE_GRACE
from tests.delivery.clients import BROKEN, Way
from tests.delivery.cluster import Cluster
from tests.delivery.faults import OUTAGE, Fault
from tests.delivery.followers import MESSAGE, Follower, message
from tests.delivery.judge import Message, Truth, Verdict, flaps, judge, total
from tests.delivery.writers import Writer
from tests.transport.client import Http, Person

CALM_SECONDS = 2.0  # before the fault
MOST_SECONDS = 300.0  # after it, however slow the machine is
CATCH_UP_SECONDS = 30.0  # for followers to have all, once nobody writes any more
PRESENCE_SECONDS = 15.0  # for who is online to be who is there
_LOOK_SECONDS = 0.3

_LOG = """
query ($room: ID!, $after: Cursor) {
  room(by: { id: $room }) { events(after: $after, first: 200) { frames { cursor } hasMore endCursor } }
}
"""
_HISTORY = f"""
query ($room: ID!, $after: String) {{
  room(by: {{ id: $room }}) {{
    messages(first: 100, after: $after) {{ nodes {{ {MESSAGE} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}
"""
_ONLINE = (
    "query ($room: ID!) { room(by: { id: $room }) { onlineCount online(first: 100) { nodes { user { username } } } } }"
)


class Load(NamedTuple):
    """How many people there are in each room, and how much they say."""

    rooms: int = 3
    writers: int = 2
    followers: int = 4
    pause: float = 0.1
    # For how long they go on after the fault, and until how much has been said.
    seconds: float = 10.0
    sends: int = 0


SHORT_LOAD = Load(rooms=2, followers=3, seconds=3.0, sends=200)


@dataclass
class Outcome:
    """`failures` is empty if all demands were met."""

    fault: Fault
    verdict: Verdict
    resumed: int
    closed: Counter[int | None]
    # Seconds after the fault until who was online was who was there; None if that was too late.
    online_after: float | None
    flaps: int

    @property
    def failures(self) -> list[str]:
        found = self.verdict.faults()
        if self.verdict.outage > OUTAGE:
            found.append(f"nobody could send for {self.verdict.outage:.1f} s")
        if self.fault.lag_p99 is not None and self.verdict.lag(0.99) > self.fault.lag_p99:
            found.append(f"p99 of the lag {self.verdict.lag(0.99):.1f} s")
        if self.online_after is None:
            found.append(f"a ghost, or somebody missed, {PRESENCE_SECONDS:.0f} s after it")
        if self.flaps:
            found.append(f"{self.flaps} said to have left who were there")
        if self.fault.cuts and not self.resumed:
            found.append("nobody was cut off: it did not happen")
        told = self.fault.closed_with
        if told is not None and (others := self.closed.total() - self.closed[told]):
            found.append(f"{others} sockets not closed with {told}")
        return found


class Room:
    """Its people: those who write, those who follow, and one who vanishes with the fault for good."""

    def __init__(self, entered: dict[str, Any], people: Sequence[Person], addresses: Sequence[str], load: Load) -> None:
        room, cursor = entered["room"]["id"], entered["cursor"]
        self.id = room
        self.address = entered["room"]["address"]
        self.cursor = cursor
        ways = [Way(addresses, token=person.token, seed=person.username) for person in people]
        writers = range(load.writers)
        self.writers = [
            Writer(people[each].username, ways[each], room=room, by_socket=each % 2 == 0, pause=load.pause)
            for each in writers
        ]
        followers = [
            Follower(person.username, way, room=room, cursor=cursor)
            for person, way in list(zip(people, ways, strict=True))[load.writers :]
        ]
        *self.followers, self.visitor = followers
        self.reader = people[0]


async def play(cluster: Cluster, fault: Fault, *, load: Load, seed: str, tick: Callable[[], None]) -> Outcome:
    """Until all has been said that `load` demands, and heard, or it has taken too long. Calls `tick` once a second."""
    async with AsyncExitStack() as stack:
        numbers = range(load.rooms)
        rooms = await asyncio.gather(*(furnish(cluster, stack, load, seed=f"{seed}.{number}") for number in numbers))
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(_tick(tick))
            following = [group.create_task(each.run()) for room in rooms for each in room.followers]
            visiting = [group.create_task(room.visitor.run()) for room in rooms]
            for room in rooms:
                for each in (*room.followers, room.visitor):
                    await each.caught_up.wait()
            writing = [group.create_task(each.run(stop)) for room in rooms for each in room.writers]
            await asyncio.sleep(CALM_SECONDS)
            await asyncio.gather(fault.inflict(cluster), _vanish(rooms, visiting))
            looking = group.create_task(_online(cluster, rooms, at_least=load.seconds))
            await asyncio.sleep(load.seconds)
            enough = load.sends / load.rooms / load.writers
            await until(lambda: all(len(each.sends) >= enough for room in rooms for each in room.writers), MOST_SECONDS)
            stop.set()
            await asyncio.gather(*writing)
            ticking.cancel()
            truths = [await truth_of(cluster, room) for room in rooms]
            await _caught_up(rooms, truths)
            online_after = await looking
            for task in following:
                task.cancel()
    return _outcome(fault, rooms, truths, online_after)


def _outcome(fault: Fault, rooms: Sequence[Room], truths: Sequence[Truth], online_after: float | None) -> Outcome:
    verdicts = [
        judge(
            truth,
            [send for writer in room.writers for send in writer.sends],
            [follower.frames for follower in room.followers],
            [change for writer in room.writers for change in writer.changes],
        )
        for room, truth in zip(rooms, truths, strict=True)
    ]
    followers = [each for room in rooms for each in room.followers]
    absences = {each.name: each.absences for each in followers}
    departures = [departure for each in followers for departure in each.departures if departure.person in absences]
    return Outcome(
        fault=fault,
        verdict=total(verdicts),
        resumed=sum(each.resumed for each in followers),
        closed=sum((each.way.closed for each in followers), Counter()),
        online_after=online_after,
        flaps=flaps(departures, absences, grace=PRESENCE_GRACE),
    )


async def furnish(
    cluster: Cluster, stack: AsyncExitStack, load: Load, *, seed: str, addresses: Sequence[str] = ()
) -> Room:
    """A room with its people in it. They come to the cluster by these addresses, or any."""
    server = cluster.servers[0].url
    people = [
        await stack.enter_async_context(await Person.register(server, f"{seed}.{number}"))
        for number in range(load.writers + load.followers + 1)
    ]
    for person in people:
        entered = await person.enter(f"room {seed}")
    return Room(entered, people, addresses or cluster.addresses, load)


async def _tick(tick: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(1)
        tick()


async def _vanish(rooms: Iterable[Room], visiting: Iterable[asyncio.Task[None]]) -> None:
    for task in visiting:
        task.cancel()
    for room in rooms:
        room.visitor.vanish()


async def truth_of(cluster: Cluster, room: Room) -> Truth:
    log: list[str] = []
    messages: dict[str, Message] = {}
    after: str | None = room.cursor
    more = True
    while more:
        events = (await _ask(cluster, room, _LOG, after=after))["events"]
        log.extend(frame["cursor"] for frame in events["frames"])
        after, more = events["endCursor"], events["hasMore"]
    after, more = None, True
    while more:
        found = (await _ask(cluster, room, _HISTORY, after=after))["messages"]
        messages |= {said.id: said for said in map(message, found["nodes"])}
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    return Truth(log, messages)


async def _caught_up(rooms: Iterable[Room], truths: Iterable[Truth]) -> None:
    """Or not in time, which will be judged."""
    waited_for = [
        (follower, truth.log[-1]) for room, truth in zip(rooms, truths, strict=True) for follower in room.followers
    ]
    await until(lambda: all(follower.cursor == cursor for follower, cursor in waited_for), CATCH_UP_SECONDS)


async def until(condition: Callable[[], bool], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  # what it looks at knows nothing of who waits
                await asyncio.sleep(0.05)


async def _online(cluster: Cluster, rooms: Sequence[Room], *, at_least: float) -> float | None:
    """Seconds from now until every process has shown, in every room, those who are there and nobody else.

    And has gone on doing so for as long as somebody looks: `at_least` for so long. None if it takes too long.
    """
    began = time.monotonic()
    true_since = 0.0
    while (now := time.monotonic() - began) < at_least or true_since > now - _LOOK_SECONDS:
        seen = [
            await _shows_who_is_there(cluster, number, room) for number in range(len(cluster.servers)) for room in rooms
        ]
        if not all(seen):
            true_since = time.monotonic() - began
            if true_since > PRESENCE_SECONDS:
                return None
        await asyncio.sleep(_LOOK_SECONDS)
    return true_since


async def _shows_who_is_there(cluster: Cluster, process: int, room: Room) -> bool:
    try:
        found = await _ask(cluster, room, _ONLINE, process=process)
    except (*BROKEN, AssertionError):  # it has just come back
        return False
    names = {each["user"]["username"] for each in found["online"]["nodes"]}
    return names == {each.name for each in room.followers} and found["onlineCount"] == len(names)


async def _ask(cluster: Cluster, room: Room, document: str, *, process: int = 0, **variables: Any) -> Any:
    """The room as a member reads it, from the server itself and not through its proxy."""
    http = Http(cluster.servers[process].url, token=room.reader.token)
    try:
        answer = await http.ask(document, room=room.id, **variables)
    finally:
        await http.close()
    assert not answer.errors, answer.errors
    return answer.data["room"]
