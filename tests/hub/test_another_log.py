"""A log that went back (a restored backup, a failover that lost the last commits) or lets go of its oldest entries.

Then a position says nothing any more: everybody starts anew, and nobody misses an event in silence.
"""

import pytest

from backend.hub import Limits
from tests.hub.clock import idle, pass_time
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Socket, Wire, in_memory, numbers
from tests.hub.scenes import Process, Room

RESET = "reset UNKNOWN_CURSOR"
EXPIRED = "reset EXPIRED"


@pytest.fixture
async def follower(process: Process, log: MemoryLog) -> Socket:
    """Somebody who follows a room that has ten events; all is calm."""
    log.write_many(10)
    socket = Socket()
    process.subscribe(socket)
    await pass_time(2)
    socket.frames.clear()
    return socket


async def _is_followed_again(process: Process, log: MemoryLog) -> None:
    socket, head = Socket(), log.head()
    process.subscribe(socket, after=max(0, head - 2))
    process.send()
    await pass_time(1)
    assert socket.frames == [*numbers(max(0, head - 2) + 1, head), f"caught up {log.cursor_at(head)}", str(head + 1)]


# It went back


@pytest.mark.parametrize("grown", [0, 2, 3, 4, 6, 30])
async def test_a_log_that_went_back_is_found_by_the_sweep_however_much_it_has_grown_since(
    process: Process, follower: Socket, log: MemoryLog, limits: Limits, grown: int
) -> None:
    """Shorter than it was, as long, longer by an entry, by a few, by more than a page."""
    restore = log.backup()
    for _ in range(3):
        process.send()
    await idle()
    restore()
    log.write_many(grown)
    await pass_time(limits.sweep_interval + 2 * limits.fast_sweep_interval)
    assert follower.frames == ["11", "12", "13", RESET]
    assert follower.completions == 1
    await _is_followed_again(process, log)


async def test_a_hint_tells_another_log_sooner(
    process: Process, follower: Socket, log: MemoryLog, limits: Limits
) -> None:
    restore = log.backup()
    for _ in range(3):
        process.send()
    await idle()
    restore()
    for _ in range(5):
        process.send()
    await pass_time(limits.fast_sweep_interval)
    assert follower.frames[:3] == ["11", "12", "13"]
    assert follower.frames[-1] == RESET
    await _is_followed_again(process, log)


async def test_a_quiet_room_whose_events_were_not_heard_one_by_one_is_found_too(
    process: Process, follower: Socket, log: MemoryLog, limits: Limits
) -> None:
    """The ring is empty: what the feed knows of its place, it knows from the sweep."""
    restore = log.backup()
    log.write_many(30)
    await pass_time(2 * limits.sweep_interval)
    assert follower.frames == numbers(11, 40)
    restore()
    log.write_many(30)
    await pass_time(limits.sweep_interval)
    assert follower.frames[30:] == [RESET]
    await _is_followed_again(process, log)


async def test_a_topic_that_is_not_in_the_backup_is_found_too(process: Process, log: MemoryLog, limits: Limits) -> None:
    restore = log.backup()
    log.write_many(2)
    socket = Socket()
    process.subscribe(socket)
    await pass_time(2)
    restore()
    await pass_time(limits.sweep_interval)
    assert socket.frames == ["caught up c2", RESET]
    await _is_followed_again(process, log)


