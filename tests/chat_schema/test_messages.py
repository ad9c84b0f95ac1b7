"""Messages: history by pages, sending once, editing, deleting."""

import asyncio
import threading
from collections.abc import Sequence
from itertools import product

import pytest

import chat_schema.messages
from backend.accounts.credentials import Viewer
from backend.chat import messages
from backend.chat.drafts import Draft
from backend.chat.messages import Accepted
from tests.chat_schema import inside
from tests.chat_schema.speaker import MESSAGE, NewSpeaker, Speaker
from tests.services.server import ServerProcess
from tests.transport.served import address, change

HISTORY = """
query ($room: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: ID) {
  room(by: { id: $room }) {
    messages(first: $first, after: $after, last: $last, before: $before, around: $around) {
      nodes { id body }
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
ACCEPTED = f"... on MessageAccepted {{ cursor duplicate message {{ {MESSAGE} }} }}"
NO_ROOM = "Um9vbTo5OTk5OTk5OQ=="
NO_MESSAGE = "TWVzc2FnZTo5OTk5OTk5OQ=="


@pytest.fixture
async def room(ali: Speaker) -> str:
    """Of Ali's own."""
    room: str = (await ali.enter(address()))["room"]["id"]
    return room


async def bodies(speaker: Speaker, room: str, **page: object) -> list[str]:
    messages = (await speaker.ask(HISTORY, room=room, **page))["room"]["messages"]
    return [each["body"] for each in messages["nodes"]]


# --- Sending --------------------------------------------------------------------------------------------------


async def test_what_is_sent_is_in_the_history(ali: Speaker, room: str) -> None:
    sent = await ali.send(room, "سلام\n<b>чай</b> ☕", "1")
    message = sent["message"]
    assert (message["body"], message["author"]["username"]) == ("سلام\n<b>чай</b> ☕", ali.username)
    assert (message["room"]["id"], message["editedAt"], message["deletedAt"]) == (room, None, None)
    assert message["viewer"] == {"canEdit": True, "canDelete": True}
    assert not sent["duplicate"]
    assert await bodies(ali, room) == ["سلام\n<b>чай</b> ☕"]


async def test_the_same_key_sends_once(ali: Speaker, room: str) -> None:
    first, again = [await ali.send(room, "salam", "key") for _ in range(2)]
    assert again == {**first, "duplicate": True}
    assert await bodies(ali, room) == ["salam"]
    await ali.refused("sendMessage", "CONFLICT", room=room, body="something else", key="key")


