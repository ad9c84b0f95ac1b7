"""Setting and removing one's avatar: told in every room that one is in, like a name; no file is left behind."""

import threading
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from backend.accounts import avatars, users
from backend.accounts.credentials import Viewer
from backend.accounts.models import User
from backend.accounts.users import Changes
from backend.chat import event_log, events, members, models, people
from backend.chat.room_log import RoomLog
from backend.errors import DomainError, Invalid, RateLimited, Unauthenticated
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.people import PASSWORD
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import delete_account, enter, happened, log, say
from tests.pictures import BLUE, picture

# Files are deleted when something has really been committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def files(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*") if path.is_file()}


def set_avatar(viewer: Viewer, content: bytes | None = None) -> str:
    file = BytesIO(picture() if content is None else content)
    return people.set_avatar(viewer=viewer, file=file).person.avatar


def stored(*names: str) -> set[str]:
    return {f"{name}.{size}.webp" for name in names for size in avatars.SIZES}


def test_it_is_the_persons_from_then_on_and_stands_beside_all_they_have_said(
    ana: Viewer, babak: Viewer, tea: int, media: Path
) -> None:
    say(ana, tea)
    avatar = set_avatar(ana)
    assert avatar
    assert files(media) == stored(avatar)
    assert users.people([ana.id, babak.id])[ana.id].avatar == avatar
    assert users.people([babak.id])[babak.id].avatar == ""
    [said] = [each.message for each in log(tea) if each.message]
    assert said.author.avatar == avatar


def test_another_replaces_it_and_its_files(ana: Viewer, media: Path) -> None:
    first, second = set_avatar(ana), set_avatar(ana, picture(colour=BLUE))
    assert first != second
    assert files(media) == stored(second)


def test_removing_it_removes_its_files(ana: Viewer, media: Path) -> None:
    set_avatar(ana)
    assert people.remove_avatar(viewer=ana).person.avatar == ""
    assert files(media) == set()


@pytest.mark.parametrize("change", [set_avatar, lambda viewer: people.remove_avatar(viewer=viewer)])
def test_it_is_an_event_in_every_room_that_shows_it_and_in_no_other(
    change: Callable[[Viewer], object], ana: Viewer, babak: Viewer, tea: int
) -> None:
    set_avatar(ana)
    coffee, left = enter(ana, "coffee"), enter(ana, "left")
    enter(babak, "left")
    members.leave_room(viewer=ana, room_id=left)
    before = {room: len(log(room)) for room in models.Room.objects.values_list("pk", flat=True)}
    change(ana)
    assert {room for room, length in before.items() if len(log(room)) == length + 1} == {tea, coffee, left}
    last = log(tea)[-1]
    assert isinstance(last.event, events.MemberChanged)
    assert last.member is not None
    assert last.by == last.member.person == users.people([ana.id])[ana.id]
    [entry] = RoomLog().read(event_log.topic(tea), last.seq - 1, 1)
    assert entry.erases, "what was shown before is in no memory any more"


def test_removing_what_is_not_there_is_no_event(ana: Viewer, tea: int) -> None:
    before = happened(tea)
    people.remove_avatar(viewer=ana)
    assert happened(tea) == before


def test_it_survives_another_name_and_a_name_survives_it(ana: Viewer) -> None:
    avatar = set_avatar(ana)
    account = people.update_profile(viewer=ana, changes=Changes(display_name="Ana of the tea house"))
    assert account.person.avatar == avatar
    set_avatar(ana)
    assert users.people([ana.id])[ana.id].display_name == "Ana of the tea house"


@pytest.mark.parametrize("content", [b"", b"salam", picture()[:-30], picture("BMP")])
def test_what_is_no_picture_changes_nothing(content: bytes, ana: Viewer, tea: int, media: Path) -> None:
    set_avatar(ana)
    before, before_files = all_rows(), files(media)
    with pytest.raises(Invalid):
        set_avatar(ana, content)
    assert (all_rows(), files(media)) == (before, before_files)


def test_a_change_that_fails_leaves_the_old_one_and_nothing_of_the_new_one(
    ana: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away while the rooms are told."""
    avatar = set_avatar(ana)

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(event_log, "append", fail)
    with pytest.raises(ConnectionError):
        set_avatar(ana)
    assert files(media) == stored(avatar)
    assert users.people([ana.id])[ana.id].avatar == avatar


def test_of_two_at_once_the_last_one_wins_and_no_file_is_orphaned(
    ana: Viewer, tea: int, media: Path, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_are_decoded = threading.Barrier(4)
    store = avatars.store

    def store_together(file: BytesIO) -> str:
        avatar = store(file)
        all_are_decoded.wait(timeout=10)
        return avatar

    monkeypatch.setattr(avatars, "store", store_together)
    results = at_once([partial(set_avatar, ana) for _ in range(4)])
    assert not any(isinstance(each, DomainError) for each in results)
    last = users.people([ana.id])[ana.id].avatar
    assert last in results
    assert files(media) == stored(last)
    assert happened(tea).count("MemberChanged") == 4


def test_of_setting_and_removing_at_once_what_is_left_is_what_the_row_says(ana: Viewer, media: Path) -> None:
    calls: list[Callable[[], object]] = []
    for _ in range(3):
        calls += [partial(set_avatar, ana), partial(people.remove_avatar, viewer=ana)]
    at_once(calls)
    last = users.people([ana.id])[ana.id].avatar
    assert files(media) == (stored(last) if last else set())


def test_a_deleted_account_has_none(ana: Viewer, media: Path) -> None:
    set_avatar(ana)
    delete_account(ana)
    assert files(media) == set()
    assert users.people([ana.id])[ana.id].avatar == ""
    with pytest.raises(Unauthenticated):
        set_avatar(ana)
    assert files(media) == set()


def test_an_upload_while_the_account_is_deleted_leaves_nothing(ana: Viewer, media: Path) -> None:
    user = User.objects.get(pk=ana.id)
    user.set_password(PASSWORD)
    user.save()
    delete = partial(people.delete_account, viewer=ana, current_password=PASSWORD)
    calls: list[Callable[[], object]] = [partial(set_avatar, ana), delete]
    at_once(calls)
    assert files(media) == set()


def test_too_many_uploads_are_refused_undecoded(
    ana: Viewer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATES = {**django_settings.RATES, "profile": Rate(1, 0.001)}
    set_avatar(ana)
    monkeypatch.setattr(avatars, "store", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(RateLimited):
        set_avatar(ana)
    with pytest.raises(RateLimited):
        people.remove_avatar(viewer=ana)
