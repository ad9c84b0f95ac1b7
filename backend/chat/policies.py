"""Who may do and see what: one table. It raises; it never returns a silent False."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat.cursors import Cursor, Extent
from backend.chat.models import Ban, Invitation, Membership, Room
from backend.errors import DomainError, Forbidden, NotFound, Unauthenticated
from backend.languages import Text, text


class Standing(Enum):
    """What somebody is to a room. Staff are that beside what else they are."""

    ANONYMOUS = "anonymous"
    STRANGER = "stranger"
    INVITED = "invited"  # by an invitation that is good: theirs, or one whose code they show
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
    WHISPER = "whisper"
    EDIT_OWN = "edit own messages"
    DELETE_OWN = "delete own messages"
    DELETE_ANY = "delete anybody's messages"
    LEAVE = "leave"
    MODERATE = "moderate"  # kick, ban, mute, see who is banned
    INVITE = "invite"  # and see who was invited
    REVOKE = "revoke invitations"
    SET_ROLE = "give roles"
    RENAME = "rename the room"  # address, title, topic
    SET_PRIVACY = "say who the room is for"
    DELETE = "delete the room"


_OWNERS = frozenset({Standing.OWNER})
_MODERATORS = _OWNERS | {Standing.MODERATOR}
_MEMBERS = _MODERATORS | {Standing.MEMBER}
_READERS = _MEMBERS | {Standing.MUTED}
_STAFF = frozenset({Standing.STAFF})
_INVITED = frozenset({Standing.INVITED})
_ADMISSIBLE = _READERS | {Standing.STRANGER} | _INVITED | _STAFF
_LOGGED_IN = _ADMISSIBLE | {Standing.BANNED}

# A row for each action: who may in a public room, who may in a private one.
TABLE: Mapping[Action, tuple[frozenset[Standing], frozenset[Standing]]] = {
    Action.SEE: (_LOGGED_IN, _READERS | _INVITED | _STAFF),
    Action.ENTER: (_ADMISSIBLE, _READERS | _INVITED),
    Action.READ: (_READERS, _READERS),
    Action.SEND: (_MEMBERS, _MEMBERS),
    Action.REACT: (_MEMBERS, _MEMBERS),
    Action.WHISPER: (_MEMBERS, _MEMBERS),
    Action.EDIT_OWN: (_MEMBERS, _MEMBERS),
    Action.DELETE_OWN: (_READERS, _READERS),
    Action.DELETE_ANY: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    Action.LEAVE: (_READERS, _READERS),
    Action.MODERATE: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    # No staff: they keep order in private rooms without getting in.
    Action.INVITE: (_MODERATORS, _MODERATORS),
    Action.REVOKE: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    Action.SET_ROLE: (_OWNERS | _STAFF, _OWNERS | _STAFF),
    Action.RENAME: (_MODERATORS | _STAFF, _MODERATORS | _STAFF),
    # Staff may close a room and not open it: who opens one can enter, and read all that was said in private.
    Action.SET_PRIVACY: (_OWNERS | _STAFF, _OWNERS),
    Action.DELETE: (_OWNERS | _STAFF, _OWNERS | _STAFF),
}

# What a member is told who may not; for entering, whoever asks.
_REFUSALS: Mapping[Action, Text] = {
    Action.SEE: text("You may not see this room."),
    Action.ENTER: text("You may not enter this room."),
    Action.READ: text("You may not read here."),
    Action.SEND: text("You may not write here."),
    Action.REACT: text("You may not react here."),
    Action.WHISPER: text("You may not whisper here."),
    Action.EDIT_OWN: text("You may not edit your messages here."),
    Action.DELETE_OWN: text("You may not delete your messages here."),
    Action.DELETE_ANY: text("You may not delete the messages of others here."),
    Action.LEAVE: text("You may not leave this room."),
    Action.MODERATE: text("You may not moderate here."),
    Action.INVITE: text("You may not invite anybody here."),
    Action.REVOKE: text("You may not revoke invitations here."),
    Action.SET_ROLE: text("You may not give roles here."),
    Action.RENAME: text("You may not rename this room."),
    Action.SET_PRIVACY: text("You may not say who this room is for."),
    Action.DELETE: text("You may not delete this room."),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of one room, whoever they are: who a shared execution reads for."""

    room_id: int


# Whoever is logged in, whoever that is: a stranger to every room, for none has this id.
PUBLIC = Audience(room_id=0)

# Who reads: a person, the audience of a room, or nobody known.
Reader = Viewer | Audience | None


def find(
    reader: Viewer | Audience, *, room_id: int = 0, address: str | None = None, code: str | None = None
) -> tuple[Room, frozenset[Standing]] | None:
    """The room with this id, or at this folded address, and what the reader is to it.

    One query for a member; two for all others, whether there is such a room or not. With a `code` that is not good
    for them, there is no room for those who are not in it.
    """
    there = Q(pk=room_id) if address is None else Q(address_folded=address)
    if isinstance(reader, Audience):
        found = Room.objects.filter(there, deleted_at=None).first()
        return None if found is None else (found, standings(found, reader))
    # A room that was deleted has no members.
    in_it = Q(room__pk=room_id) if address is None else Q(room__address_folded=address)
    mine = Membership.objects.filter(in_it, user=reader.id, left_at=None).select_related("room")
    own = mine.annotate(is_muted=is_muted()).first()
    if own is not None:
        return own.room, of_role(own.role, is_muted=bool(own.is_muted), is_staff=reader.is_staff)
    rooms = Room.objects.annotate(
        is_banned=Exists(Ban.objects.filter(room=OuterRef("pk"), user=reader.id)),
        is_invited=Exists(invitations_for(reader, code).filter(room=OuterRef("pk"))),
    )
    room = rooms.filter(there, deleted_at=None).first()
    if room is None or (code is not None and not room.is_invited):
        return None
    is_banned, is_invited = bool(room.is_banned), bool(room.is_invited)
    return room, of_role(None, is_banned=is_banned, is_invited=is_invited, is_staff=reader.is_staff)


