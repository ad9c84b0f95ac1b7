"""Passwords: checked, changed, and proved by whoever asks for what cannot be undone."""

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext_lazy

from backend import database, rates
from backend.accounts import log_ins, revocation
from backend.accounts.models import User
from backend.errors import FieldError, Invalid, Unauthenticated
from backend.folding import Unseen, fold
from backend.languages import said_later, text


def check_password(*, username: str, password: str, origin: str, way: log_ins.Way = log_ins.Way.SESSION) -> int:
    """The id of the person whose name and password these are. What was tried is noted, the password apart.

    Raises `Invalid` in the same words and time for a wrong name and a wrong password, and `RateLimited` after too
    many tries for one name from one `origin` (a network address).
    """
    try:
        name = fold(username[: settings.USERNAME_MAX_LENGTH + 1])
    except Unseen:
        name = ""
    rates.take("log in", (name, origin))
    user = authenticate(username=name, password=password) if _can_be_password(password) else None
    log_ins.record(user_id=user.pk if user else None, name=name, origin=origin, way=way)
    if user is None:
        raise Invalid.field("password", "MALFORMED", text("The username or the password is wrong."))
    return int(user.pk)


def change_password(*, user_id: int, current: str, new: str) -> None:
    """Set a new password; other sessions of this person end, personal tokens stay.

    Raises `Invalid`, `RateLimited`, `Unauthenticated`.
    """
    user = _proved(user_id, current)
    if errors := check_new(new, user=user, field="newPassword"):
        raise Invalid(*errors)
    if not replace(user, new):
        raise wrong()


def replace(user: User, new: str) -> bool:
    """Give somebody a new password, and end their sessions, unless it was changed since `user` was read."""
    # Hashing takes long, so nothing is locked meanwhile: of two changes at once, the second finds another hash.
    unchanged = User.objects.filter(pk=user.pk, password=user.password)
    user.set_password(new)
    if not unchanged.update(password=user.password, credentials_epoch=user.credentials_epoch):
        return False
    revocation.announce()
    return True


def prove(*, user_id: int, current: str) -> str:
    """See that it is the person themself who asks, by their password: a proof to `users.hold` the account by.

    Raises `Invalid`, `RateLimited`, `Unauthenticated`.
    """
    return _proved(user_id, current).password


def _proved(user_id: int, current: str) -> User:
    rates.take("log in", user_id)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Unauthenticated
    if not _can_be_password(current) or not user.check_password(current):
        raise wrong()
    return user


def wrong() -> Invalid:
    return Invalid.field("currentPassword", "MALFORMED", text("The current password is wrong."))


def _can_be_password(password: str) -> bool:
    return len(password) <= settings.PASSWORD_MAX_LENGTH and database.can_store(password)


def check_new(password: str, *, user: User, field: str = "password") -> list[FieldError]:
    """What is wrong with a new password, if anything."""
    if len(password) > settings.PASSWORD_MAX_LENGTH:
        return [FieldError.too_long(field, settings.PASSWORD_MAX_LENGTH)]
    if not _can_be_password(password):
        return [FieldError((field,), "MALFORMED", text("A password is Unicode text without U+0000."))]
    try:
        validate_password(password, user)
    except ValidationError as error:
        short = any(each.code == "password_too_short" for each in error.error_list)
        return [FieldError((field,), "TOO_SHORT" if short else "UNSUPPORTED", _weaknesses(password, user))]
    return []


# Django says it, but its catalogs of Farsi and Georgian have it in an older form: ours have this one.
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    1,
)


@said_later
def _weaknesses(password: str, user: User) -> str:
    """What Django's validators say of it: in the language of the moment, so they are asked when it is shown."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
