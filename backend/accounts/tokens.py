"""Personal tokens: made once, shown once, kept as a digest."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.db import connection, transaction

from backend import database, rates
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


_FIND = """
SELECT token.digest, token.id, person.id, person.is_staff, person.credentials_epoch,
    COALESCE(token.last_used_at > {a_minute_ago}, FALSE)
FROM accounts_personaltoken token
JOIN accounts_user person ON person.id = token.user_id
WHERE token.digest IN ({digests}) AND person.is_active AND (token.expires_at IS NULL OR token.expires_at > {clock})
"""
# But for those that somebody else is writing: many are let in at once, and nobody waits for another.
_NOTE_USE = """
UPDATE accounts_personaltoken SET last_used_at = {clock}
WHERE id IN (SELECT id FROM accounts_personaltoken WHERE id IN ({tokens}) {skipping})
"""
_A_MINUTE_AGO = {
    "postgresql": "CLOCK_TIMESTAMP() - INTERVAL '1 minute'",
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', '-1 minute')",
}
_SKIPPING = {"postgresql": "FOR NO KEY UPDATE SKIP LOCKED", "sqlite": ""}


def find(secrets: Collection[str]) -> Mapping[str, Proof]:
    """Those of these secrets that are still good, in one statement. Another notes their use, to the minute."""
    secret_of = {digest(secret): secret for secret in secrets}
    found, unnoted = {}, []
    vendor = connection.vendor
    with connection.cursor() as db:
        digests, given = database.rows_of(secret_of, "text")
        sql = _FIND.format(digests=digests, a_minute_ago=_A_MINUTE_AGO[vendor], clock=database.CLOCK[vendor])
        db.execute(sql, [given])
        for key, token_id, user_id, is_staff, epoch, is_noted in db.fetchall():
            found[secret_of[key]] = Proof(token_id, user_id, bool(is_staff), epoch)
            if not is_noted:
                unnoted.append(token_id)
        if unnoted:
            tokens, given = database.rows_of(unnoted, "bigint")
            sql = _NOTE_USE.format(tokens=tokens, skipping=_SKIPPING[vendor], clock=database.CLOCK[vendor])
            db.execute(sql, [given])
    return found


def _token(row: PersonalToken) -> Token:
    return Token(
        id=row.pk,
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )
