"""What happens in a room: the stream of frames, the same by polling, and where a stream may start."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from tests.chat_schema.speaker import Speaker
from tests.services.server import ServerProcess
from tests.transport.client import Socket
from tests.transport.served import address, change

FRAME = """
cursor
event {
  __typename
  ... on MessageSent { message { ...M } }
  ... on MessageEdited { message { ...M } }
  ... on MessageDeleted { message { ...M } by { username } }
  ... on MemberJoined { member { ...P } }
  ... on MemberLeft { member { ...P } departure by { username } }
  ... on MemberChanged { member { ...P } by { username } }
  ... on CaughtUp { at }
  ... on StreamReset { cause }
  ... on StreamEnded { problem { __typename code detail } }
}
"""
FRAGMENTS = """
fragment M on Message { id body version editedAt deletedAt author { username } room { id cursor } }
fragment P on Member { id role joinedAt leftAt user { username } }
"""
STREAM = (
    f"subscription ($room: ID!, $after: Cursor) {{ roomEvents(room: $room, after: $after) {{ {FRAME} }} }} {FRAGMENTS}"
)
PAGE = f"""
query ($room: ID!, $after: Cursor, $first: Int!) {{
  room(by: {{ id: $room }}) {{
    events(after: $after, first: $first) {{ frames {{ {FRAME} }} hasMore endCursor }}
  }}
}} {FRAGMENTS}
"""
Frame = dict[str, Any]


async def page(speaker: Speaker, room: str, *, after: str | None = None, first: int = 100) -> dict[str, Any]:
    variables = {"room": room, "first": first, **({"after": after} if after else {})}
    events: dict[str, Any] = (await speaker.ask(PAGE, **variables))["room"]["events"]
    return events


async def follow(socket: Socket, room: str, after: str | None = None) -> list[Frame]:
    """Everything up to now; the subscription goes on as operation "x"."""
    await socket.subscribe(STREAM, id="x", room=room, after=after)
    return await socket.until("x", "CaughtUp")


def kinds(frames: list[Frame]) -> list[str]:
    return [frame["event"]["__typename"] for frame in frames]


# --- The stream -----------------------------------------------------------------------------------------------


async def test_everything_that_happens_is_streamed_in_order(ali: Speaker, vera: Speaker, room: str) -> None:
    async with ali.person.socket() as socket:
        [caught_up] = await follow(socket, room)
        assert caught_up["event"]["at"]
        message = (await vera.send(room, "slaam", "1"))["message"]["id"]
        await vera.do("editMessage", message=message, body="salam")
        await ali.do("deleteMessage", message=message)
        await vera.do("leaveRoom", room=room)
        frames = [await socket.frame("x") for _ in range(4)]
        assert await socket.so_far() == []
    sent, edited, deleted, left = [frame["event"] for frame in frames]
    assert (sent["__typename"], sent["message"]["body"]) == ("MessageSent", "slaam")
    assert (edited["__typename"], edited["message"]["body"]) == ("MessageEdited", "salam")
    assert edited["message"]["editedAt"]
    assert (deleted["__typename"], deleted["message"]["body"]) == ("MessageDeleted", "")
    assert (deleted["message"]["id"], deleted["by"]) == (message, {"username": ali.username})
    assert (left["__typename"], left["departure"], left["by"]) == ("MemberLeft", "LEFT", None)
    assert left["member"]["user"]["username"] == vera.username
    assert left["member"]["leftAt"]
    assert len({frame["cursor"] for frame in frames}) == 4


async def test_a_room_that_is_handed_over_says_to_whom(ali: Speaker, vera: Speaker, room: str) -> None:
    async with vera.person.socket() as socket:
        await follow(socket, room)
        await ali.do("leaveRoom", room=room)
        left, changed = [(await socket.frame("x"))["event"] for _ in range(2)]
    assert (left["__typename"], changed["__typename"]) == ("MemberLeft", "MemberChanged")
    assert (changed["member"]["user"]["username"], changed["member"]["role"]) == (vera.username, "OWNER")
    assert changed["by"] == {"username": ali.username}


async def test_whoever_enters_is_announced_and_hears_only_what_comes_after(ali: Speaker, vera: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    async with ali.person.socket() as here, vera.person.socket() as new:
        await follow(here, room)
        entered = await vera.enter(where)
        joined = (await here.frame("x"))["event"]
        assert (joined["__typename"], joined["member"]["user"]["username"]) == ("MemberJoined", vera.username)
        assert kinds(await follow(new, room, entered["cursor"])) == ["CaughtUp"]


async def test_who_leaves_is_told_so_and_the_stream_completes(ali: Speaker, vera: Speaker, room: str) -> None:
    async with vera.person.socket() as socket:
        await follow(socket, room)
        left = await vera.do("leaveRoom", "... on RoomLeft { cursor }", room=room)
        frames = await socket.until("x", "StreamEnded")
        assert kinds(frames) == ["MemberLeft", "StreamEnded"]
        assert [frame["cursor"] for frame in frames] == [left["cursor"]] * 2
        problem = frames[1]["event"]["problem"]
        assert (problem["__typename"], problem["code"]) == ("ForbiddenProblem", "FORBIDDEN")
        assert await socket.message("x") == {"id": "x", "type": "complete"}
        await ali.send(room, "behind your back", "1")
        assert await socket.so_far() == []


async def test_who_left_and_came_back_is_not_thrown_out_by_an_old_departure(
    vera: Speaker, where: str, room: str
) -> None:
    before = (await page(vera, room))["endCursor"]
    await vera.do("leaveRoom", room=room)
    await vera.enter(where)
    async with vera.person.socket() as socket:
        assert kinds(await follow(socket, room, before)) == ["MemberLeft", "MemberJoined", "CaughtUp"]


async def test_without_after_a_stream_starts_now(ali: Speaker, room: str) -> None:
    await ali.send(room, "before", "1")
    async with ali.person.socket() as socket:
        assert kinds(await follow(socket, room)) == ["CaughtUp"]
        await ali.send(room, "after", "2")
        assert (await socket.frame("x"))["event"]["message"]["body"] == "after"


async def test_a_replay_shows_what_it_names_as_it_is_now(ali: Speaker, room: str) -> None:
    """What was deleted is read nowhere any more, and what was edited is read as it was left."""
    start = (await page(ali, room))["endCursor"]
    edited, deleted = [(await ali.send(room, text, text))["message"]["id"] for text in ("first", "secret")]
    await ali.do("editMessage", message=edited, body="second")
    await ali.do("deleteMessage", message=deleted)
    async with ali.person.socket() as socket:
        frames = await follow(socket, room, start)
    assert kinds(frames) == ["MessageSent", "MessageSent", "MessageEdited", "MessageDeleted", "CaughtUp"]
    assert [frame["event"]["message"]["body"] for frame in frames[:-1]] == ["second", "", "second", ""]


async def test_the_cursor_of_a_room_in_a_frame_is_that_of_the_frame(ali: Speaker, room: str) -> None:
    """A client that keeps the room's cursor, wherever it reads it, resumes without a gap."""
    for number in range(3):
        await ali.send(room, str(number), str(number))
    start = (await page(ali, room, first=1))["endCursor"]
    async with ali.person.socket() as socket:
        frames = [frame for frame in await follow(socket, room, start) if "message" in frame["event"]]
    assert len(frames) == 3
    for frame in frames:
        assert frame["event"]["message"]["room"] == {"id": room, "cursor": frame["cursor"]}


