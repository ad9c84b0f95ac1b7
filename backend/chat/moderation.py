"""Keeping order: roles, and acting on members. One acts only on those below oneself."""

from datetime import UTC, datetime
from enum import Enum

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from backend import database, rates
from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, members, policies
from backend.chat.events import Change, Departure, MemberChanged, MemberLeft
from backend.chat.models import Ban, Membership, Role
from backend.chat.pages import Page, Window, page
from backend.chat.policies import Action, Reader, Standing
from backend.errors import Forbidden, Invalid, NotFound
from backend.languages import text

_RANK = {Standing.MEMBER: 1, Standing.MODERATOR: 2, Standing.OWNER: 3, Standing.STAFF: 4}
# A mute without an end.
FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)


class ModerationAction(Enum):
    """What can be done to a member."""

    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    MUTE = "mute"
    UNMUTE = "unmute"


class Moderated(msgspec.Struct, frozen=True):
    """A membership as it is now, and a cursor that has the change."""

    member: facts.Member
    cursor: str


def moderate_member(
    *, viewer: Viewer, room_id: int, user_id: int, action: ModerationAction, until: datetime | None = None
) -> Moderated:
    """Kick, ban, unban, mute (`until` a time, else for ever) or unmute a present or past member.

    Doing what is done already changes nothing. Raises `Invalid`, `NotFound`, `Forbidden`, `RateLimited`.
    """
    rates.take("moderate", viewer.id)
    if until is not None and (action is not ModerationAction.MUTE or until <= database.now()):
        raise Invalid.field("until", "UNSUPPORTED", text("Only a mute ends by itself, and at a time to come."))
    policies.admit(viewer, Action.MODERATE, room_id=room_id)
    with transaction.atomic():
        with event_log.append(room_id) as place:
            row = _target(viewer, Action.MODERATE, room_id, user_id)
            match action:
                case ModerationAction.KICK:
                    place.event = _remove(row, place, Departure.KICKED, by=viewer.id)
                case ModerationAction.BAN:
                    place.event = _ban(row, place, by=viewer.id)
                case ModerationAction.UNBAN:
                    deleted, _ = Ban.objects.filter(room=room_id, user=user_id).delete()
                    place.event = _changed(row, Change.UNBANNED, by=viewer.id) if deleted else None
                case ModerationAction.MUTE:
                    place.event = _mute(row, until or FOR_EVER, by=viewer.id)
                case ModerationAction.UNMUTE:
                    place.event = _mute(row, None, by=viewer.id)
            if place.event is None:
                raise event_log.Unchanged
        if isinstance(place.event, MemberLeft):  # staff may have sent the owner away
            members.hand_over(room_id, by=viewer.id)
    return _moderated(row, place)


def set_member_role(*, viewer: Viewer, room_id: int, user_id: int, role: Role) -> Moderated:
    """Give a member another role, up to one's own; never the last owner.

    Raises `NotFound`, `Forbidden`, `RateLimited`.
    """
    rates.take("moderate", viewer.id)
    policies.admit(viewer, Action.SET_ROLE, room_id=room_id)
    with event_log.append(room_id) as place:
        row = _target(viewer, Action.SET_ROLE, room_id, user_id)
        if row.left_at is not None:
            raise NotFound(text("No such member."))
        if row.role == role:
            raise event_log.Unchanged
        if row.role == Role.OWNER and not _owners(room_id).exclude(pk=row.pk).exists():
            raise Forbidden(text("A room has an owner: give it another one first."))
        row.role = role
        if role == Role.OWNER:
            row.muted_until = None
        row.save(update_fields=["role", "muted_until"])
        place.event = _changed(row, Change.ROLE, by=viewer.id)
    return _moderated(row, place)


def bans(*, reader: Reader, room_id: int, window: Window) -> Page[facts.Ban]:
    """Who may not come back, in the order in which they were banned. Raises `NotFound`, `Forbidden`."""
    policies.admit(reader, Action.MODERATE, room_id=room_id)
    found = page(Ban.objects.filter(room=room_id).select_related("user", "by"), window)
    return Page([facts.ban(row) for row in found.items], found.has_previous, found.has_next)


def find_ban(*, reader: Reader, ban_id: int) -> facts.Ban | None:
    """None if there is none that the reader may see. Raises `Unauthenticated`."""
    row = None if reader is None else Ban.objects.select_related("user", "by").filter(pk=ban_id).first()
    may_see = policies.may(reader, Action.MODERATE, room_id=row.room_id if row else None)
    return facts.ban(row) if row and may_see else None


def _target(viewer: Viewer, action: Action, room_id: int, user_id: int) -> Membership:
    """The membership to act on: of somebody below the viewer, in a room where the viewer may act at all."""
    room = policies.admit(viewer, action, room_id=room_id)
    held = policies.standings(room, viewer)
    row = Membership.objects.select_related("user").filter(room=room, user=user_id).first()
    if row is None:
        raise NotFound(text("No such member."))
    own = max((_RANK[standing] for standing in held if standing in _RANK), default=0)
    below = _RANK[Standing(row.role)] if row.left_at is None else 0
    if own <= below:
        raise Forbidden(text("One can only act on members below oneself."))
    return row


def _owners(room_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(room=room_id, role=Role.OWNER, left_at=None)


def _remove(row: Membership, place: event_log.Place, departure: Departure, *, by: int) -> MemberLeft | None:
    return members.end_membership(row, place, departure, by=by) if row.left_at is None else None


def _ban(row: Membership, place: event_log.Place, *, by: int) -> MemberLeft | MemberChanged | None:
    _, created = Ban.objects.get_or_create(room=row.room, user=row.user, defaults={"by_id": by, "at": place.at})
    if not created:
        return None
    return _remove(row, place, Departure.BANNED, by=by) or _changed(row, Change.BANNED, by=by)


def _mute(row: Membership, until: datetime | None, *, by: int) -> MemberChanged | None:
    if row.muted_until == until:
        return None
    row.muted_until = until
    row.save(update_fields=["muted_until"])
    return _changed(row, Change.UNMUTED if until is None else Change.MUTED, by=by)


def _changed(row: Membership, change: Change, *, by: int) -> MemberChanged:
    return MemberChanged(member=row.pk, by=by, change=change)


def _moderated(row: Membership, place: event_log.Place) -> Moderated:
    return Moderated(member=facts.member(row), cursor=event_log.reached(place))
