"""News for one person, on their way to the processes where they can be told: numbered, so that a lost one is missed."""

import msgspec
from django.db.models import F

from backend.chat.personal import News
from backend.presence import process
from backend.presence.models import Listener

KIND = b"news"


class Told(msgspec.Struct, frozen=True):
    """What they are about is read where they are shown. `number` counts those that this process was sent for them."""

    user_id: int
    number: int
    news: News


def tell(user_id: int, news: News) -> None:
    """Send it wherever the person can be told (`personal.install`). If that is nowhere, this is one query.

    Also to a process whose lease has expired: it may be slow, rather than dead.
    """
    keys = list(Listener.objects.filter(user=user_id).values_list("pk", flat=True))
    if not keys:
        return
    listeners = Listener.objects.filter(pk__in=keys)
    listeners.update(told=F("told") + 1)
    for process_id, number in listeners.values_list("lease", "told"):
        process.tell([process_id], KIND, msgspec.msgpack.encode(Told(user_id, number, news)))


def numbers(process_id: str) -> dict[int, int]:
    """How many news this process was sent, for each person who can be told there."""
    return dict(Listener.objects.filter(lease=process_id).values_list("user", "told"))


def number(process_id: str, user_id: int) -> int:
    """The same for one of them."""
    return Listener.objects.filter(lease=process_id, user=user_id).values_list("told", flat=True).first() or 0


decode = msgspec.msgpack.Decoder(Told).decode
