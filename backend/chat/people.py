"""What becomes of a person's rooms when something becomes of the person."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import IO

import msgspec
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from backend import rates
from backend.accounts import avatars, passwords, staff, users
from backend.accounts.credentials import Viewer
from backend.chat import attachments, event_log, invitations, members
from backend.chat.events import Departure, MemberChanged
from backend.chat.models import Attachment, Ban, Membership, Message


def update_profile(*, viewer: Viewer, changes: users.Changes) -> users.Account:
    """Change one's own account.

    Raises `Invalid`, `Conflict` for a username that is taken, `Unauthenticated` for an account that is no more,
    `RateLimited`.
    """
    rates.take("profile", viewer.id)
    return _change(viewer, partial(users.update, user_id=viewer.id, changes=changes))


def set_avatar(*, viewer: Viewer, file: IO[bytes]) -> users.Account:
    """Show a picture from now on, in the place of any before. It takes long: call it by `uploads.workers`.

    Raises `Invalid` for what is no picture, or too large a one, `RateLimited`.
    """
    rates.take("profile", viewer.id)
    avatar = avatars.store(file)
    try:
        return _change(viewer, partial(avatars.replace, user_id=viewer.id, avatar=avatar))
    except Exception:
        avatars.delete(avatar)  # nobody has seen it
        raise


def remove_avatar(*, viewer: Viewer) -> users.Account:
    """Show no picture any more. Raises `RateLimited`."""
    rates.take("profile", viewer.id)
    return _change(viewer, partial(avatars.replace, user_id=viewer.id, avatar=""))


def _change(viewer: Viewer, change: Callable[[], None]) -> users.Account:
    """Change one's own account, in one transaction with what is told of it.

    If others see another person from then on (a name, avatar or bio), that is an event in each of the person's rooms.
    """
    with transaction.atomic():
        users.hold(viewer.id)
        room_ids = event_log.lock(_memberships(viewer.id))
        before = _as_others_see(viewer)
        change()
        for room_id in room_ids if _as_others_see(viewer) != before else ():
            with event_log.append(room_id) as place:
                place.event = MemberChanged(member=_memberships(viewer.id).get(room=room_id).pk, by=viewer.id)
        return users.account(viewer.id)


def _as_others_see(viewer: Viewer) -> tuple[users.Person, users.Profile]:
    return users.people([viewer.id])[viewer.id], users.profiles([viewer.id])[viewer.id]


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
        _delete(viewer.id)


def delete_account_of(*, viewer: Viewer, user_id: int) -> None:
    """The same, done by staff to somebody below them, whether the account is open or closed.

    Raises `Forbidden`, `NotFound`, `RateLimited`, `Unauthenticated` for who is no more.
    """
    rates.take("moderate", viewer.id)
    with transaction.atomic():
        staff.hold_below(viewer=viewer, user_id=user_id)
        _delete(user_id)


def _delete(user_id: int) -> None:
    room_ids = event_log.lock(_memberships(user_id))
    users.anonymize(user_id)  # first, so that no event carries the name once more
    Ban.objects.filter(user=user_id).delete()  # there is nobody left to keep out
    invitations.forget(user_id)
    attachments.discard(Attachment.objects.filter(uploader=user_id, message=None))
    for room_id in room_ids:
        _lose_name(user_id, room_id)


def _lose_name(user_id: int, room_id: int) -> None:
    """Leave the room; in one that was left before, what was said there had the name all the same."""
    with event_log.append(room_id) as place:
        own = _memberships(user_id).get(room=room_id)
        if own.left_at is None:
            place.event = members.end_membership(own, place, Departure.DELETED)
        else:
            place.event = MemberChanged(member=own.pk, by=user_id)
    members.hand_over(room_id, by=user_id)


def _memberships(user_id: int) -> QuerySet[Membership]:
    """Present and past: both show the name. Deleted rooms have none."""
    return Membership.objects.filter(user=user_id)
