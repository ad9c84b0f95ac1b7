"""What somebody is about to say, and all that can be done with it before the room is locked."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.utils.crypto import salted_hmac

from backend import database
from backend.accounts.credentials import Viewer
from backend.chat import attachments, search
from backend.errors import FieldError, Invalid
from backend.languages import text


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Said once for each `key`. `reply_to` is the id of another message of the room.

    `attachment_ids` are those of files that the viewer has uploaded there, and not sent yet.
    """

    viewer: Viewer
    body: str
    key: str
    reply_to: int | None = None
    attachment_ids: Sequence[int] = ()


class Checked(NamedTuple):
    draft: Draft
    digest: str  # by which a retry is told from a mistake
    search: str  # the words of its body, as the column has them


def check(draft: Draft, *, room_id: int) -> Checked:
    """Raises `Invalid`."""
    _check_key(draft.key)
    check_body(draft.body)
    check_says(draft.body, draft.attachment_ids)
    attachments.check_count(draft.attachment_ids)
    return Checked(draft, _digest(draft), search.indexed(room_id, draft.body))


def check_words(*, body: str, key: str) -> None:
    """The same of what is said with a key and nothing else. Raises `Invalid`."""
    _check_key(key)
    check_says(body, None)
    check_body(body)


def _check_key(key: str) -> None:
    if not key:
        raise Invalid.field("key", "REQUIRED", text("Choose a key for this message: retries repeat it."))
    if not database.can_store(key):
        raise Invalid.field("key", "MALFORMED", text("A key is Unicode text without U+0000."))
    if len(key) > settings.KEY_MAX_LENGTH:
        raise Invalid(FieldError.too_long("key", settings.KEY_MAX_LENGTH))


def check_says(body: str, attachment_ids: Sequence[int] | None) -> None:
    if not body.strip() and not attachment_ids:
        raise Invalid.field("body", "REQUIRED", text("Say something."))


def check_body(body: str) -> None:
    if len(body) > settings.MESSAGE_MAX_LENGTH:
        raise Invalid(FieldError.too_long("body", settings.MESSAGE_MAX_LENGTH))
    if not database.can_store(body):
        raise Invalid.field("body", "MALFORMED", text("A message is Unicode text without U+0000."))


def _digest(draft: Draft) -> str:
    # No body has U+0000: by how many there are before it, what was sent with it cannot be taken for anything else.
    said = draft.body if draft.reply_to is None else f"{draft.reply_to}\0{draft.body}"
    if draft.attachment_ids:
        said = f"{','.join(map(str, draft.attachment_ids))}\0{draft.reply_to or ''}\0{draft.body}"
    return salted_hmac("backend.chat.messages.key", said, algorithm="sha256").hexdigest()
