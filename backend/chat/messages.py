"""Messages: sending, editing, deleting."""

import logging
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from django.db import DataError, Error, IntegrityError
from django.db.models import QuerySet

from backend import database, rates
from backend.accounts.credentials import Viewer
from backend.accounts.users import Person
from backend.chat import attachments, drafts, event_log, facts, policies, replay, search, speakers
from backend.chat.cursors import Cursor
from backend.chat.drafts import Checked, Draft
from backend.chat.events import MessageDeleted, MessageEdited, MessageSent
from backend.chat.mentions import mentioned
from backend.chat.models import Attachment, Mention, Message, Reaction
from backend.chat.policies import Action, Reader
from backend.chat.speakers import Speaker
from backend.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unauthenticated
from backend.languages import text

logger = logging.getLogger(__name__)


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
    """Say something in a room, once for each `key`: see `Draft`.

    The key is looked up under the room's lock, before policies and limits: a retry returns the first message,
    also after its author was shown the door or it was deleted. Raises `Invalid`, `Conflict` for a key that has
    sent something else, `Forbidden`, `NotFound`, `RateLimited`, `Unauthenticated` for an account that is no more.
    """
    draft = Draft(viewer=viewer, body=body, key=key, reply_to=reply_to, attachment_ids=attachment_ids)
    [sent] = send_messages(room_id, [draft])
    if isinstance(sent, Exception):
        raise sent
    return sent


def send_messages(room_id: int, said: Sequence[Draft]) -> list[Accepted | Exception]:
    """What some say in a room at the same time, in this order: for each what `send_message` returns, or raises.

    One of each author at most, for its key is looked up before: a gathering (`database.Gathering`) sees to that.
    As many as can share a transaction: the room is locked, and what is written committed, once for them all. What one
    of them breaks is undone for all, and then each is sent alone.
    """
    assert len({draft.viewer.id for draft in said}) == len(said), "one of each author"
    results: list[Accepted | Exception] = []
    groups = deque(_groups(said))
    counted: set[int] = set()  # whose message their rate has let through: it counts once, also if it is sent again
    while groups:
        together = groups.popleft()
        try:
            results += _send(room_id, together, counted)
        except DomainError as error:  # of the room
            results += [error] * len(together)
        except Exception as error:
            # Of the database, but for these two: the next would wait for it as long.
            if isinstance(error, Error) and not isinstance(error, DataError | IntegrityError):
                results += [error] * (len(said) - len(results))
                break
            if len(together) == 1:
                results.append(error)
            else:
                logger.warning("what was to be sent together is sent one by one", exc_info=error)
                groups.extendleft([draft] for draft in reversed(together))
    return results


def _groups(said: Sequence[Draft]) -> Iterator[list[Draft]]:
    """What comes with files goes alone, for these may not be there after all."""
    for with_files, group in groupby(said, lambda draft: bool(draft.attachment_ids)):
        together = list(group)
        yield from ([draft] for draft in together) if with_files else [together]


def _send(room_id: int, said: Sequence[Draft], counted: set[int]) -> list[Accepted | Exception]:
    results: dict[int, Accepted | Exception] = {}
    good: list[Checked] = []
    for draft in said:
        try:
            good.append(drafts.check(draft, room_id=room_id))
        except Invalid as error:
            results[draft.viewer.id] = error
    if good:
        with event_log.append_messages(room_id, len(good)) as places:
            asked = [checked.draft for checked in good]
            new: list[_New] = []
            for checked, speaker in zip(good, speakers.find(asked, places.last), strict=True):
                viewer = checked.draft.viewer
                try:
                    if speaker is None:
                        raise Unauthenticated
                    if speaker.sent is not None:
                        results[viewer.id] = _sent_before(checked, speaker.sent)
                    else:
                        named = _admit(checked.draft, speaker, room_id, counted)
                        new.append(_New(checked, speaker.person, named, places.take()))
                except DomainError as error:
                    results[viewer.id] = error
            if new:
                results |= {message.author.id: Accepted(message, cursor) for message, cursor in _store(room_id, new)}
    return [results[draft.viewer.id] for draft in said]


