"""Attachments, as they are served: to members of their room alone, and so that nothing runs where they are opened."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.pictures import picture
from tests.services.server import ServerProcess
from tests.transport.client import PATIENCE, Http, Person, do
from tests.transport.identity import log_in
from tests.transport.served import NewPerson, address, change

UPLOAD = """
mutation ($input: UploadAttachmentInput!) {
  uploadAttachment(input: $input) {
    ... on AttachmentUploaded { attachment { id url } } ... on Problem { code detail }
  }
}
"""
TEXT = "چای\n".encode()
NOWHERE = f"/attachments/{'0' * 32}/tea.txt"


@pytest.fixture
async def room(ali: Person) -> str:
    """Of Ali's own."""
    room: str = (await ali.enter(address()))["room"]["id"]
    return room


async def upload(person: Person, room: str, content: bytes = TEXT, name: str = "tea.txt") -> dict[str, str]:
    response = await person.http.upload(UPLOAD, content, name=name, room=room)
    attachment: dict[str, str] = response.json()["data"]["uploadAttachment"]["attachment"]
    return attachment


async def sent(person: Person, room: str, content: bytes = TEXT, name: str = "tea.txt") -> str:
    """Its URL."""
    attached = await upload(person, room, content, name)
    selection = "... on MessageAccepted { message { attachments { url } } }"
    given = {"room": room, "body": "", "key": attached["id"], "attachments": [attached["id"]]}
    accepted = await do(person.http, "sendMessage", selection, **given)
    [attachment] = accepted["message"]["attachments"]
    assert attachment["url"] == attached["url"]
    url: str = attachment["url"]
    return url


async def get(client: Http, url: str, **headers: str) -> httpx.Response:
    return await client.http.get(url, headers=headers)


async def invite(ali: Person, vera: Person, room: str) -> None:
    by = await ali.http.ask("query ($id: ID!) { room(by: { id: $id }) { address } }", id=room)
    await vera.enter(by.data["room"]["address"])


# --- Who may --------------------------------------------------------------------------------------------------


async def test_a_member_has_it_by_token_and_by_cookie(server: ServerProcess, new_person: NewPerson) -> None:
    ali = await new_person()
    room = (await ali.enter(address()))["room"]["id"]
    url = await sent(ali, room)
    browser = await log_in(server.url, ali)
    for client in (ali.http, browser):
        response = await get(client, url)
        assert (response.status_code, response.content) == (200, TEXT)
    await browser.close()


async def test_nobody_is_told_to_log_in_whether_it_is_there_or_not(ali: Person, nobody: Http, room: str) -> None:
    answers = [await get(nobody, url) for url in (await sent(ali, room), NOWHERE)]
    assert [each.status_code for each in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert {each.headers["WWW-Authenticate"] for each in answers} == {"Bearer"}
    assert {each.headers["Cache-Control"] for each in answers} == {"no-store"}


@pytest.mark.parametrize("given", ["Bearer wrong", "Basic x", "Bearer"])
async def test_a_bad_token_is_401(ali: Person, nobody: Http, room: str, given: str) -> None:
    assert (await get(nobody, await sent(ali, room), Authorization=given)).status_code == 401


async def test_a_page_of_another_site_is_never_served(ali: Person, room: str) -> None:
    response = await get(ali.http, await sent(ali, room), Origin="https://evil.example")
    assert response.status_code == 403
    assert "chai" not in response.text


async def test_to_others_than_members_it_is_as_if_there_were_none(ali: Person, vera: Person, room: str) -> None:
    url = await sent(ali, room)
    answers = [await get(vera.http, each) for each in (url, NOWHERE)]
    await do(ali.http, "updateRoom", "", room=room, isPrivate=True)
    answers.append(await get(vera.http, url))
    assert [each.status_code for each in answers] == [404] * 3
    assert len({each.content for each in answers}) == 1
    assert {each.headers["Cache-Control"] for each in answers} == {"no-store"}


async def test_it_is_refused_in_the_language_that_somebody_chose_whatever_their_browser_asks_for(
    vera: Person, nobody: Http
) -> None:
    russian = {"Accept-Language": "ru"}
    await do(vera.http, "updateProfile", "", locale="KA")
    assert (await get(vera.http, NOWHERE, **russian)).text == "ასეთი ფაილი არ არსებობს.\n"
    assert (await get(nobody, NOWHERE, **russian)).text == "Сначала войдите в систему.\n"


async def test_who_is_sent_away_is_served_no_more(ali: Person, vera: Person, room: str) -> None:
    await invite(ali, vera, room)
    url = await sent(ali, room)
    assert (await get(vera.http, url)).status_code == 200
    user = (await vera.http.ask("{ viewer { user { id } } }")).data["viewer"]["user"]["id"]
    await do(ali.http, "moderateMember", "", room=room, user=user, action="KICK")
    assert (await get(vera.http, url)).status_code == 404
    assert (await get(ali.http, url)).status_code == 200


async def test_what_is_not_sent_yet_is_its_uploaders_alone(ali: Person, vera: Person, room: str) -> None:
    await invite(ali, vera, room)
    url = (await upload(ali, room))["url"]
    assert (await get(ali.http, url)).status_code == 200
    assert (await get(vera.http, url)).status_code == 404


# --- How ------------------------------------------------------------------------------------------------------


async def test_a_picture_is_shown_and_all_else_is_saved(ali: Person, room: str) -> None:
    shown = await get(ali.http, await sent(ali, room, picture(), "tea.png"))
    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["Content-Disposition"] == 'inline; filename="tea.webp"'
    for name, content, media_type in (
        ("tea.txt", b"<script>", "text/plain; charset=utf-8"),
        ("tea.pdf", b"%PDF-1.7", "application/pdf"),
        ("tea.zip", b"PK\x03\x04", "application/zip"),
    ):
        saved = await get(ali.http, await sent(ali, room, content, name))
        assert saved.headers["Content-Type"] == media_type
        assert saved.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert saved.content == content


async def test_it_has_no_powers_and_is_kept_by_no_cache_that_others_share(ali: Person, room: str) -> None:
    response = await get(ali.http, await sent(ali, room))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert {"Cookie", "Authorization"} <= {each.strip() for each in response.headers["Vary"].split(",")}
    assert response.headers["Content-Length"] == str(len(TEXT))
    assert "Set-Cookie" not in response.headers


async def test_it_is_called_what_it_was_in_any_language(ali: Person, room: str) -> None:
    url = await sent(ali, room, name="چای «سبز» 100%.txt")
    response = await get(ali.http, url)
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%DA%86%D8%A7%DB%8C%20%C2%AB%D8%B3%D8%A8%D8%B2%C2%BB%20100%25.txt"
    )
    plain = await get(ali.http, await sent(ali, room, name="../a; filename=b\\c; d.txt"))
    assert plain.headers["Content-Disposition"] == 'attachment; filename="c; d.txt"'


