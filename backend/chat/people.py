"""What becomes of a person's rooms when something becomes of the person."""

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import event_log, rooms
from backend.chat.events import Departure, MemberChanged
from backend.chat.models import Ban, Membership


def delete_account(*, viewer: Viewer, current_password: str) -> None:
    """Leave all rooms and become nobody: what was said stays, by a person without a name.

    One transaction, with all rooms held that the person is or was in. Raises `Invalid` for a wrong password,
    `Unauthenticated` for an account that is no more, `RateLimited`.
    """
    proof = users.prove(user_id=viewer.id, current=current_password)
    with transaction.atomic():
        users.hold(viewer.id, proof=proof)  # nobody enters a room as somebody who is about to be no more
        room_ids = event_log.lock(_memberships(viewer))
        users.anonymize(viewer.id)  # first, so that no event carries the name once more
        Ban.objects.filter(user=viewer.id).delete()  # there is nobody left to keep out
        for room_id in room_ids:
            _lose_name(viewer.id, room_id)


def _lose_name(user_id: int, room_id: int) -> None:
    """Leave the room; in one that was left before, what was said there had the name all the same."""
    with event_log.append(room_id) as place:
        own = Membership.objects.get(room=room_id, user=user_id)
        if own.left_at is None:
            place.event = rooms.end_membership(own, place, Departure.DELETED)
        else:
            place.event = MemberChanged(member=own.pk, by=user_id)
    rooms.hand_over(room_id, by=user_id)


def _memberships(viewer: Viewer) -> QuerySet[Membership]:
    """Present and past. Deleted rooms have none."""
    return Membership.objects.filter(user=viewer.id)
