"""Rooms and their members: entering, leaving, and what may be seen of them."""

from collections.abc import Collection, Mapping

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from backend import rates
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, policies
from backend.chat.events import Departure, MemberChanged, MemberJoined, MemberLeft, RoomDeleted
from backend.chat.models import Ban, Membership, Message, Role, Room
from backend.chat.pages import Page, Window, page
from backend.chat.policies import Action, Reader, Standing
from backend.errors import Invalid, NotFound, Unauthenticated
from backend.folding import Unseen, fold


class Entered(msgspec.Struct, frozen=True):
    """`room.head` is that of one's own entering: what others have done since comes after it."""

    room: facts.Room
    member: facts.Member
    created: bool


class Left(msgspec.Struct, frozen=True):
    """A membership that has ended, and a cursor at its end."""

    member: facts.Member
    cursor: str


def enter_room(*, viewer: Viewer, address: str) -> Entered:
    """Join the room at this address; create it if nobody has. Its creator owns it.

    Raises `Invalid` for an address that cannot be, `NotFound` for a private room, `Unauthenticated` for a person
    who is no more, `RateLimited`.
    """
    rates.take("enter", viewer.id)
    folded = _folded(address)
    if folded in (".", ".."):  # a browser would resolve them away
        raise Invalid.field("address", "UNSUPPORTED", "This address means another place.")
    with transaction.atomic():
        users.hold(viewer.id)
        member = None
        while member is None:  # else the room was deleted, or they were sent away, just now
            room, created = _find_or_create(viewer, address.strip(), folded)
            if created or _joined(viewer, room):
                member = active(room.pk).select_related("user").filter(user=viewer.id).first()
    return Entered(room=facts.room(room), member=facts.member(member), created=created)


def leave_room(*, viewer: Viewer, room_id: int) -> Left:
    """Leave a room. The last owner's place goes to the senior moderator, else to the oldest member; a room that
    nobody is left in goes.

    Raises `NotFound`, `Forbidden` for who is no member, `RateLimited`.
    """
    rates.take("enter", viewer.id)
    with transaction.atomic():
        with event_log.append(room_id) as place:
            policies.admit(viewer, Action.LEAVE, room_id=room_id)
            own = active(room_id).select_related("user").get(user=viewer.id)
            place.event = end_membership(own, place, Departure.LEFT)
        hand_over(room_id, by=viewer.id)
    return Left(member=facts.member(own), cursor=place.cursor)


def delete_room(*, viewer: Viewer, room_id: int) -> None:
    """Erase a room with all that was said there, for good. Its address is free again.

    Raises `NotFound`, `Forbidden`, `RateLimited`.
    """
    rates.take("moderate", viewer.id)
    with event_log.append(room_id) as place:
        policies.admit(viewer, Action.DELETE, room_id=room_id)
        place.event = _erase(place, by=viewer.id)


def find_room(*, reader: Reader, room_id: int | None = None, address: str | None = None) -> facts.Room | None:
    """The room with this id or at this address; None if there is none that the reader may know of.

    Raises `Unauthenticated`.
    """
    if reader is None:
        raise Unauthenticated
    try:
        by = Q(pk=room_id) if address is None else Q(address_folded=_folded(address))
        room = Room.objects.get(by, deleted_at=None)
        policies.require(Action.SEE, room=room, held=policies.standings(room, reader))
    except (Room.DoesNotExist, Invalid, NotFound):
        return None
    return facts.room(room)


def rooms(*, reader: Reader, matching: str | None, window: Window) -> Page[facts.Room]:
    """Public rooms, the newest first; `matching` finds a part of the address or the title.

    Raises `Unauthenticated`, `Invalid` for the window.
    """
    if reader is None:
        raise Unauthenticated
    rows = Room.objects.filter(is_private=False, deleted_at=None)
    if matching and not matching.isspace():
        try:
            rows = rows.filter(Q(address_folded__contains=_folded(matching)) | Q(title__icontains=matching))
        except Invalid:  # what cannot stand in an address
            rows = rows.none()
    return _facts(page(rows, window, newest_first=True))


def rooms_of(*, viewer: Viewer, window: Window) -> Page[facts.Room]:
    """The rooms that the viewer is a member of, the newest first."""
    mine = Membership.objects.filter(user=viewer.id, left_at=None).values("room")
    return _facts(page(Room.objects.filter(pk__in=mine), window, newest_first=True))


def members(*, reader: Reader, room_id: int, window: Window) -> Page[facts.Member]:
    """Those who are members now, in the order in which they first came.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`, `Invalid` for the window.
    """
    policies.admit(reader, Action.READ, room_id=room_id)
    found = page(active(room_id).select_related("user"), window)
    return Page([facts.member(row) for row in found.items], found.has_previous, found.has_next)


