"""What staff do to the accounts of others: only of those below them, and superusers of all others; never their own."""

import msgspec
from django.db import transaction

from backend import rates
from backend.accounts import passwords, revocation, tokens
from backend.accounts.credentials import Viewer
from backend.accounts.models import User
from backend.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from backend.languages import text


class Powers(msgspec.Struct, frozen=True, kw_only=True):
    """What an account shall be good for; None stays as it is."""

    is_active: bool | None = None
    is_staff: bool | None = None
    is_superuser: bool | None = None


def set_powers(*, viewer: Viewer, user_id: int, powers: Powers) -> None:
    """Close an account or open it again, and say who is staff. Sockets that this concerns close.

    Raises `Forbidden`, `NotFound`, `RateLimited`, `Unauthenticated` for who is no more.
    """
    rates.take("moderate", viewer.id)
    new = {name: value for name, value in msgspec.structs.asdict(powers).items() if value is not None}
    with transaction.atomic():
        acting, _ = hold_below(viewer=viewer, user_id=user_id)
        if new.keys() - {"is_active"} and not acting.is_superuser:
            raise Forbidden(text("Only superusers say who is staff."))
        User.objects.filter(pk=user_id).update(**new)
        revocation.announce()


def set_password(*, viewer: Viewer, user_id: int, new: str) -> None:
    """Give somebody a new password; their sessions end, personal tokens stay.

    Raises `Invalid`, `Forbidden`, `NotFound`, `RateLimited`, `Conflict` if they have just changed it themself.
    """
    rates.take("moderate", viewer.id)
    with transaction.atomic():
        _, user = hold_below(viewer=viewer, user_id=user_id)
    if errors := passwords.check_new(new, user=user):
        raise Invalid(*errors)
    if not passwords.replace(user, new):
        raise Conflict(text("This password has just been changed."))


def revoke_token(*, viewer: Viewer, user_id: int, token_id: int) -> None:
    """End a personal token of somebody, or of one's own. Raises `Forbidden`, `NotFound`, `RateLimited`."""
    rates.take("moderate", viewer.id)
    with transaction.atomic():
        if user_id != viewer.id:
            hold_below(viewer=viewer, user_id=user_id)
        tokens.revoke_token(user_id=user_id, token_id=token_id)


def hold_below(*, viewer: Viewer, user_id: int) -> tuple[User, User]:
    """Who acts, and on whom; both held until the transaction ends, so that it stays allowed.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`.
    """
    held = User.objects.select_for_update(no_key=True).filter(pk__in=(viewer.id, user_id)).order_by("pk")
    found = {user.pk: user for user in held}
    acting, user = found.get(viewer.id), found.get(user_id)
    if acting is None or not acting.is_active:
        raise Unauthenticated
    if not acting.is_staff:
        raise Forbidden(text("Only staff can do this."))
    if user is None or user.deleted_at is not None:
        raise NotFound(text("No such person."))
    if acting == user:
        raise Forbidden(text("This is your own account."))
    if not acting.is_superuser and (user.is_staff or user.is_superuser):
        raise Forbidden(text("Only superusers can do this to staff."))
    return acting, user
