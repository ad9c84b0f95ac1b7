"""Who may do and see what: one table. It raises; it never returns a silent False."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from backend.accounts.credentials import Viewer
from backend.chat.models import Membership, Role, Room
from backend.errors import DomainError, Forbidden, NotFound, Unauthenticated


class Standing(Enum):
    """What somebody is to a room. Staff are that beside what else they are."""

    ANONYMOUS = "anonymous"
    STRANGER = "stranger"
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
    EDIT_OWN = "edit own messages"
    DELETE_OWN = "delete own messages"
    DELETE_ANY = "delete anybody's messages"
    LEAVE = "leave"


_MODERATORS = frozenset({Standing.MODERATOR, Standing.OWNER})
_MEMBERS = _MODERATORS | {Standing.MEMBER}
_STAFF = frozenset({Standing.STAFF})
_LOGGED_IN = _MEMBERS | {Standing.STRANGER} | _STAFF

# A row for each action: who may in a public room, who may in a private one.
TABLE: Mapping[Action, tuple[frozenset[Standing], frozenset[Standing]]] = {
    Action.SEE: (_LOGGED_IN, _MEMBERS | _STAFF),
    Action.ENTER: (_LOGGED_IN, _MEMBERS),
    Action.READ: (_MEMBERS, _MEMBERS),
    Action.SEND: (_MEMBERS, _MEMBERS),
    Action.EDIT_OWN: (_MEMBERS, _MEMBERS),
    Action.DELETE_OWN: (_MEMBERS, _MEMBERS),
    Action.DELETE_ANY: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    Action.LEAVE: (_MEMBERS, _MEMBERS),
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
    role = Membership.objects.filter(room=room, user=reader.id, left_at=None).values_list("role", flat=True).first()
    return of_role(role, is_staff=reader.is_staff)


def of_role(role: str | None, *, is_staff: bool) -> frozenset[Standing]:
    own = {Role.OWNER: Standing.OWNER, Role.MODERATOR: Standing.MODERATOR, Role.MEMBER: Standing.MEMBER}
    standing = own[Role(role)] if role else Standing.STRANGER
    return frozenset({standing, Standing.STAFF} if is_staff else {standing})


def allows(action: Action, *, is_private: bool, held: frozenset[Standing]) -> bool:
    return bool(TABLE[action][is_private] & held)


def admit(reader: Reader, action: Action, *, room_id: int) -> Room:
    """The room, for a reader who may do this there.

    Raises `Unauthenticated`, whether there is such a room or not; `NotFound`, `Forbidden`.
    """
    if reader is None:
        raise Unauthenticated
    room = Room.objects.filter(pk=room_id).first()
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
    if held & _MEMBERS or action is Action.ENTER:
        return Forbidden(f"You may not {action.value} here.")
    return Forbidden("Enter the room first: only its members can do this.")
