"""How far somebody has read, and what of a room they want to be told of: nobody else's to know."""

from backend import rates
from backend.accounts.credentials import Viewer
from backend.chat import personal, policies
from backend.chat.members import active
from backend.chat.messages import readable
from backend.chat.models import Notify
from backend.chat.policies import Action

__all__ = ["Notify", "mark_read", "set_notify"]


def mark_read(*, viewer: Viewer, message_id: int) -> int:
    """Everything up to this message has been read, never less than before; the room's id.

    Raises `NotFound`, `RateLimited`.
    """
    rates.take("read", viewer.id)
    row = readable(viewer, message_id)
    mine = active(row.room_id).filter(user=viewer.id, read_count__lt=row.number)
    if mine.update(read_count=row.number, last_read=row):
        personal.tell(viewer.id, personal.RoomViewed(row.room_id))
    return row.room_id


def set_notify(*, viewer: Viewer, room_id: int, notify: Notify) -> None:
    """Raises `NotFound`, `Forbidden` for who is no member, `RateLimited`."""
    rates.take("read", viewer.id)
    policies.admit(viewer, Action.READ, room_id=room_id)
    if active(room_id).filter(user=viewer.id).exclude(notify=notify).update(notify=notify):
        personal.tell(viewer.id, personal.RoomViewed(room_id))
