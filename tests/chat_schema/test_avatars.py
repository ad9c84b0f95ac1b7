"""Avatars: set over HTTP, removed anywhere, and seen by everybody at once."""

import asyncio
import threading
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.http import HttpRequest

from backend import database, pictures
from backend.accounts.credentials import Viewer
from chat_schema.context import Context
from chat_schema.scalars import File
from chat_schema.schema import schema
from tests.chat_schema.inside import somebody
from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.pictures import BLUE, RED, decoded, is_like, picture
from tests.transport.client import PROBLEM, Http, Person
from tests.transport.served import NewPerson, address

UPDATED = "... on ProfileUpdated { viewer { user { id avatarUrl } } }"
SET = f"mutation ($input: SetAvatarInput!) {{ setAvatar(input: $input) {{ __typename {UPDATED} {PROBLEM} }} }}"
REMOVE = f"mutation {{ removeAvatar {{ __typename {UPDATED} {PROBLEM} }} }}"
FOLLOW = """
subscription ($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    event { __typename ... on MessageSent { message { author { avatarUrl } } }
      ... on MemberChanged { member { user { avatarUrl(px: 48) } } by { avatarUrl(px: 200) } } }
  }
}
"""


@pytest.fixture
async def ali(new_speaker: NewSpeaker) -> Speaker:
    return await new_speaker()


async def upload(client: Http, content: bytes) -> dict[str, object]:
    response = await client.upload(SET, content)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert "errors" not in answer, answer
    result: dict[str, object] = answer["data"]["setAvatar"]
    return result


async def set_avatar(person: Person, content: bytes | None = None) -> str:
    result = await upload(person.http, picture() if content is None else content)
    assert result["__typename"] == "ProfileUpdated", result
    url: str = result["viewer"]["user"]["avatarUrl"]  # type: ignore[index]  # it is an object
    return url


async def seen(person: Person, url: str) -> httpx.Response:
    return await person.http.http.get(url)


async def test_what_was_sent_is_what_is_served(ali: Speaker) -> None:
    url = await set_avatar(ali.person)
    response = await seen(ali.person, url)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/webp")
    image = decoded(response.content)
    assert image.size == (96, 96)
    assert is_like(image, (48, 48), RED)


async def test_it_is_had_in_the_size_that_is_asked_for(ali: Speaker, vera: Speaker) -> None:
    assert (await ali.ask("{ viewer { user { avatarUrl } } }"))["viewer"]["user"] == {"avatarUrl": None}
    await set_avatar(ali.person)
    document = "query ($px: Int, $by: UserBy!) { user(by: $by) { avatarUrl(px: $px) default: avatarUrl } }"
    by = {"username": ali.username}
    for px, size in ((1, 48), (48, 48), (50, 96), (None, 96), (97, 256), (1024, 256)):
        user = (await vera.ask(document, px=px, by=by))["user"]
        assert decoded((await seen(vera.person, user["avatarUrl"])).content).size == (size, size)
        assert ".96." in user["default"]
    for px in (0, -1, 1025):
        assert (await vera.fail(document, px=px, by=by)).code == "INVALID"


async def test_another_has_another_url_and_the_old_one_leads_nowhere(ali: Speaker) -> None:
    first = await set_avatar(ali.person)
    second = await set_avatar(ali.person, picture("JPEG", colour=BLUE))
    assert first != second
    assert (await seen(ali.person, first)).status_code == 404
    assert is_like(decoded((await seen(ali.person, second)).content), (48, 48), BLUE)
    removed = (await ali.ask(REMOVE))["removeAvatar"]
    assert removed["viewer"]["user"]["avatarUrl"] is None
    assert (await seen(ali.person, second)).status_code == 404


async def test_it_is_told_in_every_room_at_once_and_stands_beside_what_was_said_before(
    ali: Speaker, vera: Speaker
) -> None:
    entered = await ali.enter(address())
    room, start = entered["room"]["id"], entered["room"]["cursor"]
    await ali.send(room, "salam", "1")
    await vera.enter(entered["room"]["address"])
    async with vera.person.socket() as socket:
        op = await socket.subscribe(FOLLOW, room=room, after=start)
        await socket.until(op, "CaughtUp")
        url = await set_avatar(ali.person)
        [changed] = await socket.until(op, "MemberChanged")
        assert changed["event"]["member"]["user"]["avatarUrl"] == url.replace(".96.", ".48.")
        assert changed["event"]["by"]["avatarUrl"] == url.replace(".96.", ".256.")
        again = await socket.subscribe(FOLLOW, room=room, after=start)
        [sent, *_] = await socket.until(again, "MessageSent")
        assert sent["event"]["message"]["author"]["avatarUrl"] == url
        await ali.ask(REMOVE)
        [changed] = await socket.until(op, "MemberChanged")
        assert changed["event"]["member"]["user"] == {"avatarUrl": None}


