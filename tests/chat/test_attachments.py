"""Attachments: uploaded to a room, sent with a message, gone with it; no file is there without a row that says so."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries, Settings

from backend.accounts.credentials import Viewer
from backend.chat import attachments, event_log, facts, files, history, members, messages, models, moderation, rooms
from backend.chat.messages import Accepted
from backend.chat.moderation import ModerationAction
from backend.chat.pages import Window
from backend.chat.room_log import RoomLog
from backend.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backend.limits import Rate
from tests.accounts.at_once import at_once, elsewhere
from tests.accounts.tables import all_rows, tables_with
from tests.chat.steps import KEY, delete_account, enter, happened, log, make_private, say
from tests.pictures import picture

# Files are deleted when something has really been committed.
pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(seconds=django_settings.ATTACHMENT_UNSENT_SECONDS)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def stored(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*") if path.is_file()}


def upload(viewer: Viewer, room_id: int, content: bytes = b"tea", name: str = "tea.txt") -> facts.Attachment:
    return attachments.upload_attachment(viewer=viewer, room_id=room_id, file=BytesIO(content), name=name)


def send(viewer: Viewer, room_id: int, *attached: facts.Attachment, body: str = "", key: str | None = None) -> Accepted:
    return say(viewer, room_id, body, key=key, attachment_ids=[each.id for each in attached])


def shown(message: facts.Message) -> list[facts.Attachment]:
    found = attachments.attachments_by_id(message.attachments)
    return [found[each] for each in message.attachments if each in found]


def can_have(viewer: Viewer, attachment: facts.Attachment) -> bool:
    """By its id and by its key alike."""
    by_id = attachments.find_attachment(reader=viewer, attachment_id=attachment.id)
    download = attachments.open_attachment(reader=viewer, key=attachment.key)
    assert (by_id is None) == (download is None)
    if download is None:
        return False
    assert by_id == download.attachment == attachment
    with download.file as file:
        assert len(file.read()) == attachment.size
    return True


def let_a_day_pass() -> None:
    """By the database's clock, for what has not been sent."""
    models.Attachment.objects.exclude(expires_at=None).update(expires_at=Now() - timedelta(milliseconds=1))


# --- Uploading ------------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_a_name_that_says_nothing_for_its_uploader_alone(
    ana: Viewer, babak: Viewer, tea: int, media: Path
) -> None:
    first, second = upload(ana, tea, "чай".encode(), "чай.txt"), upload(ana, tea, "чай".encode(), "чай.txt")
    assert (first.name, first.media_type, first.size) == ("чай.txt", "text/plain", 6)
    assert stored(media) == {first.key, second.key}
    assert len({first.key, second.key, first.id, second.id}) == 4
    assert can_have(ana, first)
    assert not can_have(babak, first)
    assert attachments.attachments_by_id([first.id]) == {}


def test_a_picture_has_the_size_in_which_it_is_kept(ana: Viewer, tea: int, settings: Settings) -> None:
    settings.ATTACHMENT_MAX_PX = 30
    found = upload(ana, tea, picture(size=(60, 40)), "tea.png")
    assert (found.name, found.media_type, found.width, found.height) == ("tea.webp", "image/webp", 30, 20)


def test_nothing_in_the_log_or_the_room_tells_of_an_upload(ana: Viewer, tea: int) -> None:
    before = happened(tea), models.Room.objects.get(pk=tea).head
    upload(ana, tea)
    assert (happened(tea), models.Room.objects.get(pk=tea).head) == before


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"tea", "tea.exe"), (b"tea", "tea.zip"), (picture()[:-30], "tea.png"), (picture("BMP"), "tea.bmp"), (b"", "")],
)
def test_what_is_refused_leaves_nothing(content: bytes, name: str, ana: Viewer, tea: int, media: Path) -> None:
    before = all_rows()
    with pytest.raises(Invalid):
        upload(ana, tea, content, name)
    assert (all_rows(), stored(media)) == (before, set())


