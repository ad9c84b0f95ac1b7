"""The steps that most tests begin with, and how what comes of one is told."""

from collections.abc import Callable, Sequence
from itertools import count

from backend.accounts.credentials import Viewer
from backend.accounts.models import User
from backend.chat import event_log, events, members, messages, models, people, replay
from backend.chat.events import Logged
from backend.chat.messages import Accepted
from backend.errors import DomainError, Invalid
from tests.accounts.people import PASSWORD

# One that a test uses again.
KEY = "a key of the client's own"
_keys = count()


def enter(viewer: Viewer, address: str = "tea") -> int:
    """The id of the room that was entered."""
    return members.enter_room(viewer=viewer, address=address).room.id


def say(
    viewer: Viewer,
    room_id: int,
    body: str = "Salaam",
    *,
    key: str | None = None,
    attachment_ids: Sequence[int] = (),
) -> Accepted:
    """With a key of its own, unless one is given."""
    key = f"key {next(_keys)}" if key is None else key
    return messages.send_message(viewer=viewer, room_id=room_id, body=body, key=key, attachment_ids=attachment_ids)


def log(room_id: int) -> list[Logged]:
    return replay.read(room_id, 0, 100_000)


def happened(room_id: int) -> list[str]:
    """The names of a room's events, in order."""
    return [type(logged.event).__name__ for logged in log(room_id)]


def delete_account(viewer: Viewer) -> None:
    """With the right password, whether they had one or not."""
    user = User.objects.get(pk=viewer.id)
    user.set_password(PASSWORD)
    user.save()
    people.delete_account(viewer=viewer, current_password=PASSWORD)


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


def some_change(room_id: int) -> events.RoomEvent:
    """An event that may happen at any time."""
    return events.MemberChanged(member=models.Membership.objects.filter(room=room_id).earliest("pk").pk)


def append_one(room_id: int) -> int:
    """The seq of an event that says little."""
    with event_log.append(room_id) as place:
        place.event = some_change(room_id)
    return place.seq
