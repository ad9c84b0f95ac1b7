"""Whispers: words for one person in a room, handed from socket to socket. Nothing keeps them."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.utils.crypto import salted_hmac

from backend import database, rates
from backend.accounts import blocks, users
from backend.accounts.credentials import Viewer
from backend.chat import drafts, policies
from backend.chat.policies import Action
from backend.errors import NotFound, RecipientOffline
from backend.languages import text
from backend.presence import couriers, people, rosters, viewers
from backend.presence.couriers import Whisper


class Delivered(msgspec.Struct, frozen=True):
    """`connections`: the recipient's, that it was handed to."""

    whisper: Whisper
    connections: int


class Prepared(msgspec.Struct, frozen=True):
    """A whisper, and the processes that its recipient can be told through: none, if they cannot."""

    whisper: Whisper
    process_ids: list[str]
    last_seen_at: datetime | None


async def attend(user_id: int) -> Callable[[], None]:
    """A device of somebody is about to be told what concerns them, and can be whispered to."""
    couriers.current()  # from now on this process takes what is carried to it
    return await viewers.current().attend(user_id)


async def send_whisper(*, viewer: Viewer, room_id: int, recipient_id: int, body: str, key: str) -> Delivered:
    """Say something to one person, who has to be in the room and to listen (`viewerEvents`): once for each `key`.

    Raises `RecipientOffline`, also for somebody who has blocked the viewer, `Invalid`, `Conflict` for a key that has
    sent something else, `Forbidden`, `NotFound`, `RateLimited`.
    """
    prepared = await database.run(
        prepare, viewer=viewer, room_id=room_id, recipient_id=recipient_id, body=body, key=key
    )
    courier = couriers.current()
    connections = await courier.deliver(prepared.whisper, prepared.process_ids) if prepared.process_ids else 0
    if not connections:
        raise RecipientOffline(last_seen_at=prepared.last_seen_at)
    # To the devices of the sender, now that there is something to tell.
    courier.hand_on(prepared.whisper, await database.run(people.processes_of, viewer.id))
    return Delivered(whisper=prepared.whisper, connections=connections)


def prepare(*, viewer: Viewer, room_id: int, recipient_id: int, body: str, key: str) -> Prepared:
    """What can be decided of a whisper before it is sent. Raises as `send_whisper` does."""
    rates.take("whisper", viewer.id)
    drafts.check_words(body=body, key=key)
    policies.admit(viewer, Action.WHISPER, room_id=room_id)
    if recipient_id not in users.people([recipient_id]):
        raise NotFound(text("No such user."))
    whisper = Whisper(
        id=salted_hmac("backend.presence.whispers", f"{viewer.id}\0{key}", algorithm="sha256").hexdigest()[:32],
        room_id=room_id,
        sender_id=viewer.id,
        recipient_id=recipient_id,
        body=body,
        sent_at=database.now(),
    )
    # All is asked, whatever comes of it: it must take the same time to be blocked as not to be there.
    process_ids = people.processes_of(recipient_id)
    is_here = rosters.is_in(room_id, recipient_id)
    is_blocked = blocks.has_blocked(user_id=recipient_id, other_id=viewer.id)
    whereabouts = people.whereabouts([recipient_id]).get(recipient_id)
    can_hear = is_here and not is_blocked and recipient_id != viewer.id
    return Prepared(whisper, process_ids if can_hear else [], whereabouts.last_seen_at if whereabouts else None)
