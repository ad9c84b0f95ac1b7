"""The steps that most tests begin with, and how what comes of one is told."""

from collections.abc import Callable
from itertools import count

from backend.accounts.credentials import Viewer
from backend.chat import event_log, messages, models, rooms
from backend.chat.events import Logged
from backend.chat.messages import Accepted
from backend.errors import DomainError, Invalid

_keys = count()


def enter(viewer: Viewer, address: str = "tea") -> int:
    """The id of the room that was entered."""
    return rooms.enter_room(viewer=viewer, address=address).room.id


def say(viewer: Viewer, room_id: int, body: str = "Salaam", *, key: str | None = None) -> Accepted:
    """With a key of its own, unless one is given."""
    return messages.send_message(
        viewer=viewer, room_id=room_id, body=body, key=f"key {next(_keys)}" if key is None else key
    )


def log(room_id: int) -> list[Logged]:
    return event_log.read(room_id, 0, 100_000)


def happened(room_id: int) -> list[str]:
    """The names of a room's events, in order."""
    return [type(logged.event).__name__ for logged in log(room_id)]


def make_private(room_id: int) -> None:
    models.Room.objects.filter(pk=room_id).update(is_private=True)


def set_role(room_id: int, viewer: Viewer, role: models.Role) -> None:
    changed = models.Membership.objects.filter(room=room_id, user=viewer.id).update(role=role)
    assert changed == 1


def outcome(call: Callable[[], object]) -> object:
    """What a call returns, or all that the caller is told when it is refused."""
    try:
        return call()
    except Invalid as refusal:
        return refusal.code, refusal.detail, refusal.fields
    except DomainError as refusal:
        return refusal.code, refusal.detail
