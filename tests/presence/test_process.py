"""Who has a socket open in a process is online: written in batches, held by a lease, and missed only when they left."""

import asyncio

import pytest

from backend.chat import members, moderation
from backend.chat.moderation import ModerationAction
from backend.errors import RateLimited
from backend.presence import people, process
from backend.presence.models import Lease, Listener, Presence
from tests.chat.steps import enter
from tests.hub.clock import now, pass_time
from tests.presence.scenes import SOON, House, grace, lease


async def test_whoever_has_a_socket_open_is_online_and_counted_once(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    server = house.server()
    await server.follow(room, ali, vera, ali)
    await pass_time(SOON)
    assert house.online(room) == [ali.id, vera.id]


async def test_whoever_has_closed_the_last_one_leaves_after_the_grace(house: House) -> None:
    [ali], room = house.people("ali")
    first, second = await house.server().follow(room, ali, ali)
    await pass_time(SOON)
    first()
    first()  # told twice, it counts once
    await pass_time(grace() + SOON)
    assert house.online(room) == [ali.id]
    second()
    await pass_time(grace() - SOON)
    assert house.online(room) == [ali.id]
    await pass_time(2 * SOON)
    assert house.online(room) == []


async def test_a_reload_is_neither_a_leave_nor_a_join(house: House) -> None:
    [ali], room = house.people("ali")
    server = house.server()
    await server.look(room)
    [leave] = await server.follow(room, ali)
    await pass_time(SOON)
    [came] = server.shown
    leave()
    await pass_time(grace() - SOON)
    await server.follow(room, ali)
    await pass_time(2 * grace())
    assert server.shown == [came]
    assert house.online(room) == [ali.id]


async def test_nor_is_one_that_leads_to_another_process(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    before, after = house.server(), house.server()
    await after.look(room)
    [leave] = await before.follow(room, ali)
    await after.follow(room, vera)
    await pass_time(SOON)
    shown = list(after.shown)
    since = house.do(_since, ali.id)
    leave()
    await after.follow(room, ali)
    await pass_time(2 * grace())
    assert sorted(house.online(room)) == [ali.id, vera.id]
    assert after.shown == shown
    assert house.do(_since, ali.id) == since


async def test_those_of_a_process_that_dies_are_offline_soon_and_back_when_they_come_to_another(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    dying, other = house.server(), house.server()
    await dying.follow(room, ali)
    await dying.process.listen(ali.id)
    await other.look(room)
    await other.follow(room, vera)
    await pass_time(3 * lease())
    assert sorted(house.online(room)) == [ali.id, vera.id]
    other.shown.clear()
    died = now()
    await dying.kill()
    while house.online(room) != [vera.id]:
        await pass_time(SOON / 4)
    assert lease() - 2 <= now() - died < 15
    await pass_time(SOON)
    [gone] = other.shown
    assert (gone.joined, gone.left, gone.online_count) == ((), (ali.id,), 1)
    assert house.do(people.processes_of, ali.id) == []
    seen = house.do(people.whereabouts, [ali.id])[ali.id]
    assert not seen.is_online
    assert seen.last_seen_at
    assert seen.last_seen_at.timestamp() % 86400 == pytest.approx(died, abs=2.5), "its last renewal"
    await other.follow(room, ali)
    await pass_time(SOON)
    assert house.online(room) == [vera.id, ali.id]


async def test_a_database_that_is_away_for_longer_than_a_lease_makes_nobody_leave(house: House) -> None:
    """Frozen or refusing, nobody can renew; when it is back, everybody gets the time to."""
    viewers, room = house.people("ali", "vera")
    servers = [house.server(), house.server()]
    for server, viewer in zip(servers, viewers, strict=True):
        await server.look(room)
        await server.follow(room, viewer)
    await pass_time(SOON)
    for server in servers:
        server.shown.clear()
    servers[0].crossing.freeze()
    servers[1].crossing.down = True
    await pass_time(2 * lease())
    servers[1].crossing.down = False
    await pass_time(SOON)  # the other one has not renewed yet
    servers[0].crossing.thaw()
    await pass_time(2 * lease())
    assert sorted(house.online(room)) == [viewer.id for viewer in viewers]
    assert [server.shown for server in servers] == [[], []]


async def test_a_process_whose_lease_has_lapsed_writes_its_people_anew(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    paused, other = house.server(), house.server()
    await paused.follow(room, ali)
    await paused.process.listen(ali.id)
    await other.follow(room, vera)
    await pass_time(SOON)
    paused.crossing.freeze()
    await pass_time(2 * lease())
    assert house.online(room) == [vera.id]
    paused.crossing.thaw()
    await pass_time(2 * lease())
    assert house.online(room) == [vera.id, ali.id]
    assert house.do(people.processes_of, ali.id) == [paused.process.id]


async def test_what_could_not_be_written_is_written_later(house: House) -> None:
    viewers, room = house.people("ali", "vera", "guest")
    server = house.server()
    leave, *_ = await server.follow(room, *viewers[:2])
    await pass_time(SOON)
    server.crossing.down = True
    leave()
    server.process.enter(room, viewers[2].id)
    await pass_time(grace() + SOON)
    server.crossing.down = False
    await pass_time(SOON)
    assert house.online(room) == [viewers[1].id, viewers[2].id]


async def test_whoever_may_have_been_written_and_leaves_is_no_ghost(house: House) -> None:
    [ali], room = house.people("ali")
    server = house.server()
    server.crossing.loses_answers = True
    leave = server.process.enter(room, ali.id)
    listening = asyncio.create_task(server.process.listen(ali.id))
    await pass_time(SOON)
    assert house.online(room) == [ali.id]
    listening.cancel()
    leave()
    server.crossing.down = True
    await pass_time(grace() + SOON)
    server.crossing.down = server.crossing.loses_answers = False
    await pass_time(SOON)
    assert house.online(room) == []
    assert house.do(Listener.objects.count) == 0
    await pass_time(lease())
    assert house.do(Lease.objects.count) == 0


async def test_whoever_may_have_been_taken_away_and_comes_back_is_online(house: House) -> None:
    [ali], room = house.people("ali")
    server = house.server()
    [leave] = await server.follow(room, ali)
    await pass_time(SOON)
    leave()
    await pass_time(grace() - SOON)
    server.crossing.loses_answers = True
    await pass_time(2 * SOON)
    assert house.online(room) == []
    server.process.enter(room, ali.id)
    server.crossing.loses_answers = False
    await pass_time(SOON)
    assert house.online(room) == [ali.id]


async def test_many_who_come_and_go_at_once_are_written_in_few_transactions_of_a_bounded_size(house: House) -> None:
    viewers, room = house.people(*(f"guest{number}" for number in range(25)))
    server = house.server(flush_size=10)
    began = now()
    leaves = [server.process.enter(room, viewer.id) for viewer in viewers]
    await pass_time(SOON)
    assert [len(write["come"]) for write in server.crossing.writes()] == [10, 10, 5]
    assert len(house.online(room)) == 25
    for leave in leaves:
        leave()
    await pass_time(grace() + SOON)
    assert house.online(room) == []
    assert len(server.crossing.writes()) <= (now() - began) / 0.25


async def test_abrupt_comings_and_goings_leave_no_ghost(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    servers = [house.server(), house.server()]
    for number in range(200):
        leave = servers[number % 2].process.enter(room, (ali, vera)[number % 3 % 2].id)
        if number % 7 == 0:
            await pass_time(0.1 * (number % 5))
        leave()
    await servers[0].kill()
    await pass_time(2 * lease())
    assert house.online(room) == []
    assert house.do(Presence.objects.count) == 0
    assert house.do(Lease.objects.count) == 0, "there is nothing to be held"


async def test_whoever_is_sent_away_is_offline_at_once_and_online_when_they_are_back(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    server = house.server()
    await server.look(room)
    [_, leave] = await server.follow(room, ali, vera)
    await pass_time(SOON)
    server.shown.clear()
    house.do(moderation.moderate_member, viewer=ali, room_id=room, user_id=vera.id, action=ModerationAction.KICK)
    await pass_time(SOON)
    assert house.online(room) == [ali.id]
    leave()  # the stream has ended
    assert [change.left for change in server.shown] == [(vera.id,)]
    house.do(enter, vera)
    await server.follow(room, vera)
    await pass_time(SOON)
    assert sorted(house.online(room)) == [ali.id, vera.id]
    house.do(members.leave_room, viewer=vera, room_id=room)
    assert house.do(lambda: [row.user_id for row in Presence.objects.filter(room=room)]) == [ali.id, vera.id]
    await pass_time(SOON)
    assert house.online(room) == [ali.id]


# --- What is one's own ----------------------------------------------------------------------------------------


async def test_who_listens_is_known_to_all_when_that_begins(house: House) -> None:
    [ali], _ = house.people("ali")
    server, other = house.server(), house.server()
    leave = await server.process.listen(ali.id)
    assert house.do(people.processes_of, ali.id) == [server.process.id]
    await other.process.listen(ali.id)
    assert house.do(people.processes_of, ali.id) == sorted([server.process.id, other.process.id])
    assert house.do(people.whereabouts, [ali.id])[ali.id].is_online
    leave()
    await pass_time(grace() + SOON)
    assert house.do(people.processes_of, ali.id) == [other.process.id]


async def test_nothing_begins_for_whom_it_could_not_be_written(house: House) -> None:
    [ali], _ = house.people("ali")
    server = house.server()
    server.crossing.down = True
    began = now()
    with pytest.raises(RateLimited):
        await server.process.listen(ali.id)
    assert now() - began == pytest.approx(5)
    given_up = asyncio.create_task(server.process.listen(ali.id))
    await pass_time(SOON)
    given_up.cancel()
    server.crossing.down = False
    await pass_time(grace() + SOON)
    assert house.do(Listener.objects.count) == house.do(Presence.objects.count) == 0


async def test_a_message_to_a_process_reaches_it_alone(house: House) -> None:
    servers = [house.server() for _ in range(3)]
    heard: list[tuple[int, bytes]] = []
    for number, server in enumerate(servers):
        server.process.on_message(b"salam", lambda payload, number=number: heard.append((number, payload)))  # type: ignore[misc]
    await pass_time(SOON)
    process.tell([servers[1].process.id, servers[2].process.id], b"salam", b"ali\0vera")
    process.tell([servers[0].process.id], b"of another kind")
    await pass_time(SOON)
    assert heard == [(1, b"ali\0vera"), (2, b"ali\0vera")]


def _since(user_id: int) -> object:
    return Presence.objects.filter(user=user_id).earliest("since").since
