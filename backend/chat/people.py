"""What becomes of a person's rooms when something becomes of the person."""

from django.db import transaction

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import event_log, rooms
from backend.chat.events import Departure
from backend.chat.models import Ban, Membership


def delete_account(*, viewer: Viewer, current_password: str) -> None:
    """Leave all rooms and become nobody: what was said stays, by a person without a name.

    One transaction, with all the person's rooms held. Raises `Invalid` for a wrong password, `RateLimited`.
    """
    users.prove(user_id=viewer.id, current=current_password)
    with transaction.atomic():
        users.hold(viewer.id)  # nobody enters a room as somebody who is about to be no more
        room_ids = event_log.lock(Membership.objects.filter(user=viewer.id, left_at=None).values("room"))
        users.anonymize(viewer.id)  # first, so that no event carries the name once more
        Ban.objects.filter(user=viewer.id).delete()  # there is nobody left to keep out
        for room_id in room_ids:
            _leave(viewer.id, room_id)


def _leave(user_id: int, room_id: int) -> None:
    own = rooms.active(room_id).filter(user=user_id).first()
    if own is None:  # sent away while the room was waited for
        return
    with event_log.append(room_id) as place:
        place.event = rooms.end_membership(own, place, Departure.DELETED)
    rooms.hand_over(room_id, by=user_id)