async def test_a_long_file_comes_whole(ali: Person, room: str) -> None:
    content = b"%PDF-" + bytes(range(256)) * 4096 * 4
    assert (await get(ali.http, await sent(ali, room, content, "tea.pdf"))).content == content


async def test_its_head_can_be_asked_for_and_nothing_else_done(ali: Person, room: str) -> None:
    url = await sent(ali, room)
    head = await ali.http.http.head(url)
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(TEXT)))
    for method in ("POST", "PUT", "DELETE"):
        assert (await ali.http.http.request(method, url)).status_code in (403, 405)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "0" * 32,
        f"{'0' * 32}/",
        f"{'0' * 31}/x",
        f"{'0' * 33}/x",
        f"{'A' * 32}/x",
        f"{'0' * 32}/x/y",
        f"{'0' * 32}/x%0a",
        f"{'0' * 32}%00/x",
        f"{'0' * 32}/%00",
        "../secret_key",
        "..%2f..%2fsecret_key",
        "%2e%2e/%2e%2e/secret_key",
        f"{'0' * 32}/../../secret_key",
        "..\\secret_key",
        "%ff/x",
    ],
)
async def test_nothing_else_is_there(server: ServerProcess, ali: Person, path: str) -> None:
    # httpx would tidy the path up.
    url = httpx.URL(server.url).copy_with(raw_path=f"/attachments/{path}".encode())
    response = await ali.http.http.get(url)
    assert response.status_code == 404, response.text
    assert len(response.content) < 200


async def test_the_key_alone_leads_to_it(ali: Person, room: str) -> None:
    url = await sent(ali, room)
    response = await get(ali.http, url.replace("tea.txt", "another.html"))
    assert response.status_code == 200
    assert 'filename="tea.txt"' in response.headers["Content-Disposition"]


# --- Going ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def sara(impatient_server: ServerProcess) -> AsyncIterator[Person]:
    """On a server that looks for files that nobody can have any more all the time."""
    async with await Person.register(impatient_server.url) as sara:
        yield sara


async def test_a_server_deletes_by_itself_what_was_not_sent_in_time(
    impatient_server: ServerProcess, sara: Person
) -> None:
    room = (await sara.enter(address()))["room"]["id"]
    unsent, kept = (await upload(sara, room))["url"], await sent(sara, room)
    keys = [url.split("/")[-2] for url in (unsent, kept)]
    folder = impatient_server.folder / "var" / "media" / "attachments"
    files = [folder / key for key in keys]
    assert [each.exists() for each in files] == [True, True]
    change(impatient_server, "UPDATE chat_attachment SET expires_at = '2000-01-01 00:00:00' WHERE key = ?", keys[0])
    deadline = time.monotonic() + PATIENCE
    while files[0].exists():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert (await get(sara.http, unsent)).status_code == 404
    assert (await get(sara.http, kept)).status_code == 200
