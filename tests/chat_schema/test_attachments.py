"""Attachments: uploaded over HTTP, sent anywhere, and shown wherever their message is."""

from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend import database
from backend.chat import attachments, messages
from chat_schema.context import Context
from chat_schema.nodes import global_id
from chat_schema.schema import schema
from tests.chat_schema.inside import Sink, enter, somebody, subscribe
from tests.chat_schema.speaker import Speaker
from tests.pictures import RED, decoded, is_like, picture
from tests.transport.client import PROBLEM, Http
from tests.transport.served import address

ATTACHMENT = "id name url mediaType bytes width height"
UPLOAD = f"""
mutation ($input: UploadAttachmentInput!) {{
  uploadAttachment(input: $input) {{
    __typename ... on AttachmentUploaded {{ attachment {{ {ATTACHMENT} }} }} {PROBLEM}
  }}
}}
"""
MESSAGE = f"id body version attachments {{ {ATTACHMENT} }}"
ACCEPTED = f"... on MessageAccepted {{ duplicate message {{ {MESSAGE} }} }}"
HISTORY = f"query ($room: ID!) {{ room(by: {{ id: $room }}) {{ messages {{ nodes {{ {MESSAGE} }} }} }} }}"
EVENTS = f"""
subscription ($room: ID!, $after: Cursor) {{
  roomEvents(room: $room, after: $after) {{
    event {{
      __typename
      ... on MessageSent {{ message {{ {MESSAGE} }} }}
      ... on MessageDeleted {{ message {{ {MESSAGE} }} }}
    }}
  }}
}}
"""
NO_ATTACHMENT = global_id("Attachment", 99_999_999)


async def result(client: Http, room: str, content: bytes, name: str) -> dict[str, Any]:
    response = await client.upload(UPLOAD, content, name=name, room=room)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["uploadAttachment"]
    return found


async def upload(speaker: Speaker, room: str, content: bytes = b"tea", name: str = "tea.txt") -> dict[str, Any]:
    found = await result(speaker.person.http, room, content, name)
    assert found["__typename"] == "AttachmentUploaded", found
    attachment: dict[str, Any] = found["attachment"]
    return attachment


async def send(
    speaker: Speaker, room: str, *attached: dict[str, Any], body: str = "", key: str = "1"
) -> dict[str, Any]:
    ids = [each["id"] for each in attached]
    return await speaker.do("sendMessage", ACCEPTED, room=room, body=body, key=key, attachments=ids)


async def test_what_is_uploaded_is_sent_and_is_there_for_the_others(ali: Speaker, vera: Speaker, room: str) -> None:
    photo = await upload(ali, room, picture(), "چای.png")
    note = await upload(ali, room, "чай".encode(), "Чай.TXT")
    assert {**photo, "id": "*", "url": "*", "bytes": "*"} == {
        "id": "*",
        "name": "چای.webp",
        "url": "*",
        "mediaType": "image/webp",
        "bytes": "*",
        "width": 60,
        "height": 40,
    }
    assert (note["name"], note["mediaType"], note["bytes"], note["width"]) == ("Чай.txt", "text/plain", 6, None)
    sent = await send(ali, room, photo, note)
    assert sent["message"]["body"] == ""
    assert sent["message"]["attachments"] == [photo, note]
    assert (await vera.ask(HISTORY, room=room))["room"]["messages"]["nodes"][-1] == sent["message"]
    served = await vera.person.http.http.get(photo["url"])
    assert len(served.content) == photo["bytes"]
    assert is_like(decoded(served.content), (30, 20), RED)
    assert (await vera.person.http.http.get(note["url"])).text == "чай"


async def test_it_is_found_by_its_id_by_those_who_may_have_it(ali: Speaker, vera: Speaker, room: str) -> None:
    attached = await upload(ali, room)
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Attachment {{ {ATTACHMENT} }} }} }}"
    assert (await ali.ask(document, id=attached["id"]))["node"] == attached
    assert (await vera.ask(document, id=attached["id"]))["node"] is None
    await send(ali, room, attached)
    assert (await vera.ask(document, id=attached["id"]))["node"] == attached
    await vera.do("leaveRoom", room=room)
    assert (await vera.ask(document, id=attached["id"]))["node"] is None


async def test_it_is_streamed_with_its_message_and_gone_with_it(ali: Speaker, vera: Speaker, room: str) -> None:
    attached = await upload(ali, room)
    async with vera.person.socket() as socket:
        op = await socket.subscribe(EVENTS, room=room)
        await socket.until(op, "CaughtUp")
        sent = await send(ali, room, attached, body="look")
        [frame] = await socket.until(op, "MessageSent")
        assert frame["event"]["message"] == sent["message"]
        await ali.do("deleteMessage", message=sent["message"]["id"])
        [frame] = await socket.until(op, "MessageDeleted")
        assert frame["event"]["message"]["attachments"] == []
    assert (await vera.person.http.http.get(attached["url"])).status_code == 404


async def test_a_key_sends_once_with_the_same_attachments(ali: Speaker, room: str) -> None:
    first, second = await upload(ali, room), await upload(ali, room)
    sent = await send(ali, room, first)
    assert await send(ali, room, first) == {**sent, "duplicate": True}
    given = {"room": room, "body": "", "key": "1"}
    await ali.refused("sendMessage", "CONFLICT", **given, attachments=[second["id"]])
    await ali.refused("sendMessage", "NOT_FOUND", **{**given, "key": "2"}, attachments=[first["id"]])