# --- By polling -----------------------------------------------------------------------------------------------


async def test_polling_gives_the_frames_of_the_stream(ali: Speaker, vera: Speaker, where: str, room: str) -> None:
    message = (await vera.send(room, "salam", "1"))["message"]["id"]
    await vera.do("editMessage", message=message, body="salam!")
    await vera.do("leaveRoom", room=room)
    await vera.enter(where)
    await ali.do("deleteMessage", message=message)
    start = (await page(ali, room, first=1))["endCursor"]
    polled = await page(ali, room, after=start)
    async with ali.person.socket() as socket:
        streamed = await follow(socket, room, start)
    for frame in polled["frames"]:  # a room that is polled has one cursor, one that is streamed that of each frame
        if "message" in frame["event"]:
            frame["event"]["message"]["room"]["cursor"] = frame["cursor"]
    assert polled["frames"] == streamed[:-1]
    assert polled["endCursor"] == streamed[-1]["cursor"]
    assert not polled["hasMore"]


async def test_polling_page_by_page_from_the_oldest_on_leaves_nothing_out(ali: Speaker, room: str) -> None:
    for number in range(5):
        await ali.send(room, str(number), str(number))
    whole = await page(ali, room)
    assert kinds(whole["frames"]) == ["MemberJoined"] * 2 + ["MessageSent"] * 5
    frames: list[Frame] = []
    after: str | None = None
    more = True
    while more:
        part = await page(ali, room, after=after, first=3)
        frames += part["frames"]
        more, after = part["hasMore"], part["endCursor"]
    assert frames == whole["frames"]
    assert await page(ali, room, after=after) == {"frames": [], "hasMore": False, "endCursor": after}


