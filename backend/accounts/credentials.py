"""Who is asking, and whether what proved it still counts: a session cookie or a personal token."""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.timezone import now

from backend import database
from backend.accounts import tokens
from backend.accounts.models import PersonalToken, User
from backend.database import among


class Credential(msgspec.Struct, frozen=True):
    """What proved an identity, with the person's epoch at that time, and whether they were staff."""

    kind: Literal["session", "token"]
    key: str
    user_id: int
    epoch: int
    is_staff: bool = False


class Viewer(msgspec.Struct, frozen=True):
    """The person asking, as far as rules need to know them."""

    id: int
    is_staff: bool
    credential: Credential


def from_session(key: str) -> Viewer | None:
    """Who is logged in with this session; checks the session's hash against the password, as Django does."""
    request = HttpRequest()
    request.session = SessionStore(key)
    return from_request(request)


def from_request(request: HttpRequest) -> Viewer | None:
    """Who is logged in on this request's session."""
    if not database.can_store(request.session.session_key or ""):  # a cookie can hold anything
        return None
    user = get_user(request)
    key = request.session.session_key
    if not isinstance(user, User) or not key:
        return None
    return _viewer("session", key, user_id=user.pk, epoch=user.credentials_epoch, is_staff=user.is_staff)


def from_token(secret: str) -> Viewer | None:
    return from_tokens([secret])[0]


def from_tokens(secrets: Sequence[str]) -> list[Viewer | None]:
    """Who each of these secrets is of, in a query or two."""
    found = tokens.find(secrets)
    return [_of_proof(found[secret]) if secret in found else None for secret in secrets]


def _of_proof(proof: tokens.Proof) -> Viewer:
    key, epoch = str(proof.token_id), proof.credentials_epoch
    return _viewer("token", key, user_id=proof.user_id, epoch=epoch, is_staff=proof.is_staff)


def _viewer(kind: Literal["session", "token"], key: str, *, user_id: int, epoch: int, is_staff: bool) -> Viewer:
    credential = Credential(kind=kind, key=key, user_id=user_id, epoch=epoch, is_staff=is_staff)
    return Viewer(id=user_id, is_staff=is_staff, credential=credential)


def revoked(credentials: Collection[Credential]) -> set[Credential]:
    """Those that no longer count: logged out, revoked, expired, deactivated, older than a new password, or of
    somebody who has become staff since, or is staff no more.

    Three queries, whatever the number. A new password ends sessions; tokens outlive it.
    """
    people = {each.user_id for each in credentials}
    active = User.objects.filter(pk__in=among(people, "bigint"), is_active=True).values_list(
        "pk", "credentials_epoch", "is_staff"
    )
    now_ = {pk: (epoch, is_staff) for pk, epoch, is_staff in active}
    sessions = {each.key for each in credentials if each.kind == "session"}
    tokens_ = {int(each.key) for each in credentials if each.kind == "token"}
    good_sessions = Session.objects.filter(
        pk__in=among(sessions, "text"), expire_date__gt=now()
    )  # Django's clock set it
    good_tokens = PersonalToken.objects.filter(pk__in=among(tokens_, "bigint")).exclude(expires_at__lte=Now())
    alive = {
        "session": set(good_sessions.values_list("pk", flat=True)),
        "token": {str(pk) for pk in good_tokens.values_list("pk", flat=True)},
    }

    def counts(each: Credential) -> bool:
        if each.key not in alive[each.kind] or each.user_id not in now_:
            return False
        epoch, is_staff = now_[each.user_id]
        return is_staff == each.is_staff and (each.kind == "token" or epoch == each.epoch)

    return {each for each in credentials if not counts(each)}
