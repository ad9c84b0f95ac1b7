"""What the frame of an event has to say, to whoever asked for it by the benchmark's document."""

from datetime import datetime
from typing import Literal

import msgspec


class _Strict(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Nothing is missing, and nothing else is there: no `errors`, say."""


class _Author(_Strict):
    id: str
    username: str
    display_name: str


class _Message(_Strict):
    id: str
    body: str
    sent_at: datetime
    author: _Author


class _MessageSent(_Strict, tag_field="__typename", tag="MessageSent"):
    message: _Message


class _Frame(msgspec.Struct):
    event: _MessageSent  # and a cursor, which has another name in each document


class _Data(_Strict):
    room_events: _Frame


class _Payload(_Strict):
    data: _Data


class _Next(_Strict, tag_field="type", tag="next"):
    id: Literal["1"]  # that of every subscription here
    payload: _Payload


def body_of(frame: bytes, *, is_graphql: bool) -> str:
    """What the message says that was sent. Raises `msgspec.MsgspecError` if the frame is not that of an event."""
    if not is_graphql:
        return msgspec.json.decode(frame, type=_Frame).event.message.body
    return msgspec.json.decode(frame, type=_Next).payload.data.room_events.event.message.body
