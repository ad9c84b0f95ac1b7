"""Who speaks in a room: all that sending has to know of them, in one statement, for nothing is done more often."""

from collections.abc import Sequence

import msgspec
from django.db import connection

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.users import Person
from backend.chat import policies
from backend.chat.drafts import Draft
from backend.chat.event_log import Place
from backend.chat.policies import Action
from backend.database import CLOCK


class Speaker(msgspec.Struct, frozen=True):
    """`sent` is the id of the message that was sent with the key."""

    person: Person
    may_send: bool
    sent: int | None


_FIND = """
WITH asked (user_id, key) AS (VALUES {asked})
SELECT person.id, person.username, person.display_name, person.avatar,
    membership.role, COALESCE(membership.muted_until > {clock}, FALSE),
    (SELECT id FROM chat_message WHERE room_id = %s AND author_id = person.id AND key = asked.key)
FROM asked JOIN accounts_user person ON person.id = asked.user_id
LEFT JOIN chat_membership membership
    ON membership.user_id = person.id AND membership.room_id = %s AND membership.left_at IS NULL
"""


def find(said: Sequence[Draft], place: Place) -> list[Speaker | None]:
    """The author of each draft, as they are to the room that the place is held in. Under its lock that stays so.

    None for an account that is not there: one can have been authenticated before a database was put back.
    """
    sql = _FIND.format(asked=", ".join(["(%s, %s)"] * len(said)), clock=CLOCK[connection.vendor])
    asked = [each for draft in said for each in (draft.viewer.id, draft.key)]
    with connection.cursor() as db:
        db.execute(sql, [*asked, place.room_id, place.room_id])
        rows = {user_id: row for user_id, *row in db.fetchall()}
    return [
        _speaker(draft.viewer, place.was_private, *rows[draft.viewer.id]) if draft.viewer.id in rows else None
        for draft in said
    ]


def _speaker(
    viewer: Viewer,
    is_private: bool,
    username: str,
    display_name: str,
    avatar: str,
    role: str | None,
    is_muted: bool,
    sent: int | None,
) -> Speaker:
    held = policies.of_role(role, is_muted=bool(is_muted), is_staff=viewer.is_staff)
    return Speaker(
        person=users.named_person(viewer.id, username, display_name, avatar),
        may_send=policies.allows(Action.SEND, is_private=is_private, held=held),
        sent=sent,
    )


_HAVE_READ = """
UPDATE chat_membership SET read_count = said.number, last_read_id = said.id FROM chat_message said
WHERE said.room_id = %s AND said.seq >= %s AND chat_membership.room_id = said.room_id
    AND chat_membership.user_id = said.author_id AND chat_membership.left_at IS NULL
"""


def have_read(*, room_id: int, since: int) -> None:
    """Whoever has spoken in this transaction, at this place of the log or later, has read what was said before."""
    with connection.cursor() as db:
        db.execute(_HAVE_READ, [room_id, since])
