"""What becomes of a person's rooms when something becomes of the person."""

from collections.abc import Collection, Mapping

import msgspec
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from backend import rates
from backend.accounts import passwords, users
from backend.accounts.credentials import Viewer
from backend.chat import event_log, invitations, members
from backend.chat.events import Departure, MemberChanged
from backend.chat.models import Ban, Membership, Message


def update_profile(*, viewer: Viewer, changes: users.Changes) -> users.Account:
    """Change one's own account. Another name is an event in each room that shows it, in one transaction.

    Raises `Invalid`, `Conflict` for a username that is taken, `Unauthenticated` for an account that is no more,
    `RateLimited`.
    """
    rates.take("profile", viewer.id)
    with transaction.atomic():
        users.hold(viewer.id)
        room_ids = event_log.lock(_memberships(viewer))
        account, is_seen = users.update(user_id=viewer.id, changes=changes)
        for room_id in room_ids if is_seen else ():
            with event_log.append(room_id) as place:
                place.event = MemberChanged(member=_memberships(viewer).get(room=room_id).pk, by=viewer.id)
    return account


class Stats(msgspec.Struct, frozen=True):
    """How much somebody has said, and where they are: in public rooms, for private ones are nobody else's to know."""

    messages: int
    rooms: int


def stats(user_ids: Collection[int]) -> Mapping[int, Stats]:
    public = Q(room__is_private=False)
    said = Message.objects.filter(public, author__in=user_ids, deleted_at=None)
    present = Membership.objects.filter(public, user__in=user_ids, left_at=None)
    messages = dict(said.values_list("author").annotate(Count("pk")))
    rooms = dict(present.values_list("user").annotate(Count("pk")))
    return {each: Stats(messages=messages.get(each, 0), rooms=rooms.get(each, 0)) for each in user_ids}


def delete_account(*, viewer: Viewer, current_password: str) -> None:
    """Leave all rooms and become nobody: what was said stays, by a person without a name.

    One transaction, with all rooms held that the person is or was in. Raises `Invalid` for a wrong password,
    `Unauthenticated` for an account that is no more, `RateLimited`.
    """
    proof = passwords.prove(user_id=viewer.id, current=current_password)
    with transaction.atomic():
        users.hold(viewer.id, proof=proof)  # nobody enters a room as somebody who is about to be no more
        room_ids = event_log.lock(_memberships(viewer))
        users.anonymize(viewer.id)  # first, so that no event carries the name once more
        Ban.objects.filter(user=viewer.id).delete()  # there is nobody left to keep out
        invitations.forget(viewer.id)
        for room_id in room_ids:
            _lose_name(viewer, room_id)


def _lose_name(viewer: Viewer, room_id: int) -> None:
    """Leave the room; in one that was left before, what was said there had the name all the same."""
    with event_log.append(room_id) as place:
        own = _memberships(viewer).get(room=room_id)
        if own.left_at is None:
            place.event = members.end_membership(own, place, Departure.DELETED)
        else:
            place.event = MemberChanged(member=own.pk, by=viewer.id)
    members.hand_over(room_id, by=viewer.id)


def _memberships(viewer: Viewer) -> QuerySet[Membership]:
    """Present and past: both show the name. Deleted rooms have none."""
    return Membership.objects.filter(user=viewer.id)
