"""What PostgreSQL does for the others when a process stops in the middle of a transaction."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.conf import settings

from tests.system.conftest import Cluster
from tests.system.person import Person

HISTORY = "query ($room: ID!) { room(by: { id: $room }) { messages { nodes { body } } } }"
INSERTING = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO chat_message %'"
PROMPT = 5.0  # seconds, for what need not wait


def test_a_process_that_stops_in_the_middle_of_a_transaction_keeps_its_room_no_longer_than_a_pause_and_goes_on(
    cluster: Cluster, people: list[Person]
) -> None:
    ali, vera = people
    address = f"room {secrets.token_hex(4)}"
    vera.enter(address)
    room = ali.enter(address)["room"]["id"]
    with ThreadPoolExecutor(1) as elsewhere, cluster.another() as stopped:
        assert stopped.database_url
        with (
            psycopg.connect(stopped.database_url, autocommit=True) as look,
            psycopg.connect(stopped.database_url) as gate,
        ):
            # Vera's message has the room's lock by then, and its place in the log.
            gate.execute("LOCK TABLE chat_message IN EXCLUSIVE MODE")
            sending = elsewhere.submit(vera.at(stopped.url).send_once, room, "salam", "key")
            while not look.execute(INSERTING).rowcount:
                time.sleep(0.02)
            stopped.child.freeze()
        began = time.monotonic()
        ali.at(cluster.b.url).send_once(room, "khosh", "key")
        assert time.monotonic() - began < settings.DATABASE_PAUSE + PROMPT
        stopped.child.thaw()
        with pytest.raises(AssertionError, match="INTERNAL"):
            sending.result()
        vera.send_once(room, "salam", "key")  # again, and to the same process
        found = vera.gql(HISTORY, room=room)["room"]["messages"]["nodes"]
        assert sorted(each["body"] for each in found) == ["khosh", "salam"]
        assert "Traceback" in stopped.log.read_text(), "an incident is told to the operator"
