"""What each field of the schema needs: to be decided for whatever is added to it.

Guarded are the roots and everything with an id. All other types are `CARRIED`: whoever was given one may see
all of it, and needed for it what the field needs that gave it.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NamedTuple

from backend.chat.policies import Action
from chat_schema.members import Role
from chat_schema.moderation import ModerationAction
from chat_schema.reading import Notify
from chat_schema.scalars import File
from tests.chat_schema.access.attempts import Login, Need
from tests.chat_schema.access.scene import Ids
from tests.pictures import picture


def _to(*actions: Action, found: Action | None = Action.SEE, hushed: str = "") -> Need:
    return Need(frozenset(actions), found, frozenset(hushed.split()))


ANYBODY = Need(Login.ANYBODY)
LOGGED_IN = Need(Login.LOGGED_IN)
# Nobody finds it, or nobody but whose it is.
NOBODY = _to(found=None)
NULL_TO_NOBODY = _to(found=None, hushed="NOT_FOUND")
# Looking up what one may not know of gives null.
SEEN = _to(Action.SEE, hushed="NOT_FOUND")
FOUND = _to(Action.READ, found=Action.READ, hushed="NOT_FOUND")
READ = _to(Action.READ, hushed="NOT_FOUND")
MODERATE = _to(Action.MODERATE, hushed="NOT_FOUND")
INVITE = _to(Action.INVITE, hushed="NOT_FOUND")
# What is the viewer's own is null, rather than refused, to whoever is no member.
MEMBERS_OWN = _to(Action.READ, hushed="NOT_FOUND FORBIDDEN")
OWN = Need(Login.LOGGED_IN, hushed=frozenset({"UNAUTHENTICATED"}))

# --- Fields ---------------------------------------------------------------------------------------------------

FIELDS: Mapping[str, Need] = {
    "Query.node": SEEN,
    "Query.nodes": SEEN,
    "Query.room": SEEN,
    "Query.rooms": LOGGED_IN,
    "Query.viewer": OWN,
    "Query.user": LOGGED_IN,
    "Subscription.roomEvents": _to(Action.READ),
    "Subscription.lobbyEvents": LOGGED_IN,
    "Subscription.viewerEvents": LOGGED_IN,
    "Room.id": SEEN,
    "Room.address": SEEN,
    "Room.title": SEEN,
    "Room.topic": SEEN,
    "Room.isPrivate": SEEN,
    "Room.createdAt": SEEN,
    "Room.lastActivityAt": SEEN,
    "Room.cursor": SEEN,
    "Room.memberCount": SEEN,
    "Room.onlineCount": SEEN,
    "Room.members": READ,
    "Room.online": READ,
    "Room.messages": READ,
    "Room.events": READ,
    "Room.bans": MODERATE,
    "Room.invitations": INVITE,
    "Room.viewer": MEMBERS_OWN,
    "Member.id": FOUND,
    "Member.room": FOUND,
    "Member.user": FOUND,
    "Member.role": FOUND,
    "Member.joinedAt": FOUND,
    "Member.leftAt": FOUND,
    "Member.mutedUntil": FOUND,
    "Message.id": FOUND,
    "Message.author": FOUND,
    "Message.body": FOUND,
    "Message.sentAt": FOUND,
    "Message.editedAt": FOUND,
    "Message.deletedAt": FOUND,
    "Message.version": FOUND,
    "Message.room": FOUND,
    "Message.viewer": FOUND,
    "Message.replyTo": FOUND,
    "Message.mentions": FOUND,
    "Message.reactions": FOUND,
    "Message.attachments": FOUND,
    "Attachment.id": FOUND,
    "Attachment.name": FOUND,
    "Attachment.url": FOUND,
    "Attachment.mediaType": FOUND,
    "Attachment.bytes": FOUND,
    "Attachment.width": FOUND,
    "Attachment.height": FOUND,
    "Ban.id": MODERATE,
    "Ban.user": MODERATE,
    "Ban.by": MODERATE,
    "Ban.at": MODERATE,
    "Invitation.id": INVITE,
    "Invitation.code": INVITE,
    "Invitation.room": INVITE,
    "Invitation.invitedBy": INVITE,
    "Invitation.invitee": INVITE,
    "Invitation.expiresAt": INVITE,
    "Invitation.usesLeft": INVITE,
    "User.id": LOGGED_IN,
    "User.username": LOGGED_IN,
    "User.displayName": LOGGED_IN,
    "User.deletedAt": LOGGED_IN,
    "User.avatarUrl": LOGGED_IN,
    "User.bio": LOGGED_IN,
    "User.stats": LOGGED_IN,
    "User.isOnline": LOGGED_IN,
    "User.lastSeenAt": LOGGED_IN,
    "Viewer.id": OWN,
    "Viewer.user": OWN,
    "Viewer.email": OWN,
    "Viewer.locale": OWN,
    "Viewer.lastLogInAt": OWN,
    "Viewer.rooms": OWN,
    "Viewer.mentionedIn": OWN,
    "Viewer.invitations": OWN,
    "Viewer.blocked": OWN,
    "Viewer.tokens": OWN,
    "PersonalToken.id": OWN,
    "PersonalToken.name": OWN,
    "PersonalToken.createdAt": OWN,
    "PersonalToken.lastUsedAt": OWN,
    "PersonalToken.expiresAt": OWN,
}

# How a field is written where leaving out its arguments is not all that can be tried, or is nothing at all.
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "Query.node": ("node(id: $room)",),
    "Query.nodes": ("nodes(ids: [$room])",),
    "Query.room": ("room(by: { id: $room })", "room(by: { address: $address })"),
    "Query.user": ("user(by: { id: $user })", "user(by: { username: $username })"),
    "Subscription.roomEvents": ("roomEvents(room: $room)",),
    "Room.messages": ("messages", "messages(around: $others)"),
    "Room.events": ("events", 'events(after: "no cursor")'),
}

# Where something of each guarded type is had from, and so much of the way as is null when it may not be.
REACHED: Mapping[str, tuple[str, tuple[str | int, ...]]] = {
    "Room": ("room(by: { id: $room }) { %s }", ("room",)),
    "Member": ("node(id: $member) { ... on Member { %s } }", ("node",)),
    "Message": ("node(id: $others) { ... on Message { %s } }", ("node",)),
    "Attachment": ("node(id: $attachment) { ... on Attachment { %s } }", ("node",)),
    "Ban": ("room(by: { id: $room }) { bans { nodes { %s } } }", ("room",)),
    "Invitation": ("room(by: { id: $room }) { invitations { %s } }", ("room",)),
    "User": ("node(id: $user) { ... on User { %s } }", ("node",)),
    "Viewer": ("viewer { %s }", ("viewer",)),
    "PersonalToken": ("viewer { tokens { %s } }", ("viewer",)),
}

# By `node(id:)` and `nodes(ids:)`: what stands for an id in a scene, for each type that has ids.
NODES: Mapping[str, Mapping[str, Need]] = {
    "Room": {"room": SEEN},
    "Member": {"member": FOUND},
    "Message": {"own": FOUND, "others": FOUND},
    "Attachment": {"attachment": FOUND, "unsent": FOUND, "others_unsent": NULL_TO_NOBODY},
    "Ban": {"ban": _to(Action.MODERATE, found=Action.MODERATE, hushed="NOT_FOUND")},
    "Invitation": {"invitation": _to(Action.INVITE, found=Action.INVITE, hushed="NOT_FOUND")},
    "User": {"user": LOGGED_IN},
    "Viewer": {"viewer": LOGGED_IN, "others_viewer": NULL_TO_NOBODY},
    "PersonalToken": {"token": LOGGED_IN, "others_token": NULL_TO_NOBODY},
}

# --- Mutations ------------------------------------------------------------------------------------------------


class Try(NamedTuple):
    """One way to use a mutation. `as_` tells it from the others."""

    need: Need
    input: Callable[[Ids], Mapping[str, Any]] | None
    as_: str = ""
    # Trying it on what is not there makes it.
    makes: bool = False
    # Nothing else can be tried after it.
    is_last: bool = False
    # The problem that there is for those who may: what it takes is in no scene.
    lacks: str | None = None


def _moderation(action: str) -> Try:
    return Try(_to(Action.MODERATE), lambda it: {"room": it["room"], "user": it["user"], "action": action}, action)


def _role(role: str) -> Try:
    return Try(_to(Action.SET_ROLE), lambda it: {"room": it["room"], "user": it["user"], "role": role}, role)


def _notify(notify: str) -> Try:
    return Try(_to(Action.READ), lambda it: {"room": it["room"], "notify": notify}, notify)


_REACT = _to(Action.REACT, found=Action.READ)
# A message is found by whoever may read its room, except by its author's own right to take it back.
_DELETE_OWN = _to(Action.DELETE_OWN, Action.DELETE_ANY, found=Action.READ)

MUTATIONS: Mapping[str, tuple[Try, ...]] = {
    "register": (Try(ANYBODY, lambda it: {"username": it["new_username"], "password": it["password"]}),),
    "logIn": (Try(ANYBODY, lambda it: {"username": it["username"], "password": it["password"]}),),
    "logOut": (Try(LOGGED_IN, None),),
    "createToken": (
        Try(LOGGED_IN, lambda _: {"name": "another"}),
        Try(
            ANYBODY,
            lambda it: {"name": "another", "credentials": {"username": it["username"], "password": it["password"]}},
            "credentials",
        ),
    ),
    "revokeToken": (
        Try(LOGGED_IN, lambda it: {"token": it["token"]}, "own"),
        Try(NOBODY, lambda it: {"token": it["others_token"]}, "another's"),
    ),
    "changePassword": (Try(LOGGED_IN, lambda it: {"currentPassword": it["password"], "newPassword": it["password"]}),),
    "updateProfile": (Try(LOGGED_IN, lambda _: {"displayName": "Another", "bio": "tea"}),),
    "setAvatar": (Try(LOGGED_IN, lambda _: {"file": File(BytesIO(picture()))}),),
    "removeAvatar": (Try(LOGGED_IN, None),),
    "blockUser": (Try(LOGGED_IN, lambda it: {"user": it["user"]}),),
    "unblockUser": (Try(LOGGED_IN, lambda it: {"user": it["user"]}),),
    "requestPasswordReset": (Try(ANYBODY, lambda it: {"email": f"{it['username'].replace(' ', '')}@example.org"}),),
    "resetPassword": (
        Try(
            ANYBODY,
            lambda it: {"user": it["reset"], "token": it["reset_token"], "newPassword": it["password"]},
            is_last=True,
        ),
    ),
    "deleteAccount": (Try(LOGGED_IN, lambda it: {"currentPassword": it["password"]}, is_last=True),),
    "enterRoom": (Try(_to(Action.ENTER), lambda it: {"address": it["address"]}, makes=True),),
    "leaveRoom": (Try(_to(Action.LEAVE), lambda it: {"room": it["room"]}),),
    "updateRoom": (
        Try(_to(Action.RENAME), lambda it: {"room": it["room"], "title": "Tea house", "topic": "tea"}, "rename"),
        Try(_to(Action.SET_PRIVACY), lambda it: {"room": it["room"], "isPrivate": True}, "private"),
        Try(_to(Action.SET_PRIVACY), lambda it: {"room": it["room"], "isPrivate": False}, "public"),
    ),
    "deleteRoom": (Try(_to(Action.DELETE), lambda it: {"room": it["room"]}),),
    "sendMessage": (
        Try(_to(Action.SEND), lambda it: {"room": it["room"], "body": "salam", "key": "a new one"}),
        Try(
            _to(Action.SEND),
            lambda it: {"room": it["room"], "body": "", "key": "another new one", "attachments": [it["unsent"]]},
            "with an attachment",
        ),
    ),
    "uploadAttachment": (
        Try(_to(Action.SEND), lambda it: {"room": it["room"], "file": File(BytesIO(picture()), "tea.png")}),
    ),
    "editMessage": (
        Try(_to(Action.EDIT_OWN, found=Action.READ), lambda it: {"message": it["own"], "body": "salam!"}, "own"),
        Try(_to(found=Action.READ), lambda it: {"message": it["others"], "body": "salam!"}, "another's"),
    ),
    "deleteMessage": (
        Try(_DELETE_OWN, lambda it: {"message": it["own"]}, "own"),
        Try(_to(Action.DELETE_ANY, found=Action.READ), lambda it: {"message": it["others"]}, "another's"),
    ),
    "addReaction": (Try(_REACT, lambda it: {"message": it["others"], "emoji": "🍵"}),),
    "removeReaction": (Try(_REACT, lambda it: {"message": it["others"], "emoji": "🍵"}),),
    "sendWhisper": (
        Try(
            _to(Action.WHISPER),
            lambda it: {"room": it["room"], "recipient": it["user"], "body": "salam", "key": "a new one"},
            lacks="RECIPIENT_OFFLINE",
        ),
    ),
    "markRead": (Try(_to(Action.READ, found=Action.READ), lambda it: {"message": it["others"]}),),
    "setNotify": tuple(map(_notify, Notify.__members__)),
    "moderateMember": tuple(map(_moderation, ModerationAction.__members__)),
    "createInvitation": (
        Try(_to(Action.INVITE), lambda it: {"room": it["room"]}, "for anybody"),
        Try(_to(Action.INVITE), lambda it: {"room": it["room"], "invitee": it["user"]}, "for somebody"),
    ),
    "revokeInvitation": (Try(_to(Action.REVOKE, found=Action.REVOKE), lambda it: {"invitation": it["invitation"]}),),
    "setTyping": (Try(_to(Action.SEND), lambda it: {"room": it["room"], "typing": True}),),
    "setMemberRole": tuple(map(_role, Role.__members__)),
}

# --- What is carried ------------------------------------------------------------------------------------------

CARRIED = frozenset(
    {
        *("CaughtUp", "MemberChanged", "MemberJoined", "MemberLeft", "MessageDeleted", "MessageEdited", "MessageSent"),
        *("FieldProblem", "MessageViewer", "PageInfo", "RoomAbilities", "RoomEventPage", "RoomFrame", "RoomViewer"),
        *("StreamEnded", "StreamReset", "ReactionsChanged", "Reaction", "RoomChanged", "UserStats"),
        *("OnlineChanged", "Presence"),
        *("TypingChanged", "RoomListed", "RoomUnlisted"),
        *("WhisperReceived", "Whisper", "Mentioned", "RoomActivity", "ViewerRoomChanged", "Invited"),
    }
)