async def test_a_page_of_events_has_1_to_200(ali: Speaker, room: str) -> None:
    cursors = (
        "query ($room: ID!, $first: Int!) { room(by: { id: $room }) { events(first: $first) { frames { cursor } } } }"
    )
    assert len((await ali.ask(cursors, room=room, first=200))["room"]["events"]["frames"]) == 2
    for first in (0, -1, 201):
        assert (await ali.fail(cursors, room=room, first=first)).code == "INVALID"


# --- Cursors that cannot be gone on from -----------------------------------------------------------------------


def broken(cursor: str) -> dict[str, str]:
    """Made of a good one: what a restored backup, a mix-up or a curious client may send."""
    raw = bytearray(urlsafe_b64decode(cursor + "="))

    def with_byte(index: int, value: int) -> str:
        changed = raw.copy()
        changed[index] = value
        return urlsafe_b64encode(changed).rstrip(b"=").decode()

    return {
        "nothing": "",
        "no cursor": "salam",
        "half a cursor": cursor[:-1],
        "a cursor and more": cursor + "A",
        "another event in the place of the one it was": with_byte(19, raw[19] ^ 1),
        "beyond the head": with_byte(13, 1),
        "another room": with_byte(7, raw[7] ^ 1),
        "before the beginning": with_byte(8, 0xFF),
    }


async def test_a_cursor_that_is_unknown_resets_the_stream(ali: Speaker, room: str) -> None:
    """Never a silent gap: the frame says so, has the cursor to go on from, and the stream completes."""
    good = await page(ali, room)
    async with ali.person.socket() as socket:
        for name, cursor in broken(good["endCursor"]).items():
            await socket.subscribe(STREAM, id="x", room=room, after=cursor)
            frame = await socket.frame("x")
            assert frame["event"] == {"__typename": "StreamReset", "cause": "UNKNOWN_CURSOR"}, name
            assert frame["cursor"] == good["endCursor"]
            assert await socket.message("x") == {"id": "x", "type": "complete"}
            polled = await page(ali, room, after=cursor or "-")
            assert (polled["frames"], polled["hasMore"]) == ([frame], False)
        assert kinds(await follow(socket, room, good["endCursor"])) == ["CaughtUp"]


async def test_a_cursor_from_before_what_is_kept_resets_the_stream(
    server: ServerProcess, ali: Speaker, where: str, room: str
) -> None:
    start = (await page(ali, room, first=1))["endCursor"]
    await ali.send(room, "salam", "1")
    change(server, "UPDATE chat_room SET tail = head WHERE address = ?", where)
    async with ali.person.socket() as socket:
        await socket.subscribe(STREAM, id="x", room=room, after=start)
        frame = await socket.frame("x")
        assert frame["event"] == {"__typename": "StreamReset", "cause": "EXPIRED"}
        assert await socket.message("x") == {"id": "x", "type": "complete"}
        assert (await page(ali, room, after=start))["frames"] == [frame]
        assert kinds(await follow(socket, room, frame["cursor"])) == ["CaughtUp"]
