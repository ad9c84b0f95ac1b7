"""Who speaks in a room: all that sending has to know of them, in one statement, for nothing is done more often."""

import msgspec
from django.db import connection

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.users import Person
from backend.chat import policies
from backend.chat.policies import Action
from backend.database import CLOCK


class Speaker(msgspec.Struct, frozen=True):
    """`membership_id` is None for who is no member; `sent` is the id of the message that was sent with the key."""

    person: Person
    membership_id: int | None
    may_send: bool
    sent: int | None


_FIND = """
SELECT person.username, person.display_name, person.avatar,
    membership.id, membership.role, COALESCE(membership.muted_until > {clock}, FALSE),
    (SELECT id FROM chat_message WHERE room_id = %s AND author_id = person.id AND key = %s)
FROM accounts_user person
LEFT JOIN chat_membership membership
    ON membership.user_id = person.id AND membership.room_id = %s AND membership.left_at IS NULL
WHERE person.id = %s
"""


def find(viewer: Viewer, *, room_id: int, is_private: bool, key: str) -> Speaker:
    """As they are to this room now. Under its lock that stays so; `is_private` is what it is then."""
    with connection.cursor() as db:
        db.execute(_FIND.format(clock=CLOCK[connection.vendor]), [room_id, key, room_id, viewer.id])
        username, display_name, avatar, membership_id, role, is_muted, sent = db.fetchone()
    held = policies.of_role(role, is_muted=bool(is_muted), is_staff=viewer.is_staff)
    return Speaker(
        person=users.named_person(viewer.id, username, display_name, avatar),
        membership_id=membership_id,
        may_send=policies.allows(Action.SEND, is_private=is_private, held=held),
        sent=sent,
    )


def has_read(speaker: Speaker, *, count: int, message_id: int) -> None:
    """They have read all of the room's messages, `count` of them, of which this is the last."""
    with connection.cursor() as db:
        sql = "UPDATE chat_membership SET read_count = %s, last_read_id = %s WHERE id = %s"
        db.execute(sql, [count, message_id, speaker.membership_id])
