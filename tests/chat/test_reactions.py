"""Reactions: one of each emoji for each person and message, each an event, and none left when it is deleted."""

from functools import partial

import pytest
from pytest_django import Settings

from backend.accounts.credentials import Viewer
from backend.chat import event_log, events, messages, models, moderation, reactions
from backend.chat.facts import Reactions
from backend.chat.reactions import add_reaction, remove_reaction
from backend.errors import Forbidden, Invalid, NotFound, RateLimited
from backend.limits import Rate
from tests.accounts.at_once import at_once
from tests.accounts.tables import all_rows
from tests.chat.steps import enter, happened, log, say

pytestmark = pytest.mark.django_db

HEART = "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}"
TEA = "\N{TEACUP WITHOUT HANDLE}"
FAMILY = "👨‍👩‍👧"


@pytest.fixture
def message(ana: Viewer, tea: int) -> int:
    return say(ana, tea).message.id


def test_it_is_added_once_and_taken_back_once(ana: Viewer, babak: Viewer, tea: int, message: int) -> None:
    added = add_reaction(viewer=babak, message_id=message, emoji=TEA)
    assert added.message.reaction_count == 1
    assert log(tea)[-1].event == events.ReactionAdded(message=message, by=babak.id, emoji=TEA)
    assert added.message.version == log(tea)[-1].seq
    assert added.cursor == event_log.cursor(log(tea)[-1])
    before = all_rows()
    assert add_reaction(viewer=babak, message_id=message, emoji=TEA) == added
    assert all_rows() == before
    removed = remove_reaction(viewer=babak, message_id=message, emoji=TEA)
    assert removed.message.reaction_count == 0
    assert log(tea)[-1].event == events.ReactionRemoved(message=message, by=babak.id, emoji=TEA)
    before = all_rows()
    assert remove_reaction(viewer=babak, message_id=message, emoji=TEA) == removed
    assert all_rows() == before
    assert happened(tea)[-2:] == ["ReactionAdded", "ReactionRemoved"]


def test_they_are_counted_by_emoji_in_the_order_in_which_they_came(
    ana: Viewer, babak: Viewer, tea: int, message: int
) -> None:
    other = say(ana, tea).message.id
    for viewer, emoji in ((babak, TEA), (ana, HEART), (ana, TEA)):
        add_reaction(viewer=viewer, message_id=message, emoji=emoji)
    found = reactions.reactions_to([message, other])
    assert found == {message: [Reactions(TEA, (babak.id, ana.id)), Reactions(HEART, (ana.id,))]}


@pytest.mark.parametrize("written", ["\N{HEAVY BLACK HEART}", HEART])
def test_an_emoji_is_the_same_however_it_is_written(written: str, ana: Viewer, message: int) -> None:
    add_reaction(viewer=ana, message_id=message, emoji=written)
    assert [each.emoji for each in reactions.reactions_to([message])[message]] == [HEART]


@pytest.mark.parametrize("emoji", [TEA, HEART, FAMILY, "👍🏽", "🇬🇪", "1️⃣"])
def test_whatever_is_seen_as_one_is_one(emoji: str, ana: Viewer, message: int) -> None:
    add_reaction(viewer=ana, message_id=message, emoji=emoji)
    assert reactions.reactions_to([message])[message][0].emoji == emoji


@pytest.mark.parametrize(
    "text", ["", "a", "1", "tea", TEA + TEA, " " + TEA, "\0", "\ud83d", "\N{VARIATION SELECTOR-16}", TEA * 100]
)
def test_what_is_no_emoji_is_refused_and_changes_nothing(text: str, ana: Viewer, message: int) -> None:
    before = all_rows()
    for react in (add_reaction, remove_reaction):
        with pytest.raises(Invalid) as refused:
            react(viewer=ana, message_id=message, emoji=text)
        assert [(each.path, each.code) for each in refused.value.fields] == [(("emoji",), "UNSUPPORTED")]
    assert all_rows() == before


def test_a_message_has_a_bounded_number_of_different_ones(
    ana: Viewer, babak: Viewer, message: int, settings: Settings
) -> None:
    settings.EMOJI_PER_MESSAGE = 1
    add_reaction(viewer=ana, message_id=message, emoji=TEA)
    with pytest.raises(Invalid):
        add_reaction(viewer=ana, message_id=message, emoji=HEART)
    add_reaction(viewer=babak, message_id=message, emoji=TEA)


def test_only_members_react_and_to_what_is_there(ana: Viewer, clara: Viewer, tea: int, message: int) -> None:
    with pytest.raises(NotFound):
        add_reaction(viewer=clara, message_id=message, emoji=TEA)
    enter(clara)
    models.Membership.objects.filter(user=clara.id).update(muted_until=moderation.FOR_EVER)
    with pytest.raises(Forbidden):
        add_reaction(viewer=clara, message_id=message, emoji=TEA)
    with pytest.raises(NotFound):
        add_reaction(viewer=ana, message_id=message + 100, emoji=TEA)


def test_reacting_too_often_is_refused(ana: Viewer, message: int, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "react": Rate(burst=1, per_second=0.001)}
    add_reaction(viewer=ana, message_id=message, emoji=TEA)
    with pytest.raises(RateLimited):
        remove_reaction(viewer=ana, message_id=message, emoji=TEA)


def test_a_deleted_message_has_none_and_gets_none(ana: Viewer, babak: Viewer, message: int) -> None:
    add_reaction(viewer=babak, message_id=message, emoji=TEA)
    deleted = messages.delete_message(viewer=ana, message_id=message)
    assert deleted.message.reaction_count == 0
    assert reactions.reactions_to([message]) == {}
    for react in (add_reaction, remove_reaction):
        with pytest.raises(NotFound):
            react(viewer=babak, message_id=message, emoji=TEA)


@pytest.mark.usefixtures("transactional_db")
def test_reactions_at_the_same_moment_are_all_counted(ana: Viewer, babak: Viewer) -> None:
    room_id = enter(ana)
    enter(babak)
    message = say(ana, room_id).message.id
    calls = [
        partial(add_reaction, viewer=viewer, message_id=message, emoji=emoji)
        for viewer in (ana, babak)
        for emoji in (TEA, HEART, TEA)
    ]
    at_once(calls)
    assert models.Message.objects.get(pk=message).reaction_count == models.Reaction.objects.count() == 4
    assert happened(room_id).count("ReactionAdded") == 4
