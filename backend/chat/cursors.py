"""Opaque positions in a room's log: (room, seq, tag).

The seq alone can lie: after a restored backup, or a failover that lost the last commits, the same number names
another event. The tag is that event's own 32 random bits, so such a cursor is found out instead of leaving a gap.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import Struct, error
from typing import NamedTuple

_LAYOUT = Struct(">qqI")


class Cursor(NamedTuple):
    room_id: int
    seq: int
    tag: int

    def __str__(self) -> str:
        return urlsafe_b64encode(_LAYOUT.pack(*self)).rstrip(b"=").decode()


class Extent(NamedTuple):
    """Of a room's log: its last entry, and the seq up to which it is kept no more."""

    head: Cursor
    tail: int


def parse(text: str) -> Cursor | None:
    """None for whatever was not made here."""
    if len(text) != 27 or not text.isascii():  # 20 bytes in base64, without padding
        return None
    try:
        cursor = Cursor(*_LAYOUT.unpack(urlsafe_b64decode(text + "=")))
    except (ValueError, error):  # base64 passes over what is not of its alphabet, and then there is too little
        return None
    return cursor if str(cursor) == text and cursor.seq > 0 else None
