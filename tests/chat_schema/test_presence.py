"""Who is online: in a room, anywhere, and how that is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.transport.client import PATIENCE, Person, Socket
from tests.transport.served import address

STREAM = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    cursor
    event {
      __typename
      ... on OnlineChanged { joined { user { username } since } left { username } onlineCount refresh }
    }
  }
}
"""
ROOM = """
query ($room: ID!, $first: Int, $after: String) {
  room(by: { id: $room }) {
    onlineCount
    online(first: $first, after: $after) {
      nodes { user { username isOnline } since }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
USER = "query ($name: String!) { user(by: { username: $name }) { isOnline lastSeenAt } }"
GRACE = 3.0


@dataclass
class Follower:
    """Somebody who follows a room on a socket of their own."""

    name: str
    socket: Socket

    async def change(self) -> dict[str, Any]:
        """The next event about who else is online, by names. Oneself may have been there before it began, or not."""
        while True:
            [*_, frame] = await self.socket.until("x", "OnlineChanged")
            event = frame["event"]
            joined = [name for each in event["joined"] if (name := each["user"]["username"]) != self.name]
            left = [each["username"] for each in event["left"]]
            if joined or left:
                return {"joined": joined, "left": left, "count": event["onlineCount"]}


@asynccontextmanager
async def following(person: Person, room: str) -> AsyncIterator[Follower]:
    """From when they are caught up."""
    async with person.socket() as socket:
        socket.hears_of_presence = True
        await socket.subscribe(STREAM, id="x", room=room)
        await socket.until("x", "CaughtUp")
        yield Follower(person.username, socket)


async def until_online(speaker: Speaker, room: str, *names: str) -> None:
    """The room says these, in this order, and counts them."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = (await speaker.ask(ROOM, room=room))["room"]
            there = [each["user"]["username"] for each in found["online"]["nodes"]]
            if (there, found["onlineCount"]) == ([*names], len(names)):
                return
            await asyncio.sleep(0.05)


async def test_two_people_see_each_other_come_and_go(ali: Speaker, vera: Speaker, room: str) -> None:
    async with following(ali.person, room) as follower:
        async with following(vera.person, room):
            assert await follower.change() == {"joined": [vera.username], "left": [], "count": 2}
            await until_online(ali, room, ali.username, vera.username)
            found = await vera.ask(ROOM, room=room)
            assert all(each["user"]["isOnline"] for each in found["room"]["online"]["nodes"])
        assert await follower.change() == {"joined": [], "left": [vera.username], "count": 1}
        await until_online(vera, room, ali.username)
    await until_online(ali, room)


async def test_two_tabs_are_one_person_and_a_reload_is_nothing(ali: Speaker, vera: Speaker, room: str) -> None:
    """What comes next is the first thing to be told: that she goes at last."""
    async with following(ali.person, room) as follower:
        async with following(vera.person, room):
            assert (await follower.change())["joined"] == [vera.username]
            async with following(vera.person, room):
                await until_online(ali, room, ali.username, vera.username)
            await asyncio.sleep(GRACE + 1)
        async with following(vera.person, room):
            await until_online(ali, room, ali.username, vera.username)
        assert await follower.change() == {"joined": [], "left": [vera.username], "count": 1}


async def test_who_is_online_is_paged_in_the_order_in_which_they_came(
    ali: Speaker, vera: Speaker, where: str, room: str, new_speaker: NewSpeaker
) -> None:
    guest = await new_speaker()
    await guest.enter(where)
    everybody = [vera, guest, ali]
    async with following(vera.person, room):
        await until_online(ali, room, vera.username)
        async with following(guest.person, room), following(ali.person, room):
            await until_online(ali, room, *(each.username for each in everybody))
            names, after = [], None
            while True:
                page = (await ali.ask(ROOM, room=room, first=1, after=after))["room"]["online"]
                names += [each["user"]["username"] for each in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
            assert names == [each.username for each in everybody]
            refused = await ali.fail(ROOM, room=room, first=101)
            assert refused.code == "INVALID"


async def test_only_members_see_who_is_online_and_others_how_many(
    ali: Speaker, room: str, new_speaker: NewSpeaker
) -> None:
    stranger = await new_speaker()
    async with following(ali.person, room):
        await until_online(ali, room, ali.username)
        counted = "query ($room: ID!) { room(by: { id: $room }) { onlineCount } }"
        assert (await stranger.ask(counted, room=room))["room"] == {"onlineCount": 1}
        assert (await stranger.fail(ROOM, room=room)).code == "FORBIDDEN"


async def test_a_person_is_online_wherever_they_are_and_was_last_seen_when_they_went(
    ali: Speaker, new_speaker: NewSpeaker
) -> None:
    guest = await new_speaker()

    async def seen() -> dict[str, Any]:
        user: dict[str, Any] = (await ali.ask(USER, name=guest.username))["user"]
        return user

    async def until(*, is_online: bool) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                user = await seen()
                if user["isOnline"] == is_online:
                    return user
                await asyncio.sleep(0.05)

    assert await seen() == {"isOnline": False, "lastSeenAt": None}
    room = (await guest.enter(address()))["room"]["id"]
    private = await guest.do("updateRoom", room=room, isPrivate=True)
    assert private["__typename"] == "RoomUpdated"
    assert (await ali.ask(ROOM, room=room))["room"] is None
    async with following(guest.person, room):
        assert await until(is_online=True) == {"isOnline": True, "lastSeenAt": None}
    last = (await until(is_online=False))["lastSeenAt"]
    assert datetime.fromisoformat(last).tzinfo
    deleted = await guest.do("deleteAccount", currentPassword="a long enough secret")
    assert deleted["__typename"] == "AccountDeleted"


async def test_who_is_sent_away_is_not_online_there_any_more(ali: Speaker, vera: Speaker, room: str) -> None:
    user = (await ali.ask("query ($n: String!) { user(by: { username: $n }) { id } }", n=vera.username))["user"]["id"]
    async with following(ali.person, room) as follower, following(vera.person, room):
        assert await follower.change() == {"joined": [vera.username], "left": [], "count": 2}
        await ali.do("moderateMember", room=room, user=user, action="KICK")
        there = (await ali.ask(ROOM, room=room))["room"]["online"]["nodes"]
        assert [each["user"]["username"] for each in there] == [ali.username]
        assert await follower.change() == {"joined": [], "left": [vera.username], "count": 1}
