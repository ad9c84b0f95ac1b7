"""Reactions: one of each emoji for each person and message."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache

from django.conf import settings
from emoji import EMOJI_DATA, STATUS

from backend import rates
from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, policies
from backend.chat.events import ReactionAdded, ReactionRemoved
from backend.chat.messages import Accepted, accepted, readable
from backend.chat.models import Message, Reaction
from backend.chat.policies import Action
from backend.errors import Invalid, NotFound
from backend.languages import plural, text

_SELECTOR = "\N{VARIATION SELECTOR-16}"


def add_reaction(*, viewer: Viewer, message_id: int, emoji: str) -> Accepted:
    """Reacting twice is reacting once. Raises `Invalid`, `NotFound`, `Forbidden`, `RateLimited`."""
    return _react(viewer, message_id, check_emoji(emoji), is_added=True)


def remove_reaction(*, viewer: Viewer, message_id: int, emoji: str) -> Accepted:
    """Take back one's own. Raises `Invalid`, `NotFound`, `Forbidden`, `RateLimited`."""
    return _react(viewer, message_id, check_emoji(emoji), is_added=False)


def _react(viewer: Viewer, message_id: int, emoji: str, *, is_added: bool) -> Accepted:
    rates.take("react", viewer.id)
    room_id = readable(viewer, message_id).room_id
    with event_log.append(room_id) as place:
        row = readable(viewer, message_id)
        policies.require(Action.REACT, room=row.room, held=policies.standings(row.room, viewer))
        if row.deleted_at is not None:
            raise NotFound(text("This message was deleted."))
        own = Reaction.objects.filter(message=row, user=viewer.id, emoji=emoji)
        if own.exists() == is_added:
            raise event_log.Unchanged
        if is_added:
            _check_variety(row, emoji)
            Reaction.objects.create(message=row, user_id=viewer.id, emoji=emoji)
            place.event = ReactionAdded(message=row.pk, by=viewer.id, emoji=emoji)
        else:
            own.delete()
            place.event = ReactionRemoved(message=row.pk, by=viewer.id, emoji=emoji)
        row.reaction_count += 1 if is_added else -1
        row.version = place.seq
        row.save(update_fields=["reaction_count", "version"])
    return accepted(row, place)


def reactions_to(message_ids: Collection[int]) -> Mapping[int, list[facts.Reactions]]:
    """For whoever may read these messages: the emoji in the order in which each came first."""
    found: defaultdict[int, dict[str, list[int]]] = defaultdict(dict)
    rows = Reaction.objects.filter(message__in=message_ids).order_by("pk")
    for message_id, emoji, user_id in rows.values_list("message", "emoji", "user"):
        found[message_id].setdefault(emoji, []).append(user_id)
    return {
        message_id: [facts.Reactions(emoji=emoji, user_ids=tuple(ids)) for emoji, ids in by_emoji.items()]
        for message_id, by_emoji in found.items()
    }


def check_emoji(written: str) -> str:
    """The emoji in the one form in which it is kept. Raises `Invalid`."""
    known = _emoji().get(written.replace(_SELECTOR, "")) if len(written) <= settings.EMOJI_MAX_LENGTH else None
    if known is None:
        raise Invalid.field("emoji", "UNSUPPORTED", text("This is not one emoji."))
    return known


def _check_variety(row: Message, emoji: str) -> None:
    others = Reaction.objects.filter(message=row).exclude(emoji=emoji).values("emoji").distinct()
    if others.count() >= settings.EMOJI_PER_MESSAGE:
        detail = plural(
            "At most {n} emoji on a message.", "At most {n} different emoji on a message.", settings.EMOJI_PER_MESSAGE
        )
        raise Invalid.field("emoji", "UNSUPPORTED", detail)


@cache
def _emoji() -> Mapping[str, str]:
    """Each emoji, with and without the selector that asks for its colours, and as it is kept: with it."""
    full = [each for each, data in EMOJI_DATA.items() if data["status"] == STATUS["fully_qualified"]]
    return {each.replace(_SELECTOR, ""): each for each in full}
