"""Whom somebody does not want to be spoken to by: people who are blocked find them away."""

from django.conf import settings
from django.db import transaction

from backend import rates
from backend.accounts import users
from backend.accounts.models import Block
from backend.accounts.users import Person
from backend.errors import Invalid, NotFound, Unauthenticated
from backend.languages import plural, text


def block_user(*, user_id: int, other_id: int) -> None:
    """From now on the other one finds this person away. Blocking twice is blocking once.

    Raises `Invalid` for oneself and for too many, `NotFound`, `Unauthenticated` for an account that is no more,
    `RateLimited`.
    """
    rates.take("block", user_id)
    if other_id == user_id:
        raise Invalid.field("user", "UNSUPPORTED", text("You cannot block yourself."))
    with transaction.atomic():
        # Two at once must not both be the last; and nobody blocks somebody who is about to be no more.
        for each in sorted((user_id, other_id)):  # in one order for all: nobody waits for somebody who waits for them
            _hold(each, is_other=each == other_id)
        mine = Block.objects.filter(user=user_id)
        if not mine.filter(blocked=other_id).exists():
            most = settings.BLOCKED_PER_USER
            if mine.count() >= most:
                raise Invalid(
                    detail=plural(
                        "At most {n} person: unblock one first.", "At most {n} people: unblock one first.", most
                    )
                )
            Block.objects.create(user_id=user_id, blocked_id=other_id)


def unblock_user(*, user_id: int, other_id: int) -> None:
    """Be there again for somebody. Whoever is not blocked stays so. Raises `NotFound`, `RateLimited`."""
    rates.take("block", user_id)
    if other_id not in users.people([other_id]):
        raise NotFound(text("No such user."))
    Block.objects.filter(user=user_id, blocked=other_id).delete()


def blocked(*, user_id: int) -> list[Person]:
    """Whom somebody has blocked (at most `BLOCKED_PER_USER`), the last one first."""
    rows = Block.objects.filter(user=user_id).select_related("blocked").order_by("-pk")
    return [users.person(row.blocked) for row in rows]


def has_blocked(*, user_id: int, other_id: int) -> bool:
    """Whether this person has blocked the other."""
    return Block.objects.filter(user=user_id, blocked=other_id).exists()


def _hold(user_id: int, *, is_other: bool) -> None:
    try:
        users.hold(user_id)
    except Unauthenticated as error:
        if is_other:
            raise NotFound(text("No such user.")) from error
        raise
