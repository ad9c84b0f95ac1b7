"""A message's key: whatever is sent again with it is sent once."""

from collections import Counter
from functools import partial

import pytest
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, members, messages, models, moderation
from backend.chat.messages import Accepted
from backend.chat.moderation import ModerationAction
from backend.errors import Conflict, DomainError, NotFound
from backend.languages import text
from tests.accounts import people
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.conftest import Published
from tests.chat.steps import KEY, enter, happened, make_private, say

pytestmark = pytest.mark.django_db


def test_a_retry_returns_the_first_message_and_changes_nothing(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(ana, tea, key=KEY)
    say(babak, tea)
    before = all_rows()
    again = say(ana, tea, key=KEY)
    assert again == Accepted(message=first.message, cursor=first.cursor, duplicate=True)
    assert all_rows() == before


@pytest.mark.parametrize("sent_away", [None, ModerationAction.KICK, ModerationAction.BAN])
def test_a_retry_after_leaving_or_being_sent_away_still_returns_it(
    sent_away: ModerationAction | None, ana: Viewer, babak: Viewer, tea: int
) -> None:
    first = say(babak, tea, key=KEY)
    if sent_away:
        moderation.moderate_member(viewer=ana, room_id=tea, user_id=babak.id, action=sent_away)
    else:
        members.leave_room(viewer=babak, room_id=tea)
    assert say(babak, tea, key=KEY).message == first.message
    make_private(tea)
    assert say(babak, tea, key=KEY).message == first.message
    with pytest.raises(NotFound):
        say(babak, tea, key="another")


def test_a_retry_after_an_edit_returns_it_as_it_is_now(ana: Viewer, tea: int) -> None:
    first = say(ana, tea, "Salaam", key=KEY)
    edited = messages.edit_message(viewer=ana, message_id=first.message.id, body="Salaam!")
    again = say(ana, tea, "Salaam", key=KEY)
    assert again == Accepted(message=edited.message, cursor=edited.cursor, duplicate=True)
    with pytest.raises(Conflict):
        say(ana, tea, "Salaam!", key=KEY)


def test_a_retry_after_a_deletion_returns_what_is_left_of_it(ana: Viewer, babak: Viewer, tea: int) -> None:
    first = say(babak, tea, "Salaam", key=KEY)
    deleted = messages.delete_message(viewer=ana, message_id=first.message.id)
    again = say(babak, tea, "Salaam", key=KEY)
    assert again == Accepted(message=deleted.message, cursor=deleted.cursor, duplicate=True)
    assert again.message.body == ""


@pytest.mark.parametrize("other", ["salaam", "Salaam ", "Salaam\n", "s"])
def test_the_same_key_with_another_text_is_a_conflict_and_changes_nothing(other: str, ana: Viewer, tea: int) -> None:
    say(ana, tea, "Salaam", key=KEY)
    before = all_rows()
    with pytest.raises(Conflict):
        say(ana, tea, other, key=KEY)
    assert all_rows() == before


def test_another_author_and_another_room_may_use_the_same_key(ana: Viewer, babak: Viewer, tea: int) -> None:
    coffee = enter(ana, "coffee")
    sent = [say(ana, tea, key=KEY), say(babak, tea, key=KEY), say(ana, coffee, key=KEY), say(ana, tea, key=KEY + "!")]
    assert not any(each.duplicate for each in sent)
    assert len({each.message.id for each in sent}) == 4


@pytest.mark.parametrize("key", ["K" * 64, "ключ", "🔑", " ", "key\n"])
def test_a_key_may_be_any_short_text_and_is_compared_to_the_letter(key: str, ana: Viewer, tea: int) -> None:
    first = say(ana, tea, key=key)
    assert say(ana, tea, key=key).message == first.message
    assert not say(ana, tea, key=key[:-1] + "x").duplicate


def test_what_was_sent_cannot_be_told_from_what_is_kept_with_the_key(ana: Viewer, tea: int, settings: Settings) -> None:
    def digest() -> str:
        return models.Message.objects.order_by("pk").values_list("key_digest", flat=True).last() or ""

    say(ana, tea, "yes")
    here = digest()
    settings.SECRET_KEY = "another server's"
    say(ana, tea, "yes")
    assert digest() != here, "who knows only the database can try no texts"


@pytest.mark.usefixtures("transactional_db")
def test_of_equal_sends_at_the_same_moment_one_is_stored_and_all_return_it(published: Published) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    published.clear()
    results = at_once([partial(say, ana, room_id, key=KEY)] * 8)
    accepted = [result for result in results if isinstance(result, Accepted)]
    assert Counter(each.duplicate for each in accepted) == {True: 7, False: 1}
    assert len({each.message.id for each in accepted}) == 1
    assert happened(room_id) == ["MemberJoined", "MessageSent"]
    assert len(published) == 1


@pytest.mark.usefixtures("transactional_db")
def test_if_the_first_of_equal_sends_fails_to_commit_another_one_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    store, failures = events.store, [DomainError(text("the database went away"))]

    def fail_once(event: events.RoomEvent) -> str:
        if failures:
            raise failures.pop()
        return store(event)

    monkeypatch.setattr(event_log, "store", fail_once)
    results = at_once([partial(say, ana, room_id, key=KEY)] * 6)
    accepted = [result for result in results if isinstance(result, Accepted)]
    assert Counter(each.duplicate for each in accepted) == {True: 4, False: 1}
    assert happened(room_id) == ["MemberJoined", "MessageSent"]


@pytest.mark.usefixtures("transactional_db")
def test_of_different_texts_with_one_key_at_the_same_moment_one_is_stored_and_the_others_conflict() -> None:
    ana = people.viewer("Ana")
    room_id = enter(ana)
    results = at_once([partial(say, ana, room_id, f"text {number}", key=KEY) for number in range(6)])
    assert Counter(type(result) for result in results) == {Accepted: 1, Conflict: 5}
    assert happened(room_id) == ["MemberJoined", "MessageSent"]
