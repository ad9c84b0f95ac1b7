"""The languages that the server speaks: what the viewer chose, else what the client asks for, on either transport."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from chat_schema.nodes import global_id
from tests.services.server import ServerProcess
from tests.transport.client import PASSWORD, Http, Person, Socket, do, open_socket
from tests.transport.served import NewPerson, address

NOBODY = {
    "EN": "Log in first.",
    "FA": "نخست وارد حساب خود شوید.",
    "RU": "Сначала войдите в систему.",
    "KA": "ჯერ შედით სისტემაში.",
}
NO_ROOM = {
    "EN": "No such room.",
    "FA": "چنین اتاقی وجود ندارد.",
    "RU": "Такой комнаты нет.",
    "KA": "ასეთი ოთახი არ არსებობს.",
}
PAGE = {
    "EN": "A page has 0 to 100 entries.",
    "FA": "هر صفحه از 0 تا 100 مورد دارد.",
    "RU": "На странице от 0 до 100 записей.",
    "KA": "გვერდზე 0-დან 100-მდე ჩანაწერია.",
}
WEAK = {
    "EN": "This password is too common. This password is entirely numeric.",
    "FA": "این رمز عبور بسیار رایج است. رمز شما کلا عدد است",
    "RU": "Введённый пароль слишком широко распространён. Введённый пароль состоит только из цифр.",
    "KA": "ეს პაროლი ხშირად გამოიყენება. პაროლი მხოლოდ ციფრებისგან შედგება.",
}
SHORT = {
    "EN": "This password is too short. It must contain at least 8 characters.",
    "FA": "این رمز عبور خیلی کوتاه است. باید دست‌کم 8 نویسه داشته باشد.",
    "RU": "Введённый пароль слишком короткий. Он должен состоять из как минимум 8 символов.",
    "KA": "პაროლი ძალიან მოკლეა. ის მინიმუმ 8 სიმბოლოს უნდა შეიცავდეს.",
}
ENDED = {
    "EN": "You are no longer a member of this room.",
    "FA": "شما دیگر عضو این اتاق نیستید.",
    "RU": "Вы больше не участник этой комнаты.",
    "KA": "თქვენ აღარ ხართ ამ ოთახის წევრი.",
}
FOLLOW = """
subscription ($room: ID!) {
  roomEvents(room: $room) { event { __typename ... on StreamEnded { problem { code detail } } } }
}
"""

# The id of a room that is not there.
NOWHERE = global_id("Room", 10**9)

Client = Callable[..., Awaitable[Http | Socket]]


@pytest.fixture
async def client(transport: str, server: ServerProcess) -> AsyncIterator[Client]:
    """Of this transport, for a person or nobody, whose software asks for a language."""
    async with AsyncExitStack() as clients:

        async def client(person: Person | None = None, *, asks_for: str = "") -> Http | Socket:
            headers = {"Accept-Language": asks_for} if asks_for else {}
            if transport == "http":
                http = Http(server.url, token=person.token if person else None)
                clients.push_async_callback(http.close)
                http.http.headers.update(headers)
                return http
            socket = await clients.enter_async_context(open_socket(server.ws_url, additional_headers=headers))
            await socket.init(**({"Authorization": f"Bearer {person.token}"} if person else {}))
            return socket

        yield client


async def choose(person: Person, locale: str) -> None:
    updated = await do(person.http, "updateProfile", "... on ProfileUpdated { viewer { locale } }", locale=locale)
    assert updated["viewer"]["locale"] == locale, updated


async def refusal(client: Http | Socket) -> str:
    """The words of one and the same."""
    problem = await do(client, "leaveRoom", "", room=NOWHERE)
    assert problem["__typename"] in ("NotFoundProblem", "UnauthenticatedProblem"), problem
    detail: str = problem["detail"]
    return detail


@pytest.mark.parametrize("language", NOBODY)
async def test_nobody_known_is_told_in_the_language_that_their_client_asks_for(client: Client, language: str) -> None:
    assert await refusal(await client(asks_for=f"de;q=0.5, {language.lower()}-XX")) == NOBODY[language]


@pytest.mark.parametrize("language", NO_ROOM)
async def test_somebody_is_told_in_the_language_that_they_chose_whatever_their_client_asks_for(
    client: Client, new_person: NewPerson, language: str
) -> None:
    person = await new_person()
    await choose(person, language)
    assert await refusal(await client(person, asks_for="ru" if language != "RU" else "fa")) == NO_ROOM[language]


async def test_another_choice_counts_from_the_next_operation_on(client: Client, new_person: NewPerson) -> None:
    """Also on a socket that is open, whoever was told of it."""
    person = await new_person()
    asking = await client(person)
    assert await refusal(asking) == NO_ROOM["EN"]
    for language in ("KA", "RU"):
        await choose(person, language)
        assert await refusal(asking) == NO_ROOM[language]
    assert (await do(asking, "updateProfile", "", locale="FA"))["__typename"] == "ProfileUpdated"
    assert await refusal(asking) == NO_ROOM["FA"]


async def test_who_registers_without_a_choice_is_spoken_to_as_their_client_asked(server: ServerProcess) -> None:
    client = Http(server.url)
    client.http.headers["Accept-Language"] = "ka"
    for given, locale in (({}, "KA"), ({"locale": "RU"}, "RU")):
        username = f"person.{secrets.token_hex(4)}"
        registered = await do(
            client, "register", "... on Registered { viewer { locale } }", username=username, password=PASSWORD, **given
        )
        assert registered["viewer"]["locale"] == locale
    await client.close()


@pytest.mark.parametrize("language", PAGE)
async def test_what_is_refused_without_a_union_is_told_so_too(
    client: Client, new_person: NewPerson, language: str
) -> None:
    """In the error's message, and field by field beside its code, which stays as it is."""
    person = await new_person()
    await choose(person, language)
    room = (await person.enter(address()))["room"]["id"]
    query = "query ($room: ID!) { room(by: { id: $room }) { messages(first: 1000) { nodes { id } } } }"
    answer = await (await client(person)).ask(query, room=room)
    [error] = answer.errors
    assert error["message"] == PAGE[language]
    assert error["extensions"] == {
        "code": "INVALID",
        "fields": [{"path": ["first"], "code": "UNSUPPORTED", "detail": PAGE[language]}],
    }


