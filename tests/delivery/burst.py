"""Thousands of events in a room's log in little time, and a hint of each; a process of its own.

python -m tests.delivery.burst ADDRESS COUNT SECONDS. `event_log.append` takes a transaction for each event, of which a
machine does not make so many. So each transaction here makes many: under the same lock, and published when it commits.
"""

import asyncio
import secrets
import sys
import threading
import time

import django

BURSTS_PER_SECOND = 5


def main(address: str, count: int, seconds: float) -> None:
    django.setup()
    _publish_in_the_background()
    began, made = time.monotonic(), 0
    while made < count:
        due = min(count, int((time.monotonic() - began) * count / seconds) + 1)
        _make(address, due - made)
        made = due
        time.sleep(1 / BURSTS_PER_SECOND)


def _make(address: str, count: int) -> None:
    """So many edits of the first message of the room, which change nothing."""
    import msgspec
    from django.db import transaction
    from django.db.models import F

    from backend import hub
    from backend.chat import event_log, events, replay, rooms
    from backend.chat.models import Message, Room, RoomEvent
    from backend.database import now

    room = rooms.room_at(address)
    assert room
    with transaction.atomic():
        Room.objects.filter(pk=room.id).update(head=F("head") + count, head_tag=(tag := secrets.randbits(32)))
        head = Room.objects.get(pk=room.id).head
        message = Message.objects.filter(room=room.id).earliest("seq")
        data, at = events.store(events.MessageEdited(message=message.pk)), now()
        rows = [
            RoomEvent(room_id=room.id, seq=seq, tag=tag if seq == head else secrets.randbits(32), at=at, data=data)
            for seq in range(head - count + 1, head + 1)
        ]
        RoomEvent.objects.bulk_create(rows)
        hints = [msgspec.msgpack.encode(logged) for logged in replay.resolve_rows(rows)]
    for hint in hints:
        hub.publish(event_log.topic(room.id), hint)


def _publish_in_the_background() -> None:
    """As in a server: a command without a hub would connect for each hint."""
    from backend import hub

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def start() -> None:
        hub.current()

    asyncio.run_coroutine_threadsafe(start(), loop).result()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
