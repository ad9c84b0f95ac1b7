"""What is deleted is nowhere any more, and what is left of it still resolves: accounts and rooms."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
import pytest

from backend import hub
from backend.accounts import credentials, passwords, tokens, users
from backend.accounts.credentials import Viewer
from backend.accounts.models import PersonalToken, User
from backend.chat import (
    event_log,
    events,
    history,
    listing,
    members,
    messages,
    models,
    moderation,
    people,
    replay,
    rooms,
    streams,
)
from backend.chat.facts import Role
from backend.chat.moderation import ModerationAction
from backend.chat.pages import Window
from backend.chat.room_log import RoomLog, entry
from backend.errors import Forbidden, Invalid, NotFound, Unauthenticated
from tests.accounts.at_once import at_once
from tests.accounts.people import PASSWORD
from tests.accounts.tables import all_rows, tables_with
from tests.chat.conftest import Published
from tests.chat.steps import delete_account, enter, happened, log, make_private, say, set_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(ana: Viewer, babak: Viewer, clara: Viewer) -> int:
    """A room that Ana owns, where Babak and Clara are."""
    room_id = enter(ana)
    enter(babak)
    enter(clara)
    return room_id


# --- Accounts -------------------------------------------------------------------------------------------------


def test_nothing_personal_is_left_of_a_deleted_account(ana: Viewer, babak: Viewer, tea: int) -> None:
    User.objects.filter(pk=babak.id).update(
        username="Samovar", username_folded="samovar", display_name="Samovarov", email="samovar@example.org"
    )
    _, secret = tokens.create_token(user_id=babak.id, name="Samovar's phone")
    say(babak, tea)
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.MUTE)
    delete_account(babak)
    assert tables_with("amovar") == set()
    assert not PersonalToken.objects.filter(user=babak.id).exists()
    assert credentials.from_token(secret) is None
    assert users.people([babak.id])[babak.id].username == ""


def test_it_cannot_be_logged_into_and_its_name_is_free(babak: Viewer) -> None:
    delete_account(babak)
    check = partial(passwords.check_password, origin="192.0.2.1")
    for name in ("Babak", f"~{babak.id}", ""):
        with pytest.raises(Invalid):
            check(username=name, password=PASSWORD)
    again = users.register(username="Babak", password=PASSWORD, origin="192.0.2.1")
    assert again.person.id != babak.id
    assert again.person.deleted_at is None


@pytest.mark.usefixtures("transactional_db")
def test_credentials_of_it_no_longer_count(babak: Viewer, published: Published) -> None:
    delete_account(babak)
    assert credentials.revoked([babak.credential]) == {babak.credential}
    assert ("credentials", b"") in published


def test_a_wrong_password_deletes_nothing(babak: Viewer, tea: int) -> None:
    before = all_rows()
    for wrong in ("", "another", "\0", "a" * 5000):
        with pytest.raises(Invalid) as refusal:
            people.delete_account(viewer=babak, current_password=wrong)
        assert [each.path for each in refusal.value.fields] == [("currentPassword",)]
    assert all_rows() == before


@pytest.mark.usefixtures("transactional_db")
def test_it_leaves_each_room_in_the_order_of_rooms_and_names_nobody_there(
    ana: Viewer, babak: Viewer, tea: int, published: Published
) -> None:
    coffee = enter(ana, "coffee")
    enter(babak, "coffee")
    left = enter(ana, "left before")
    enter(babak, "left before")
    members.leave_room(viewer=babak, room_id=left)
    published.clear()
    delete_account(babak)
    hints = [(topic, msgspec.msgpack.decode(hint, type=events.Logged)) for topic, hint in published if hint]
    assert [topic for topic, _ in hints] == [event_log.topic(each) for each in (tea, coffee, left)]
    for topic, logged in hints:
        assert logged.member is not None
        if topic == event_log.topic(left):
            assert logged.event == events.MemberChanged(member=logged.member.id, by=babak.id)
        else:
            assert isinstance(logged.event, events.MemberLeft)
            assert logged.event.departure is events.Departure.DELETED
        assert entry(logged).erases
        assert entry(logged).subject is None
        assert (logged.member.person.username, logged.member.person.display_name) == ("", "")
        assert logged.member.person.deleted_at is not None
    present = members.members(reader=ana, room_id=tea, window=Window()).items
    assert babak.id not in [each.person.id for each in present]
    assert not any(each.left_at is None for each in models.Membership.objects.filter(user=babak.id))


def test_what_it_said_stays_and_old_events_show_nobody(babak: Viewer, ana: Viewer, tea: int) -> None:
    message = say(babak, tea, "jam").message
    delete_account(babak)
    [kept] = history.history(reader=ana, room_id=tea, window=Window()).items
    assert (kept.id, kept.body, kept.author.username) == (message.id, "jam", "")
    for logged in log(tea):
        for person in (
            logged.by,
            logged.member.person if logged.member else None,
            logged.message.author if logged.message else None,
        ):
            assert person is None or person.id != babak.id or (person.username, person.display_name) == ("", "")


@pytest.mark.parametrize("is_active", [True, False])
def test_staff_delete_it_without_a_password_whether_it_is_open_or_closed(
    is_active: bool, staff: Viewer, babak: Viewer, tea: int
) -> None:
    User.objects.filter(pk=babak.id).update(username="Samovar", username_folded="samovar", is_active=is_active)
    people.delete_account_of(viewer=staff, user_id=babak.id)
    assert tables_with("amovar") == set()
    assert happened(tea)[-1] == "MemberLeft"
    with pytest.raises(NotFound):
        people.delete_account_of(viewer=staff, user_id=babak.id)


def test_nobody_else_deletes_somebody_s(ana: Viewer, babak: Viewer, staff: Viewer, tea: int) -> None:
    before = all_rows()
    for viewer, user_id in ((ana, babak.id), (ana, ana.id), (staff, staff.id)):
        with pytest.raises(Forbidden):
            people.delete_account_of(viewer=viewer, user_id=user_id)
    assert all_rows() == before


def test_its_entry_takes_everything_out_of_memory(babak: Viewer, tea: int) -> None:
    delete_account(babak)
    last = RoomLog().read(event_log.topic(tea), 3, 10)[0]
    assert last.erases
    assert last.subject is None
    assert last.ends == event_log.principal(babak.id)


def test_a_room_that_it_owned_has_another_owner_or_goes(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    alone = enter(ana, "alone")
    set_role(tea, clara, models.Role.MODERATOR)
    delete_account(ana)
    assert happened(tea)[-2:] == ["MemberLeft", "MemberChanged"]
    assert rooms.own_memberships(viewer=clara, room_ids=[tea])[tea].role == Role.OWNER
    assert rooms.find_room(reader=babak, room_id=alone) is None
    assert happened(alone) == ["RoomDeleted"]


def test_who_was_banned_is_banned_no_more_when_they_are_nobody(ana: Viewer, babak: Viewer, tea: int) -> None:
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.BAN)
    delete_account(babak)
    assert happened(tea)[-1] == "MemberChanged", "they were no member any more, but what they said had a name"
    assert moderation.bans(reader=ana, room_id=tea, window=Window()).items == []


def test_nobody_acts_as_somebody_who_is_no_more(babak: Viewer, tea: int) -> None:
    delete_account(babak)
    before = all_rows()
    acts: list[Callable[[], object]] = [
        partial(members.enter_room, viewer=babak, address="another"),
        partial(members.enter_room, viewer=babak, address="tea"),
        partial(tokens.create_token, user_id=babak.id, name="phone"),
    ]
    for act in acts:
        with pytest.raises(Unauthenticated):
            act()
    with pytest.raises(Forbidden):
        say(babak, tea)
    for too_late in (
        partial(people.delete_account, viewer=babak, current_password=PASSWORD),
        partial(passwords.change_password, user_id=babak.id, current=PASSWORD, new="another long secret"),
    ):
        with pytest.raises(Unauthenticated):
            too_late()
    assert all_rows() == before


def test_a_password_that_was_changed_meanwhile_proves_nothing(
    babak: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=babak.id).update(password=_hashed())
    prove = passwords.prove

    def prove_slowly(*, user_id: int, current: str) -> str:
        proof = prove(user_id=user_id, current=current)
        User.objects.filter(pk=babak.id).update(password=_hashed())
        return proof

    monkeypatch.setattr(passwords, "prove", prove_slowly)
    with pytest.raises(Invalid):
        people.delete_account(viewer=babak, current_password=PASSWORD)
    assert User.objects.get(pk=babak.id).deleted_at is None


@pytest.mark.usefixtures("transactional_db")
def test_somebody_who_enters_and_speaks_while_being_deleted_is_a_member_of_nothing(ana: Viewer, babak: Viewer) -> None:
    here = [enter(ana, f"room {number}") for number in range(4)]
    for number in range(2):
        enter(babak, f"room {number}")
    User.objects.filter(pk=babak.id).update(password=_hashed())
    calls: list[Callable[[], object]] = [
        partial(people.delete_account, viewer=babak, current_password=PASSWORD),
        *(partial(members.enter_room, viewer=babak, address=f"room {number}") for number in range(6)),
        *(partial(messages.send_message, viewer=babak, room_id=room, body="Salaam", key="k") for room in here),
    ]
    at_once(calls)
    assert not models.Membership.objects.filter(user=babak.id, left_at=None).exists()
    for room_id in here:
        assert [logged.seq for logged in log(room_id)] == list(range(1, len(log(room_id)) + 1))


def _hashed() -> str:
    user = User()
    user.set_password(PASSWORD)
    return user.password


# --- Rooms ----------------------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_deleted_room_but_that_it_was_deleted(ana: Viewer, babak: Viewer, tea: int) -> None:
    models.Room.objects.filter(pk=tea).update(title="Samovar corner", topic="Samovars")
    message = say(babak, tea, "Samovar at eight")
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.BAN)
    rooms.delete_room(viewer=ana, room_id=tea)
    assert tables_with("amovar") == set()
    for model in (models.Message, models.Membership, models.Ban):
        assert not model.objects.filter(room=tea).exists()
    [last] = log(tea)
    assert last.event == events.RoomDeleted(by=ana.id)
    assert last.by is not None
    assert messages.find_message(reader=ana, message_id=message.message.id) is None


@pytest.mark.usefixtures("transactional_db")
def test_the_last_event_is_told_and_is_all_that_can_be_read(ana: Viewer, tea: int, published: Published) -> None:
    head = log(tea)[-1].seq
    published.clear()
    rooms.delete_room(viewer=ana, room_id=tea)
    [(topic, hint)] = published
    assert topic == event_log.topic(tea)
    ended = RoomLog().decode(hint)
    assert (ended.seq, ended.ends, ended.erases, ended.subject) == (head + 1, hub.EVERYONE, True, None)
    for after in range(head + 1):
        assert [each.seq for each in RoomLog().read(topic, after, 10)] == [head + 1]
    assert RoomLog().read(topic, head + 1, 10) == []


def test_to_everybody_it_is_as_if_it_had_never_been(ana: Viewer, staff: Viewer, tea: int) -> None:
    cursor = event_log.cursor(log(tea)[-1])
    make_private(tea)
    rooms.delete_room(viewer=staff, room_id=tea)
    for viewer in (ana, staff):
        assert rooms.find_room(reader=viewer, room_id=tea) is None
        assert rooms.find_room(reader=viewer, address="tea") is None
        assert rooms.find_room(reader=viewer, address=f"/{tea}") is None
        assert rooms.find_room(reader=viewer, address="") is None
        gone: list[Callable[[], object]] = [
            partial(say, viewer, tea),
            partial(members.leave_room, viewer=viewer, room_id=tea),
            partial(rooms.delete_room, viewer=viewer, room_id=tea),
            partial(members.members, reader=viewer, room_id=tea, window=Window()),
            partial(streams.open_stream, viewer=viewer, room_id=tea, after=cursor),
            partial(streams.events_page, reader=viewer, room_id=tea, after=cursor, first=1),
        ]
        before = all_rows()
        for attempt in gone:
            with pytest.raises(NotFound, match=r"^No such room\.$"):
                attempt()
        assert all_rows() == before
    assert not listing.listed(reader=ana).exists()
    assert rooms.rooms_of(viewer=ana, window=Window()).items == []


def test_its_address_is_free_and_old_cursors_do_not_reach_its_successor(ana: Viewer, babak: Viewer, tea: int) -> None:
    cursor = event_log.cursor(log(tea)[-1])
    rooms.delete_room(viewer=ana, room_id=tea)
    entered = members.enter_room(viewer=babak, address="TEA")
    assert entered.created
    assert entered.member.role == Role.OWNER
    opening = streams.open_stream(viewer=babak, room_id=entered.room.id, after=cursor)
    assert opening.reset == "UNKNOWN_CURSOR"


@pytest.mark.usefixtures("transactional_db")
def test_whoever_enters_and_speaks_while_it_is_deleted_does_so_before_or_in_another_room(ana: Viewer) -> None:
    room_id = enter(ana)
    others = [Viewer(each.pk, False, ana.credential) for each in User.objects.bulk_create(_guests(6))]
    for guest in others[:3]:
        enter(guest)
    calls: list[Callable[[], object]] = [
        partial(rooms.delete_room, viewer=ana, room_id=room_id),
        *(partial(members.enter_room, viewer=guest, address="tea") for guest in others[3:]),
        *(partial(messages.send_message, viewer=guest, room_id=room_id, body="a", key="k") for guest in others[:3]),
    ]
    at_once(calls)
    assert happened(room_id) == ["RoomDeleted"]
    assert not models.Message.objects.filter(room=room_id).exists()
    present = models.Membership.objects.filter(left_at=None, user__in=[guest.id for guest in others[3:]])
    assert set(present.values_list("room", flat=True)) <= set(
        models.Room.objects.filter(deleted_at=None).values_list("pk", flat=True)
    )


def _guests(count: int) -> list[User]:
    return [User(username=f"guest{number}", username_folded=f"guest{number}") for number in range(count)]


def test_what_is_read_while_a_room_is_deleted_is_all_of_it_or_that_it_has_gone(
    ana: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is read in several statements: the room may go between them."""
    say(ana, tea)
    resolve = replay.resolve

    def resolve_late(rows: Sequence[Any]) -> list[events.Logged]:
        monkeypatch.setattr(replay, "resolve", resolve)
        rooms.delete_room(viewer=ana, room_id=tea)
        return resolve(rows)

    monkeypatch.setattr(replay, "resolve", resolve_late)
    assert [type(each.event).__name__ for each in replay.read(tea, 0, 100)] == ["RoomDeleted"]


def test_a_page_of_events_that_is_asked_for_while_the_room_is_deleted_is_none(
    ana: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = replay.read

    def read_late(room_id: int, after: int, limit: int) -> list[events.Logged]:
        rooms.delete_room(viewer=ana, room_id=tea)
        return read(room_id, after, limit)

    monkeypatch.setattr(replay, "read", read_late)
    with pytest.raises(NotFound, match=r"^No such room\.$"):
        streams.events_page(reader=ana, room_id=tea, after=None, first=10)


def test_whoever_is_sent_away_while_they_enter_again_is_let_in_again(
    ana: Viewer, babak: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = members._joined

    def then_kicked(viewer: Viewer, room: models.Room, invitation: str | None) -> models.Room | None:
        monkeypatch.setattr(members, "_joined", joined)
        was_there = joined(viewer, room, invitation)
        moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.KICK)
        return was_there

    monkeypatch.setattr(members, "_joined", then_kicked)
    assert members.enter_room(viewer=babak, address="tea").member.left_at is None
