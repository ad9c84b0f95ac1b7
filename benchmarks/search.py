"""How long a search of a room takes: `python benchmarks/search.py`, on a database of its own.

Beside it, for scale, the same search without the index: every message of the room is read, and its words compared in
Python by the same rule. On PostgreSQL with `python -m tests.services python benchmarks/search.py`. One argument: how
many messages the room has.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
ROUNDS = 5
CHUNK = 5000
OTHER_ROOMS = 10  # which share as many messages again

# Every n-th message has the word.
EVERY = {"samovar": 2, "bergamot": 100, "cardamom": 10_000}
QUERIES = ["samovar", "bergamots", "cardamom", "sam", "c", "samovar bergamot", "samovar cardamom", "nothing"]


def prepare(directory: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "VAR_DIR": directory}
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def seed(messages: int) -> int:
    """The id of a room with so many messages of 4 to 16 words of a vocabulary like that of a language."""
    from django.db import connection, transaction
    from django.utils.timezone import now

    from backend.accounts.models import User
    from backend.chat import search
    from backend.chat.models import Message, Room

    dice = random.Random(1)
    vocabulary = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(2, 10))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    author = User.objects.create(username="ana", username_folded="ana")
    rooms = [
        Room.objects.create(address=f"{each}", address_folded=f"{each}", head=1) for each in range(OTHER_ROOMS + 1)
    ]
    began = now()

    def said(number: int) -> Message:
        room = rooms[0] if number <= messages else rooms[1 + number % OTHER_ROOMS]
        words = dice.choices(vocabulary, weights, k=dice.randint(4, 16))
        words += [word for word, every in EVERY.items() if number % every == 0]
        body = " ".join(words)
        return Message(
            room=room,
            author=author,
            seq=number,
            number=number,
            version=number,
            body=body,
            search=search.indexed(room.pk, body),
            key=f"{number}",
            key_digest="",
            sent_at=began,
        )

    for first in range(1, 2 * messages + 1, CHUNK):
        with transaction.atomic():
            numbers = range(first, min(first + CHUNK, 2 * messages + 1))
            Message.objects.bulk_create([said(number) for number in numbers], batch_size=500)
        print(f"\rmessages: {numbers[-1]:,} of {2 * messages:,}", end="", flush=True)
    print()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return rooms[0].pk


def by_index(room_id: int, query: str) -> list[int]:
    from backend.chat import search
    from backend.chat.models import Message
    from backend.chat.pages import Window, page

    rows = Message.objects.filter(room=room_id).select_related("author")
    found = page(search.matching(rows, room_id=room_id, query=query), Window(last=50), key="seq")
    return [row.pk for row in found.items]


def by_reading(room_id: int, query: str) -> list[int]:
    """The newest first, until a page is full."""
    from backend.chat import search
    from backend.chat.models import Message

    asked = search.words(query)
    found: list[int] = []
    rows = Message.objects.filter(room=room_id).order_by("-seq")
    for pk, said in rows.values_list("pk", "search").iterator():
        terms = said.split(" ")
        if all(
            any(term.startswith(f"{room_id}.{word.written}") or term == f"{room_id}={word.stem}" for term in terms)
            for word in asked
        ):
            found.append(pk)
            if len(found) == 50:
                break
    return found[::-1]


def milliseconds(search: Callable[[int, str], list[int]], room_id: int, query: str) -> tuple[float, list[int]]:
    taken, found = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = search(room_id, query)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), found


def forgetting(room_id: int) -> float:
    """Milliseconds that one deletion takes to leave nothing in the index."""
    from django.db import transaction

    from backend.chat import search
    from backend.chat.models import Message

    taken = []
    for pk in Message.objects.filter(room=room_id).values_list("pk", flat=True)[:ROUNDS]:
        began = time.perf_counter()
        with transaction.atomic():
            Message.objects.filter(pk=pk).update(body="", search="")
            search.scrub()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def main() -> int:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as directory:
        prepare(directory)
        from django.db import connection

        room_id = seed(messages)
        print(f"{connection.vendor}, {messages:,} messages in the room; the last 50 found, median of {ROUNDS}")
        print(f"{'query':20}{'found':>6}{'index':>11}{'reading':>12}{'ratio':>8}")
        for query in QUERIES:
            ours, found = milliseconds(by_index, room_id, query)
            peer, expected = milliseconds(by_reading, room_id, query)
            assert found == expected, query
            print(f"{query:20}{len(found):6}{ours:8.1f} ms{peer:9.1f} ms{peer / ours:8.2f}", flush=True)
        print(f"deleting a message and forgetting its words: {forgetting(room_id):.1f} ms")
        connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
