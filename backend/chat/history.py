"""The history of a room: its messages in pages, those around one of them, and those that have some words."""

import msgspec
from django.conf import settings
from django.db.models import QuerySet

from backend import rates
from backend.accounts.credentials import Viewer
from backend.chat import facts, policies, search
from backend.chat.models import Message
from backend.chat.pages import Page, Window, page, window_size
from backend.chat.policies import Action, Reader
from backend.errors import NotFound
from backend.languages import text


def history(*, reader: Reader, room_id: int, window: Window, matching: str | None = None) -> Page[facts.Message]:
    """A page of a room's messages, the oldest first; without bounds, the last ones. `matching`: see `search`.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`, `Invalid`, and `RateLimited` for a search.
    """
    policies.admit(reader, Action.READ, room_id=room_id)
    rows = _messages(room_id)
    if matching is not None:
        if isinstance(reader, Viewer):  # what a subscription asks for is read for all its members at once
            rates.take("search", reader.id)
        rows = search.matching(rows, room_id=room_id, query=matching)
    if window.first is None and window.after is None and window.last is None:
        window = msgspec.structs.replace(window, last=settings.PAGE_SIZE)
    found = page(rows, window, key="seq")
    return Page([facts.message(row) for row in found.items], found.has_previous, found.has_next)


def history_around(*, reader: Reader, room_id: int, message_id: int, window: Window) -> Page[facts.Message]:
    """A page with this message in its middle: half before it, half from it on.

    Raises `Unauthenticated`, `NotFound`, `Forbidden`, `Invalid`.
    """
    policies.admit(reader, Action.READ, room_id=room_id)
    size = window_size(window)
    middle = Message.objects.filter(pk=message_id, room=room_id).values_list("seq", flat=True).first()
    if middle is None:
        raise NotFound(text("No such message in this room."))
    before = page(_messages(room_id), Window(last=size // 2, before=middle), key="seq")
    after = page(_messages(room_id), Window(first=size - size // 2, after=middle - 1), key="seq")
    rows = [*before.items, *after.items]
    return Page([facts.message(row) for row in rows], before.has_previous, after.has_next)


def _messages(room_id: int) -> QuerySet[Message]:
    return Message.objects.filter(room=room_id).select_related("author")
