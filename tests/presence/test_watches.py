"""Followers of a room are shown how its roster changes, whatever becomes of the hints."""

from collections.abc import Collection
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from backend.chat import moderation
from backend.chat.moderation import ModerationAction
from backend.presence import rosters
from backend.presence.rosters import Standing
from backend.presence.watches import OnlineChange, difference
from tests.hub.clock import pass_time
from tests.hub.conftest import LIMITS as HUB_LIMITS
from tests.presence.scenes import LIMITS, SOON, House, grace

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def standing(user_ids: Collection[int] | None, people: int = 0) -> Standing:
    since = None if user_ids is None else dict.fromkeys(user_ids, MOMENT)
    return Standing(1, people if user_ids is None else len(user_ids), since)


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ((), (), None),
        ((1, 2), (2, 1), None),
        ((1,), (1, 2, 3), OnlineChange(joined=((2, MOMENT), (3, MOMENT)), left=(), online_count=3)),
        ((1, 2), (3,), OnlineChange(joined=((3, MOMENT),), left=(1, 2), online_count=1)),
        (range(9), range(5, 12), OnlineChange(joined=(), left=(), online_count=7, refresh=True)),
        ((1,), None, OnlineChange(joined=(), left=(), online_count=99, refresh=True)),
        (None, (1,), OnlineChange(joined=(), left=(), online_count=1, refresh=True)),
    ],
)
def test_a_difference_names_those_who_came_and_went_unless_they_are_too_many(
    settings: Settings,
    before: Collection[int] | None,
    now: Collection[int] | None,
    change: OnlineChange | None,
) -> None:
    settings.ROSTER_NAMES_MAX = 7
    assert difference(standing(before, 99), standing(now, 99)) == change


async def test_everybody_who_follows_sees_the_others_come_and_go(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    servers = [house.server(), house.server()]
    await servers[0].follow(room, ali)
    await pass_time(SOON)
    for server in servers:
        await server.look(room)
        await server.process.follow(room, ali.id)
    await pass_time(SOON)
    [leave] = await servers[1].follow(room, vera)
    await pass_time(SOON)
    leave()
    await pass_time(grace() + SOON)
    for server in servers:
        came, went = server.shown
        assert ([user for user, _ in came.joined], came.left, came.online_count) == ([vera.id], (), 2)
        assert (went.joined, went.left, went.online_count) == ((), (vera.id,), 1)


async def test_a_lost_hint_heals(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    followed, other = house.server(), house.server()
    await followed.look(room)
    await followed.follow(room, ali)
    await pass_time(SOON)
    followed.shown.clear()
    house.wire.fate = lambda _topic, _hint: []
    await other.follow(room, vera)
    await pass_time(LIMITS.renew_interval + SOON)
    [came] = followed.shown
    assert [user for user, _ in came.joined] == [vera.id]


async def test_who_is_found_gone_before_the_version_says_so_is_shown_to_have_left(house: House) -> None:
    [ali, vera], room = house.people("ali", "vera")
    server = house.server()
    await server.look(room)
    await server.follow(room, ali, vera)
    await pass_time(SOON)
    server.shown.clear()
    house.wire.fate = lambda _topic, _hint: []
    house.do(moderation.moderate_member, viewer=ali, room_id=room, user_id=vera.id, action=ModerationAction.KICK)
    version = house.do(rosters.versions, [room])
    server.process._watches.watch(room).look()
    await pass_time(LIMITS.roster_interval)
    assert list(house.do(rosters.standing, room, 10).since or ()) == [ali.id]
    assert house.do(rosters.versions, [room]) == version
    await pass_time(LIMITS.renew_interval + HUB_LIMITS.sweep_interval + SOON)
    assert [change.left for change in server.shown] == [(vera.id,)]


async def test_what_may_have_been_missed_is_to_be_read_anew(house: House) -> None:
    """Somebody came and went while this process could not look: who queried meanwhile may have them on their list."""
    [ali, vera], room = house.people("ali", "vera")
    followed, other = house.server(), house.server()
    await followed.look(room)
    await followed.follow(room, ali)
    await other.process.listen(ali.id)
    await pass_time(SOON)
    followed.shown.clear()
    followed.crossing.freeze()
    [leave] = await other.follow(room, vera)
    await pass_time(SOON)
    leave()
    await pass_time(grace() + SOON)
    followed.crossing.thaw()
    await pass_time(LIMITS.renew_interval + SOON)
    assert followed.shown == [OnlineChange(joined=(), left=(), online_count=1, refresh=True)]


async def test_a_database_that_is_away_keeps_nobody_out_and_they_are_told_when_it_is_back(house: House) -> None:
    [ali], room = house.people("ali")
    server = house.server()
    await server.look(room)
    server.crossing.down = True
    [_] = await server.follow(room, ali)
    assert server.shown == []
    server.crossing.down = False
    await pass_time(LIMITS.renew_interval + SOON)
    assert server.shown[0].refresh
    assert house.online(room) == [ali.id]


async def test_of_a_crowd_only_the_number_is_kept_and_told_now_and_then(house: House) -> None:
    viewers, room = house.people(*(f"guest{number}" for number in range(5)))
    server = house.server(roster_max=2)
    await server.look(room)
    for viewer in viewers:
        await server.follow(room, viewer)
        await pass_time(SOON)
    await pass_time(2 * LIMITS.crowd_interval)
    assert [change.refresh for change in server.shown[2:]] == [True] * len(server.shown[2:])
    assert server.shown[-1].online_count == 5
    assert len(server.shown) <= 4


async def test_a_room_that_nobody_follows_any_more_is_let_go(house: House) -> None:
    [ali], room = house.people("ali")
    server = house.server()
    leaves = await server.follow(room, ali, ali)
    assert server.hub._holders
    for leave in leaves:
        leave()
    assert server.hub._holders == {}
    assert server.process._watches._watches == {}