def test_who_may_not_send_there_may_not_upload_and_nothing_is_decoded(
    ana: Viewer, babak: Viewer, clara: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.MUTE)
    monkeypatch.setattr(files, "check", lambda *_: pytest.fail("it was looked at"))
    for who in (babak, clara):
        with pytest.raises(Forbidden):
            upload(who, tea)
    for room_id in (tea, 99_999_999):
        make_private(room_id)
        with pytest.raises(NotFound):
            upload(clara, room_id)
    assert stored(media) == set()
    assert not models.Attachment.objects.exists()


def test_who_is_sent_away_while_the_file_is_looked_at_has_uploaded_nothing(
    ana: Viewer, babak: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = files.check

    def kick_and_check(*given: object) -> files.Checked:
        moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.KICK)
        return check(*given)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(files, "check", kick_and_check)
    with pytest.raises(Forbidden):
        upload(babak, tea)
    assert stored(media) == set()
    assert not models.Attachment.objects.exists()


def test_too_many_uploads_are_refused_unread(ana: Viewer, tea: int, settings: Settings) -> None:
    settings.RATES = {**django_settings.RATES, "upload": Rate(1, 0.001)}
    upload(ana, tea)
    with pytest.raises(RateLimited):
        upload(ana, tea)


def test_of_more_than_may_wait_to_be_sent_the_oldest_go(
    ana: Viewer, babak: Viewer, tea: int, media: Path, settings: Settings
) -> None:
    settings.ATTACHMENTS_UNSENT = 3
    others = upload(babak, tea)
    sent = upload(ana, tea)
    send(ana, tea, sent)
    uploaded = [upload(ana, tea) for _ in range(5)]
    assert [can_have(ana, each) for each in uploaded] == [False, False, True, True, True]
    assert stored(media) == {each.key for each in (others, sent, *uploaded[2:])}
    with pytest.raises(NotFound):
        send(ana, tea, uploaded[0])


def test_of_uploads_at_once_no_more_are_left_than_may_be(
    ana: Viewer, tea: int, media: Path, settings: Settings
) -> None:
    settings.ATTACHMENTS_UNSENT = 2
    results = at_once([partial(upload, ana, tea)] * 6)
    assert any(isinstance(each, facts.Attachment) for each in results)
    left = set(models.Attachment.objects.values_list("key", flat=True))
    assert len(left) == 2
    assert stored(media) == left


def test_a_file_that_is_being_sent_meanwhile_is_not_among_the_oldest_that_go(
    ana: Viewer, babak: Viewer, tea: int, settings: Settings
) -> None:
    settings.ATTACHMENTS_UNSENT = 1
    coffee, oldest = enter(ana, "coffee"), upload(ana, tea)
    message = say(ana, tea).message
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            attachments.attach([oldest.id], message=message)
            uploading = threads.submit(elsewhere, partial(upload, ana, coffee))
            with pytest.raises(TimeoutError):
                uploading.result(timeout=1)
        newest = uploading.result(timeout=10)
    assert can_have(babak, oldest)
    assert can_have(ana, newest)


