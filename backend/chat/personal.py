"""What concerns one person and stands in no room's log: told, once committed, to wherever they have an eye open."""

from collections.abc import Callable

import msgspec
from django.db import transaction


class RoomEntered(msgspec.Struct, frozen=True, tag="entered"):
    """They are a member of a room from now on."""

    room_id: int


class RoomViewed(msgspec.Struct, frozen=True, tag="viewed"):
    """What a room is to them has changed, or how it is named or whom it is for: they look at it again."""

    room_id: int


class Invited(msgspec.Struct, frozen=True, tag="invited"):
    """An invitation is addressed to them."""

    invitation_id: int


News = RoomEntered | RoomViewed | Invited

_deliver: Callable[[int, News], None] | None = None


def install(deliver: Callable[[int, News], None]) -> None:
    """Say once for the process who knows where people are."""
    global _deliver
    _deliver = deliver


def tell(user_id: int, news: News) -> None:
    """When, and only if, the transaction commits. Robust: what has been committed is done, whoever hears of it."""
    assert _deliver is not None, "the composition installs it"
    deliver = _deliver
    transaction.on_commit(lambda: deliver(user_id, news), robust=True)
