"""A stage is set once, however often it is done: nothing is there twice, and nothing of others is touched."""

import signal
import time
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import Settings

from backend.accounts import credentials, tokens, users
from backend.accounts.models import PersonalToken, User
from backend.chat import messages, rooms
from backend.chat.models import Membership, Message, Room
from backend.management.demo import script, stage
from tests.accounts import people
from tests.accounts.tables import once
from tests.chat import steps
from tests.management import commands
from tests.management.commands import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


def prepare() -> None:
    call_command("demo", no_serve=True)


set_before = once(prepare)


def counts() -> Counter[str]:
    """How many rows there are of everything that is ours."""
    models = [*apps.get_app_config("accounts").get_models(), *apps.get_app_config("chat").get_models()]
    return Counter({model.__name__: model._default_manager.count() for model in models})


def test_all_of_the_script_is_there() -> None:
    prepare()
    play = script.read()
    assert User.objects.count() == len(play.people) + 1
    assert all(user.avatar and user.bio and user.display_name for user in User.objects.all())
    for room in play.rooms:
        found = rooms.room_at(room.address)
        assert found is not None
        assert (found.title, found.topic) == (room.title, room.topic)
        said = Message.objects.filter(room=found.id).order_by("seq")
        assert [(each.author.username, each.body) for each in said] == [(line.by, line.body) for line in room.lines]
        assert [each.edited_at is not None for each in said] == [bool(line.at_first) for line in room.lines]
        assert [each.reply_to is not None for each in said] == [bool(line.answers) for line in room.lines]
        assert [each.reaction_count for each in said] == [sum(map(len, line.reactions.values())) for line in room.lines]
        assert Membership.objects.filter(room=found.id, user__username=play.guest.username).exists()
    assert any(each.mentions for each in Message.objects.all())


def test_a_stage_that_is_set_twice_is_the_same() -> None:
    set_before()
    before = counts(), [(room.pk, room.head) for room in Room.objects.order_by("pk")]
    prepare()
    assert (counts(), [(room.pk, room.head) for room in Room.objects.order_by("pk")]) == before


def test_no_token_is_left() -> None:
    set_before()
    assert not PersonalToken.objects.exists()


def test_tokens_of_demos_that_run_and_of_the_guest_stay_and_those_of_killed_ones_do_not_pile_up() -> None:
    set_before()
    guest = users.find("guest")
    assert guest is not None
    names = ["my client", *["demo"] * 7]
    own, *_, running = [tokens.create_token(user_id=guest.id, name=name)[1] for name in names]
    prepare()
    assert credentials.from_token(own)
    assert credentials.from_token(running)
    assert [token.name for token in tokens.tokens(user_id=guest.id)] == [*["demo"] * 4, "my client"]


def test_a_stage_that_was_left_unset_is_set_to_the_end(settings: Settings) -> None:
    with commands.start("demo", "--no-serve") as process:
        deadline = time.monotonic() + PATIENCE
        while User.objects.count() < 2:  # a real password takes its time
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "Interrupted. The same command goes on where this one stopped."
    assert User.objects.count() <= len(script.read().people)
    assert not PersonalToken.objects.exists()
    # To know what was made there.
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    prepare()
    assert counts()["Message"] == sum(len(room.lines) for room in script.read().rooms)


def test_a_password_is_that_of_one_person_in_one_installation(settings: Settings) -> None:
    known = [stage.password("guest"), stage.password("nino")]
    settings.SECRET_KEY = "another"
    known += stage.password("guest"), stage.password("nino")
    assert len(set(known)) == 4
    assert all(len(each.replace("-", "")) == 16 for each in known)


def test_somebody_who_has_one_of_the_names_is_left_alone() -> None:
    nino = people.person("Nino", password="my own secret")
    _, secret = tokens.create_token(user_id=nino.pk, name="demo")
    with pytest.raises(CommandError, match="Somebody else is called nino here"):
        prepare()
    nino.refresh_from_db()
    assert nino.check_password("my own secret")
    assert not nino.avatar
    assert credentials.from_token(secret)
    assert not Room.objects.exists()


def test_a_room_that_is_somebody_elses_is_left_alone() -> None:
    ana = people.viewer("Ana")
    room_id = steps.enter(ana, "chaikhana")
    steps.make_private(room_id)
    with pytest.raises(CommandError, match=r"^The stage cannot be set here: No such room\.$"):
        prepare()
    assert not PersonalToken.objects.exists()


@pytest.mark.parametrize("pause", ["0", "-1", "nan", "inf", "soon"])
def test_a_pause_is_a_number_of_seconds_that_is_not_too_short(pause: str) -> None:
    with pytest.raises(CommandError, match="a number of seconds from"):
        call_command("demo", "--no-serve", "--pause", pause)
    assert not User.objects.exists()


def test_what_was_deleted_meanwhile_stays_deleted() -> None:
    set_before()
    room = rooms.room_at("chaikhana")
    assert room is not None
    staff = people.viewer("Staff", is_staff=True)
    row = Message.objects.filter(room=room.id, edited_at__isnull=False).get()
    messages.delete_message(viewer=staff, message_id=row.pk)
    before = counts()
    prepare()
    assert counts() == before
    row.refresh_from_db()
    assert row.body == ""
