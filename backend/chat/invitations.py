"""Invitations: ways into a room, also into a private one. Made, seen and revoked by those who keep order there."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from backend import database, rates
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, personal, policies
from backend.chat.models import Ban, Invitation, Membership
from backend.chat.policies import Action, Reader, Standing
from backend.errors import FieldError, Invalid, NotFound, Unauthenticated
from backend.languages import Text, plural, text

_CODE_BYTES = 16  # 128 random bits: nobody guesses one


def create_invitation(
    *,
    viewer: Viewer,
    room_id: int,
    invitee_id: int | None = None,
    expires_at: datetime | None = None,
    uses: int | None = None,
) -> facts.Invitation:
    """A new invitation: for anybody who has its code, or for the `invitee` alone.

    Raises `Invalid`, `NotFound`, also for an invitee that is not there, `Forbidden`, `RateLimited`.
    """
    rates.take("invite", viewer.id)
    if wrong := _wrong(expires_at, uses):
        raise Invalid(*wrong)
    policies.admit(viewer, Action.INVITE, room_id=room_id)
    with transaction.atomic():
        if invitee_id is not None:
            _hold_invitee(invitee_id)
        event_log.hold(room_id)  # two at once must not both be the last
        # Once more: what one is there may have changed meanwhile.
        policies.admit(viewer, Action.INVITE, room_id=room_id)
        there = Invitation.objects.filter(room=room_id)
        there.exclude(policies.is_good()).delete()
        if there.count() >= settings.INVITATIONS_PER_ROOM:
            raise Invalid(detail=_too_many())
        row = Invitation.objects.create(
            room_id=room_id,
            code=secrets.token_urlsafe(_CODE_BYTES),
            invited_by_id=viewer.id,
            invitee_id=invitee_id,
            expires_at=expires_at,
            uses_left=uses,
        )
        if invitee_id is not None:
            personal.tell(invitee_id, personal.Invited(row.pk))
    return facts.invitation(row)


def revoke_invitation(*, viewer: Viewer, invitation_id: int) -> None:
    """Take back an invitation; its invitee declines it so. Staff can without seeing it.

    Raises `NotFound`, `RateLimited`.
    """
    rates.take("invite", viewer.id)
    with transaction.atomic():
        room_id = Invitation.objects.filter(pk=invitation_id).values_list("room", flat=True).first()
        event_log.hold(room_id or 0)  # who enters by it has done so, or will not
        row = _known(viewer, invitation_id, Action.REVOKE)
        if row is None:
            raise NotFound(text("No such invitation."))
        row.delete()


def invitations(*, reader: Reader, room_id: int) -> list[facts.Invitation]:
    """Those into a room that are good (at most `INVITATIONS_PER_ROOM`), the newest first.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`.
    """
    policies.admit(reader, Action.INVITE, room_id=room_id)
    rows = Invitation.objects.select_related("invited_by", "invitee").filter(policies.is_good(), room=room_id)
    return [facts.invitation(row) for row in rows.order_by("-pk")]


def invitations_to(*, viewer: Viewer) -> list[facts.Invitation]:
    """Those addressed to the viewer that let them in somewhere, the newest first; `INVITATIONS_SHOWN` at most."""
    present = Membership.objects.filter(user=viewer.id, left_at=None).values("room")
    banned = Ban.objects.filter(user=viewer.id).values("room")
    rows = policies.invitations_for(viewer).exclude(Q(room__in=present) | Q(room__in=banned))
    shown = rows.select_related("invited_by", "invitee").order_by("-pk")[: settings.INVITATIONS_SHOWN]
    return [facts.invitation(row) for row in shown]


def find_invitation(*, reader: Reader, invitation_id: int) -> facts.Invitation | None:
    """None if there is none that is good and that the reader may see. Raises `Unauthenticated`."""
    if not isinstance(reader, Viewer):
        raise Unauthenticated
    row = _known(reader, invitation_id, Action.INVITE)
    return None if row is None else facts.invitation(row)


def take_use(*, viewer: Viewer, room_id: int, code: str | None) -> None:
    """Of the invitation by which the viewer enters. Under the room's lock. Raises `NotFound` if it has just expired."""
    row = policies.invitations_for(viewer, code).filter(room=room_id).order_by("pk").first()
    if row is None:
        raise NotFound(text("No such room."))
    if row.uses_left == 1:
        row.delete()
    elif row.uses_left is not None:
        row.uses_left -= 1
        row.save(update_fields=["uses_left"])


def forget(user_id: int) -> None:
    """Of somebody who is no more: nobody can use what was addressed to them; what they made is the room's."""
    Invitation.objects.filter(invitee=user_id).delete()
    Invitation.objects.filter(invited_by=user_id).update(invited_by=None)


def _known(viewer: Viewer, invitation_id: int, action: Action) -> Invitation | None:
    """One into a room where the viewer may do this, or addressed to them, who are not there."""
    rows = Invitation.objects.select_related("invited_by", "invitee").filter(policies.is_good())
    row = rows.filter(pk=invitation_id).first()
    found = policies.find(viewer, room_id=row.room_id if row else 0)
    if row is None or found is None:
        return None
    room, held = found
    is_theirs = row.invitee_id == viewer.id and Standing.INVITED in held
    return row if is_theirs or policies.allows(action, is_private=room.is_private, held=held) else None


def _too_many() -> Text:
    return plural(
        "At most {n} invitation to a room: revoke one first.",
        "At most {n} invitations to a room: revoke one first.",
        settings.INVITATIONS_PER_ROOM,
    )


def _wrong(expires_at: datetime | None, uses: int | None) -> list[FieldError]:
    wrong = []
    if expires_at is not None and expires_at <= database.now():
        wrong.append(FieldError(("expiresAt",), "UNSUPPORTED", text("This time has passed.")))
    if uses is not None and uses < 1:
        wrong.append(FieldError(("uses",), "UNSUPPORTED", text("An invitation can be used once at least.")))
    return wrong


def _hold_invitee(user_id: int) -> None:
    # Before the room, as for who enters: nobody waits for somebody who waits for them.
    try:
        users.hold(user_id)
    except Unauthenticated as error:
        raise NotFound(text("No such user.")) from error
