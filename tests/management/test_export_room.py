"""An export is the log: whole, in order, once each, whatever became of it on the way."""

import fcntl
import json
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from backend.accounts.credentials import Viewer
from backend.chat import event_log, messages, reactions, rooms
from backend.chat.models import Room
from tests.accounts import people
from tests.accounts.tables import once
from tests.chat import steps
from tests.management import commands
from tests.management.commands import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 1100
FILE_BYTES = 200_000  # less than all of it, more than a page


@pytest.fixture(autouse=True)
def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody follows these rooms, and a thousand hints take long."""
    monkeypatch.setattr("backend.hub.publish", lambda *_: None)


@pytest.fixture
def ana() -> Viewer:
    return people.viewer("Ana")


@pytest.fixture
def tea(ana: Viewer) -> int:
    """A room in which little has happened."""
    room_id = steps.enter(ana)
    steps.say(ana, room_id, "سلام, привет, გამარჯობა")
    return room_id


@once
@transaction.atomic
def busy_room() -> int:
    ana = people.viewer("Ana")
    room_id = steps.enter(ana)
    for number in range(2, EVENTS + 1):
        steps.append_one(room_id) if number % 7 else steps.say(ana, room_id, f"glass {number} of this evening")
    return room_id


@pytest.fixture
def busy() -> int:
    """A room with more than a thousand events."""
    return busy_room()


def logged(room_id: int) -> list[str]:
    return [event_log.cursor(each) for each in steps.log(room_id)]


def frames(text: str) -> list[dict[str, Any]]:
    """Every line is one, and the last has its end."""
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def exported(text: str) -> list[str]:
    return [frame["cursor"] for frame in frames(text)]


def export(address: str, file: Path, **options: str) -> list[dict[str, Any]]:
    """In this process."""
    call_command("export_room", address, output=str(file), **options)
    return frames(file.read_text())


# --- The whole ------------------------------------------------------------------------------------------------


def test_an_export_is_the_log_event_by_event(busy: int) -> None:
    status, out, err = commands.run("export_room", " TEA ")
    assert (status, err) == (0, f"events: {EVENTS:,} of {EVENTS:,}\n")
    assert exported(out) == logged(busy)
    names = {"MemberJoined", "MessageSent", "MemberChanged"}
    assert {frame["event"]["__typename"] for frame in frames(out)} == names


def test_a_line_is_a_frame(ana: Viewer, tea: int, tmp_path: Path) -> None:
    _, said = export("tea", tmp_path / "tea.jsonl")
    assert list(said) == ["cursor", "event"]
    assert said["event"]["message"] | {"id": "", "sentAt": ""} == {
        "id": "",
        "author": said["event"]["message"]["author"],
        "body": "سلام, привет, გამარჯობა",
        "sentAt": "",
        "editedAt": None,
        "deletedAt": None,
        "version": 2,
        "replyTo": None,
        "mentions": [],
        "reactions": [],
        "attachments": [],
    }
    assert said["event"]["message"]["author"]["username"] == "Ana"


def test_a_private_room_is_exported_too(tea: int, tmp_path: Path) -> None:
    """By its operator, who has the database anyway."""
    steps.make_private(tea)
    assert [frame["cursor"] for frame in export("tea", tmp_path / "tea.jsonl")] == logged(tea)


def test_what_was_deleted_is_not_in_it(ana: Viewer, tea: int, tmp_path: Path) -> None:
    secret = steps.say(ana, tea, "the cup of the secret").message.id
    answer = messages.send_message(viewer=ana, room_id=tea, body="which?", key="answer", reply_to=secret)
    reactions.add_reaction(viewer=ana, message_id=answer.message.id, emoji="☕")
    messages.delete_message(viewer=ana, message_id=secret)
    file = tmp_path / "tea.jsonl"
    events = [frame["event"] for frame in export("tea", file)]
    assert "secret" not in file.read_text()
    assert [each["__typename"] for each in events[2:]] == [
        "MessageSent",
        "MessageSent",
        "ReactionsChanged",
        "MessageDeleted",
    ]
    assert events[2]["message"]["body"] == ""
    assert events[3]["message"]["replyTo"] == {"id": events[2]["message"]["id"]}
    assert events[4]["message"]["reactions"] == [{"emoji": "☕", "count": 1}]


# --- Going on -------------------------------------------------------------------------------------------------


def test_an_export_that_was_killed_goes_on_after_its_last_whole_line(busy: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    with commands.start("export_room", "tea") as process:
        assert process.stdout
        # Nobody reads on, so it stands in the middle, with as much under way as a pipe holds.
        torn = process.stdout.read(FILE_BYTES // 4).rstrip("\n")
        process.kill()
    file.write_text(torn)
    lines = torn.count("\n")
    assert 0 < lines < EVENTS
    status, out, err = commands.run("export_room", "tea", "--output", str(file))
    assert (status, out, err) == (0, "", f"events: {EVENTS - lines:,} of {EVENTS - lines:,}\n")
    assert exported(file.read_text()) == logged(busy)


def test_an_export_that_finds_the_disk_full_says_so_and_goes_on_when_there_is_room(busy: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    with commands.start("export_room", "tea", "--output", str(file)) as process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    told = "The export cannot be written: File too large. The same command goes on where this one stopped."
    assert err.splitlines()[-1] == f"CommandError: {told}"
    assert file.stat().st_size == FILE_BYTES
    export("tea", file)
    assert exported(file.read_text()) == logged(busy)


def test_an_export_that_is_interrupted_ends_after_a_whole_line_and_says_how_to_go_on(busy: int) -> None:
    with commands.start("export_room", "tea") as process:
        assert process.stdout
        assert process.stderr
        first = process.stdout.readline()  # it is writing: soon it waits for us
        process.send_signal(signal.SIGINT)
        rest, err = process.stdout.read(), process.stderr.read()
        assert process.wait(PATIENCE) == 130
    begun = exported(first + rest)
    assert len(begun) < EVENTS
    assert err.splitlines()[-1] == f"Interrupted. --after {begun[-1]} goes on where this one stopped."
    status, out, _ = commands.run("export_room", "tea", "--after", begun[-1])
    assert status == 0
    assert begun + exported(out) == logged(busy)


def test_an_export_whose_reader_has_enough_ends_without_a_word(busy: int) -> None:
    with commands.start("export_room", "tea") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert "Error" not in process.stderr.read()
        assert process.wait(PATIENCE) == 1


def test_a_file_that_is_whole_gets_what_has_happened_since(ana: Viewer, tea: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    before = export("tea", file)
    assert export("tea", file) == before
    steps.say(ana, tea, "another cup")
    after = export("tea", file)
    assert after[:-1] == before
    assert after[-1]["event"]["message"]["body"] == "another cup"
    assert exported(file.read_text()) == logged(tea)


def test_a_file_that_was_torn_within_its_first_line_begins_anew(tea: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    for torn in ("", "{", '{"cursor":"AAAA'):
        file.write_text(torn)
        export("tea", file)
        assert exported(file.read_text()) == logged(tea)


def test_an_export_is_for_its_owner_to_read(tea: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    export("tea", file)
    assert file.stat().st_mode & 0o777 == 0o600


# --- Refusals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["coffee", "no/address", ""])
def test_an_unknown_address_is_told_and_nothing_is_made(tea: int, tmp_path: Path, address: str) -> None:
    with pytest.raises(CommandError, match=f"There is no room at '{address}'"):
        export(address, tmp_path / "tea.jsonl")
    assert not list(tmp_path.iterdir())


def test_a_room_that_was_deleted_has_no_address_any_more(ana: Viewer, tea: int, tmp_path: Path) -> None:
    rooms.delete_room(viewer=ana, room_id=tea)
    with pytest.raises(CommandError, match="There is no room at 'tea'"):
        export("tea", tmp_path / "tea.jsonl")


def test_a_room_that_is_deleted_meanwhile_is_told(
    ana: Viewer, tea: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = rooms.room_at("tea")
    rooms.delete_room(viewer=ana, room_id=tea)
    monkeypatch.setattr("backend.chat.rooms.room_at", lambda _: found)
    with pytest.raises(CommandError, match=r"^The room was deleted\.$"):
        call_command("export_room", "tea", output=str(tmp_path / "tea.jsonl"))


def test_a_cursor_of_nothing_or_of_another_room_is_told(ana: Viewer, tea: int, tmp_path: Path) -> None:
    other = logged(steps.enter(ana, "coffee"))[-1]
    for cursor in ("forged", other):
        with pytest.raises(CommandError, match=r"^This is no cursor of this room's log\.$"):
            call_command("export_room", "tea", after=cursor, output=str(tmp_path / "tea.jsonl"))


def test_a_file_of_another_room_is_left_alone(ana: Viewer, tea: int, tmp_path: Path) -> None:
    steps.enter(ana, "coffee")
    file = tmp_path / "coffee.jsonl"
    export("coffee", file)
    before = file.read_text()
    with pytest.raises(CommandError, match="no cursor of this room's log"):
        export("tea", file)
    assert file.read_text() == before


def test_a_cursor_whose_events_are_no_longer_kept_is_told(busy: int, tmp_path: Path) -> None:
    cursor = logged(busy)[2]
    Room.objects.filter(pk=busy).update(tail=100)
    with pytest.raises(CommandError, match=r"^The events after this cursor are no longer kept\.$"):
        call_command("export_room", "tea", after=cursor, output=str(tmp_path / "tea.jsonl"))


@pytest.mark.parametrize(
    "content", ["my diary", "my diary\n", '{"name": "tea"}\n', "\0" * 5000, '{"cursor":"x"}\n[]\n']
)
def test_a_file_that_is_no_export_is_left_alone(tea: int, tmp_path: Path, content: str) -> None:
    file = tmp_path / "diary"
    file.write_text(content)
    with pytest.raises(CommandError, match="has something else in it than an export"):
        export("tea", file)
    assert file.read_text() == content


def test_a_file_that_cannot_be_written_is_told(tea: int, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        export("tea", tmp_path)


def test_two_exports_do_not_write_to_one_file(tea: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    with file.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another export is writing"):
            export("tea", file)


def test_a_file_and_a_cursor_cannot_both_say_where_to_go_on(tea: int, tmp_path: Path) -> None:
    file = tmp_path / "tea.jsonl"
    export("tea", file)
    with pytest.raises(CommandError, match="leave out --after"):
        export("tea", file, after=logged(tea)[0])