async def test_a_key_is_its_authors_own(ali: Speaker, vera: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    await vera.enter(where)
    for speaker in (ali, vera):
        assert not (await speaker.send(room, "salam", "key"))["duplicate"]
    assert await bodies(ali, room) == ["salam", "salam"]


async def test_of_what_is_said_at_the_same_time_each_gets_what_came_of_their_own(
    ali: Speaker, vera: Speaker, new_speaker: NewSpeaker
) -> None:
    where, stranger = address(), await new_speaker()
    room = (await ali.enter(where))["room"]["id"]
    await vera.enter(where)
    for turn in range(10):
        said = [f"{name} {turn}" for name in ("ali", "vera")]
        sent = await asyncio.gather(
            *(each.send(room, body, str(turn)) for each, body in zip((ali, vera), said, strict=True)),
            stranger.refused("sendMessage", "FORBIDDEN", room=room, body="let me in", key=str(turn)),
        )
        assert [each["message"]["body"] for each in sent[:2]] == said
        assert {each["message"]["author"]["username"] for each in sent[:2]} == {ali.username, vera.username}
        in_order = sorted(sent[:2], key=lambda each: int(each["message"]["version"]))
        assert await bodies(ali, room, last=2) == [each["message"]["body"] for each in in_order]


@pytest.mark.usefixtures("transactional_db")
async def test_one_who_says_much_at_once_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    ana, babak = await inside.somebody(), await inside.somebody()
    room = await inside.enter(ana)
    await inside.enter(babak)
    together: list[list[str]] = []
    goes_on = threading.Event()

    def send_messages(room_id: int, said: Sequence[Draft]) -> list[Accepted | Exception]:
        together.append([draft.body for draft in said])
        goes_on.wait(inside.PATIENCE)
        return messages.send_messages(room_id, said)

    def say(viewer: Viewer, body: str) -> "asyncio.Task[Accepted]":
        return asyncio.create_task(said.ask(room.id, Draft(viewer=viewer, body=body, key=body)))

    said = chat_schema.messages._said()
    monkeypatch.setattr(said, "_answer", send_messages)
    sending = [say(ana, f"ana {number}") for number in range(4)]
    while not together:  # noqa: ASYNC110  # it is another thread that is waited for
        await asyncio.sleep(0)
    sending += [say(babak, "babak")]
    await asyncio.sleep(0)
    goes_on.set()
    await asyncio.gather(*sending)
    assert together == [["ana 0"], ["ana 1", "babak"], ["ana 2"], ["ana 3"]]


async def test_a_bad_message_is_not_sent(ali: Speaker, room: str) -> None:
    for field, given, code in (
        ("body", "", "REQUIRED"),
        ("body", " \n ", "REQUIRED"),
        ("body", "x" * 4001, "TOO_LONG"),
        ("body", "a\0b", "MALFORMED"),
        ("key", "", "REQUIRED"),
        ("key", "x" * 65, "TOO_LONG"),
        ("room", "salam", "MALFORMED"),
    ):
        await ali.invalid("sendMessage", field, code, **{"room": room, "body": "salam", "key": "1", field: given})
    assert await bodies(ali, room) == []


async def test_only_members_send(server: ServerProcess, vera: Speaker, ali: Speaker, nobody: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    await vera.refused("sendMessage", "FORBIDDEN", room=room, body="salam", key="1")
    await vera.refused("sendMessage", "NOT_FOUND", room=NO_ROOM, body="salam", key="1")
    await nobody.refused("sendMessage", "UNAUTHENTICATED", room=room, body="salam", key="1")
    change(server, "UPDATE chat_room SET is_private = ? WHERE address = ?", True, where)
    absent = await vera.refused("sendMessage", "NOT_FOUND", room=NO_ROOM, body="salam", key="1")
    assert await vera.refused("sendMessage", "NOT_FOUND", room=room, body="salam", key="1") == absent


async def test_sending_too_much_is_told_with_a_time(hasty: Speaker) -> None:
    """Editing and deleting are sending too; a retry is not."""
    room = (await hasty.enter(address()))["room"]["id"]
    sent = [await hasty.send(room, "x", str(number)) for number in range(5)]
    refused = await hasty.refused("sendMessage", "RATE_LIMITED", room=room, body="x", key="one more")
    assert refused["retryAfterMs"] > 0
    message = sent[0]["message"]["id"]
    await hasty.refused("editMessage", "RATE_LIMITED", message=message, body="y")
    await hasty.refused("deleteMessage", "RATE_LIMITED", message=message)
    assert (await hasty.send(room, "x", "1"))["duplicate"]
    assert await bodies(hasty, room) == ["x"] * 5


# --- Editing and deleting -------------------------------------------------------------------------------------


async def test_an_edited_message_has_its_new_text_and_a_higher_version(ali: Speaker, room: str) -> None:
    sent = (await ali.send(room, "slaam", "1"))["message"]
    edited = await ali.do("editMessage", ACCEPTED, message=sent["id"], body="salam")
    message = edited["message"]
    assert (message["body"], message["id"], message["sentAt"]) == ("salam", sent["id"], sent["sentAt"])
    assert message["editedAt"]
    assert message["version"] > sent["version"]
    assert await bodies(ali, room) == ["salam"]


async def test_a_deleted_message_has_no_text_and_stays_deleted(ali: Speaker, room: str) -> None:
    sent = (await ali.send(room, "oops", "1"))["message"]
    deleted = await ali.do("deleteMessage", ACCEPTED, message=sent["id"])
    message = deleted["message"]
    assert (message["body"], message["viewer"]) == ("", {"canEdit": False, "canDelete": False})
    assert message["deletedAt"]
    assert await ali.do("deleteMessage", ACCEPTED, message=sent["id"]) == deleted
    await ali.refused("editMessage", "NOT_FOUND", message=sent["id"], body="back")
    assert await bodies(ali, room) == [""]


async def test_others_can_neither_edit_nor_delete(ali: Speaker, vera: Speaker, nobody: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    message = (await ali.send(room, "salam", "1"))["message"]["id"]
    for mutation, more in (("editMessage", {"body": "x"}), ("deleteMessage", {})):
        await vera.refused(mutation, "NOT_FOUND", message=message, **more)
        await nobody.refused(mutation, "UNAUTHENTICATED", message=message, **more)
    await vera.enter(where)
    for mutation, more in (("editMessage", {"body": "x"}), ("deleteMessage", {})):
        await vera.refused(mutation, "FORBIDDEN", message=message, **more)
        await vera.refused(mutation, "NOT_FOUND", message=NO_MESSAGE, **more)
        await vera.refused(mutation, "NOT_FOUND", message=room, **more)
        await vera.invalid(mutation, "message", "MALFORMED", message="salam", **more)
    assert await bodies(ali, room) == ["salam"]


async def test_whoever_owns_the_room_deletes_but_never_edits_what_others_say(ali: Speaker, vera: Speaker) -> None:
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    await vera.enter(where)
    message = (await vera.send(room, "spam", "1"))["message"]
    assert message["viewer"] == {"canEdit": True, "canDelete": True}
    seen = await ali.ask(f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ {MESSAGE} }} }} }}", id=message["id"])
    assert seen["node"]["viewer"] == {"canEdit": False, "canDelete": True}
    await ali.refused("editMessage", "FORBIDDEN", message=message["id"], body="x")
    assert (await ali.do("deleteMessage", message=message["id"]))["__typename"] == "MessageAccepted"


