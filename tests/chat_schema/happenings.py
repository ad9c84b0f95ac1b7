"""Frames of a room, made up: everything that can happen there, to anybody and anything."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from backend import hub
from backend.accounts.users import Person
from backend.chat import events, facts, room_log
from backend.chat.events import Departure, Logged
from backend.presence.typing import Typing
from backend.presence.watches import OnlineChange
from chat_schema.events import room_frame
from tests.chat_schema.crockery import moments

NOW = datetime(2026, 11, 21, tzinfo=UTC)
_short = st.text(max_size=3)
_ids = st.integers(1, 2**63 - 1)
_maybe = st.none() | moments
_people = st.builds(
    Person,
    id=_ids,
    username=_short,
    display_name=_short,
    deleted_at=_maybe,
    avatar=st.sampled_from(("", "abc")),
)
_messages = st.builds(
    facts.Message,
    id=_ids,
    room_id=_ids,
    author=_people,
    body=_short,
    seq=_ids,
    version=st.integers(1, 2**31 - 1),
    sent_at=moments,
    edited_at=_maybe,
    deleted_at=_maybe,
)
_members = st.builds(
    facts.Member,
    id=_ids,
    room_id=_ids,
    person=_people,
    role=st.sampled_from(facts.Role),
    joined_at=moments,
    left_at=_maybe,
    muted_until=_maybe,
)
_events: st.SearchStrategy[events.RoomEvent] = st.sampled_from(
    (
        events.MessageSent(message=1),
        events.MessageEdited(message=1),
        events.MessageDeleted(message=1, by=1),
        events.ReactionAdded(message=1, by=1, emoji="🍵"),
        events.ReactionRemoved(message=1, by=1, emoji="🍵"),
        events.MemberJoined(member=1),
        *(events.MemberLeft(member=1, departure=each) for each in Departure),
        events.MemberChanged(member=1),
        events.RoomChanged(by=1),
    )
)


@st.composite
def _entries(draw: st.DrawFn) -> hub.Entry:
    seq, tag = draw(st.integers(1, 2**31)), draw(st.integers(0, 2**32 - 1))
    message, member, by = draw(_messages), draw(_members), draw(st.none() | _people)
    logged = Logged(room_id=1, seq=seq, tag=tag, at=NOW, event=draw(_events), message=message, member=member, by=by)
    return room_log.entry(logged)


_notices: st.SearchStrategy[hub.Item] = st.sampled_from(
    (
        hub.CaughtUp("cursor"),
        hub.Reset("cursor", "EXPIRED"),
        hub.Shown("cursor", OnlineChange(joined=((1, NOW),), left=(2,), online_count=1)),
        hub.Shown("cursor", Typing(room_id=1, user_ids=(1,))),
        hub.Ended(room_log.entry(Logged(room_id=1, seq=1, tag=1, at=NOW, event=events.RoomDeleted(by=1)))),
    )
)
frames = st.one_of(_entries(), _entries(), _entries(), _notices).map(room_frame)
