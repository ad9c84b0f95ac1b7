"""Appending to the log: gapless, in the order of commits, all or nothing, and published once it is committed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils.timezone import now

from backend import hub
from backend.accounts.credentials import Viewer
from backend.chat import event_log, models, replay
from backend.chat.event_log import append
from backend.chat.room_log import RoomLog
from backend.errors import DomainError, NotFound
from tests.accounts import people
from tests.accounts.at_once import at_once, elsewhere
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import append_one, enter, happened, log, say, some_change

pytestmark = pytest.mark.django_db


class Failed(Exception):
    pass


# --- Order ----------------------------------------------------------------------------------------------------


def test_places_follow_one_another_in_each_room_by_itself(tea: int, clara: Viewer) -> None:
    other = enter(clara, "coffee")
    assert [append_one(tea), append_one(other), append_one(tea), append_one(other)] == [3, 2, 4, 3]
    assert [logged.seq for logged in log(tea)] == [1, 2, 3, 4]


def test_the_room_s_head_is_its_last_event(tea: int) -> None:
    append_one(tea)
    room, last = models.Room.objects.get(pk=tea), log(tea)[-1]
    assert (room.head, room.head_tag, room.last_activity_at) == (last.seq, last.tag, last.at)
    assert replay.tag_at(tea, last.seq) == last.tag
    assert replay.tag_at(tea, last.seq + 1) is None


def test_every_event_has_a_tag_of_its_own(tea: int) -> None:
    for _ in range(20):
        append_one(tea)
    tags = [logged.tag for logged in log(tea)]
    assert len(set(tags)) == len(tags)
    assert max(tags) < 2**32


@pytest.mark.usefixtures("transactional_db")
def test_writers_at_once_leave_no_hole_and_no_reader_ever_sees_one() -> None:
    writers, each = 40, 3
    crowd = [people.viewer(f"guest{number}") for number in range(writers)]
    room_id = enter(crowd[0])
    for guest in crowd[1:]:
        enter(guest)
    total = writers + writers * each
    writing = threading.Semaphore(0)

    def write(guest: Viewer) -> list[int]:
        try:
            return [say(guest, room_id).message.seq for _ in range(each)]
        finally:
            writing.release()

    def watch() -> list[int]:
        """The lengths that the log had: were commits not in the order of seq, 8 would be seen before 7."""
        seen = []
        while not writing.acquire(timeout=0.002):
            seqs = list(models.RoomEvent.objects.filter(room=room_id).order_by("seq").values_list("seq", flat=True))
            assert seqs == list(range(1, len(seqs) + 1))
            seen.append(len(seqs))
        return seen

    calls: list[Callable[[], list[int]]] = [watch, *(partial(write, guest) for guest in crowd)]
    seen, *written = [seqs for seqs in at_once(calls) if not isinstance(seqs, DomainError)]
    assert len(written) == writers
    assert all(seqs == sorted(seqs) for seqs in (seen, *written))
    assert sorted(seq for seqs in written for seq in seqs) == list(range(writers + 1, total + 1))
    entries = log(room_id)
    assert [logged.seq for logged in entries] == list(range(1, total + 1))
    assert [logged.at for logged in entries] == sorted(logged.at for logged in entries)
    assert models.Room.objects.get(pk=room_id).head == total


def test_time_never_runs_backwards_in_a_room_whatever_the_clock_does(ana: Viewer, tea: int) -> None:
    future = now().replace(microsecond=0) + timedelta(hours=1)
    models.Room.objects.filter(pk=tea).update(last_activity_at=future)
    message = say(ana, tea).message
    assert message.sent_at == log(tea)[-1].at == future
    assert say(ana, tea).message.sent_at == future


@pytest.mark.usefixtures("transactional_db")
def test_the_time_is_taken_when_the_room_is_held_and_not_when_it_was_asked_for() -> None:
    ana, babak = people.viewer("Ana"), people.viewer("Babak")
    room_id = enter(ana)
    enter(babak)
    holds, waits = threading.Event(), threading.Event()

    def hold() -> models.RoomEvent:
        with transaction.atomic():
            with append(room_id) as place:
                holds.set()
                waits.wait(10)
                place.event = some_change(room_id)
            return models.RoomEvent.objects.get(room=room_id, seq=place.seq)

    def wait() -> int:
        holds.wait(10)
        threading.Timer(0.05, waits.set).start()
        return append_one(room_id)

    calls: list[Callable[[], object]] = [hold, wait]
    held, seq = at_once(calls)
    assert isinstance(held, models.RoomEvent)
    assert (held.seq, seq) == (3, 4)
    assert log(room_id)[-1].at - held.at >= timedelta(milliseconds=30)


# --- All or nothing -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("transactional_db")
def test_whatever_the_block_raises_undoes_everything_and_publishes_nothing(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    before, told = all_rows(), list(published)

    def change_and_fail() -> None:
        with append(room_id) as place:
            models.Room.objects.filter(pk=room_id).update(title="Coffee")
            place.event = some_change(room_id)
            raise Failed

    with pytest.raises(Failed):
        change_and_fail()
    assert all_rows() == before
    assert published == told
    assert append_one(room_id) == 2, "its place was given back"


@pytest.mark.usefixtures("transactional_db")
def test_an_outer_transaction_that_fails_undoes_everything_and_publishes_nothing(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    before, told = all_rows(), list(published)

    def change_twice_and_fail() -> None:
        with transaction.atomic():
            say(ana, room_id)
            append_one(room_id)
            raise Failed

    with pytest.raises(Failed):
        change_twice_and_fail()
    assert all_rows() == before
    assert published == told
    assert say(ana, room_id).message.seq == 2


@pytest.mark.usefixtures("transactional_db")
def test_an_event_is_published_once_others_can_see_it_and_not_before(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    published.clear()
    heads_seen = []
    record = hub.publish

    def publish(topic: str, *hints: bytes) -> None:
        record(topic, *hints)
        heads_seen.append(elsewhere(lambda: RoomLog().heads([topic])[topic].seq))

    monkeypatch.setattr("backend.hub.publish", publish)
    with transaction.atomic():
        say(ana, room_id)
        append_one(room_id)
        assert published == []
    assert [topic for topic, _ in published] == [event_log.topic(room_id)] * 2
    assert [RoomLog().decode(hint).seq for _, hint in published] == [2, 3]
    assert heads_seen == [3, 3]
    say(ana, room_id)
    assert heads_seen == [3, 3, 4]


@pytest.mark.usefixtures("transactional_db")
def test_a_change_that_is_committed_is_done_even_if_publishing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)

    def fail(topic: str, hint: bytes) -> None:
        raise RuntimeError("the loop is closed")

    monkeypatch.setattr("backend.hub.publish", fail)
    assert say(ana, room_id).message.seq == 2
    assert happened(room_id) == ["MemberJoined", "MessageSent"]


@pytest.mark.usefixtures("transactional_db")
def test_unchanged_gives_the_place_back_and_leaves_the_block_quietly(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    before, told = all_rows(), list(published)
    with append(room_id):
        models.Room.objects.filter(pk=room_id).update(title="Coffee")
        raise event_log.Unchanged
    assert all_rows() == before
    assert published == told
    with transaction.atomic():
        with append(room_id):
            raise event_log.Unchanged
        assert append_one(room_id) == 2


def test_a_place_taken_for_nothing_is_a_fault_and_given_back(tea: int) -> None:
    before = all_rows()
    with pytest.raises(AssertionError), append(tea):
        pass
    assert all_rows() == before


@pytest.mark.parametrize("room_id", [0, 99, 2**63 - 1])
def test_a_room_that_is_not_there_has_no_log(tea: int, room_id: int) -> None:
    with pytest.raises(NotFound), append(room_id):
        pytest.fail("there is nothing to hold")
    assert replay.read(room_id, 0, 10) == []
    assert RoomLog().heads([event_log.topic(room_id)]) == {}
