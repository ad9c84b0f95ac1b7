"""Messages: sending, editing, deleting, and the history of a room."""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from backend import database, rates
from backend.accounts.credentials import Viewer
from backend.chat import attachments, event_log, facts, policies, search, speakers
from backend.chat.cursors import Cursor
from backend.chat.events import MessageDeleted, MessageEdited, MessageSent
from backend.chat.mentions import mentioned
from backend.chat.models import Attachment, Membership, Mention, Message, Reaction
from backend.chat.pages import Page, Window, page, window_size
from backend.chat.policies import Action, Reader
from backend.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from backend.languages import text


class Accepted(msgspec.Struct, frozen=True):
    """A message as it is now, and a cursor that has it: from there on, only later changes follow."""

    message: facts.Message
    cursor: str
    duplicate: bool = False


def send_message(
    *,
    viewer: Viewer,
    room_id: int,
    body: str,
    key: str,
    reply_to: int | None = None,
    attachment_ids: Sequence[int] = (),
) -> Accepted:
    """Say something in a room, once for each `key`; `reply_to` is the id of another message there.

    `attachment_ids` are those of files that the viewer has uploaded there, and not sent yet.

    The key is looked up under the room's lock, before policies and limits: a retry returns the first message,
    also after its author was shown the door or it was deleted. Raises `Invalid`, `Conflict` for a key that has
    sent something else, `Forbidden`, `NotFound`, `RateLimited`.
    """
    _check_key(key)
    _check_body(body)
    _check_says(body, attachment_ids)
    attachments.check_count(attachment_ids)
    digest = _digest(body, reply_to, attachment_ids)
    with event_log.append(room_id, messages=1) as place:
        speaker = speakers.find(viewer, room_id=room_id, is_private=place.was_private, key=key)
        if speaker.sent is not None:
            before = _row(speaker.sent)
            if before.key_digest != digest:
                raise Conflict(text("This key has sent another message."))
            raise event_log.Unchanged
        if not speaker.may_send:
            policies.admit(viewer, Action.SEND, room_id=room_id)  # raises what they are to be told
        rates.take("send", viewer.id)
        if reply_to is not None and not Message.objects.filter(pk=reply_to, room=room_id).exists():
            raise NotFound(text("No such message in this room."))
        named = mentioned(body, room_id=room_id)
        message_id = database.insert(
            Message,
            room_id=room_id,
            author_id=viewer.id,
            seq=place.seq,
            number=place.message_count,
            version=place.seq,
            body=body,
            search=search.indexed(room_id, body),
            key=key,
            key_digest=digest,
            reply_to_id=reply_to,
            mentions=named,
            attachments=list(attachment_ids) or None,
            reaction_count=0,
            sent_at=place.at,
        )
        message = facts.Message(
            id=message_id,
            room_id=room_id,
            author=speaker.person,
            body=body,
            seq=place.seq,
            version=place.seq,
            sent_at=place.at,
            edited_at=None,
            deleted_at=None,
            reply_to=reply_to,
            mentions=tuple(named),
            attachments=tuple(attachment_ids),
        )
        if attachment_ids:
            attachments.attach(attachment_ids, message=message)
        # Whoever speaks has read what was said before.
        speakers.has_read(speaker, count=place.message_count, message_id=message_id)
        if named:
            Mention.objects.bulk_create(Mention(message_id=message_id, user_id=each) for each in named)
        place.event, place.message = MessageSent(message=message_id), message
        return Accepted(message=message, cursor=place.cursor)
    return accepted(before, place, duplicate=True)


def edit_message(*, viewer: Viewer, message_id: int, body: str) -> Accepted:
    """Change one's own message. Raises `Invalid`, `NotFound`, `Forbidden`, `RateLimited`."""
    _check_body(body)
    room_id = readable(viewer, message_id).room_id
    with event_log.append(room_id) as place:
        row = _row(message_id)
        policies.require(Action.EDIT_OWN, room=row.room, held=policies.standings(row.room, viewer))
        if row.author_id != viewer.id:
            raise Forbidden(text("Only its author can edit a message."))
        if row.deleted_at is not None:
            raise NotFound(text("This message was deleted."))
        _check_says(body, row.attachments)
        if body == row.body:
            raise event_log.Unchanged
        rates.take("send", viewer.id)
        row.body, row.edited_at, row.version = body, place.at, place.seq
        row.search = search.indexed(room_id, body)
        row.save(update_fields=["body", "search", "edited_at", "version"])
        search.scrub()
        place.event = MessageEdited(message=row.pk)
    return accepted(row, place)


