"""What the domain tells others: immutable facts, read in one place, with nothing left to be loaded later."""

from datetime import datetime

import msgspec

from backend.accounts.users import Person, person
from backend.chat import models
from backend.chat.models import Role

__all__ = [
    "Attachment",
    "Ban",
    "Invitation",
    "Member",
    "Mention",
    "Message",
    "Reactions",
    "Role",
    "Room",
    "attachment",
    "ban",
    "invitation",
    "member",
    "mention",
    "message",
    "room",
]


class Room(msgspec.Struct, frozen=True):
    """`head` and `head_tag` were read with the rest, and so before anything that is read later."""

    id: int
    address: str
    title: str
    topic: str
    is_private: bool
    created_at: datetime
    last_activity_at: datetime
    head: int
    head_tag: int
    tail: int


class Member(msgspec.Struct, frozen=True):
    id: int
    room_id: int
    person: Person
    role: Role
    joined_at: datetime
    left_at: datetime | None
    muted_until: datetime | None


class Ban(msgspec.Struct, frozen=True):
    id: int
    person: Person
    by: Person | None
    at: datetime


class Invitation(msgspec.Struct, frozen=True):
    """`uses_left` and `expires_at` are None where there is no bound."""

    id: int
    code: str
    room_id: int
    invited_by: Person | None
    invitee: Person | None
    expires_at: datetime | None
    uses_left: int | None


class Message(msgspec.Struct, frozen=True):
    """`reply_to` is the id of a message, `mentions` are those of people, `attachments` those of files."""

    id: int
    room_id: int
    author: Person
    body: str
    seq: int
    version: int
    sent_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    reply_to: int | None = None
    mentions: tuple[int, ...] = ()
    reaction_count: int = 0
    attachments: tuple[int, ...] = ()


class Attachment(msgspec.Struct, frozen=True):
    """`key` is what its file is stored under; `width` and `height` are those of a picture, None else."""

    id: int
    key: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None


class Mention(msgspec.Struct, frozen=True):
    """A message in which somebody is named; `id` is its place among their mentions."""

    id: int
    message: Message


class Reactions(msgspec.Struct, frozen=True):
    """Those with one emoji to one message; `user_ids` in the order in which they came."""

    emoji: str
    user_ids: tuple[int, ...]


def room(row: models.Room) -> Room:
    return Room(
        id=row.pk,
        address=row.address,
        title=row.title,
        topic=row.topic,
        is_private=row.is_private,
        created_at=row.created_at,
        last_activity_at=row.last_activity_at,
        head=row.head,
        head_tag=row.head_tag,
        tail=row.tail,
    )


def member(row: models.Membership) -> Member:
    return Member(
        id=row.pk,
        room_id=row.room_id,
        person=person(row.user),
        role=Role(row.role),
        joined_at=row.joined_at,
        left_at=row.left_at,
        muted_until=row.muted_until,
    )


def ban(row: models.Ban) -> Ban:
    return Ban(id=row.pk, person=person(row.user), by=person(row.by) if row.by else None, at=row.at)


def invitation(row: models.Invitation) -> Invitation:
    return Invitation(
        id=row.pk,
        code=row.code,
        room_id=row.room_id,
        invited_by=person(row.invited_by) if row.invited_by else None,
        invitee=person(row.invitee) if row.invitee else None,
        expires_at=row.expires_at,
        uses_left=row.uses_left,
    )


def attachment(row: models.Attachment) -> Attachment:
    return Attachment(
        id=row.pk,
        key=row.key,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
    )


def mention(row: models.Mention) -> Mention:
    return Mention(id=row.pk, message=message(row.message))


def message(row: models.Message) -> Message:
    return Message(
        id=row.pk,
        room_id=row.room_id,
        author=person(row.author),
        body=row.body,
        seq=row.seq,
        version=row.version,
        sent_at=row.sent_at,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        reply_to=row.reply_to_id,
        mentions=tuple(row.mentions),
        reaction_count=row.reaction_count,
        attachments=tuple(row.attachments or ()),
    )