def invitations_for(viewer: Viewer, code: str | None = None) -> QuerySet[Invitation]:
    """Those that they may use now: with this code, or else those that are addressed to them."""
    good = Invitation.objects.filter(is_good())
    if code is None:
        return good.filter(invitee=viewer.id)
    code = code if database.can_store(code) else ""  # no invitation has either
    return good.filter(Q(invitee=None) | Q(invitee=viewer.id), code=code)


def is_good() -> Q:
    """Whether an invitation can be used still. Those that are used up or were revoked are no more."""
    return Q(expires_at=None) | Q(expires_at__gt=Now())


def standings(room: Room, reader: Reader) -> frozenset[Standing]:
    """What the reader is to the room; a query or two for a person, none for the others."""
    if reader is None:
        return frozenset({Standing.ANONYMOUS})
    if isinstance(reader, Audience):
        return frozenset({Standing.MEMBER if reader.room_id == room.pk else Standing.STRANGER})
    found = find(reader, room_id=room.pk)
    return of_role(None, is_staff=reader.is_staff) if found is None else found[1]


def is_muted() -> "ExpressionWrapper[Q]":
    """Whether a membership is muted now, as a column."""
    return ExpressionWrapper(Q(muted_until__gt=Now()), BooleanField())


def of_role(
    role: str | None, *, is_staff: bool, is_muted: bool = False, is_banned: bool = False, is_invited: bool = False
) -> frozenset[Standing]:
    if role is None:
        standing = Standing.BANNED if is_banned else Standing.INVITED if is_invited else Standing.STRANGER
    else:
        standing = Standing.MUTED if is_muted else Standing(role)
    return frozenset({standing, Standing.STAFF} if is_staff else {standing})


def allows(action: Action, *, is_private: bool, held: frozenset[Standing]) -> bool:
    return bool(TABLE[action][is_private] & held)


def admit(reader: Reader, action: Action, *, room_id: int) -> Room:
    """The room, for a reader who may do this there.

    Changes ask before they take the room's lock, so that nobody holds, or waits for, a room that they may not know
    of; and once more under it, for what has changed meanwhile.

    Raises `Unauthenticated`, whether there is such a room or not; `NotFound`, `Forbidden`.
    """
    if reader is None:
        raise Unauthenticated
    found = find(reader, room_id=room_id)
    if found is None:
        raise NotFound(text("No such room."))
    room, held = found
    require(action, room=room, held=held)
    return room


_MEMBERSHIPS = """
SELECT membership.room_id, membership.user_id, membership.role, COALESCE(membership.muted_until > {clock}, FALSE),
    room.is_private, room.head, room.head_tag, room.tail
FROM chat_membership membership
JOIN chat_room room ON room.id = membership.room_id
WHERE membership.left_at IS NULL AND (membership.room_id, membership.user_id) IN ({pairs})
"""


def members_who_may(action: Action, pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Extent]:
    """The logs of the rooms of those of many pairs (room, person) where a member may do this, in one statement.

    Whoever is not among them may all the same do it as something else than a member: `admit` knows.
    """
    if not pairs:
        return {}
    found = {}
    sql, given = database.rows_of_pairs(pairs)
    with connection.cursor() as db:
        db.execute(_MEMBERSHIPS.format(clock=database.CLOCK[connection.vendor], pairs=sql), [given])
        for room_id, user_id, role, is_muted, is_private, head, tag, tail in db.fetchall():
            held = of_role(role, is_muted=bool(is_muted), is_staff=False)
            if allows(action, is_private=bool(is_private), held=held):
                found[room_id, user_id] = Extent(Cursor(room_id, head, tag), tail)
    return found


def may(reader: Reader, action: Action, *, room_id: int | None) -> bool:
    """The same as a question, in as many queries for no room at all. Raises `Unauthenticated`."""
    if reader is None:
        raise Unauthenticated
    found = find(reader, room_id=room_id or 0)  # no row has an id 0
    return found is not None and allows(action, is_private=found[0].is_private, held=found[1])


def require(action: Action, *, room: Room, held: frozenset[Standing]) -> None:
    """Raises `Unauthenticated` or `Forbidden`; `NotFound` where a private room must look like none."""
    if not allows(action, is_private=room.is_private, held=held):
        raise refusal(action, is_private=room.is_private, held=held)


def refusal(action: Action, *, is_private: bool, held: frozenset[Standing]) -> DomainError:
    if Standing.ANONYMOUS in held:
        return Unauthenticated()
    if not allows(Action.SEE, is_private=is_private, held=held):
        return NotFound(text("No such room."))
    if held & _READERS or action is Action.ENTER:
        return Forbidden(_REFUSALS[action])
    return Forbidden(text("Enter the room first: only its members can do this."))
