"""Rooms: finding them, changing and deleting them, and what may be seen of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F

from backend import database, rates
from backend.accounts.credentials import Viewer
from backend.chat import addresses, attachments, event_log, facts, policies, search
from backend.chat.events import RoomChanged, RoomDeleted
from backend.chat.models import Attachment, Ban, Invitation, Membership, Message, Notify, Role, Room
from backend.chat.pages import Page, Window, page
from backend.chat.policies import Action, Reader, Standing
from backend.errors import Conflict, FieldError, Invalid, Unauthenticated
from backend.folding import can_be_seen
from backend.languages import text


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be another; None stays as it is."""

    address: str | None = None
    title: str | None = None
    topic: str | None = None
    is_private: bool | None = None


class Updated(msgspec.Struct, frozen=True):
    """A room as it is now, and a cursor that has the change."""

    room: facts.Room
    cursor: str


def update_room(*, viewer: Viewer, room_id: int, changes: Changes) -> Updated:
    """Give a room another address, title or topic, or say that it is private, or public. Nobody has to leave it.

    A title that was the address goes on being it. Raises `Invalid`, `Conflict` for an address that is taken,
    `NotFound`, `Forbidden`, `RateLimited`.
    """
    rates.take("moderate", viewer.id)
    new = _checked(changes)
    policies.admit(viewer, Action.SEE, room_id=room_id)
    with event_log.append(room_id) as place:
        room = policies.admit(viewer, Action.SEE, room_id=room_id)
        held = policies.standings(room, viewer)
        for name in new:
            action = Action.SET_PRIVACY if name == "is_private" else Action.RENAME
            policies.require(action, room=room, held=held)
        if "address" in new and room.title == room.address:
            new.setdefault("title", new["address"])
        changed = {name: value for name, value in new.items() if getattr(room, name) != value}
        if not changed:
            raise event_log.Unchanged
        if changed.get("is_private"):
            changed["unlisted_at"] = place.at
        for name, value in changed.items():
            setattr(room, name, value)
        try:
            with transaction.atomic():
                room.save(update_fields=list(changed))
        except IntegrityError as error:
            raise Conflict(text("Another room has this address.")) from error
        place.event = RoomChanged(by=viewer.id)
    cursor = event_log.reached(place)
    return Updated(room=facts.room(Room.objects.get(pk=room_id)), cursor=cursor)


def _checked(changes: Changes) -> dict[str, Any]:
    """The columns that shall be other, each as it is stored. Raises `Invalid` with all that is wrong."""
    new: dict[str, Any] = {}
    wrong: list[FieldError] = []
    if changes.address is not None:
        try:
            new |= {"address_folded": addresses.check(changes.address), "address": changes.address.strip()}
        except Invalid as error:
            wrong += error.fields
    if changes.title is not None:
        new["title"] = changes.title.strip()
        wrong += _check_title(new["title"])
    if changes.topic is not None:
        new["topic"] = changes.topic.strip()
        wrong += _check_topic(new["topic"])
    if changes.is_private is not None:
        new["is_private"] = changes.is_private
    if wrong:
        raise Invalid(*wrong)
    return new


def _check_title(title: str) -> list[FieldError]:
    if not title:
        return [FieldError(("title",), "REQUIRED", text("Give the room a title."))]
    if len(title) > settings.ADDRESS_MAX_LENGTH:
        return [FieldError.too_long("title", settings.ADDRESS_MAX_LENGTH)]
    if not can_be_seen(title):
        return [FieldError(("title",), "MALFORMED", text("Only characters that can be seen."))]
    return []


def _check_topic(topic: str) -> list[FieldError]:
    if len(topic) > settings.TOPIC_MAX_LENGTH:
        return [FieldError.too_long("topic", settings.TOPIC_MAX_LENGTH)]
    if not database.can_store(topic):
        return [FieldError(("topic",), "MALFORMED", text("A topic is Unicode text without U+0000."))]
    return []


def delete_room(*, viewer: Viewer, room_id: int) -> None:
    """Erase a room with all that was said there, for good. Its address is free again.

    Raises `NotFound`, `Forbidden`, `RateLimited`.
    """
    rates.take("moderate", viewer.id)
    policies.admit(viewer, Action.DELETE, room_id=room_id)
    with event_log.append(room_id) as place:
        policies.admit(viewer, Action.DELETE, room_id=room_id)
        place.event = erase(place, by=viewer.id)


def find_room(*, reader: Reader, room_id: int | None = None, address: str | None = None) -> facts.Room | None:
    """The room with this id or at this address; None if there is none that the reader may know of.

    Raises `Unauthenticated`.
    """
    if reader is None:
        raise Unauthenticated
    try:
        folded = None if address is None else addresses.fold_address(address)
    except Invalid:
        return None
    found = policies.find(reader, room_id=room_id or 0, address=folded)
    if found is None or not policies.allows(Action.SEE, is_private=found[0].is_private, held=found[1]):
        return None
    return facts.room(found[0])


def room_at(address: str) -> facts.Room | None:
    """Whatever room is there, for the operator of the server: nothing is checked."""
    try:
        row = Room.objects.filter(address_folded=addresses.fold_address(address), deleted_at=None).first()
    except Invalid:
        return None
    return None if row is None else facts.room(row)


def rooms_of(*, viewer: Viewer, window: Window) -> Page[facts.Room]:
    """The rooms that the viewer is a member of, the newest first."""
    mine = Membership.objects.filter(user=viewer.id, left_at=None).values("room")
    return _facts(page(Room.objects.filter(pk__in=mine), window, newest_first=True))


def latest_rooms(*, user_id: int, most: int) -> list[int]:
    """The ids of the rooms that somebody is a member of; of more than so many, the most recently active ones."""
    mine = Membership.objects.filter(user=user_id, left_at=None)
    return list(mine.order_by("-room__last_activity_at", "-room").values_list("room", flat=True)[:most])


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
    muted_until: datetime | None
    unread_count: int
    last_read: int | None
    notify: Notify


def own_memberships(*, viewer: Viewer, room_ids: Collection[int]) -> Mapping[int, Own]:
    """For each of these rooms that the viewer is a member of."""
    mine = Membership.objects.filter(user=viewer.id, room__in=room_ids, left_at=None)
    rows = mine.annotate(is_muted=policies.is_muted(), unread_count=F("room__message_count") - F("read_count"))
    return {
        row.room_id: Own(
            role=Role(row.role),
            held=policies.of_role(row.role, is_muted=bool(row.is_muted), is_banned=False, is_staff=viewer.is_staff),
            muted_until=row.muted_until,
            unread_count=row.unread_count,
            last_read=row.last_read_id,
            notify=Notify(row.notify),
        )
        for row in rows
    }


def erase(place: event_log.Place, *, by: int) -> RoomDeleted:
    """Leave nothing of the room but its row, and this event at the end of its log."""
    attachments.discard(Attachment.objects.filter(room=place.room_id))
    for content in (Message, Ban, Invitation, Membership):  # reactions and mentions go with their messages
        content.objects.filter(room=place.room_id).delete()
    search.scrub()
    event_log.erase(place)
    # No address that anybody can type has a slash.
    nameless = {"address": "", "address_folded": f"/{place.room_id}", "title": "", "topic": ""}
    unlisted = {} if place.was_private else {"unlisted_at": place.at}
    Room.objects.filter(pk=place.room_id).update(deleted_at=place.at, **nameless, **unlisted)
    return RoomDeleted(by=by)


def _facts(found: Page[Room]) -> Page[facts.Room]:
    return Page([facts.room(row) for row in found.items], found.has_previous, found.has_next)
