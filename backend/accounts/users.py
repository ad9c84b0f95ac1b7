"""People: registering, passwords, and the facts that others may see."""

import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.dispatch import Signal

from backend import database, rates
from backend.accounts import avatars, log_ins, passwords, revocation
from backend.accounts.models import Block, Locale, PersonalToken, User
from backend.errors import Conflict, FieldError, Invalid, Unauthenticated
from backend.folding import Unseen, can_be_seen, fold
from backend.languages import text

__all__ = [
    "Account",
    "Changes",
    "Locale",
    "Person",
    "Profile",
    "account",
    "anonymize",
    "anonymized",
    "check_email",
    "find",
    "hold",
    "locales",
    "named",
    "named_person",
    "people",
    "person",
    "profiles",
    "register",
    "stands_in_a_name",
    "update",
]


class Person(msgspec.Struct, frozen=True):
    """What everybody may know of somebody. Whose account was deleted has no name any more.

    `avatar` is what their pictures are stored under; empty if there are none.
    """

    id: int
    username: str
    display_name: str
    deleted_at: datetime | None = None
    avatar: str = ""


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
    return named_person(user.pk, user.username, user.display_name, user.avatar)


def named_person(user_id: int, username: str, display_name: str, avatar: str) -> Person:
    """Of the columns of an account that was not deleted."""
    return Person(id=user_id, username=username, display_name=display_name or username, avatar=avatar)


def people(ids: Collection[int]) -> dict[int, Person]:
    return {user.pk: person(user) for user in User.objects.filter(pk__in=ids)}


def named(names: Collection[str]) -> dict[str, int]:
    """The ids of the people of these names, which are folded."""
    return dict(User.objects.filter(username_folded__in=names, deleted_at=None).values_list("username_folded", "pk"))


def find(username: str) -> Person | None:
    """The person of this name, however it is written."""
    try:
        user = User.objects.filter(username_folded=fold(username[: settings.USERNAME_MAX_LENGTH + 1])).first()
    except Unseen:
        return None
    return person(user) if user and user.deleted_at is None else None


