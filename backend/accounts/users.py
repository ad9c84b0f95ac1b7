"""People: registering, passwords, and the facts that others may see."""

import unicodedata
from collections.abc import Collection
from datetime import datetime

import msgspec
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from backend import rates
from backend.accounts import revocation
from backend.accounts.models import Locale, User
from backend.errors import Conflict, FieldError, Invalid, NotFound
from backend.folding import Unseen, fold

__all__ = [
    "Account",
    "Locale",
    "Person",
    "account",
    "change_password",
    "check_password",
    "people",
    "person",
    "register",
]


class Person(msgspec.Struct, frozen=True):
    """What everybody may know of somebody."""

    id: int
    username: str
    display_name: str


class Account(msgspec.Struct, frozen=True):
    """What only the person themself may know."""

    person: Person
    email: str
    locale: str
    is_staff: bool
    last_log_in_at: datetime | None


def person(user: User) -> Person:
    return Person(id=user.pk, username=user.username, display_name=user.display_name or user.username)


def people(ids: Collection[int]) -> dict[int, Person]:
    return {user.pk: person(user) for user in User.objects.filter(pk__in=ids)}


def account(user_id: int) -> Account:
    """Raises `NotFound`."""
    user = _user(user_id)
    return Account(
        person=person(user),
        email=user.email,
        locale=user.locale,
        is_staff=user.is_staff,
        last_log_in_at=user.last_login,
    )


def register(
    *, username: str, password: str, origin: str, email: str = "", display_name: str = "", locale: str = Locale.EN
) -> Account:
    """Make an account, from `origin` (a network address).

    Raises `Invalid`, `RateLimited`, or `Conflict` when the name is taken, however it is written.
    """
    rates.take("register", origin)
    errors = [*_check_username(username), *_check_email(email), *_check_display_name(display_name)]
    user = User(username=username, email=email, display_name=display_name, locale=locale)
    errors += _check_new_password(password, user=user)
    if errors:
        raise Invalid(*errors)
    if User.objects.filter(username_folded=fold(username)).exists():
        raise Conflict("This username is taken.")
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:  # somebody was faster
        raise Conflict("This username is taken.") from error
    return account(user.pk)


def check_password(*, username: str, password: str, origin: str) -> int:
    """The id of the person whose name and password these are.

    Raises `Invalid` in the same words and time for a wrong name and a wrong password, and `RateLimited` after too
    many tries for one name from one `origin` (a network address).
    """
    try:
        name = fold(username[: settings.USERNAME_MAX_LENGTH + 1])
    except Unseen:
        name = ""
    rates.take("log in", (name, origin))
    user = authenticate(username=name, password=password) if len(password) <= settings.PASSWORD_MAX_LENGTH else None
    if user is None:
        raise Invalid.field("password", "MALFORMED", "The username or the password is wrong.")
    return int(user.pk)


def change_password(*, user_id: int, current: str, new: str) -> None:
    """Set a new password; other sessions of this person end, personal tokens stay. Raises `Invalid`."""
    rates.take("log in", user_id)
    user = _user(user_id)
    if len(current) > settings.PASSWORD_MAX_LENGTH or not user.check_password(current):
        raise Invalid.field("currentPassword", "MALFORMED", "The current password is wrong.")
    if errors := _check_new_password(new, user=user, field="newPassword"):
        raise Invalid(*errors)
    user.set_password(new)
    user.save(update_fields=["password", "credentials_epoch"])
    revocation.announce()


def _user(user_id: int) -> User:
    try:
        return User.objects.get(pk=user_id, is_active=True)
    except User.DoesNotExist as error:
        raise NotFound("No such person.") from error


def _check_username(username: str) -> list[FieldError]:
    if not username:
        return [FieldError(("username",), "REQUIRED", "Choose a username.")]
    if len(username) > settings.USERNAME_MAX_LENGTH:
        return [FieldError(("username",), "TOO_LONG", f"At most {settings.USERNAME_MAX_LENGTH} characters.")]
    try:
        folded = fold(username)
    except Unseen:
        folded = ""
    # It must stand in a text as @name: letters, marks and digits of any script, and . - _ inside.
    if not folded or folded[0] in ".-" or folded[-1] in ".-" or not all(map(_stands_in_a_name, folded)):
        detail = "Letters and digits of any script, and . - _ between them."
        return [FieldError(("username",), "MALFORMED", detail)]
    return []


def _stands_in_a_name(character: str) -> bool:
    # Marks (vowel signs, accents) are not alphanumeric, but belong to the letter before them.
    return character.isalnum() or character in ".-_" or unicodedata.category(character) in ("Mn", "Mc")


def _check_display_name(display_name: str) -> list[FieldError]:
    if len(display_name) > settings.DISPLAY_NAME_MAX_LENGTH:
        return [FieldError(("displayName",), "TOO_LONG", f"At most {settings.DISPLAY_NAME_MAX_LENGTH} characters.")]
    try:
        fold(display_name.replace("/", ""))
    except Unseen:
        return [FieldError(("displayName",), "MALFORMED", "Only characters that can be seen.")]
    return []


def _check_email(email: str) -> list[FieldError]:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        return [FieldError(("email",), "MALFORMED", "This is no e-mail address.")]
    return []


def _check_new_password(password: str, *, user: User, field: str = "password") -> list[FieldError]:
    if len(password) > settings.PASSWORD_MAX_LENGTH:
        return [FieldError((field,), "TOO_LONG", f"At most {settings.PASSWORD_MAX_LENGTH} characters.")]
    try:
        validate_password(password, user)
    except ValidationError as error:
        short = any(each.code == "password_too_short" for each in error.error_list)
        return [FieldError((field,), "TOO_SHORT" if short else "UNSUPPORTED", " ".join(error.messages))]
    return []
