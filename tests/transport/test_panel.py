"""What staff do in the panel of a real server reaches those who are connected to it."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.services.server import ServerProcess
from tests.transport.client import EVENTS, PASSWORD, Person
from tests.transport.served import NewPerson, address, change

# Much longer than a hint takes, and much shorter than the sweep of these servers' settings (5 s).
AT_ONCE = 2.0
MEMBERS, MESSAGES, PEOPLE = "/admin/chat/membership/", "/admin/chat/message/", "/admin/accounts/user/"


class Desk:
    """The panel, in the browser of somebody who may be staff."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, follow_redirects=True, timeout=10, headers={"Origin": url})

    async def page(self, path: str, **params: str) -> str:
        response = await self.http.get(path, params=params)
        assert response.status_code == 200, path
        return response.text

    async def post(self, path: str, **data: str) -> str:
        response = await self.http.post(path, data={"csrfmiddlewaretoken": self.http.cookies["csrftoken"], **data})
        assert response.status_code == 200, response.text
        return response.text

    async def log_in(self, person: Person) -> str:
        await self.page("/admin/")
        return await self.post("/admin/login/?next=/admin/", username=person.username, password=PASSWORD)

    async def find(self, path: str, query: str) -> str:
        """The key of the only row that is found."""
        [key] = re.findall(r'name="_selected_action" value="(\d+)"', await self.page(path, q=query))
        return str(key)

    async def act(self, path: str, action: str, key: str) -> str:
        return await self.post(path, action=action, _selected_action=key, post="yes")


@pytest.fixture
async def desk(server: ServerProcess, new_person: NewPerson) -> AsyncIterator[Desk]:
    clerk = await new_person()
    change(server, "UPDATE accounts_user SET is_staff = true WHERE username = ?", clerk.username)
    desk = Desk(server.url)
    assert "Log out" in await desk.log_in(clerk)
    yield desk
    await desk.http.aclose()


async def test_a_ban_ends_the_stream_of_the_banned_at_once_and_the_others_see_them_leave(
    desk: Desk, new_person: NewPerson
) -> None:
    ali, vera = await new_person(), await new_person()
    where = address()
    room = (await ali.enter(where))["room"]["id"]
    await vera.enter(where)
    async with ali.socket() as here, vera.socket() as there:
        followed, ended = await here.subscribe(EVENTS, room=room), await there.subscribe(EVENTS, room=room)
        await here.until(followed, "CaughtUp")
        await there.until(ended, "CaughtUp")
        banned = await desk.find(MEMBERS, f"{vera.username} {where}")
        assert "Done, for 1." in await desk.act(MEMBERS, "ban", banned)
        async with asyncio.timeout(AT_ONCE):
            [frame] = await here.until(followed, "MemberLeft")
            *_, last = await there.until(ended, "StreamEnded")
        assert frame["event"]["member"]["user"]["username"] == vera.username
        assert last["event"]["problem"] == {"code": "FORBIDDEN"}
        assert await there.message(ended) == {"id": ended, "type": "complete"}


async def test_a_message_that_is_deleted_goes_from_the_screens_at_once(desk: Desk, new_person: NewPerson) -> None:
    ali = await new_person()
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        op = await socket.subscribe(EVENTS, room=room)
        await socket.until(op, "CaughtUp")
        await ali.send(room, "gooseberries")
        await socket.until(op, "MessageSent")
        deleted = await desk.find(MESSAGES, ali.username)
        await desk.act(MESSAGES, "delete_selected", deleted)
        async with asyncio.timeout(AT_ONCE):
            await socket.until(op, "MessageDeleted")
    assert "gooseberries" not in await desk.page(MESSAGES, q=ali.username)


async def test_an_account_that_is_closed_loses_its_sockets_at_once(desk: Desk, new_person: NewPerson) -> None:
    ali = await new_person()
    async with ali.socket() as socket:
        key = await desk.find(PEOPLE, ali.username)
        await desk.post(f"{PEOPLE}{key}/change/", password_to_set="")  # the box is not ticked
        async with asyncio.timeout(AT_ONCE):
            assert await socket.closed() == 4403


async def test_whoever_is_no_staff_gets_the_log_in_page_whatever_they_ask_for(
    server: ServerProcess, new_person: NewPerson
) -> None:
    ali, desk = await new_person(), Desk(server.url)
    for path in ("/admin/", MEMBERS, f"{PEOPLE}1/change/", "/admin/nowhere/"):
        assert 'name="password"' in await desk.page(path)
    refused = await desk.log_in(ali)
    assert 'name="password"' in refused
    assert "Log out" not in refused
    assert 'name="password"' in await desk.page(MEMBERS)
    await desk.http.aclose()
