"""A room as one person finds it, from inside this process: who they are to it, and the ids of what is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import count

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from backend.accounts import tokens
from backend.accounts.credentials import Credential, Viewer
from backend.accounts.models import User
from backend.chat import attachments, invitations, members, models, moderation
from backend.chat.models import Role
from backend.chat.moderation import ModerationAction
from backend.chat.policies import Standing
from chat_schema.nodes import global_id
from tests.accounts import people
from tests.chat.steps import enter, make_private, say

# What each of them is, in the words of the domain's table. Staff are that beside what else they are.
PEOPLE: Mapping[str, frozenset[Standing]] = {
    "anonymous": frozenset({Standing.ANONYMOUS}),
    "stranger": frozenset({Standing.STRANGER}),
    "kicked": frozenset({Standing.STRANGER}),
    "invited": frozenset({Standing.INVITED}),
    "invited and banned": frozenset({Standing.BANNED}),
    "banned": frozenset({Standing.BANNED}),
    "muted": frozenset({Standing.MUTED}),
    "member": frozenset({Standing.MEMBER}),
    "moderator": frozenset({Standing.MODERATOR}),
    "owner": frozenset({Standing.OWNER}),
    "staff": frozenset({Standing.STRANGER, Standing.STAFF}),
    "invited staff": frozenset({Standing.INVITED, Standing.STAFF}),
}

Ids = Mapping[str, str]

_numbers = count(1)
_NO_KEY = 99_999_999


@dataclass(frozen=True)
class Scene:
    """`ids` are those of what is there, by what it is; `nothing` has ids of the same kinds, of what is not."""

    who: Viewer | None
    ids: Ids
    nothing: Ids


@transaction.atomic
def set_up(who: str, *, is_private: bool) -> Scene:
    """A room where somebody and its host have spoken, a third is a member and a fourth is banned.

    Then that somebody became what they are. In one transaction, for there are many rooms like this.
    """
    number = next(_numbers)
    host, third, fourth = (_person(f"{name}{number}") for name in ("host", "third", "fourth"))
    somebody = _person(f"somebody{number}", is_staff=who.endswith("staff"))
    address = f"tea {number}"
    room = enter(host, address)
    for each in (somebody, third, fourth):
        enter(each, address)
    own, others = (say(each, room).message.id for each in (somebody, host))
    unsent, others_unsent, attached = (_upload(each, room) for each in (somebody, host, host))
    say(host, room, "", attachment_ids=[attached])
    _moderate(host, room, fourth, ModerationAction.BAN)
    token, _ = tokens.create_token(user_id=somebody.id, name="own")
    others_token, _ = tokens.create_token(user_id=host.id, name="another's")
    open_to_all = invitations.create_invitation(viewer=host, room_id=room)
    _become(who, somebody, host, room)
    if is_private:
        make_private(room)
    keys = {
        "room": ("Room", room),
        "own": ("Message", own),
        "others": ("Message", others),
        "attachment": ("Attachment", attached),
        "unsent": ("Attachment", unsent),
        "others_unsent": ("Attachment", others_unsent),
        "member": ("Member", models.Membership.objects.get(room=room, user=host.id).pk),
        "ban": ("Ban", models.Ban.objects.get(room=room, user=fourth.id).pk),
        "invitation": ("Invitation", open_to_all.id),
        "user": ("User", third.id),
        "viewer": ("Viewer", somebody.id),
        "others_viewer": ("Viewer", host.id),
        "token": ("PersonalToken", token.id),
        "others_token": ("PersonalToken", others_token.id),
        "reset": ("User", host.id),
    }
    reset_token = default_token_generator.make_token(User.objects.get(pk=host.id))
    # What is given beside ids, and is the same whether they are of anything or not.
    names = {"username": f"somebody{number}", "new_username": f"new{number}", "password": people.PASSWORD}
    names["reset_token"] = reset_token
    return Scene(
        who=None if who == "anonymous" else somebody,
        ids={"address": address, **names, **{name: global_id(*key) for name, key in keys.items()}},
        nothing={
            "address": f"nowhere {number}",
            **names,
            **{name: global_id(type_name, _NO_KEY) for name, (type_name, _) in keys.items()},
        },
    )


def _person(name: str, *, is_staff: bool = False) -> Viewer:
    user: User = people.person(name, is_staff=is_staff, password=people.PASSWORD)
    credential = Credential(kind="session", key="tests", user_id=user.pk, epoch=user.credentials_epoch)
    return Viewer(id=user.pk, is_staff=is_staff, credential=credential)


def _upload(who: Viewer, room: int) -> int:
    return attachments.upload_attachment(viewer=who, room_id=room, file=BytesIO(b"tea"), name="tea.txt").id


def _moderate(host: Viewer, room: int, whom: Viewer, action: ModerationAction) -> None:
    moderation.moderate_member(viewer=host, room_id=room, user_id=whom.id, action=action)


def _become(who: str, somebody: Viewer, host: Viewer, room: int) -> None:
    match who:
        case "member":
            pass
        case "muted":
            _moderate(host, room, somebody, ModerationAction.MUTE)
        case "kicked":
            _moderate(host, room, somebody, ModerationAction.KICK)
        case "invited" | "invited staff":
            members.leave_room(viewer=somebody, room_id=room)
            invitations.create_invitation(viewer=host, room_id=room, invitee_id=somebody.id)
        case "invited and banned":
            invitations.create_invitation(viewer=host, room_id=room, invitee_id=somebody.id)
            _moderate(host, room, somebody, ModerationAction.BAN)
        case "banned":
            _moderate(host, room, somebody, ModerationAction.BAN)
        case "moderator" | "owner":
            moderation.set_member_role(viewer=host, room_id=room, user_id=somebody.id, role=Role(who))
        case "anonymous" | "stranger" | "staff":
            members.leave_room(viewer=somebody, room_id=room)
        case _:
            raise AssertionError(f"{who} is nobody that the table knows")