async def test_a_bad_edit_is_told(ali: Speaker, room: str) -> None:
    message = (await ali.send(room, "salam", "1"))["message"]["id"]
    await ali.invalid("editMessage", "body", "REQUIRED", message=message, body="")
    await ali.invalid("editMessage", "body", "TOO_LONG", message=message, body="x" * 4001)


# --- History --------------------------------------------------------------------------------------------------


@pytest.fixture
async def talk(ali: Speaker, room: str) -> list[str]:
    """The ids of ten messages, numbered from 0."""
    return [(await ali.send(room, str(number), str(number)))["message"]["id"] for number in range(10)]


async def test_history_opens_at_its_end(ali: Speaker, room: str, talk: list[str]) -> None:
    page = (await ali.ask(HISTORY, room=room, last=3))["room"]["messages"]
    assert [each["body"] for each in page["nodes"]] == ["7", "8", "9"]
    assert [each["node"]["id"] for each in page["edges"]] == talk[-3:]
    assert (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]) == (True, False)
    assert await bodies(ali, room) == [str(number) for number in range(10)]


async def test_history_is_read_both_ways_without_a_gap_or_a_repetition(
    ali: Speaker, room: str, talk: list[str]
) -> None:
    backwards = ("last", "before", "startCursor", "hasPreviousPage")
    forwards = ("first", "after", "endCursor", "hasNextPage")
    for size, (length, bound, end, more) in product((1, 3, 10, 11), (backwards, forwards)):
        pages: list[list[str]] = []
        cursor = None
        while cursor or not pages:
            page = (await ali.ask(HISTORY, room=room, **{length: size, bound: cursor}))["room"]["messages"]
            pages.append([each["id"] for each in page["nodes"]])
            cursor = page["pageInfo"][end] if page["pageInfo"][more] else None
        in_order = pages if length == "first" else pages[::-1]
        assert [each for page_ in in_order for each in page_] == talk


async def test_a_page_around_a_message_has_it_in_its_middle(ali: Speaker, room: str, talk: list[str]) -> None:
    page = (await ali.ask(HISTORY, room=room, first=4, around=talk[5]))["room"]["messages"]
    assert [each["body"] for each in page["nodes"]] == ["3", "4", "5", "6"]
    assert (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]) == (True, True)
    before = await bodies(ali, room, last=2, before=page["pageInfo"]["startCursor"])
    after = await bodies(ali, room, first=2, after=page["pageInfo"]["endCursor"])
    assert (before, after) == (["1", "2"], ["7", "8"])
    assert await bodies(ali, room, around=talk[0], first=4) == ["0", "1"]
    assert await bodies(ali, room, around=talk[9], first=4) == ["7", "8", "9"]


async def test_a_page_around_what_is_not_here_is_told(ali: Speaker, room: str) -> None:
    elsewhere = (await ali.enter(address()))["room"]["id"]
    other = (await ali.send(elsewhere, "x", "1"))["message"]["id"]
    for around, code in ((other, "NOT_FOUND"), (NO_MESSAGE, "NOT_FOUND"), (room, "NOT_FOUND"), ("salam", "INVALID")):
        assert (await ali.fail(HISTORY, room=room, around=around)).code == code


async def test_a_page_that_makes_no_sense_is_told(ali: Speaker, room: str) -> None:
    pages: list[dict[str, object]] = [
        {"first": 1, "last": 1},
        {"first": 101},
        {"last": 101},
        {"last": -1},
        {"after": "salam"},
        {"before": ""},
        {"before": "cGFnZTp4"},
    ]
    for page in pages:
        assert (await ali.fail(HISTORY, room=room, **page)).code == "INVALID"