async def test_everybody_is_told_wherever_they_are(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """Live, stalled, waiting for a page, on another document."""
    stalled, lagging, other = Socket(), Socket(), Socket()
    restore = log.backup()
    stalled.block()
    process.subscribe(stalled)
    process.subscribe(other, key="other document")
    process.send()
    await idle()
    crossing.takes, crossing.slow_for = 100.0, 0  # the first page alone
    process.subscribe(lagging, after=0)
    process.renderer.rendered.clear()
    restore()
    await pass_time(limits.sweep_interval)
    assert follower.frames == ["11", RESET]
    assert lagging.frames == [RESET]
    assert other.frames == ["caught up c10", "11", RESET]
    assert stalled.frames == []
    stalled.unblock()
    await idle()
    assert stalled.frames == ["caught up c10", RESET]
    assert process.renderer.rendered == [RESET] * 2  # once for each document
    assert all(socket.completions == 1 for socket in (follower, stalled, lagging, other))


async def test_one_who_resumes_where_another_event_is_now_starts_anew(
    process: Process, follower: Socket, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    """The snapshot that checked the cursor was taken just before the log went back."""
    restore = log.backup()
    log.write_many(5)
    feed, old = process.hub.hold(ROOM), log.cursor_at(12)
    restore()
    log.write_many(8)
    feed.subscribe(
        key="document",
        render=process.renderer,
        sink=socket,
        position=12,
        cursor=old,
        access_as_of=15,
        principal="somebody",
    )
    await pass_time(limits.sweep_interval)
    assert socket.frames == [RESET]


async def test_one_who_starts_beyond_the_head_of_a_log_that_just_went_back_starts_anew(
    process: Process, follower: Socket, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    """The feed has found out already: by its place alone, this one would wait for the second event from now."""
    restore = log.backup()
    process.send()
    feed, old = process.hub.hold(ROOM), log.cursor_at(11)
    restore()
    await pass_time(limits.sweep_interval)
    assert follower.frames == ["11", RESET]
    feed.subscribe(
        key="document",
        render=process.renderer,
        sink=socket,
        position=11,
        cursor=old,
        access_as_of=11,
        principal="somebody",
    )
    await pass_time(limits.sweep_interval)
    assert socket.frames == [f"caught up {old}", RESET]


async def test_one_who_starts_at_the_head_where_another_event_was_is_found_out_by_the_next(
    process: Process, follower: Socket, log: MemoryLog, socket: Socket, limits: Limits
) -> None:
    """The feed is right already, and its ring holds nothing but what follows."""
    restore = log.backup()
    process.send()
    feed, old = process.hub.hold(ROOM), log.cursor_at(11)
    restore()
    log.write_many(1)
    await pass_time(limits.sweep_interval)
    feed.subscribe(
        key="document",
        render=process.renderer,
        sink=socket,
        position=11,
        cursor=old,
        access_as_of=11,
        principal="somebody",
    )
    process.send()
    await pass_time(limits.fast_sweep_interval)
    assert socket.frames == [f"caught up {old}", RESET]


async def test_nothing_of_the_former_log_is_kept(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    restore = log.backup()
    for _ in range(3):
        process.hub.publish(ROOM, log.write(text="what never happened"))
    await idle()
    crossing.takes, crossing.slow_for = 5.0, 9
    process.subscribe(Socket(), after=10)
    await idle()
    assert in_memory("what never happened")
    restore()
    await pass_time(limits.sweep_interval)
    assert in_memory("what never happened") == []
    await pass_time(10)
    assert in_memory("what never happened") == []


async def test_an_answer_from_before_the_doubt_settles_nothing(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """It may be the head of the log that has gone."""
    restore = log.backup()
    process.send()
    await idle()
    while not crossing.sweeps() or crossing.calls[-1][0] != "heads":
        await pass_time(0.1)
    crossing.takes = 1.0
    sweeps = crossing.sweeps()
    while crossing.sweeps() == sweeps:
        await pass_time(0.1)
    restore()
    process.send()
    await pass_time(0.5)
    assert follower.frames == ["11"]
    await pass_time(3)
    assert follower.frames == ["11", RESET]
    crossing.takes = 0.0
    await _is_followed_again(process, log)


async def test_a_sweep_that_a_hint_overtook_resets_nobody(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing
) -> None:
    crossing.takes = 0.4
    for _ in range(100):
        process.send()
        await pass_time(0.11)
    await pass_time(1)
    assert follower.frames == numbers(11, 110)


async def test_a_feed_that_is_in_the_middle_of_a_hole_starts_anew_all_the_same(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits, wire: Wire
) -> None:
    restore = log.backup()
    process.send()
    await idle()
    crossing.takes, crossing.slow_for = 100.0, 10
    log.write()
    process.send()
    await pass_time(1)
    restore()
    await pass_time(limits.sweep_interval)
    assert follower.frames == ["11", RESET]
    crossing.takes = 0.0
    await _is_followed_again(process, log)


# It lets go of its oldest entries


@pytest.mark.parametrize("missed", [3, 30])
@pytest.mark.parametrize("kept", [0, 1], ids=["all of it", "all but the last"])
async def test_a_hole_that_has_expired_is_jumped(
    process: Process, follower: Socket, log: MemoryLog, limits: Limits, missed: int, kept: int
) -> None:
    """Whoever needs what was in it is told; the feed goes on."""
    log.write_many(missed)
    log.forget(up_to=log.head() - kept)
    await pass_time(limits.sweep_interval + 3 * limits.fast_sweep_interval)
    assert follower.frames == [EXPIRED]
    assert follower.completions == 1
    socket = Socket()
    process.subscribe(socket)
    process.send()
    await idle()
    assert socket.frames == [f"caught up c{10 + missed}", str(11 + missed)]


async def test_those_at_the_head_are_not_concerned(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """Though even the entry that they had last is no longer kept when the next hint is lost."""
    log.forget(up_to=10)
    log.write_many(2)
    await pass_time(limits.sweep_interval + limits.hole_patience)
    assert follower.frames == ["11", "12"]


async def test_one_who_lags_is_told_what_has_expired_and_nobody_else(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing
) -> None:
    lagging = Socket()
    crossing.takes, crossing.slow_for = 1.0, 1
    process.subscribe(lagging, after=1)
    log.write_many(15)
    log.forget(up_to=12)
    process.hub._feeds[ROOM].exists(25)
    await pass_time(5)
    assert lagging.frames == [EXPIRED]
    assert follower.frames == [EXPIRED]


async def test_a_feed_that_was_told_of_nothing_that_there_is_goes_on(
    process: Process, follower: Socket, log: MemoryLog, crossing: Crossing, limits: Limits
) -> None:
    """A hint of a commit that a failover has lost."""
    restore = log.backup()
    hints = log.write_many(2)
    restore()
    process.hub.publish(ROOM, hints[1])
    await pass_time(1)
    reads = len(crossing.reads())
    await pass_time(60)
    assert len(crossing.reads()) == reads
    assert follower.frames == []
    process.send()
    await idle()
    assert follower.frames[0] == "11"


async def test_what_has_expired_for_many_is_rendered_once(room: Room, log: MemoryLog) -> None:
    sockets = [Socket() for _ in range(100)]
    log.write_many(30)
    log.forget(up_to=20)
    for socket in sockets:
        room.subscribe(socket, after=5)
    await pass_time(1)
    assert all(socket.frames == [EXPIRED] for socket in sockets)
    assert len(room.renderer.rendered) <= 2  # the last one alone shares with nobody