def _sent_before(checked: Checked, message_id: int) -> Accepted:
    before = _row(message_id)
    if before.key_digest != checked.digest:
        raise Conflict(text("This key has sent another message."))
    return _as_it_is(before, duplicate=True)


def _admit(draft: Draft, speaker: Speaker, room_id: int, counted: set[int]) -> list[int]:
    """Whom it names. Raises `Forbidden`, `NotFound`, `RateLimited`."""
    if not speaker.may_send:
        policies.admit(draft.viewer, Action.SEND, room_id=room_id)  # raises what they are to be told
    if draft.viewer.id not in counted:
        rates.take("send", draft.viewer.id)
        counted.add(draft.viewer.id)
    if draft.reply_to is not None and not Message.objects.filter(pk=draft.reply_to, room=room_id).exists():
        raise NotFound(text("No such message in this room."))
    return mentioned(draft.body, room_id=room_id)


class _New(NamedTuple):
    checked: Checked
    author: Person
    named: list[int]
    place: event_log.Place


def _store(room_id: int, new: Sequence[_New]) -> Iterator[tuple[facts.Message, str]]:
    """The messages, and the cursors that have them."""
    ids = database.insert_all(Message, [_columns(room_id, each) for each in new])
    # Whoever speaks has read what was said before.
    speakers.have_read(room_id=room_id, since=new[0].place.seq)
    for message_id, ((draft, _, _), author, named, place) in zip(ids, new, strict=True):
        message = facts.Message(
            id=message_id,
            room_id=room_id,
            author=author,
            body=draft.body,
            seq=place.seq,
            version=place.seq,
            sent_at=place.at,
            edited_at=None,
            deleted_at=None,
            reply_to=draft.reply_to,
            mentions=tuple(named),
            attachments=tuple(draft.attachment_ids),
        )
        if draft.attachment_ids:
            attachments.attach(draft.attachment_ids, message=message)
        if named:
            Mention.objects.bulk_create(Mention(message_id=message_id, user_id=each) for each in named)
        place.event, place.message = MessageSent(message=message_id), message
        yield message, place.cursor


def _columns(room_id: int, new: _New) -> dict[str, Any]:
    (draft, digest, words), author, named, place = new
    return {
        "room_id": room_id,
        "author_id": author.id,
        "seq": place.seq,
        "number": place.message_count,
        "version": place.seq,
        "body": draft.body,
        "search": words,
        "key": draft.key,
        "key_digest": digest,
        "reply_to_id": draft.reply_to,
        "mentions": named,
        "attachments": list(draft.attachment_ids) or None,
        "reaction_count": 0,
        "sent_at": place.at,
    }


def edit_message(*, viewer: Viewer, message_id: int, body: str) -> Accepted:
    """Change one's own message. Raises `Invalid`, `NotFound`, `Forbidden`, `RateLimited`."""
    drafts.check_body(body)
    room_id = readable(viewer, message_id).room_id
    with event_log.append(room_id) as place:
        row = _row(message_id)
        policies.require(Action.EDIT_OWN, room=row.room, held=policies.standings(row.room, viewer))
        if row.author_id != viewer.id:
            raise Forbidden(text("Only its author can edit a message."))
        if row.deleted_at is not None:
            raise NotFound(text("This message was deleted."))
        drafts.check_says(body, row.attachments)
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


def messages_by_id(message_ids: Collection[int]) -> Mapping[int, facts.Message]:
    """For whoever has been shown what names them: nothing is checked."""
    return {row.pk: facts.message(row) for row in Message.objects.select_related("author").filter(pk__in=message_ids)}


def accepted(row: Message, place: event_log.Place) -> Accepted:
    """What came of `event_log.append`, at this place, for a message."""
    if place.event is None:  # nothing had to change
        return _as_it_is(row)
    return Accepted(facts.message(row), place.cursor)


def _as_it_is(row: Message, *, duplicate: bool = False) -> Accepted:
    """As its last event made it."""
    # One that is no longer kept has no tag: a stream that is to start there is reset, whatever the tag says.
    tag = replay.tag_at(row.room_id, row.version) or 0
    return Accepted(facts.message(row), str(Cursor(row.room_id, row.version, tag)), duplicate)


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
