"""A server with a room in which much has been said, and people who go on talking there."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import APIRequestContext

from backend.management.progress import Progress
from tests.services.server import EMBEDDED, ServerProcess
from tests.system.person import Person

ADDRESS = "samovar"
MESSAGES = 10_000
READER, PASSWORD = "vera", "a long enough secret"
AUTHORS = ("ali", "olga", "nino", "emma")
RATE = 50
"""Messages a second of the others together."""

_WRITERS = 5  # each may send 20 a second
_LOG_IN = "mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }"


def long_room(count: int) -> bytes:
    """The database of a server that runs alone."""
    with TemporaryDirectory(prefix="chaikhana-bench-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "VAR_DIR": folder, "SECRET_KEY": "for tests"}
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        _talk(count)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return (Path(folder) / EMBEDDED).read_bytes()


def _talk(count: int) -> None:
    from backend import rates
    from backend.accounts import credentials, tokens, users
    from backend.chat import members, messages

    def come(name: str) -> tuple[credentials.Viewer, int]:
        account = users.register(username=name, password=PASSWORD, origin="benchmark")
        _, secret = tokens.create_token(user_id=account.person.id, name="benchmark")
        viewer = credentials.from_token(secret)
        assert viewer
        return viewer, members.enter_room(viewer=viewer, address=ADDRESS).room.id

    talkers = [come(name) for name in AUTHORS]
    with Progress("messages", of=count) as progress:
        for number in range(1, count + 1):
            # Three lines of one person, then of another; each seventh is long.
            viewer, room_id = talkers[number // 3 % len(talkers)]
            body = f"message {number}:" + " what was told of it at some length" * (6 if number % 7 == 0 else 0)
            rates.forget()
            messages.send_message(viewer=viewer, room_id=room_id, body=body, key=f"{number}")
            progress.add()
    come(READER)  # to whom all of it is old: the room opens at its end


def log_in(request: APIRequestContext) -> None:
    variables = {"input": {"username": READER, "password": PASSWORD}}
    answer = request.post("/graphql", data={"query": _LOG_IN, "variables": variables}).json()
    assert answer["data"]["logIn"]["__typename"] == "LoggedIn", answer


@contextmanager
def others_write(server: ServerProcess) -> Iterator[Callable[[], int]]:
    """For as long as the block lasts. Yields what tells how much they have written."""
    people = [Person(server.url) for _ in range(_WRITERS)]
    written = [0] * len(people)
    over = threading.Event()

    def write(index: int) -> None:
        person = people[index]
        room = person.enter(ADDRESS)["room"]["id"]
        due = time.monotonic() + index / RATE
        while not over.wait(max(0.0, due - time.monotonic())):
            person.send(room, f"line {written[index]} of writer {index}")
            written[index] += 1
            due += len(people) / RATE

    threads = [threading.Thread(target=write, args=(index,)) for index in range(len(people))]
    for thread in threads:
        thread.start()
    try:
        while sum(written) < RATE:  # all have begun
            time.sleep(0.05)
        yield lambda: sum(written)
    finally:
        over.set()
        for thread in threads:
            thread.join()
        for person in people:
            person.close()
