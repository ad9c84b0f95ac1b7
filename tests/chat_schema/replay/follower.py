"""Somebody who follows one room in every way, and so has the same caches whichever they look at."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chat_schema.context import Context
from chat_schema.schema import schema
from tests.chat_schema.inside import Sink, subscribe
from tests.chat_schema.replay.cache import DOCUMENT, Cache, Fields
from tests.chat_schema.replay.house import House
from tests.chat_schema.replay.scenarios import Scenario


class Follower:
    """Vera, as she sees a room: by polling, and by a stream that is open all the time."""

    def __init__(self, house: House, room: str) -> None:
        self._house = house
        self._room = house.ids[room]
        self._sink = Sink()

    async def begin(self) -> None:
        self._polled, self._streamed = await self.fetch(), await self.fetch()
        variables = {"operation_name": "Follow", "after": self._streamed.cursor}
        await subscribe(self._house.people["vera"], self._room, DOCUMENT, self._sink, **variables)
        await self._sink.until("CaughtUp")

    async def fetch(self) -> Cache:
        data = await run(self._house, "vera", DOCUMENT, name="Snapshot", room=self._room)
        return Cache(data["room"])

    async def check(self, told: str) -> None:
        """That she was told of this, no more and no less, and has with it all that she could fetch now."""
        fresh = await self.fetch()
        streamed, polled = await self._stream(fresh), await self.poll(self._polled)
        for cache, frames in ((self._streamed, streamed), (self._polled, polled)):
            assert " ".join(frame["event"]["__typename"] for frame in frames) == told
            for frame in frames:
                cache.apply(frame)
            assert cache.differences(fresh) == {}
            assert cache.room is None or cache.cursor == fresh.cursor

    async def _stream(self, fresh: Cache) -> list[Fields]:
        """All that has come up to this head, or to the end of a room that has none.

        What does not advance the cursor is in no log, and not of these.
        """
        frames: list[Fields] = []
        cursor = self._streamed.cursor
        while cursor != fresh.cursor or self._sink.waiting:
            frame = await self._sink.frame()
            if frame["cursor"] != cursor:
                frames.append(frame)
                cursor = None if frame["event"]["__typename"] == "StreamEnded" else frame["cursor"]
        return frames

    async def poll(self, cache: Cache) -> list[Fields]:
        """What has happened since."""
        data = await run(self._house, "vera", DOCUMENT, name="Poll", room=self._room, after=cache.cursor)
        if data["room"] is None:  # as the stream says it
            return [{"cursor": cache.cursor, "event": {"__typename": "StreamEnded"}}]
        assert not data["room"]["events"]["hasMore"]
        return list(data["room"]["events"]["frames"])


async def play(house: House, mutation: str, scenario: Scenario) -> None:
    selection = "{ __typename ... on Problem { code detail } }"
    if scenario.input is None:
        data = await run(house, scenario.by, f"mutation {{ {mutation} {selection} }}")
    else:
        type_name = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"mutation ($input: {type_name}!) {{ {mutation}(input: $input) {selection} }}"
        data = await run(house, scenario.by, document, input=scenario.input(house.ids))
    assert data[mutation].get("code") == scenario.code, (mutation, scenario.what, data)


async def run(house: House, who: str | None, document: str, *, name: str | None = None, **variables: Any) -> Any:
    """`data`, of an operation without errors."""
    # As from a browser that has a session: some mutations work over HTTP alone.
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    context = Context(reader=house.people[who] if who else None, origin="tests", request=request)
    answer = await schema.execute(document, variables, context_value=context, operation_name=name)
    assert not answer.errors, answer.errors
    return answer.data
