"""What a resolver may know of who asks, and the position of a room in one execution."""

from datetime import UTC, datetime

import pytest

from backend.chat import event_log, facts
from backend.chat.policies import Audience
from backend.errors import Unauthenticated
from chat_schema.context import Context, ViewerReached
from chat_schema.scalars import Cursor
from tests.chat_schema.inside import ALI


def room(id: int, *, head: int) -> facts.Room:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return facts.Room(
        id=id,
        address="tea",
        title="tea",
        topic="",
        is_private=False,
        created_at=at,
        last_activity_at=at,
        head=head,
        head_tag=head,
        tail=0,
    )


def test_a_person_is_the_viewer() -> None:
    context = Context(reader=ALI, origin="")
    assert context.viewer is context.require_viewer() is ALI


def test_nobody_is_no_viewer() -> None:
    context = Context(reader=None, origin="")
    assert context.viewer is None
    with pytest.raises(Unauthenticated):
        context.require_viewer()


def test_an_audience_has_no_viewer_and_not_even_none() -> None:
    """None would be an answer, and computed once for many it would be a wrong one."""
    context = Context(reader=Audience(1), origin="")
    with pytest.raises(ViewerReached):
        _ = context.viewer
    with pytest.raises(ViewerReached):
        context.require_viewer()
    with pytest.raises(ViewerReached):
        _ = context.own_memberships


async def test_loaders_are_one_for_an_execution_and_others_for_the_next() -> None:
    first, second = Context(reader=ALI, origin=""), Context(reader=ALI, origin="")
    for name in ("rooms", "member_counts", "own_memberships"):
        assert getattr(first, name) is getattr(first, name)
        assert getattr(first, name) is not getattr(second, name)


def test_a_room_that_is_read_again_later_keeps_its_first_position() -> None:
    context = Context(reader=ALI, origin="")
    first = context.cursor_of(room(1, head=5))
    assert first == event_log.head_cursor(room(1, head=5))
    assert context.cursor_of(room(1, head=9)) == first


def test_a_room_that_turns_out_to_have_been_read_earlier_takes_the_earlier_position() -> None:
    """Two fields of one operation run side by side: what was read first may arrive second."""
    context = Context(reader=ALI, origin="")
    context.cursor_of(room(1, head=5))
    earlier = context.cursor_of(room(1, head=3))
    assert earlier == event_log.head_cursor(room(1, head=3))
    assert context.cursor_of(room(1, head=9)) == earlier


def test_rooms_have_positions_of_their_own() -> None:
    context = Context(reader=ALI, origin="")
    context.cursor_of(room(1, head=5))
    assert context.cursor_of(room(2, head=9)) == event_log.head_cursor(room(2, head=9))


def test_in_a_stream_the_position_is_that_of_the_frame() -> None:
    context = Context(reader=Audience(1), origin="", cursor=Cursor("here"))
    assert context.cursor_of(room(1, head=9)) == "here"
