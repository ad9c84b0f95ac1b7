"""Mentions: who is named in a message as @username, found once, when it is sent."""

from collections.abc import Iterator

from django.conf import settings

from backend.accounts import users
from backend.chat.members import active
from backend.folding import ZERO_WIDTH_NON_JOINER, Unseen, fold


def mentioned(body: str, *, room_id: int) -> list[int]:
    """The ids of the members that a text names, each once, in its order; at most `MENTIONS_PER_MESSAGE`."""
    names = list(dict.fromkeys(_names(body)))[: settings.MENTIONS_PER_MESSAGE]
    if not names:
        return []
    ids = users.named(names)
    here = set(active(room_id).filter(user__in=ids.values()).values_list("user", flat=True))
    return [ids[name] for name in names if ids.get(name) in here]


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