@pytest.mark.parametrize(("password", "told"), [("12345678", WEAK), ("tea", SHORT)])
async def test_what_django_says_of_a_password_is_in_the_same_language(
    client: Client, new_person: NewPerson, password: str, told: dict[str, str]
) -> None:
    person = await new_person()
    asking = await client(person)
    for language, detail in told.items():
        await choose(person, language)
        problem = await do(asking, "changePassword", "", currentPassword=PASSWORD, newPassword=password)
        assert [each["detail"] for each in problem["fields"]] == [problem["detail"]] == [detail]


async def test_a_stream_ends_in_the_language_of_whoever_followed_it(
    server: ServerProcess, new_person: NewPerson
) -> None:
    ali = await new_person()
    at = address()
    room = (await ali.enter(at))["room"]["id"]
    people = {language: await new_person() for language in ENDED}
    async with AsyncExitStack() as sockets:
        streams = {}
        for language, person in people.items():
            await choose(person, language)
            await person.enter(at)
            socket = await sockets.enter_async_context(person.socket())
            streams[language] = socket, await socket.subscribe(FOLLOW, room=room)
            await socket.until(streams[language][1], "CaughtUp")
        for person in people.values():
            await do(person.http, "leaveRoom", "", room=room)
        for language, (socket, stream) in streams.items():
            *_, last = await socket.until(stream, "StreamEnded")
            assert last["event"]["problem"] == {"code": "FORBIDDEN", "detail": ENDED[language]}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/avatars/none", 404, "Такого изображения нет.\n"),
        (f"/attachments/{'0' * 32}/tea.txt", 401, "Сначала войдите в систему.\n"),
    ],
)
async def test_a_file_that_cannot_be_had_is_refused_as_the_client_asks(
    server: ServerProcess, path: str, status: int, told: str
) -> None:
    client = Http(server.url)
    answer = await client.http.get(path, headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.text) == (status, told)
    await client.close()


async def test_a_file_that_is_too_long_to_be_read_is_refused_as_the_client_asks(server: ServerProcess) -> None:
    client = Http(server.url)
    answer = await client.upload("mutation { a }", b"\0" * 6_000_000, headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (413, "Не больше 5242880 байт.")
    await client.close()
