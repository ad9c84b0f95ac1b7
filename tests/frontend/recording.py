"""A stream with an event of every type, as the web client receives it, for its tests to be replayed to it.

Make it again, when what the client asks for is another, with `.venv/bin/python -m tests.frontend.recording`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.frontend.documents import operation
from tests.services.server import ServerProcess
from tests.transport.client import Person, Socket, do

FILE = Path(__file__).parents[2] / "frontend" / "src" / "room" / "feed" / "recorded.json"
# Nobody is ever too fast.
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "tests.transport.settings"}
BEFORE = 45  # messages; more than a page


def record() -> dict[str, Any]:
    with ServerProcess(environment=ENVIRONMENT) as server:
        return asyncio.run(_record(server.url))


async def _record(url: str) -> dict[str, Any]:
    """`frames` of one stream, up to its end; `views` is what was found by asking, each after so many of them.

    The stream begins before the first view does: it repeats what that has already.
    """
    async with AsyncExitStack() as stack:
        names = ("anahit", "beka", "dato")
        ana, beka, dato = [await stack.enter_async_context(await Person.register(url, name)) for name in names]
        room = (await ana.enter("tea house"))["room"]["id"]
        users = {each: await _user(each) for each in (beka, dato)}
        for each in (beka, dato):
            await each.enter("tea house")
        sent = [await (ana if number % 3 else beka).send(room, f"message {number}") for number in range(BEFORE)]
        messages = [each["message"]["id"] for each in sent]
        await do(dato.http, "addReaction", "", message=messages[2], emoji="🍵")
        await do(dato.http, "addReaction", "", message=messages[-1], emoji="🍵")

        socket = await stack.enter_async_context(dato.socket())
        socket.hears_of_presence = True
        frames: list[dict[str, Any]] = []
        views = [await _view(dato, room, 0)]
        await socket.subscribe(operation("RoomEvents"), id="x", room=room, after=sent[5]["cursor"])

        async def until(type_name: str) -> None:
            frames.extend(await socket.until("x", type_name))

        async def happen(what: Awaitable[object], type_name: str) -> None:
            await what
            await until(type_name)

        await until("CaughtUp")
        await _say_much(happen, ana, beka, dato, room, messages)
        views.append(await _view(dato, room, len(frames)))
        await _change_people(happen, ana, beka, dato, room, users[beka])
        await _come_and_go(happen, beka, room)
        views.append(await _view(dato, room, len(frames)))
        await happen(do(ana.http, "moderateMember", "", room=room, user=users[dato], action="KICK"), "StreamEnded")
        return {"viewer": users[dato], "frames": frames, "views": views, "reset": await _reset(ana, room)}


Happen = Callable[[Awaitable[object], str], Awaitable[None]]


async def _say_much(happen: Happen, ana: Person, beka: Person, dato: Person, room: str, messages: list[str]) -> None:
    said = "salam @dato, see https://example.org"
    await happen(do(ana.http, "sendMessage", "", room=room, body=said, key="1", replyTo=messages[-1]), "MessageSent")
    await happen(dato.send(room, "my own"), "MessageSent")
    await happen(do(ana.http, "editMessage", "", message=messages[-2], body="edited"), "MessageEdited")
    await happen(do(ana.http, "editMessage", "", message=messages[1], body="edited long after"), "MessageEdited")
    for person, emoji in ((dato, "👍"), (beka, "👍"), (dato, "❤️")):
        await happen(do(person.http, "addReaction", "", message=messages[-1], emoji=emoji), "ReactionsChanged")
    await happen(do(dato.http, "removeReaction", "", message=messages[-1], emoji="🍵"), "ReactionsChanged")
    # Of one that is on no page yet.
    await happen(do(dato.http, "addReaction", "", message=messages[2], emoji="👍"), "ReactionsChanged")
    await happen(do(dato.http, "removeReaction", "", message=messages[2], emoji="🍵"), "ReactionsChanged")
    await happen(do(ana.http, "deleteMessage", "", message=messages[-3]), "MessageDeleted")


async def _change_people(happen: Happen, ana: Person, beka: Person, dato: Person, room: str, user: str) -> None:
    await happen(do(ana.http, "updateRoom", "", room=room, title="Tea House", topic="Tea"), "RoomChanged")
    await happen(do(ana.http, "setMemberRole", "", room=room, user=user, role="MODERATOR"), "MemberChanged")
    await happen(do(beka.http, "updateProfile", "", displayName="Beka B."), "MemberChanged")
    await happen(do(dato.http, "updateProfile", "", displayName="Dato D."), "MemberChanged")
    await happen(do(ana.http, "moderateMember", "", room=room, user=user, action="KICK"), "MemberLeft")
    await happen(beka.enter("tea house"), "MemberJoined")
    await happen(do(beka.http, "leaveRoom", "", room=room), "MemberLeft")
    await happen(beka.enter("tea house"), "MemberJoined")


async def _come_and_go(happen: Happen, beka: Person, room: str) -> None:
    async with beka.socket() as socket:
        await happen(_follow(socket, room), "OnlineChanged")
        await happen(do(beka.http, "setTyping", "", room=room, typing=True), "TypingChanged")
        await happen(do(beka.http, "setTyping", "", room=room, typing=False), "TypingChanged")
    await happen(asyncio.sleep(0), "OnlineChanged")


async def _follow(socket: Socket, room: str) -> None:
    await socket.subscribe(operation("RoomEvents"), id="x", room=room, after=None)
    await socket.until("x", "CaughtUp")


async def _reset(person: Person, room: str) -> dict[str, Any]:
    async with person.socket() as socket:
        await socket.subscribe(operation("RoomEvents"), id="x", room=room, after="forged")
        return await socket.frame("x")


async def _user(person: Person) -> str:
    answer = await person.http.ask("{ viewer { user { id } } }")
    found: str = answer.data["viewer"]["user"]["id"]
    return found


async def _view(person: Person, room: str, after: int) -> dict[str, Any]:
    """A snapshot, and all pages of history before it: the last one first."""
    snapshot = await _ask(person, "RoomSnapshot", room=room)
    moment = await _ask(person, "RoomMoment", room=room)
    pages, info = [], snapshot["messages"]["pageInfo"]
    while info["hasPreviousPage"]:
        page = (await _ask(person, "EarlierMessages", room=room, before=info["startCursor"]))["messages"]
        pages.append(page)
        info = page["pageInfo"]
    return {"after": after, "snapshot": snapshot, "moment": moment, "earlier": pages}


async def _ask(person: Person, name: str, **variables: object) -> dict[str, Any]:
    answer = await person.http.ask(operation(name), **variables)
    assert not answer.errors, answer
    found: dict[str, Any] = answer.data["room"]
    return found


def _written(recorded: dict[str, Any]) -> str:
    """A line for each frame, and for each view: to be compared line by line."""
    entries = {
        key: "[\n" + ",\n".join(map(_dumps, value)) + "\n]" if isinstance(value, list) else _dumps(value)
        for key, value in recorded.items()
    }
    return "{\n" + ",\n".join(f'"{key}": {value}' for key, value in entries.items()) + "\n}\n"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(_written(record()))