def test_a_disk_that_is_full_leaves_nothing(
    ana: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(files, "store", fail)
    with pytest.raises(OSError, match="space"):
        upload(ana, tea)
    assert stored(media) == set()
    assert not models.Attachment.objects.exists()


class Killed(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("after", ["its row", "its file"])
def test_of_a_process_that_dies_in_between_nothing_is_left_after_a_day(
    after: str, ana: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is there before the file."""
    store = files.store

    def die(key: str, content: bytes) -> None:
        if after == "its file":
            store(key, content)
        raise Killed

    monkeypatch.setattr(files, "store", die)
    with pytest.raises(Killed):
        upload(ana, tea)
    assert models.Attachment.objects.count() == 1
    let_a_day_pass()
    attachments.sweep()
    assert stored(media) == set()
    assert not models.Attachment.objects.exists()


def test_a_file_whose_row_has_gone_before_it_was_there_goes_too(
    ana: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = files.store

    def sweep_and_store(key: str, content: bytes) -> None:
        let_a_day_pass()
        attachments.sweep()
        store(key, content)

    monkeypatch.setattr(files, "store", sweep_and_store)
    with pytest.raises(NotFound):
        upload(ana, tea)
    assert stored(media) == set()


def test_a_file_whose_id_was_guessed_and_sent_before_it_was_there_stays(
    ana: Viewer, babak: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = files.store

    def send_and_store(key: str, content: bytes) -> None:
        send(ana, tea, facts.attachment(models.Attachment.objects.get(key=key)))
        store(key, content)

    monkeypatch.setattr(files, "store", send_and_store)
    sent = upload(ana, tea)
    assert stored(media) == {sent.key}
    assert can_have(babak, sent)


# --- Sending --------------------------------------------------------------------------------------------------


def test_what_is_sent_is_shown_to_all_members_in_the_order_of_the_sender(ana: Viewer, babak: Viewer, tea: int) -> None:
    first, second = upload(ana, tea), upload(ana, tea, picture(), "tea.png")
    sent = send(ana, tea, second, first, body="look").message
    assert shown(sent) == [second, first]
    assert can_have(babak, first)
    [kept] = history.history(reader=babak, room_id=tea, window=Window()).items
    assert kept == sent == messages.find_message(reader=babak, message_id=sent.id)
    assert log(tea)[-1].message == sent


def test_a_body_may_be_empty_beside_an_attachment_alone(ana: Viewer, tea: int) -> None:
    attached = upload(ana, tea)
    for body in ("", " \n"):
        with pytest.raises(Invalid) as refused:
            say(ana, tea, body)
        assert [(each.path, each.code) for each in refused.value.fields] == [(("body",), "REQUIRED")]
    assert send(ana, tea, attached).message.body == ""


def test_it_has_no_words_to_be_found_by(ana: Viewer, tea: int) -> None:
    send(ana, tea, upload(ana, tea, name="gooseberry.txt"))
    found = history.history(reader=ana, room_id=tea, window=Window(), matching="gooseberry")
    assert found.items == []


def test_an_edit_may_take_the_text_away_and_leaves_the_attachments(ana: Viewer, tea: int) -> None:
    attached = upload(ana, tea)
    sent = send(ana, tea, attached, body="look").message
    edited = messages.edit_message(viewer=ana, message_id=sent.id, body="").message
    assert (edited.body, shown(edited)) == ("", [attached])
    plain = say(ana, tea).message
    with pytest.raises(Invalid):
        messages.edit_message(viewer=ana, message_id=plain.id, body="")


def test_only_ones_own_of_that_room_and_unsent_can_be_sent_and_a_refusal_changes_nothing(
    ana: Viewer, babak: Viewer, tea: int
) -> None:
    coffee = enter(ana, "coffee")
    mine, others, elsewhere, sent, expired = (
        upload(who, where) for who, where in ((ana, tea), (babak, tea), (ana, coffee), (ana, tea), (ana, tea))
    )
    send(ana, tea, sent)
    models.Attachment.objects.filter(pk=expired.id).update(expires_at=Now())
    before = all_rows()
    for attached in ([others], [elsewhere], [sent], [expired], [mine, others], [mine, mine]):
        with pytest.raises(NotFound):
            send(ana, tea, *attached, body="look")
    with pytest.raises(NotFound):
        say(ana, tea, attachment_ids=[99_999_999])
    assert all_rows() == before
    assert send(ana, tea, mine).message.seq == 4


def test_a_message_has_only_so_many(ana: Viewer, tea: int, settings: Settings) -> None:
    settings.ATTACHMENTS_PER_MESSAGE = 2
    uploaded = [upload(ana, tea) for _ in range(3)]
    with pytest.raises(Invalid) as refused:
        send(ana, tea, *uploaded)
    assert [(each.path, each.code) for each in refused.value.fields] == [(("attachments",), "TOO_LONG")]
    send(ana, tea, *uploaded[:2])


def test_a_retry_returns_the_first_message_and_other_attachments_are_a_conflict(ana: Viewer, tea: int) -> None:
    first, second = upload(ana, tea), upload(ana, tea)
    sent = send(ana, tea, first, body="look", key=KEY)
    again = send(ana, tea, first, body="look", key=KEY)
    assert again == Accepted(message=sent.message, cursor=sent.cursor, duplicate=True)
    for attached in ([], [second], [first, second]):
        with pytest.raises(Conflict):
            send(ana, tea, *attached, body="look", key=KEY)
    messages.delete_message(viewer=ana, message_id=sent.message.id)
    assert send(ana, tea, first, body="look", key=KEY).duplicate


def test_the_order_of_attachments_and_a_reply_are_part_of_what_a_key_has_sent(ana: Viewer, tea: int) -> None:
    first, second, answered = upload(ana, tea), upload(ana, tea), say(ana, tea).message
    send(ana, tea, first, second, key=KEY)
    with pytest.raises(Conflict):
        send(ana, tea, second, first, key=KEY)
    with pytest.raises(Conflict):
        messages.send_message(
            viewer=ana, room_id=tea, body="", key=KEY, reply_to=answered.id, attachment_ids=[first.id, second.id]
        )


def test_of_two_messages_at_once_one_has_it(ana: Viewer, tea: int) -> None:
    attached = upload(ana, tea)
    results = at_once([partial(send, ana, tea, attached) for _ in range(4)])
    assert sorted(type(each).__name__ for each in results) == ["Accepted", "NotFound", "NotFound", "NotFound"]
    assert happened(tea).count("MessageSent") == 1


def test_of_sending_and_sweeping_at_once_one_finds_it(ana: Viewer, tea: int, media: Path) -> None:
    """Either it has been sent, and is there, or it has gone, and nothing was sent."""
    for _ in range(5):
        attached = upload(ana, tea)
        expire = models.Attachment.objects.filter(pk=attached.id, message=None).update
        calls: list[Callable[[], object]] = [
            partial(send, ana, tea, attached),
            lambda expire=expire: expire(expires_at=Now()),  # type: ignore[misc]  # a default is no argument
            attachments.sweep,
            attachments.sweep,
        ]
        sent = not isinstance(at_once(calls)[0], DomainError)
        attachments.sweep()
        assert (attached.key in stored(media)) is sent
        assert models.Attachment.objects.filter(key=attached.key).exists() is sent


# --- Who can have it ------------------------------------------------------------------------------------------


def test_only_members_can_have_it_whatever_the_room_is(ana: Viewer, babak: Viewer, clara: Viewer, tea: int) -> None:
    attached, unsent = upload(babak, tea), upload(babak, tea)
    send(babak, tea, attached)
    for is_private in (False, True):
        models.Room.objects.filter(pk=tea).update(is_private=is_private)
        assert can_have(ana, attached)
        assert not can_have(clara, attached)
    moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=ModerationAction.KICK)
    assert not can_have(babak, attached), "though it was theirs"
    assert not can_have(babak, unsent)
    assert can_have(ana, attached)


def test_staff_get_no_further_and_nobody_is_told_to_log_in(staff: Viewer, ana: Viewer, tea: int) -> None:
    attached = upload(ana, tea)
    send(ana, tea, attached)
    assert not can_have(staff, attached)
    for key in (attached.key, "0" * 32):
        with pytest.raises(Unauthenticated):
            attachments.open_attachment(reader=None, key=key)


def test_a_file_that_was_lost_is_none(ana: Viewer, tea: int) -> None:
    attached = upload(ana, tea)
    files.delete(attached.key)
    assert attachments.open_attachment(reader=ana, key=attached.key) is None


# --- Going ----------------------------------------------------------------------------------------------------


def test_what_is_not_sent_within_a_day_goes(ana: Viewer, tea: int, media: Path) -> None:
    sent, unsent = upload(ana, tea), upload(ana, tea)
    send(ana, tea, sent)
    row = models.Attachment.objects.filter(pk=unsent.id)
    ahead = {"expires_at__gt": Now() + DAY - timedelta(minutes=1), "expires_at__lte": Now() + DAY}
    assert row.filter(**ahead).exists(), "a day, by the database's clock"
    attachments.sweep()
    assert can_have(ana, unsent)
    let_a_day_pass()
    assert not can_have(ana, unsent), "at once, whenever it is swept away"
    attachments.sweep()
    assert stored(media) == {sent.key}
    assert not row.exists()
    assert can_have(ana, sent)


def test_so_many_are_swept_away_at_once_and_it_is_told_whether_there_are_more(
    ana: Viewer, tea: int, media: Path, settings: Settings
) -> None:
    settings.ATTACHMENT_SWEEP_SIZE = 2
    for _ in range(5):
        upload(ana, tea)
    let_a_day_pass()
    assert [attachments.sweep() for _ in range(4)] == [True, True, False, False]
    assert stored(media) == set()


def test_sweeping_at_once_fails_nobody(ana: Viewer, tea: int, media: Path, settings: Settings) -> None:
    settings.ATTACHMENT_SWEEP_SIZE = 3
    for _ in range(9):
        upload(ana, tea)
    let_a_day_pass()
    at_once([attachments.sweep] * 4)
    while attachments.sweep():
        pass
    assert stored(media) == set()


def test_a_file_that_cannot_be_deleted_keeps_no_other_and_is_tried_again(
    ana: Viewer,
    tea: int,
    media: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.ATTACHMENT_SWEEP_SIZE = 1
    stuck = upload(ana, tea)
    delete = FileSystemStorage.delete

    def fail(storage: FileSystemStorage, name: str) -> None:
        if stuck.key in name:
            raise PermissionError
        delete(storage, name)

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", fail)
        let_a_day_pass()
        assert not attachments.sweep(), "later, and not at once again"
        assert "could not be deleted" in caplog.text
        other = upload(ana, tea)
        attachments.discard(models.Attachment.objects.filter(pk=other.id))
        assert stored(media) == {stuck.key}
        assert [row.key for row in models.Attachment.objects.all()] == [stuck.key]
        assert not can_have(ana, stuck)
    attachments.sweep()
    assert stored(media) == set()
    assert not models.Attachment.objects.exists()


def test_nobody_waits_for_the_disk_while_files_are_swept_away(
    ana: Viewer, tea: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = FileSystemStorage.delete
    said: list[Accepted] = []

    def delete_slowly(storage: FileSystemStorage, name: str) -> None:
        assert not connection.in_atomic_block
        said.append(elsewhere(partial(say, ana, tea)))
        delete(storage, name)

    monkeypatch.setattr(FileSystemStorage, "delete", delete_slowly)
    upload(ana, tea)
    let_a_day_pass()
    attachments.sweep()
    assert [each.duplicate for each in said] == [False]


def test_a_sweep_that_dies_among_its_files_leaves_rows_for_the_next_one(
    ana: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = FileSystemStorage.delete
    uploaded = [upload(ana, tea) for _ in range(3)]
    let_a_day_pass()
    deaths = iter([False, True])

    def die(storage: FileSystemStorage, name: str) -> None:
        if next(deaths):
            raise KeyboardInterrupt
        delete(storage, name)

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", die)
        with pytest.raises(KeyboardInterrupt):
            attachments.sweep()
    assert len(stored(media)) == 2
    assert models.Attachment.objects.count() == 3
    for each in uploaded:
        assert not can_have(ana, each)
        with pytest.raises(NotFound):
            send(ana, tea, each)
    attachments.sweep()
    assert stored(media) == set()
    assert not models.Attachment.objects.exists()


def test_a_sweep_that_finds_nothing_keeps_nobody_from_writing(ana: Viewer, tea: int) -> None:
    upload(ana, tea)
    with event_log.append(tea) as place:
        results: list[bool] = []
        thread = threading.Thread(target=lambda: results.append(attachments.sweep()))
        thread.start()
        thread.join(timeout=10)
        assert results == [False]
        place.event = log(tea)[0].event


def test_with_a_message_go_its_files_and_their_names(ana: Viewer, babak: Viewer, tea: int, media: Path) -> None:
    kept, gone = upload(babak, tea), upload(babak, tea, name="gooseberry.txt")
    send(babak, tea, kept)
    sent = send(babak, tea, gone, body="look")
    assert tables_with("gooseberry") == {"chat_attachment"}
    deleted = messages.delete_message(viewer=ana, message_id=sent.message.id).message
    assert deleted.attachments == ()
    assert not can_have(babak, gone)
    assert stored(media) == {kept.key}
    assert tables_with("gooseberry") == set()
    replayed = [each.message for each in log(tea) if each.message and each.message.id == deleted.id]
    assert [each.attachments for each in replayed] == [(), ()]
    assert len(RoomLog().read(event_log.topic(tea), 0, 100)) == len(log(tea))


def test_what_is_rolled_back_deletes_nothing(
    ana: Viewer, tea: int, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attached = upload(ana, tea)
    sent = send(ana, tea, attached).message

    def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(event_log, "store", fail)
        with pytest.raises(ConnectionError):
            messages.delete_message(viewer=ana, message_id=sent.id)
    assert stored(media) == {attached.key}
    assert can_have(ana, attached)


@pytest.mark.parametrize("way", ["deleted", "left by all"])
def test_with_a_room_go_all_its_files(way: str, ana: Viewer, babak: Viewer, tea: int, media: Path) -> None:
    coffee = enter(ana, "coffee")
    kept = upload(ana, coffee)
    for who in (ana, babak):
        send(who, tea, upload(who, tea, name="gooseberry.txt"))
        upload(who, tea, name="gooseberry.txt")
    if way == "deleted":
        rooms.delete_room(viewer=ana, room_id=tea)
    else:
        for who in (ana, babak):
            members.leave_room(viewer=who, room_id=tea)
    assert stored(media) == {kept.key}
    assert tables_with("gooseberry") == set()
    assert happened(tea) == ["RoomDeleted"]


def test_a_room_with_more_files_than_are_deleted_at_once_is_swept_in_the_end(
    ana: Viewer, tea: int, media: Path, settings: Settings
) -> None:
    settings.ATTACHMENT_SWEEP_SIZE = 2
    for _ in range(5):
        send(ana, tea, upload(ana, tea))
    rooms.delete_room(viewer=ana, room_id=tea)
    assert len(stored(media)) == 3, "nobody waits for more"
    while attachments.sweep():
        pass
    assert stored(media) == set()


def test_with_an_account_goes_what_it_has_not_sent_and_what_it_said_stays(
    ana: Viewer, babak: Viewer, tea: int, media: Path
) -> None:
    sent, unsent = upload(babak, tea), upload(babak, tea, name="gooseberry.txt")
    send(babak, tea, sent)
    delete_account(babak)
    assert stored(media) == {sent.key}
    assert tables_with("gooseberry") == set()
    assert can_have(ana, sent)
    assert models.Attachment.objects.filter(pk=unsent.id).count() == 0
    with pytest.raises((Unauthenticated, Forbidden)):
        upload(babak, tea)
    assert stored(media) == {sent.key}


# --- What the tables hold to ----------------------------------------------------------------------------------


def test_a_row_is_sent_or_expires(ana: Viewer, tea: int) -> None:
    attached = upload(ana, tea)
    sent = say(ana, tea).message
    row = models.Attachment.objects.filter(pk=attached.id)
    with pytest.raises(IntegrityError):
        row.update(expires_at=None)
    with pytest.raises(IntegrityError):
        row.update(message=sent.id)


def test_no_row_goes_before_its_file_does(ana: Viewer, tea: int) -> None:
    sent = send(ana, tea, upload(ana, tea)).message
    with pytest.raises(ProtectedError):
        models.Message.objects.get(pk=sent.id).delete()
    with pytest.raises(ProtectedError):
        models.Room.objects.get(pk=tea).delete()


def test_those_of_many_messages_are_read_at_once(
    ana: Viewer, tea: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sent = [send(ana, tea, upload(ana, tea), upload(ana, tea)).message for _ in range(5)]
    ids = [each for message in sent for each in message.attachments]
    with django_assert_num_queries(1):
        assert attachments.attachments_by_id(ids).keys() == set(ids)
