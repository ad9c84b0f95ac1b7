"""Members: entering and leaving rooms, and who is there."""

from collections.abc import Sequence

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from backend import rates
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.users import Person, person
from backend.chat import addresses, event_log, facts, invitations, personal, policies, rooms
from backend.chat.events import Change, Departure, MemberChanged, MemberJoined, MemberLeft
from backend.chat.models import Membership, Role, Room
from backend.chat.pages import Page, Window, page
from backend.chat.policies import Action, Reader, Standing
from backend.errors import NotFound
from backend.languages import text


class Entered(msgspec.Struct, frozen=True):
    """`room.head` is that of one's own entering: what others have done since comes after it."""

    room: facts.Room
    member: facts.Member
    created: bool


class Left(msgspec.Struct, frozen=True):
    """A membership that has ended, and a cursor at its end."""

    member: facts.Member
    cursor: str


def enter_room(*, viewer: Viewer, address: str, invitation: str | None = None) -> Entered:
    """Join the room at this address; create it if nobody has. Its creator owns it.

    The code of an `invitation` opens a private room, as does one that is addressed to the viewer; joining takes one
    of its uses. A code says which room is meant: one that is not good there finds no room, and none is made.

    Raises `Invalid` for an address that cannot be, `NotFound` for a private room or a code that is not good,
    `Forbidden`, `Unauthenticated` for a person who is no more, `RateLimited`.
    """
    rates.take("enter", viewer.id)
    folded = addresses.check(address)
    with transaction.atomic():
        users.hold(viewer.id)
        member = None
        while member is None:  # else the room was deleted, or they were sent away, just now
            room, created = _find_or_create(viewer, address.strip(), folded, invitation)
            entered = room if created else _joined(viewer, room, invitation)
            if entered is not None:
                member = active(entered.pk).select_related("user").filter(user=viewer.id).first()
    assert entered is not None, "somebody is a member of it"
    return Entered(room=facts.room(entered), member=facts.member(member), created=created)


def leave_room(*, viewer: Viewer, room_id: int) -> Left:
    """Leave a room. The last owner's place goes to the senior moderator, else to the oldest member; a room that
    nobody is left in goes.

    Raises `NotFound`, `Forbidden` for who is no member, `RateLimited`.
    """
    rates.take("enter", viewer.id)
    policies.admit(viewer, Action.LEAVE, room_id=room_id)
    with transaction.atomic():
        with event_log.append(room_id) as place:
            policies.admit(viewer, Action.LEAVE, room_id=room_id)
            own = active(room_id).select_related("user").get(user=viewer.id)
            place.event = end_membership(own, place, Departure.LEFT)
        hand_over(room_id, by=viewer.id)
    return Left(member=facts.member(own), cursor=place.cursor)


def members(*, reader: Reader, room_id: int, window: Window) -> Page[facts.Member]:
    """Those who are members now, in the order in which they first came.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`, `Invalid` for the window.
    """
    policies.admit(reader, Action.READ, room_id=room_id)
    found = page(active(room_id).select_related("user"), window)
    return Page([facts.member(row) for row in found.items], found.has_previous, found.has_next)


def find_member(*, reader: Reader, member_id: int) -> facts.Member | None:
    """A present or past member of a room that the reader may read. Raises `Unauthenticated`."""
    row = None if reader is None else Membership.objects.select_related("user").filter(pk=member_id).first()
    may_read = policies.may(reader, Action.READ, room_id=row.room_id if row else None)
    return facts.member(row) if row and may_read else None


def who_may(action: Action, *, room_id: int, user_ids: Sequence[int]) -> list[Person]:
    """Those of these people who are members now and may do this, in this order."""
    rows = active(room_id).filter(user__in=user_ids).annotate(is_muted=policies.is_muted())
    found = {
        row.user_id: person(row.user)
        for row in rows.select_related("user", "room")
        if policies.allows(
            action,
            is_private=row.room.is_private,
            held=policies.of_role(row.role, is_muted=bool(row.is_muted), is_staff=row.user.is_staff),
        )
    }
    return [found[user_id] for user_id in user_ids if user_id in found]


def active(room_id: int) -> QuerySet[Membership]:
    """Those who are members now."""
    return Membership.objects.filter(room=room_id, left_at=None)


def _find_or_create(viewer: Viewer, address: str, folded: str, code: str | None) -> tuple[Room, bool]:
    if found := policies.find(viewer, address=folded, code=code):
        room, held = found
        policies.require(Action.ENTER, room=room, held=held)
        return room, False
    if code is not None:
        raise NotFound(text("No such room."))
    try:
        with transaction.atomic():
            room = Room.objects.create(address=address, address_folded=folded, title=address)
            with event_log.append(room.pk) as place:
                owner = Membership.objects.create(room=room, user_id=viewer.id, role=Role.OWNER, joined_at=place.at)
                place.event = MemberJoined(member=owner.pk)
                personal.tell(viewer.id, personal.RoomEntered(room.pk))
            room.refresh_from_db()
    except IntegrityError:  # somebody was faster: theirs is the room
        return Room.objects.get(address_folded=folded), False
    return room, True


def _joined(viewer: Viewer, room: Room, code: str | None) -> Room | None:
    """The room as of their entering. None if it has just been deleted: its address is free."""
    if active(room.pk).filter(user=viewer.id).exists():
        return room
    try:
        with event_log.append(room.pk) as place:
            if (found := policies.find(viewer, room_id=room.pk, code=code)) is None:
                raise NotFound(text("No such room."))
            room, held = found
            policies.require(Action.ENTER, room=room, held=held)
            if Standing.INVITED in held:
                invitations.take_use(viewer=viewer, room_id=room.pk, code=code)
            again = {
                "role": Role.MEMBER,
                "joined_at": place.at,
                "left_at": None,
                "read_count": place.message_count,  # what was said before is history
                "last_read": None,
            }
            member, _ = Membership.objects.update_or_create(room=room, user_id=viewer.id, defaults=again)
            place.event = MemberJoined(member=member.pk)
            personal.tell(viewer.id, personal.RoomEntered(room.pk))
    except NotFound:
        if Room.objects.filter(pk=room.pk, deleted_at=None).exists():
            raise
        return None
    return room


def end_membership(row: Membership, place: event_log.Place, how: Departure, *, by: int | None = None) -> MemberLeft:
    """Make somebody who is a member one no more. `hand_over` comes after it, in the same transaction."""
    row.left_at, row.role = place.at, Role.MEMBER
    row.save(update_fields=["left_at", "role"])
    return MemberLeft(member=row.pk, departure=how, by=by)


def hand_over(room_id: int, *, by: int) -> None:
    """In the transaction that took a member away: if that was the last owner, another one comes after them.

    That is the senior moderator, else the oldest member, and they can speak from then on. Without any, the room goes.
    """
    present = active(room_id)
    if present.filter(role=Role.OWNER).exists():
        return
    moderators = present.filter(role=Role.MODERATOR).order_by("joined_at", "pk")
    successor = moderators.first() or present.order_by("joined_at", "pk").first()
    with event_log.append(room_id) as place:
        if successor is None:
            place.event = rooms.erase(place, by=by)
            return
        successor.role, successor.muted_until = Role.OWNER, None
        successor.save(update_fields=["role", "muted_until"])
        place.event = MemberChanged(member=successor.pk, by=by, change=Change.ROLE)