@pytest.mark.parametrize("given", [None, []])
async def test_none_is_the_same_as_an_empty_list(ali: Speaker, room: str, given: object) -> None:
    await ali.invalid("sendMessage", "body", "REQUIRED", room=room, body="", key="1", attachments=given)
    await ali.send(room, "salam", "1")
    sent = await ali.do("sendMessage", ACCEPTED, room=room, body="salam", key="1", attachments=given)
    assert sent["duplicate"]


async def test_what_is_no_attachment_is_told(ali: Speaker, room: str) -> None:
    given = {"room": room, "body": "", "key": "1"}
    await ali.invalid("sendMessage", "attachments", "MALFORMED", **given, attachments=["salam"])
    await ali.invalid("sendMessage", "attachments", "TOO_LONG", **given, attachments=[NO_ATTACHMENT] * 11)
    for other in (NO_ATTACHMENT, room):
        await ali.refused("sendMessage", "NOT_FOUND", **given, attachments=[other])


async def test_an_edit_may_take_the_text_away_beside_an_attachment(ali: Speaker, room: str) -> None:
    sent = await send(ali, room, await upload(ali, room), body="look")
    edited = await ali.do("editMessage", ACCEPTED, message=sent["message"]["id"], body="")
    assert edited["message"]["body"] == ""
    assert edited["message"]["attachments"] == sent["message"]["attachments"]
    plain = await ali.send(room, "salam", "2")
    await ali.invalid("editMessage", "body", "REQUIRED", message=plain["message"]["id"], body=" ")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"MZ", "tea.exe", "UNSUPPORTED"),
        (b"<svg/>", "tea.svg", "UNSUPPORTED"),
        (b"tea", "tea.pdf", "MALFORMED"),
        (picture()[:-30], "tea.png", "MALFORMED"),
        (bytes(5 * 2**20 + 1), "tea.txt", "TOO_LONG"),
    ],
)
async def test_what_is_not_taken_is_told_by_its_field(
    ali: Speaker, room: str, content: bytes, name: str, code: str
) -> None:
    problem = await result(ali.person.http, room, content, name)
    assert problem["code"] == "INVALID"
    assert [(each["path"], each["code"]) for each in problem["fields"]] == [(["file"], code)]


async def test_who_is_no_member_uploads_nothing(ali: Speaker, vera: Speaker) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    assert (await result(vera.person.http, room, b"tea", "tea.txt"))["code"] == "FORBIDDEN"
    await ali.do("updateRoom", room=room, isPrivate=True)
    hidden, absent = [
        await result(vera.person.http, each, b"tea", "tea.txt") for each in (room, global_id("Room", 99_999_999))
    ]
    assert hidden == absent
    assert hidden["code"] == "NOT_FOUND"


async def test_without_a_file_it_is_told_how_to_send_one(ali: Speaker, room: str) -> None:
    problem = await ali.refused("uploadAttachment", "INVALID", room=room, file="salam")
    assert "multipart" in problem["detail"]


async def test_nobody_uploads_nothing(nobody: Speaker) -> None:
    await nobody.refused("uploadAttachment", "UNAUTHENTICATED", room="x", file="salam")


async def test_uploading_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    room = (await hasty.enter(address()))["room"]["id"]
    for _ in range(5):
        await upload(hasty, room)
    problem = await result(hasty.person.http, room, b"tea", "tea.txt")
    assert problem["code"] == "RATE_LIMITED"
    assert problem["retryAfterMs"] > 0


# --- In this process: what cannot be asked of a server from outside --------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_a_page_of_messages_takes_as_many_queries_however_many_have_attachments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backend.hub.publish", lambda *_: None)
    ali = await somebody()
    room = (await enter(ali)).id

    def say(number: int) -> None:
        ids = [
            attachments.upload_attachment(viewer=ali, room_id=room, file=BytesIO(b"tea"), name="tea.txt").id
            for _ in range(2)
        ]
        messages.send_message(viewer=ali, room_id=room, body="", key=str(number), attachment_ids=ids)

    async def queries() -> int:
        done = 0
        run = database.run

        async def counted(function: Any, *args: Any, **kwargs: Any) -> Any:
            nonlocal done

            def call() -> Any:
                with CaptureQueriesContext(connection) as found:
                    answer = function(*args, **kwargs)
                return answer, len(found)

            answer, count = await run(call)
            done += count
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(database, "run", counted)
            variables = {"room": global_id("Room", room)}
            answer = await schema.execute(
                HISTORY, variable_values=variables, context_value=Context(reader=ali, origin="tests")
            )
        assert not answer.errors, answer.errors
        return done

    await database.run(partial(say, 0))
    one = await queries()
    for number in range(1, 8):
        await database.run(partial(say, number))
    assert await queries() == one


@pytest.mark.django_db(transaction=True)
async def test_it_is_the_same_for_all_who_follow_the_room() -> None:
    """A document with attachments is shared: nothing in them depends on who asks."""
    ali, vera = await somebody(), await somebody()
    room = await enter(ali)
    await enter(vera)
    sinks = Sink(), Sink()
    subscribers = [await subscribe(who, room, EVENTS, sink) for who, sink in zip((ali, vera), sinks, strict=True)]
    assert all(subscribers)
    upload_here = partial(attachments.upload_attachment, file=BytesIO(b"tea"), name="tea.txt")
    attached = await database.run(upload_here, viewer=ali, room_id=room.id)
    say = partial(messages.send_message, viewer=ali, room_id=room.id, body="", key="1")
    await database.run(say, attachment_ids=[attached.id])
    first, second = [(await sink.until("MessageSent"))[-1] for sink in sinks]
    assert first == second
    assert first["event"]["message"]["attachments"][0]["name"] == "tea.txt"
