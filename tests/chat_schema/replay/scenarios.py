"""Every mutation as it may be used: who does what, and what is told of it in which room."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from chat_schema.scalars import File
from tests.chat_schema.replay.house import Ids
from tests.pictures import picture


class Scenario(NamedTuple):
    """`tea` and `garden` are the events there, in order. What changes neither room is told in neither."""

    by: str | None
    input: Callable[[Ids], Mapping[str, Any]] | None
    what: str
    tea: str = ""
    garden: str = ""
    # Of the problem that it is answered with.
    code: str | None = None

    @property
    def is_told(self) -> bool:
        return bool(self.tea or self.garden)


BOTH = {"tea": "MemberChanged", "garden": "MemberChanged"}
HANDED_OVER = "MemberLeft MemberChanged"


def _profile(by: str, what: str, changes: Mapping[str, str], **told: str) -> Scenario:
    return Scenario(by, lambda _: changes, f"{by}: {what}", **told)


def _delete_account(by: str, **told: str) -> Scenario:
    return Scenario(by, lambda it: {"currentPassword": it["password"]}, by, **told)


def _leave(by: str, room: str, **told: str) -> Scenario:
    return Scenario(by, lambda it: {"room": it[room]}, f"{by} from {room}", **told)


def _update_tea(what: str, changes: Mapping[str, Any], tea: str = "RoomChanged") -> Scenario:
    return Scenario("host", lambda it: {"room": it["tea"], **changes}, what, tea)


def _send(what: str, body: str, *, to: str | None = None, files: Sequence[str] = ()) -> Scenario:
    def message(it: Ids) -> Mapping[str, Any]:
        more = {"replyTo": it[to]} if to else {}
        return {"room": it["tea"], "body": body, "key": "new", "attachments": [it[each] for each in files], **more}

    return Scenario("ali", message, what, "MessageSent")


def _edit(by: str, message: str, body: str, tea: str = "MessageEdited") -> Scenario:
    return Scenario(by, lambda it: {"message": it[message], "body": body}, f"{message}: {body}", tea)


def _delete(by: str, message: str, tea: str = "MessageDeleted") -> Scenario:
    return Scenario(by, lambda it: {"message": it[message]}, f"{message} by {by}", tea)


def _react(by: str, message: str, emoji: str, tea: str = "ReactionsChanged") -> Scenario:
    return Scenario(by, lambda it: {"message": it[message], "emoji": emoji}, f"{by} to {message} with {emoji}", tea)


def _moderate(action: str, user: str, tea: str = "", *, by: str = "host", **more: str) -> Scenario:
    what = f"{by}: {action} {user} {' '.join(more)}".strip()
    return Scenario(by, lambda it: {"room": it["tea"], "user": it[user], "action": action, **more}, what, tea)


def _role(user: str, role: str, tea: str = "MemberChanged") -> Scenario:
    return Scenario("host", lambda it: {"room": it["tea"], "user": it[user], "role": role}, f"{user} {role}", tea)


SCENARIOS: Mapping[str, tuple[Scenario, ...]] = {
    "register": (Scenario(None, lambda it: {"username": "new", "password": it["password"]}, "somebody new"),),
    "logIn": (Scenario(None, lambda it: {"username": "muted", "password": it["password"]}, "a member"),),
    "logOut": (Scenario("ali", None, "a member"),),
    "createToken": (Scenario("ali", lambda _: {"name": "another"}, "a member's"),),
    "revokeToken": (Scenario("ali", lambda it: {"token": it["token"]}, "a member's"),),
    "changePassword": (
        Scenario("muted", lambda it: {"currentPassword": it["password"], "newPassword": "more than tea"}, "a member's"),
    ),
    "requestPasswordReset": (Scenario(None, lambda _: {"email": "nobody@example.org"}, "nobody's"),),
    "resetPassword": (
        Scenario(None, lambda it: {"user": it["ali"], "token": it["reset"], "newPassword": "more than tea"}, "Ali's"),
    ),
    "updateProfile": (
        _profile("ali", "another username", {"username": "aladdin"}, **BOTH),
        _profile("ali", "another display name", {"displayName": "Aladdin"}, **BOTH),
        _profile("ali", "another bio", {"bio": "Tea"}, **BOTH),
        _profile("ali", "what nobody else sees", {"email": "ali@example.org", "locale": "FA"}),
        _profile("ali", "the same name", {"username": "ali"}),
        _profile("gone", "another name", {"displayName": "Somebody"}, **BOTH),
        _profile("banned", "another name", {"displayName": "Somebody"}, **BOTH),
        _profile("outsider", "another name", {"displayName": "Somebody"}),
    ),
    "setAvatar": (
        Scenario("ali", lambda _: {"file": File(BytesIO(picture()))}, "the first", **BOTH),
        Scenario("host", lambda _: {"file": File(BytesIO(picture()))}, "another", **BOTH),
    ),
    "removeAvatar": (Scenario("host", None, "one's own", **BOTH), Scenario("ali", None, "none")),
    "deleteAccount": (
        _delete_account("ali", tea="MemberLeft", garden="MemberLeft"),
        _delete_account("gone", tea="MemberLeft", garden="MemberChanged"),
        _delete_account("banned", tea="MemberChanged", garden="MemberLeft"),
        _delete_account("host", tea=HANDED_OVER, garden=HANDED_OVER),
        _delete_account("outsider"),
    ),
    "enterRoom": (
        Scenario("outsider", lambda _: {"address": "TEA"}, "for the first time", "MemberJoined"),
        Scenario(
            "gone",
            lambda it: {"address": "garden", "invitation": it["code"]},
            "again, by invitation",
            garden="MemberJoined",
        ),
        Scenario("ali", lambda _: {"address": "tea"}, "where one is"),
        Scenario("ali", lambda _: {"address": "roof"}, "where nobody was"),
    ),
    "leaveRoom": (
        _leave("ali", "tea", tea="MemberLeft"),
        _leave("second", "tea", tea="MemberLeft"),
        # To the senior moderator, and where there is none to the oldest member.
        _leave("host", "tea", tea=HANDED_OVER),
        _leave("host", "garden", garden=HANDED_OVER),
    ),
    "updateRoom": (
        _update_tea("the address, which is the title", {"address": "Tea House"}),
        _update_tea("the title", {"title": "Tea House"}),
        _update_tea("the topic", {"topic": "Tea"}),
        _update_tea("who it is for", {"isPrivate": True}),
        _update_tea("everything", {"address": "house", "title": "House", "topic": "Tea", "isPrivate": True}),
        _update_tea("nothing", {"address": "tea", "title": "tea", "topic": "", "isPrivate": False}, tea=""),
    ),
    "deleteRoom": (Scenario("host", lambda it: {"room": it["tea"]}, "one of two", "StreamEnded"),),
    "sendMessage": (
        _send("plain", "Salaam"),
        _send("naming people", "@vera, @host and @nobody"),
        _send("in answer to another's", "And salaam to you", to="answer"),
        _send("in answer to what was deleted", "What?", to="deleted"),
        _send("files alone", "", files=("photo", "letter")),
        Scenario("ali", lambda it: {"room": it["tea"], "body": "Salaam", "key": "first"}, "again"),
    ),
    "editMessage": (
        _edit("ali", "first", "Salaam!"),
        _edit("ali", "answer to the answer", "Thank you!"),
        _edit("host", "naming", "No names"),
        _edit("ali", "with a file", ""),
        _edit("ali", "first", "Salaam", tea=""),
    ),
    "deleteMessage": (
        _delete("ali", "first"),
        _delete("second", "first"),
        _delete("staff", "answer"),
        _delete("ali", "with a file"),
        _delete("host", "naming"),
        _delete("second", "answer to the deleted"),
        _delete("ali", "deleted", tea=""),
    ),
    "uploadAttachment": (
        Scenario("ali", lambda it: {"room": it["tea"], "file": File(BytesIO(b"tea"), "tea.txt")}, "a text"),
    ),
    "setTyping": (Scenario("ali", lambda it: {"room": it["tea"], "typing": True}, "in a room"),),
    "sendWhisper": (
        Scenario(
            "ali",
            lambda it: {"room": it["tea"], "recipient": it["host"], "body": "Salaam", "key": "a whisper"},
            "to somebody who is away",
            code="RECIPIENT_OFFLINE",
        ),
    ),
    "blockUser": (Scenario("ali", lambda it: {"user": it["host"]}, "somebody in the same room"),),
    "unblockUser": (Scenario("ali", lambda it: {"user": it["host"]}, "the same"),),
    "addReaction": (
        _react("ali", "answer", "🍵"),
        _react("host", "first", "🍵"),
        _react("ali", "first", "🔥"),
        _react("ali", "first", "🍵", tea=""),
    ),
    "removeReaction": (
        _react("ali", "naming", "🍵"),
        _react("ali", "first", "🍵"),
        _react("ali", "answer", "🍵", tea=""),
    ),
    "markRead": (Scenario("ali", lambda it: {"message": it["answer"]}, "another's"),),
    "setNotify": (Scenario("ali", lambda it: {"room": it["tea"], "notify": "MENTIONS"}, "mentions"),),
    "moderateMember": (
        _moderate("KICK", "ali", "MemberLeft"),
        _moderate("KICK", "banned"),
        _moderate("KICK", "host", HANDED_OVER, by="staff"),
        _moderate("BAN", "ali", "MemberLeft"),
        _moderate("BAN", "host", HANDED_OVER, by="staff"),
        _moderate("BAN", "banned"),
        _moderate("UNBAN", "banned", "MemberChanged"),
        _moderate("UNBAN", "ali"),
        _moderate("MUTE", "ali", "MemberChanged", by="second"),
        _moderate("MUTE", "ali", "MemberChanged", until="2126-11-21T18:30:00Z"),
        _moderate("MUTE", "muted"),
        _moderate("UNMUTE", "muted", "MemberChanged"),
        _moderate("UNMUTE", "ali"),
        Scenario(
            "host",
            lambda it: {"room": it["garden"], "user": it["gone"], "action": "BAN"},
            "host: BAN gone",
            garden="MemberChanged",
        ),
    ),
    "setMemberRole": (
        _role("ali", "MODERATOR"),
        _role("second", "MEMBER"),
        _role("muted", "OWNER"),
        _role("ali", "MEMBER", tea=""),
    ),
    "createInvitation": (
        Scenario("host", lambda it: {"room": it["tea"]}, "for anybody"),
        Scenario("host", lambda it: {"room": it["garden"], "invitee": it["gone"]}, "for somebody"),
    ),
    "revokeInvitation": (Scenario("host", lambda it: {"invitation": it["invitation"]}, "one's own"),),
}