def delete_message(*, viewer: Viewer, message_id: int) -> Accepted:
    """Blank a message for good; the row stays, so that old events resolve. Deleting twice is deleting once.

    Raises `NotFound`, `Forbidden`, `RateLimited`.
    """
    rates.take("send", viewer.id)
    row = _found(viewer, Action.SEE, message_id)
    own = row.author_id == viewer.id
    actions = (Action.DELETE_OWN, Action.DELETE_ANY) if own else (Action.DELETE_ANY,)
    with event_log.append(row.room_id) as place:
        row = _row(message_id)
        held = policies.standings(row.room, viewer)
        if not any(policies.allows(action, is_private=row.room.is_private, held=held) for action in actions):
            readable(viewer, message_id)
            raise Forbidden(text("Only its author or a moderator can delete a message."))
        if row.deleted_at is not None:
            raise event_log.Unchanged
        row.body, row.search, row.deleted_at, row.version = "", "", place.at, place.seq
        row.mentions, row.attachments, row.reaction_count = [], None, 0
        row.save(update_fields=["body", "search", "deleted_at", "version", "mentions", "attachments", "reaction_count"])
        search.scrub()
        attachments.discard(Attachment.objects.filter(message=row))
        Mention.objects.filter(message=row).delete()
        Reaction.objects.filter(message=row).delete()
        place.event = MessageDeleted(message=row.pk, by=viewer.id)
    return accepted(row, place)


def find_message(*, reader: Reader, message_id: int) -> facts.Message | None:
    """None if there is none that the reader may read. Raises `Unauthenticated`."""
    try:
        return facts.message(readable(reader, message_id))
    except NotFound:
        return None


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


def messages_by_id(message_ids: Collection[int]) -> Mapping[int, facts.Message]:
    """For whoever has been shown what names them: nothing is checked."""
    return {row.pk: facts.message(row) for row in Message.objects.select_related("author").filter(pk__in=message_ids)}


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


def accepted(row: Message, place: event_log.Place, *, duplicate: bool = False) -> Accepted:
    """What came of `event_log.append`, at this place, for a message."""
    if place.event is not None:
        cursor = place.cursor
    else:  # nothing had to change: it is as its last event made it
        # One that is no longer kept has no tag: a stream that is to start there is reset, whatever the tag says.
        tag = event_log.tag_at(row.room_id, row.version) or 0
        cursor = str(Cursor(row.room_id, row.version, tag))
    return Accepted(message=facts.message(row), cursor=cursor, duplicate=duplicate)


def readable(reader: Reader, message_id: int) -> Message:
    """The row, for a reader of its room. Raises `Unauthenticated`, `NotFound`."""
    return _found(reader, Action.READ, message_id)


def _found(reader: Reader, action: Action, message_id: int) -> Message:
    row = None if reader is None else _rows().filter(pk=message_id).first()
    may_find = policies.may(reader, action, room_id=row.room_id if row else None)
    if row is None or not may_find:
        raise NotFound(text("No such message."))
    return row


def _row(message_id: int) -> Message:
    try:
        return _rows().get(pk=message_id)
    except Message.DoesNotExist as error:
        raise NotFound(text("No such message.")) from error


def _rows() -> QuerySet[Message]:
    return Message.objects.select_related("room", "author")


def check(*, body: str, key: str) -> None:
    """What is said with a key and nothing else, as far as it can be told without knowing where. Raises `Invalid`."""
    _check_key(key)
    _check_says(body, None)
    _check_body(body)


def _check_key(key: str) -> None:
    if not key:
        raise Invalid.field("key", "REQUIRED", text("Choose a key for this message: retries repeat it."))
    if not database.can_store(key):
        raise Invalid.field("key", "MALFORMED", text("A key is Unicode text without U+0000."))
    if len(key) > settings.KEY_MAX_LENGTH:
        raise Invalid(FieldError.too_long("key", settings.KEY_MAX_LENGTH))


def _check_says(body: str, attachment_ids: Sequence[int] | None) -> None:
    if not body.strip() and not attachment_ids:
        raise Invalid.field("body", "REQUIRED", text("Say something."))


def _check_body(body: str) -> None:
    if len(body) > settings.MESSAGE_MAX_LENGTH:
        raise Invalid(FieldError.too_long("body", settings.MESSAGE_MAX_LENGTH))
    if not database.can_store(body):
        raise Invalid.field("body", "MALFORMED", text("A message is Unicode text without U+0000."))


def _digest(body: str, reply_to: int | None, attachment_ids: Sequence[int]) -> str:
    # No body has U+0000: by how many there are before it, what was sent with it cannot be taken for anything else.
    said = body if reply_to is None else f"{reply_to}\0{body}"
    if attachment_ids:
        said = f"{','.join(map(str, attachment_ids))}\0{reply_to or ''}\0{body}"
    return salted_hmac("backend.chat.messages.key", said, algorithm="sha256").hexdigest()
