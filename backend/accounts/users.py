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

from backend import database, rates
from backend.accounts import revocation
from backend.accounts.models import Locale, PersonalToken, User
from backend.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from backend.folding import Unseen, can_be_seen, fold

__all__ = [
    "Account",
    "Locale",
    "Person",
    "account",
    "anonymize",
    "change_password",
    "check_password",
    "hold",
    "people",
    "person",
    "prove",
    "register",
]


class Person(msgspec.Struct, frozen=True):
    """What everybody may know of somebody. Whose account was deleted has no name any more."""

    id: int
    username: str
    display_name: str
    deleted_at: datetime | None = None


class Account(msgspec.Struct, frozen=True):
    """What only the person themself may know."""

    person: Person
    email: str
    locale: str
    is_staff: bool
    last_log_in_at: datetime | None


def person(user: User) -> Person:
    if user.deleted_at is not None:
        return Person(id=user.pk, username="", display_name="", deleted_at=user.deleted_at)
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
    username, display_name = username.strip(), display_name.strip()
    errors = [*_check_username(username), *_check_email(email), *_check_display_name(display_name)]
    if locale not in Locale.values:
        errors.append(FieldError(("locale",), "UNSUPPORTED", f"One of {', '.join(Locale.values)}."))
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
    user = authenticate(username=name, password=password) if _can_be_password(password) else None
    if user is None:
        raise Invalid.field("password", "MALFORMED", "The username or the password is wrong.")
    return int(user.pk)


def change_password(*, user_id: int, current: str, new: str) -> None:
    """Set a new password; other sessions of this person end, personal tokens stay.

    Raises `Invalid`, `RateLimited`, `Unauthenticated`.
    """
    user = _proved(user_id, current)
    if errors := _check_new_password(new, user=user, field="newPassword"):
        raise Invalid(*errors)
    # Hashing takes long, so nothing is locked meanwhile: of two changes at once, the second finds another hash.
    unchanged = User.objects.filter(pk=user_id, password=user.password)
    user.set_password(new)
    if not unchanged.update(password=user.password, credentials_epoch=user.credentials_epoch):
        raise _wrong_password()
    revocation.announce()


def prove(*, user_id: int, current: str) -> str:
    """See that it is the person themself who asks, by their password: a proof to `hold` the account by.

    Raises `Invalid`, `RateLimited`, `Unauthenticated`.
    """
    return _proved(user_id, current).password


def hold(user_id: int, *, proof: str | None = None) -> None:
    """Let nobody change this account until the transaction ends.

    Raises `Unauthenticated` if it is no more, or `Invalid` if the password is another by now than was proved.
    """
    # `no_key`: other rows that name the person need not wait.
    held = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if held is None:
        raise Unauthenticated
    if proof is not None and proof != held.password:
        raise _wrong_password()


def anonymize(user_id: int) -> None:
    """Take all that is personal out of an account, for good, and end its tokens and sessions."""
    user = _user(user_id)
    # No name that anybody can register begins like this.
    user.username, user.display_name, user.email, user.last_login = f"~{user_id}", "", "", None
    user.is_active = user.is_staff = user.is_superuser = False
    user.locale = Locale.EN
    user.set_unusable_password()
    user.deleted_at = database.now()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    PersonalToken.objects.filter(user=user_id).delete()
    revocation.announce()


def _proved(user_id: int, current: str) -> User:
    rates.take("log in", user_id)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Unauthenticated
    if not _can_be_password(current) or not user.check_password(current):
        raise _wrong_password()
    return user


def _wrong_password() -> Invalid:
    return Invalid.field("currentPassword", "MALFORMED", "The current password is wrong.")


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
    # It must stand in a text as @name: letters, marks and digits of any script, and . - _ inside. A mark needs a
    # letter to stand on.
    begins_well = folded[:1].isalnum() or folded[:1] == "_"
    if not begins_well or folded[-1] in ".-" or not all(map(_stands_in_a_name, folded)):
        detail = "Letters and digits of any script, and . - _ between them."
        return [FieldError(("username",), "MALFORMED", detail)]
    if len(folded) > 4 * settings.USERNAME_MAX_LENGTH:  # a character can fold to many
        return [FieldError(("username",), "TOO_LONG", "Write it with simpler characters.")]
    return []


def _stands_in_a_name(character: str) -> bool:
    # Marks (vowel signs, accents) are not alphanumeric, but belong to the letter before them.
    return character.isalnum() or character in ".-_" or unicodedata.category(character) in ("Mn", "Mc")


def _check_display_name(display_name: str) -> list[FieldError]:
    if len(display_name) > settings.DISPLAY_NAME_MAX_LENGTH:
        return [FieldError(("displayName",), "TOO_LONG", f"At most {settings.DISPLAY_NAME_MAX_LENGTH} characters.")]
    if display_name and not can_be_seen(display_name):
        return [FieldError(("displayName",), "MALFORMED", "Only characters that can be seen.")]
    return []


def _check_email(email: str) -> list[FieldError]:
    if len(email) > settings.EMAIL_MAX_LENGTH:
        return [FieldError(("email",), "TOO_LONG", f"At most {settings.EMAIL_MAX_LENGTH} characters.")]
    try:
        if email:
            validate_email(email)
        valid = database.can_store(email)  # what Django takes for an international domain may be anything
    except ValidationError:
        valid = False
    return [] if valid else [FieldError(("email",), "MALFORMED", "This is no e-mail address.")]


def _can_be_password(password: str) -> bool:
    return len(password) <= settings.PASSWORD_MAX_LENGTH and database.can_store(password)


def _check_new_password(password: str, *, user: User, field: str = "password") -> list[FieldError]:
    if len(password) > settings.PASSWORD_MAX_LENGTH:
        return [FieldError((field,), "TOO_LONG", f"At most {settings.PASSWORD_MAX_LENGTH} characters.")]
    if not _can_be_password(password):
        return [FieldError((field,), "MALFORMED", "A password is Unicode text without U+0000.")]
    try:
        validate_password(password, user)
    except ValidationError as error:
        short = any(each.code == "password_too_short" for each in error.error_list)
        return [FieldError((field,), "TOO_SHORT" if short else "UNSUPPORTED", " ".join(error.messages))]
    return []
