"""Who is online anywhere, and when they were last; of an account that is deleted, nothing."""

from datetime import timedelta

from backend.presence import people
from backend.presence.models import LastSeen, Listener, Presence
from tests.chat.steps import delete_account
from tests.hub.clock import pass_time
from tests.presence.conftest import BEGINNING
from tests.presence.scenes import SOON, House, grace


async def test_somebody_is_online_as_long_as_they_are_anywhere(house: House) -> None:
    [ali], room = house.people("ali")
    server, other = house.server(), house.server()
    [leave] = await server.follow(room, ali)
    stop = await other.process.listen(ali.id)
    await pass_time(SOON)
    leave()
    await pass_time(grace() + SOON)
    assert house.do(people.whereabouts, [ali.id])[ali.id] == people.Whereabouts(is_online=True, last_seen_at=None)
    stop()
    await pass_time(grace() + SOON)
    whereabouts = house.do(people.whereabouts, [ali.id])[ali.id]
    assert not whereabouts.is_online
    assert whereabouts.last_seen_at


async def test_who_was_seen_later_was_not_last_seen_before(house: House) -> None:
    [ali], _ = house.people("ali")
    house.do(people.note, [ali.id], at=BEGINNING)
    house.do(people.note, [ali.id], at=BEGINNING - timedelta(hours=1))
    assert house.do(people.whereabouts, [ali.id])[ali.id].last_seen_at == BEGINNING
    house.do(people.note, [ali.id], at=BEGINNING + timedelta(hours=1))
    assert house.do(people.whereabouts, [ali.id])[ali.id].last_seen_at == BEGINNING + timedelta(hours=1)


async def test_nothing_is_kept_of_an_account_that_is_deleted(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    server = house.server()
    [leave, _] = await server.follow(room, ali, vera)
    stop = await server.process.listen(ali.id)
    house.do(people.note, [ali.id], at=BEGINNING)
    await pass_time(SOON)
    house.do(delete_account, ali)
    assert house.do(people.whereabouts, [ali.id]) == {}
    await pass_time(SOON)
    assert house.online(room) == [vera.id]
    leave()
    stop()
    await pass_time(grace() + SOON)
    for model in (LastSeen, Listener, Presence):
        assert not house.do(model.objects.filter(user=ali.id).exists), model