def find_member(*, reader: Reader, member_id: int) -> facts.Member | None:
    """A present or past member of a room that the reader may read. Raises `Unauthenticated`."""
    if reader is None:
        raise Unauthenticated
    row = Membership.objects.select_related("user", "room").filter(pk=member_id).first()
    if row is None:
        return None
    held = policies.standings(row.room, reader)
    return facts.member(row) if policies.allows(Action.READ, is_private=row.room.is_private, held=held) else None


def rooms_by_id(room_ids: Collection[int]) -> Mapping[int, facts.Room]:
    """For whoever has been shown something in these rooms already: nothing is checked, and none is too old."""
    return {row.pk: facts.room(row) for row in Room.objects.filter(pk__in=room_ids)}


def member_counts(room_ids: Collection[int]) -> Mapping[int, int]:
    counts = Membership.objects.filter(room__in=room_ids, left_at=None).values("room").annotate(members=Count("pk"))
    return {row["room"]: row["members"] for row in counts}


class Own(msgspec.Struct, frozen=True):
    """The viewer's own membership of a room, and what they are there by it."""

    role: Role
    held: frozenset[Standing]


def own_memberships(*, viewer: Viewer, room_ids: Collection[int]) -> Mapping[int, Own]:
    """For each of these rooms that the viewer is a member of."""
    mine = Membership.objects.filter(user=viewer.id, room__in=room_ids, left_at=None)
    found = mine.values_list("room", "role", policies.is_muted())
    return {
        room: Own(
            role=Role(role),
            held=policies.of_role(role, is_muted=bool(is_muted), is_banned=False, is_staff=viewer.is_staff),
        )
        for room, role, is_muted in found
    }


def _folded(address: str) -> str:
    if len(address.strip()) > settings.ADDRESS_MAX_LENGTH:
        raise _too_long()
    try:
        folded = fold(address)
    except Unseen as error:
        detail = "An address holds characters that can be seen, and no slash."
        raise Invalid.field("address", "MALFORMED", detail) from error
    if not folded:
        raise Invalid.field("address", "REQUIRED", "Type the address of a room.")
    if len(folded) > 4 * settings.ADDRESS_MAX_LENGTH:
        raise _too_long()
    return folded


def _too_long() -> Invalid:
    return Invalid.field("address", "TOO_LONG", f"At most {settings.ADDRESS_MAX_LENGTH} characters.")


def _find_or_create(viewer: Viewer, address: str, folded: str) -> tuple[Room, bool]:
    if room := Room.objects.filter(address_folded=folded).first():
        return room, False
    try:
        with transaction.atomic():
            room = Room.objects.create(address=address, address_folded=folded, title=address)
            with event_log.append(room.pk) as place:
                owner = Membership.objects.create(room=room, user_id=viewer.id, role=Role.OWNER, joined_at=place.at)
                place.event = MemberJoined(member=owner.pk)
            room.refresh_from_db()
    except IntegrityError:  # somebody was faster: theirs is the room
        return Room.objects.get(address_folded=folded), False
    return room, True


def _joined(viewer: Viewer, room: Room) -> bool:
    """Whether they are a member now. If not, the room has just been deleted: its address is free."""
    if active(room.pk).filter(user=viewer.id).exists():
        return True
    try:
        with event_log.append(room.pk) as place:
            room.refresh_from_db()
            policies.require(Action.ENTER, room=room, held=policies.standings(room, viewer))
            again = {"role": Role.MEMBER, "joined_at": place.at, "left_at": None}
            member, _ = Membership.objects.update_or_create(room=room, user_id=viewer.id, defaults=again)
            place.event = MemberJoined(member=member.pk)
    except NotFound:
        if Room.objects.filter(pk=room.pk, deleted_at=None).exists():
            raise
        return False
    return True


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
            place.event = _erase(place, by=by)
            return
        successor.role, successor.muted_until = Role.OWNER, None
        successor.save(update_fields=["role", "muted_until"])
        place.event = MemberChanged(member=successor.pk, by=by)


def _erase(place: event_log.Place, *, by: int) -> RoomDeleted:
    """Leave nothing of the room but its row, and this event at the end of its log."""
    for content in (Message, Ban, Membership):
        content.objects.filter(room=place.room_id).delete()
    event_log.erase(place)
    # No address that anybody can type has a slash.
    nameless = {"address": "", "address_folded": f"/{place.room_id}", "title": "", "topic": ""}
    Room.objects.filter(pk=place.room_id).update(deleted_at=place.at, **nameless)
    return RoomDeleted(by=by)


def active(room_id: int) -> QuerySet[Membership]:
    """Those who are members now."""
    return Membership.objects.filter(room=room_id, left_at=None)


def _facts(found: Page[Room]) -> Page[facts.Room]:
    return Page([facts.room(row) for row in found.items], found.has_previous, found.has_next)
