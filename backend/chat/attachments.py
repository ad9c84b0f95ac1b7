"""Attachments: sent in two steps, a file to a room first, and then a message with it.

Until then its uploader alone can have it, and not for long. A row says that there is a file: it is committed before
the file is written, and goes after the file. So a process may die at any moment, and nothing is left that `sweep`
does not find.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import IO
from urllib.parse import quote

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from backend import rates
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.chat import event_log, facts, files, policies
from backend.chat.models import Attachment
from backend.chat.policies import Action, Reader
from backend.errors import Invalid, NotFound
from backend.languages import plural, text


class Download(msgspec.Struct, frozen=True):
    """An attachment, and its file, which whoever gets it has to close."""

    attachment: facts.Attachment
    file: IO[bytes]


def upload_attachment(*, viewer: Viewer, room_id: int, file: IO[bytes], name: str) -> facts.Attachment:
    """Keep a file for a message that is to be sent in this room. It takes long: call it by `uploads.workers`.

    Of more than `ATTACHMENTS_UNSENT` the oldest go. Raises `Invalid` for what is too long, broken or of no kind that
    is taken, `NotFound`, `Forbidden`, `Unauthenticated` for an account that is no more, `RateLimited`.
    """
    rates.take("upload", viewer.id)
    policies.admit(viewer, Action.SEND, room_id=room_id)
    checked = files.check(file, name)
    row = _announce(viewer, room_id, checked)
    try:
        files.store(row.key, checked.content)
    except Exception:
        discard(Attachment.objects.filter(pk=row.pk))
        raise
    # It may have been sent already, by a guess at its id: then it stays.
    if not Attachment.objects.filter(pk=row.pk).exclude(expires_at__lte=Now()).exists():
        files.delete(row.key)  # its row may have gone before there was a file
        raise NotFound(text("This file has gone again: you have sent more since, or may not send any here."))
    return facts.attachment(row)


def _announce(viewer: Viewer, room_id: int, checked: files.Checked) -> Attachment:
    """Say that there will be this file, which nobody can have yet: they do not know its id."""
    with transaction.atomic():
        users.hold(viewer.id)
        event_log.hold(room_id)
        # Once more: what one is there may have changed meanwhile.
        policies.admit(viewer, Action.SEND, room_id=room_id)
        row = Attachment.objects.create(
            room_id=room_id,
            uploader_id=viewer.id,
            expires_at=Now() + timedelta(seconds=settings.ATTACHMENT_UNSENT_SECONDS),
            key=secrets.token_hex(16),
            name=checked.name,
            media_type=checked.media_type,
            size=len(checked.content),
            width=checked.width,
            height=checked.height,
        )
        newest_first = _unsent(viewer.id).order_by("-pk").values_list("pk", flat=True)
        # Asked of each once more: one that is being sent right now is waited for, and stays.
        discard(_unsent(viewer.id).filter(pk__in=list(newest_first[settings.ATTACHMENTS_UNSENT :])))
    return row


def attach(attachment_ids: Sequence[int], *, message: facts.Message) -> None:
    """Send these with a message, in the transaction that makes it.

    Raises `NotFound` unless all of them are its author's, uploaded to its room, and unsent.
    """
    rows = _unsent(message.author.id).filter(pk__in=attachment_ids, room=message.room_id)
    # In one statement: who sends the same at the same moment, or sweeps it away, waits for it, and finds it no more.
    if rows.update(message=message.id, expires_at=None) != len(attachment_ids):
        raise NotFound(text("No such attachment of yours in this room that has not been sent."))


def check_count(attachment_ids: Sequence[int]) -> None:
    """Raises `Invalid`."""
    if len(attachment_ids) > settings.ATTACHMENTS_PER_MESSAGE:
        detail = plural("At most {n} file.", "At most {n} files.", settings.ATTACHMENTS_PER_MESSAGE)
        raise Invalid.field("attachments", "TOO_LONG", detail)


def discard(rows: QuerySet[Attachment]) -> None:
    """Let nobody have these any more. Their files go when that is committed, or soon after, if there are many."""
    if rows.update(message=None, name="", expires_at=Now()):
        transaction.on_commit(sweep, robust=True)


# How far a row is put back before its file is deleted: nobody who found it unsent a moment ago can send it any more,
# and whoever sweeps next, or meanwhile, comes to the others first.
_BACK = timedelta(hours=1)


def sweep() -> bool:
    """Delete files that nobody can have any more, some at once; whether to go on with others.

    Nobody waits for the disk: no transaction is open while files are deleted. Whatever fails then, the rows of files
    that are still there are too, for a later sweep. Two may come to the same file: it is deleted once.
    """
    expired = Attachment.objects.filter(expires_at__lte=Now())
    if not expired.exists():  # else SQLite would keep all others from writing, for nothing
        return False
    with transaction.atomic():
        # Skipped are those that are being sent, or put back by another sweep.
        rows = expired.select_for_update(skip_locked=True).order_by("-expires_at").values_list("pk", "key")
        found = dict(rows[: settings.ATTACHMENT_SWEEP_SIZE])
        Attachment.objects.filter(pk__in=found).update(expires_at=F("expires_at") - _BACK)
    gone = [pk for pk, key in found.items() if files.delete(key)]
    Attachment.objects.filter(pk__in=gone).delete()
    return len(gone) == settings.ATTACHMENT_SWEEP_SIZE


def find_attachment(*, reader: Reader, attachment_id: int) -> facts.Attachment | None:
    """None if there is none that the reader may have. Raises `Unauthenticated`."""
    row = _found(reader, Q(pk=attachment_id))
    return None if row is None else facts.attachment(row)


def open_attachment(*, reader: Reader, key: str) -> Download | None:
    """The same with its file. Raises `Unauthenticated`."""
    row = _found(reader, Q(key=key))
    if row is None:
        return None
    try:
        return Download(facts.attachment(row), files.opened(row.key))
    except FileNotFoundError:  # it was swept away just now
        return None


def attachments_by_id(attachment_ids: Collection[int]) -> Mapping[int, facts.Attachment]:
    """Those that were sent, for whoever has been shown the message: nothing else is checked."""
    rows = Attachment.objects.filter(pk__in=attachment_ids).exclude(message=None)
    return {row.pk: facts.attachment(row) for row in rows}


def url(attachment: facts.Attachment) -> str:
    """Where its file is, for those who may have it. The name is there for people; the key alone leads to it."""
    return f"{settings.PUBLIC_URL}/{files.PATH}{attachment.key}/{quote(attachment.name, safe='')}"


def _found(reader: Reader, which: Q) -> Attachment | None:
    """As many queries whether there is one or not. Raises `Unauthenticated`."""
    row = None
    if isinstance(reader, Viewer):
        row = (Attachment.objects.exclude(message=None) | _unsent(reader.id)).filter(which).first()
    may_read = policies.may(reader, Action.READ, room_id=row.room_id if row else None)
    return row if may_read else None


def _unsent(user_id: int) -> QuerySet[Attachment]:
    """What somebody has uploaded, and can still send."""
    return Attachment.objects.filter(uploader=user_id, expires_at__gt=Now())
