"""Who may do and see what: one table. It raises; it never returns a silent False."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now

from backend.accounts.credentials import Viewer
from backend.chat.models import Ban, Membership, Room
from backend.errors import DomainError, Forbidden, NotFound, Unauthenticated


class Standing(Enum):
    """What somebody is to a room. Staff are that beside what else they are."""

    ANONYMOUS = "anonymous"
    STRANGER = "stranger"
    BANNED = "banned"
    MUTED = "muted"
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"
    STAFF = "staff"


class Action(Enum):
    """What can be done to, or seen of, a room."""

    SEE = "see"  # its address, title, topic and counts
    ENTER = "enter"
    READ = "read"  # history, events, members
    SEND = "send"
    REACT = "react"
    EDIT_OWN = "edit own messages"
    DELETE_OWN = "delete own messages"
    DELETE_ANY = "delete anybody's messages"
    LEAVE = "leave"
    MODERATE = "moderate"  # kick, ban, mute, see who is banned
    SET_ROLE = "give roles"
    RENAME = "rename the room"  # address, title, topic
    SET_PRIVACY = "say who the room is for"
    DELETE = "delete the room"


_OWNERS = frozenset({Standing.OWNER})
_MODERATORS = _OWNERS | {Standing.MODERATOR}
_MEMBERS = _MODERATORS | {Standing.MEMBER}
_READERS = _MEMBERS | {Standing.MUTED}
_STAFF = frozenset({Standing.STAFF})
_ADMISSIBLE = _READERS | {Standing.STRANGER} | _STAFF
_LOGGED_IN = _ADMISSIBLE | {Standing.BANNED}

# A row for each action: who may in a public room, who may in a private one.
TABLE: Mapping[Action, tuple[frozenset[Standing], frozenset[Standing]]] = {
    Action.SEE: (_LOGGED_IN, _READERS | _STAFF),
    Action.ENTER: (_ADMISSIBLE, _READERS),
    Action.READ: (_READERS, _READERS),
    Action.SEND: (_MEMBERS, _MEMBERS),
    Action.REACT: (_MEMBERS, _MEMBERS),
    Action.EDIT_OWN: (_MEMBERS, _MEMBERS),
    Action.DELETE_OWN: (_READERS, _READERS),
    Action.DELETE_ANY: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    Action.LEAVE: (_READERS, _READERS),
    Action.MODERATE: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    Action.SET_ROLE: (_OWNERS | _STAFF, _OWNERS | _STAFF),
    Action.RENAME: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    Action.SET_PRIVACY: (_OWNERS | _STAFF, _OWNERS | _STAFF),
    Action.DELETE: (_OWNERS | _STAFF, _OWNERS | _STAFF),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of one room, whoever they are: who a shared execution reads for."""

    room_id: int


# Who reads: a person, the audience of a room, or nobody known.
Reader = Viewer | Audience | None


def standings(room: Room, reader: Reader) -> frozenset[Standing]:
    """What the reader is to the room; one query for a person, none for the others."""
    if reader is None:
        return frozenset({Standing.ANONYMOUS})
    if isinstance(reader, Audience):
        return frozenset({Standing.MEMBER if reader.room_id == room.pk else Standing.STRANGER})
    member = Membership.objects.filter(room=room, user=reader.id, left_at=None)
    role, muted = member.values_list("role", is_muted()).first() or (None, False)
    is_banned = role is None and Ban.objects.filter(room=room, user=reader.id).exists()
    return of_role(role, is_muted=bool(muted), is_banned=is_banned, is_staff=reader.is_staff)


def is_muted() -> "ExpressionWrapper[Q]":
    """Whether a membership is muted now, as a column."""
    return ExpressionWrapper(Q(muted_until__gt=Now()), BooleanField())


def of_role(role: str | None, *, is_muted: bool, is_banned: bool, is_staff: bool) -> frozenset[Standing]:
    if role is None:
        standing = Standing.BANNED if is_banned else Standing.STRANGER
    else:
        standing = Standing.MUTED if is_muted else Standing(role)
    return frozenset({standing, Standing.STAFF} if is_staff else {standing})


def allows(action: Action, *, is_private: bool, held: frozenset[Standing]) -> bool:
    return bool(TABLE[action][is_private] & held)


def admit(reader: Reader, action: Action, *, room_id: int) -> Room:
    """The room, for a reader who may do this there.

    Raises `Unauthenticated`, whether there is such a room or not; `NotFound`, `Forbidden`.
    """
    if reader is None:
        raise Unauthenticated
    room = Room.objects.filter(pk=room_id, deleted_at=None).first()
    if room is None:
        raise NotFound("No such room.")
    require(action, room=room, held=standings(room, reader))
    return room


def require(action: Action, *, room: Room, held: frozenset[Standing]) -> None:
    """Raises `Unauthenticated` or `Forbidden`; `NotFound` where a private room must look like none."""
    if not allows(action, is_private=room.is_private, held=held):
        raise refusal(action, is_private=room.is_private, held=held)


def refusal(action: Action, *, is_private: bool, held: frozenset[Standing]) -> DomainError:
    if Standing.ANONYMOUS in held:
        return Unauthenticated()
    if not allows(Action.SEE, is_private=is_private, held=held):
        return NotFound("No such room.")
    if held & _READERS or action is Action.ENTER:
        return Forbidden(f"You may not {action.value} here.")
    return Forbidden("Enter the room first: only its members can do this.")
