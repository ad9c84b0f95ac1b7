"""Personal tokens: made once, shown once, kept as a digest."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from backend import rates
from backend.accounts import revocation, users
from backend.accounts.models import PersonalToken
from backend.errors import FieldError, Invalid, NotFound
from backend.folding import can_be_seen
from backend.languages import plural, text

_PREFIX = "chai_"  # so that secret scanners, and people, know what they have found


class Token(msgspec.Struct, frozen=True):
    """What its owner may know of a token. The secret is not among it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class Proof(NamedTuple):
    """What a secret proves: which token it is, and whose."""

    token_id: int
    user_id: int
    is_staff: bool
    credentials_epoch: int


def digest(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would protect nothing more.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def create_token(*, user_id: int, name: str, expires_at: datetime | None = None) -> tuple[Token, str]:
    """A new token and its secret, which cannot be had again.

    Raises `Invalid`, `RateLimited`, `Unauthenticated` for a person who is no more.
    """
    rates.take("profile", user_id)
    name = name.strip()
    if not name:
        raise Invalid.field("name", "REQUIRED", text("Name the token, so that you know it later."))
    if len(name) > settings.TOKEN_NAME_MAX_LENGTH:
        raise Invalid(FieldError.too_long("name", settings.TOKEN_NAME_MAX_LENGTH))
    if not can_be_seen(name):
        raise Invalid.field("name", "MALFORMED", text("Only characters that can be seen."))
    secret = _PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        users.hold(user_id)  # two at once must not both be the last
        if PersonalToken.objects.filter(user=user_id).count() >= settings.TOKENS_PER_USER:
            most = settings.TOKENS_PER_USER
            raise Invalid(
                detail=plural("At most {n} token: revoke one first.", "At most {n} tokens: revoke one first.", most)
            )
        row = PersonalToken(user_id=user_id, name=name, digest=digest(secret), expires_at=expires_at)
        row.save()
        row.refresh_from_db()
        if expires_at is not None and expires_at <= row.created_at:
            raise Invalid(FieldError(("expiresAt",), "UNSUPPORTED", text("This time has passed.")))
    return _token(row), secret


def revoke_token(*, user_id: int, token_id: int) -> None:
    """Raises `NotFound`, also for somebody else's token."""
    deleted, _ = PersonalToken.objects.filter(pk=token_id, user=user_id).delete()
    if not deleted:
        raise NotFound(text("No such token."))
    revocation.announce()


def tokens(*, user_id: int) -> list[Token]:
    """All of a person's tokens (at most `TOKENS_PER_USER`), the newest first."""
    return [_token(row) for row in PersonalToken.objects.filter(user=user_id).order_by("-pk")]


def find(secrets: Collection[str]) -> Mapping[str, Proof]:
    """Those of these secrets that are still good, in one query. Their use is noted, to the minute."""
    digests = {digest(secret): secret for secret in secrets}
    was_noted = ExpressionWrapper(Q(last_used_at__gt=Now() - timedelta(minutes=1)), BooleanField())
    rows = (
        PersonalToken.objects.filter(digest__in=digests, user__is_active=True)
        .exclude(expires_at__lte=Now())
        .annotate(was_noted=was_noted)
        .values_list("digest", "was_noted", "pk", "user", "user__is_staff", "user__credentials_epoch")
    )
    found, unnoted = {}, []
    for key, noted, token_id, user_id, is_staff, epoch in rows:
        found[digests[key]] = Proof(token_id, user_id, is_staff, epoch)
        if not noted:
            unnoted.append(token_id)
    if unnoted:
        _note_use(unnoted)
    return found


def _note_use(token_ids: Collection[int]) -> None:
    """But for those that somebody else is writing: many are let in at once, and nobody waits for another."""
    with transaction.atomic():
        free = PersonalToken.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=token_ids)
        PersonalToken.objects.filter(pk__in=free.values("pk")).update(last_used_at=Now())


def _token(row: PersonalToken) -> Token:
    return Token(
        id=row.pk,
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )
