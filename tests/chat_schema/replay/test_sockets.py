"""The same over real sockets, for a client whose network goes away again and again."""

import secrets
from typing import Any

from tests.chat_schema.replay.cache import DOCUMENT, Cache
from tests.transport.client import PASSWORD, Person, do
from tests.transport.served import NewPerson, address


async def fetch(person: Person, room: str) -> Cache:
    answer = await person.http.post(DOCUMENT, {"room": room}, operationName="Snapshot")
    return Cache(answer.json()["data"]["room"])


async def catch_up(person: Person, room: str, cache: Cache) -> None:
    """By a socket of its own, which is cut when it has told everything."""
    async with person.socket() as socket:
        op = await socket.subscribe(DOCUMENT, operation_name="Follow", room=room, after=cache.cursor)
        for frame in await socket.until(op, "CaughtUp"):
            cache.apply(frame)
        socket.connection.transport.abort()


async def test_whoever_follows_a_room_through_cuts_has_what_a_newcomer_would_fetch(new_person: NewPerson) -> None:
    host, ali, vera = [await new_person() for _ in range(3)]
    where = address()
    room = (await host.enter(where))["room"]["id"]
    for each in (ali, vera):
        await each.enter(where)
    cache = await fetch(vera, room)
    first = (await ali.send(room, "Salaam"))["message"]["id"]
    ali_id = (await ali.http.ask("{ viewer { user { id } } }")).data["viewer"]["user"]["id"]

    async def by(person: Person, mutation: str, **input: Any) -> None:
        done = await do(person.http, mutation, "", **input)
        assert "code" not in done, done
        await catch_up(vera, room, cache)
        assert cache.differences(await fetch(vera, room)) == {}, mutation

    await by(host, "sendMessage", room=room, body=f"And salaam to you, @{ali.username}", key="1", replyTo=first)
    await by(host, "addReaction", message=first, emoji="🍵")
    await by(ali, "editMessage", message=first, body="Salaam!")
    await by(ali, "updateProfile", username=f"ali.{secrets.token_hex(4)}", bio="Tea")
    await by(host, "setMemberRole", room=room, user=ali_id, role="MODERATOR")
    await by(ali, "updateRoom", room=room, title="Tea house", topic="Tea")
    await by(ali, "deleteMessage", message=first)
    await by(ali, "leaveRoom", room=room)
    await by(ali, "enterRoom", address=where)
    await by(host, "moderateMember", room=room, user=ali_id, action="BAN")
    await by(ali, "deleteAccount", currentPassword=PASSWORD)
    await by(host, "leaveRoom", room=room)