async def test_a_deleted_account_has_none(ali: Speaker, vera: Speaker) -> None:
    url = await set_avatar(ali.person)
    user = (await ali.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    await ali.do("deleteAccount", currentPassword="a long enough secret")
    assert (await seen(vera.person, url)).status_code == 404
    document = "query ($id: ID!) { node(id: $id) { ... on User { username avatarUrl } } }"
    assert (await vera.ask(document, id=user))["node"] == {"username": "", "avatarUrl": None}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "UNSUPPORTED"),
        (b"salam", "UNSUPPORTED"),
        (picture()[:-30], "MALFORMED"),
        (bytes(5 * 2**20 + 1), "TOO_LONG"),
    ],
)
async def test_what_is_no_picture_is_told_by_its_field(ali: Speaker, content: bytes, code: str) -> None:
    url = await set_avatar(ali.person)
    problem = await upload(ali.person.http, content)
    assert problem["code"] == "INVALID"
    assert [(each["path"], each["code"]) for each in problem["fields"]] == [(["file"], code)]  # type: ignore[attr-defined]
    assert (await seen(ali.person, url)).status_code == 200


async def test_of_uploads_at_once_one_is_the_last(new_person: NewPerson) -> None:
    person = await new_person()
    urls = await asyncio.gather(*(set_avatar(person) for _ in range(5)))
    answer = await person.http.ask("{ viewer { user { avatarUrl } } }")
    last = answer.data["viewer"]["user"]["avatarUrl"]
    assert last in urls
    found = [(await seen(person, url)).status_code for url in urls]
    assert found.count(200) == 1
    assert (await seen(person, last)).status_code == 200


@pytest.mark.parametrize("given", ["salam", 1, {"x": "y"}, []])
async def test_without_a_file_it_is_told_how_to_send_one(ali: Speaker, given: object) -> None:
    """Over a socket there is no way; the problem names the one that there is."""
    problem = await ali.refused("setAvatar", "INVALID", file=given)
    assert "multipart" in problem["detail"]


async def test_a_file_cannot_be_anything_else(new_person: NewPerson) -> None:
    """Nor does the refusal tell what a file is to us."""
    person = await new_person()
    document = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename } }"
    response = await person.http.upload(document, picture())
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    fields = {"operations": '{"query": "query ($a: String!) { rooms(matching: $a) { nodes { id } } }"}'}
    fields["map"] = '{"0": ["variables"]}'
    response = await person.http.http.post("/graphql", data=fields, files={"0": b"x"})
    assert response.status_code == 400
    fields["operations"] = fields["operations"][:-1] + ', "variables": {"a": null}}'
    fields["map"] = '{"0": ["variables.a"]}'
    response = await person.http.http.post("/graphql", data=fields, files={"0": ("goose.png", b"x")})
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    for word in ("Uploaded", "goose", "InMemory"):
        assert word not in response.text


async def test_uploading_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    for _ in range(4):  # making the token was the first
        await set_avatar(hasty.person)
    problem = await upload(hasty.person.http, picture())
    assert problem["code"] == "RATE_LIMITED"
    assert (await hasty.ask(REMOVE))["removeAvatar"]["retryAfterMs"] > 0


async def test_nobody_has_no_avatar(nobody: Speaker) -> None:
    assert (await nobody.ask(REMOVE))["removeAvatar"]["code"] == "UNAUTHENTICATED"
    if isinstance(nobody.client, Http):
        assert (await upload(nobody.client, picture()))["code"] == "UNAUTHENTICATED"
    await nobody.refused("setAvatar", "UNAUTHENTICATED", file="salam")


# --- In this process: what cannot be asked of a server from outside --------------------------------------------


async def set_here(viewer: Viewer) -> Any:
    context = Context(reader=viewer, origin="tests", request=HttpRequest())
    variables = {"input": {"file": File(BytesIO(picture()))}}
    result = await schema.execute(SET, variable_values=variables, context_value=context)
    assert not result.errors, result.errors
    assert result.data
    return result.data["setAvatar"]


@pytest.mark.django_db(transaction=True)
async def test_a_picture_is_made_where_nothing_else_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on the loop nor on the threads of the database; when too many wait, one more is told so."""
    viewer = await somebody()
    begun, goes_on = threading.Semaphore(0), threading.Event()
    threads: list[str] = []

    def wait(*_: object) -> Mapping[int, bytes]:
        threads.append(threading.current_thread().name)
        begun.release()
        assert goes_on.wait(10)
        return {}

    monkeypatch.setattr(pictures, "squares", wait)
    places = settings.PICTURE_THREADS + settings.PICTURE_QUEUE
    waiting = [asyncio.create_task(set_here(viewer)) for _ in range(places)]
    for _ in range(settings.PICTURE_THREADS):
        assert await asyncio.to_thread(begun.acquire, timeout=10)
    assert await database.run(lambda: threading.current_thread().name) not in threads
    assert (await set_here(viewer))["__typename"] == "RateLimitedProblem"
    goes_on.set()
    await asyncio.gather(*waiting)
    assert all(name.startswith("pictures") for name in threads)
