"""Mentions: who is named in a message as @username, found once, when it is sent; and which messages name somebody."""

from collections.abc import Iterator

import msgspec
from django.conf import settings

from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import facts
from backend.chat.members import active
from backend.chat.models import Membership, Mention
from backend.chat.pages import Page, Window, page
from backend.folding import ZERO_WIDTH_NON_JOINER, Unseen, fold


def mentioned(body: str, *, room_id: int) -> list[int]:
    """The ids of the members that a text names, each once, in its order; at most `MENTIONS_PER_MESSAGE`."""
    names = list(dict.fromkeys(_names(body)))[: settings.MENTIONS_PER_MESSAGE]
    if not names:
        return []
    ids = users.named(names)
    here = set(active(room_id).filter(user__in=ids.values()).values_list("user", flat=True))
    return [ids[name] for name in names if ids.get(name) in here]


def mentions_of(*, viewer: Viewer, window: Window) -> Page[facts.Mention]:
    """Messages that name the viewer, in rooms that they are a member of, the oldest first; by default the last ones.

    Raises `Invalid` for the window.
    """
    if window.first is None and window.after is None and window.last is None:
        window = msgspec.structs.replace(window, last=settings.PAGE_SIZE)
    mine = Membership.objects.filter(user=viewer.id, left_at=None).values("room")
    rows = Mention.objects.filter(user=viewer.id, message__room__in=mine).select_related("message__author")
    found = page(rows, window)
    return Page([facts.mention(row) for row in found.items], found.has_previous, found.has_next)


def _names(body: str) -> Iterator[str]:
    """What stands behind each @ that does not stand in a word, folded."""
    for index, character in enumerate(body):
        if character == "@" and (index == 0 or not users.stands_in_a_name(body[index - 1])):
            end = index + 1
            while end < len(body) and end - index <= settings.USERNAME_MAX_LENGTH and _may_follow(body[end]):
                end += 1
            name = body[index + 1 : end].rstrip(".-")  # the end of a sentence, rather than of a name
            if name:
                try:
                    yield fold(name)
                except Unseen:
                    continue


def _may_follow(character: str) -> bool:
    # Persian writers put the joiner between parts of a name; folding takes it out.
    return users.stands_in_a_name(character) or character == ZERO_WIDTH_NON_JOINER