def locales(ids: Collection[int]) -> dict[int, str]:
    """The languages that people have chosen."""
    return dict(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", "locale"))


class Profile(msgspec.Struct, frozen=True):
    """What everybody may know of somebody, but is not shown beside everything they say."""

    bio: str
    joined_at: datetime


def profiles(ids: Collection[int]) -> dict[int, Profile]:
    return {user.pk: Profile(bio=user.bio, joined_at=user.joined_at) for user in User.objects.filter(pk__in=ids)}


def account(user_id: int) -> Account:
    """Raises `NotFound`."""
    user = User.objects.active(user_id)
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
    """Make an account, from `origin` (a network address), and log in there.

    Raises `Invalid`, `RateLimited`, or `Conflict` when the name is taken, however it is written.
    """
    rates.take("register", origin)
    username, display_name = username.strip(), display_name.strip()
    given = {"username": username, "email": email, "display_name": display_name, "locale": locale}
    errors = _check_changes(given)
    user = User(username=username, email=email, display_name=display_name, locale=locale)
    errors += passwords.check_new(password, user=user)
    if errors:
        raise Invalid(*errors)
    if User.objects.filter(username_folded=fold(username)).exists():
        raise Conflict(text("This username is taken."))
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            log_ins.record(user_id=user.pk, name="", origin=origin, way=log_ins.Way.SESSION)
    except IntegrityError as error:  # somebody was faster
        raise Conflict(text("This username is taken.")) from error
    return account(user.pk)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be another; None stays as it is."""

    username: str | None = None
    display_name: str | None = None
    bio: str | None = None
    email: str | None = None
    locale: str | None = None


def update(*, user_id: int, changes: Changes) -> None:
    """Change one's own account.

    Raises `Invalid` with all that is wrong, or `Conflict` when the name is taken, however it is written.
    """
    user = User.objects.active(user_id)
    new = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not None}
    for name in ("username", "display_name"):
        if name in new:
            new[name] = new[name].strip()
    if errors := _check_changes(new):
        raise Invalid(*errors)
    for name, value in new.items():
        setattr(user, name, value)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict(text("This username is taken.")) from error


def _check_changes(new: Mapping[str, str]) -> list[FieldError]:
    checks = {
        "username": _check_username,
        "display_name": _check_display_name,
        "bio": _check_bio,
        "email": check_email,
        "locale": _check_locale,
    }
    return [error for name, value in new.items() for error in checks[name](value)]


def hold(user_id: int, *, proof: str | None = None) -> None:
    """Let nobody change this account until the transaction ends.

    Raises `Unauthenticated` if it is no more, or `Invalid` if the password is another by now than was proved.
    """
    # `no_key`: other rows that name the person need not wait.
    held = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if held is None:
        raise Unauthenticated
    if proof is not None and proof != held.password:
        raise passwords.wrong()


# Sent with the `user_id` when all that is personal is taken out of an account, in that transaction: whoever else keeps
# something of the person forgets it.
anonymized = Signal()


def anonymize(user_id: int) -> None:
    """Take all that is personal out of an account, for good, and end its tokens and sessions."""
    avatars.replace(user_id=user_id, avatar="")
    user = User.objects.get(pk=user_id)
    log_ins.forget(user)
    # No name that anybody can register begins like this.
    user.username, user.display_name, user.bio, user.email = f"~{user_id}", "", "", ""
    user.last_login = None
    user.is_active = user.is_staff = user.is_superuser = False
    user.locale = Locale.EN
    user.set_unusable_password()
    user.deleted_at = database.now()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    PersonalToken.objects.filter(user=user_id).delete()
    Block.objects.filter(Q(user=user_id) | Q(blocked=user_id)).delete()
    anonymized.send(sender=User, user_id=user_id)
    revocation.announce()


def _check_username(username: str) -> list[FieldError]:
    if not username:
        return [FieldError(("username",), "REQUIRED", text("Choose a username."))]
    if len(username) > settings.USERNAME_MAX_LENGTH:
        return [FieldError.too_long("username", settings.USERNAME_MAX_LENGTH)]
    try:
        folded = fold(username)
    except Unseen:
        folded = ""
    # It must stand in a text as @name. A mark needs a letter to stand on.
    begins_well = folded[:1].isalnum() or folded[:1] == "_"
    if not begins_well or folded[-1] in ".-" or not all(map(stands_in_a_name, folded)):
        detail = text("Letters and digits of any script, and . - _ between them.")
        return [FieldError(("username",), "MALFORMED", detail)]
    if len(folded) > 4 * settings.USERNAME_MAX_LENGTH:  # a character can fold to many
        return [FieldError(("username",), "TOO_LONG", text("Write it with simpler characters."))]
    return []


def stands_in_a_name(character: str) -> bool:
    """Letters, marks and digits of any script, and . - _ between them."""
    # Marks (vowel signs, accents) are not alphanumeric, but belong to the letter before them.
    return character.isalnum() or character in ".-_" or unicodedata.category(character) in ("Mn", "Mc")


def _check_display_name(display_name: str) -> list[FieldError]:
    if len(display_name) > settings.DISPLAY_NAME_MAX_LENGTH:
        return [FieldError.too_long("displayName", settings.DISPLAY_NAME_MAX_LENGTH)]
    if display_name and not can_be_seen(display_name):
        return [FieldError(("displayName",), "MALFORMED", text("Only characters that can be seen."))]
    return []


def _check_bio(bio: str) -> list[FieldError]:
    if len(bio) > settings.BIO_MAX_LENGTH:
        return [FieldError.too_long("bio", settings.BIO_MAX_LENGTH)]
    if not database.can_store(bio):
        return [FieldError(("bio",), "MALFORMED", text("A text is Unicode without U+0000."))]
    return []


def _check_locale(locale: str) -> list[FieldError]:
    if locale not in Locale.values:
        return [FieldError(("locale",), "UNSUPPORTED", text("One of {locales}.", locales=", ".join(Locale.values)))]
    return []


def check_email(email: str) -> list[FieldError]:
    """What is wrong with an address for mail, if anything."""
    if len(email) > settings.EMAIL_MAX_LENGTH:
        return [FieldError.too_long("email", settings.EMAIL_MAX_LENGTH)]
    try:
        if email:
            validate_email(email)
        valid = database.can_store(email)  # what Django takes for an international domain may be anything
    except ValidationError:
        valid = False
    return [] if valid else [FieldError(("email",), "MALFORMED", text("This is no e-mail address."))]
