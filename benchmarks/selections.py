"""What it costs to render one event, compiled and by graphql-core: from the item of the hub to the text of the frame.

python benchmarks/selections.py

Microseconds of CPU in this process, without a database; the best of several rounds that alternate. That both texts are
equal is checked.
"""

import asyncio
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.hub import Item, Render

ROOT = Path(__file__).parents[1]
ROUNDS = 7
EVENTS = 500
DEMAND_TIMES = 3
# Of the first document, which the benchmarks of the engine subscribe with.
DEMAND_US = 12

DOCUMENTS = {
    "a message with its author": """
        cursor
        event { __typename ... on MessageSent { message { id body sentAt author { id username displayName } } } }
    """,
    "a message, all that is plain": """
        cursor
        event {
          __typename
          ... on MessageSent {
            message {
              id version body sentAt editedAt deletedAt
              author { id username displayName deletedAt avatarUrl }
            }
          }
        }
    """,
    "a cursor": "cursor",
}


async def us_per_event(render: "Render", item: "Item") -> float:
    began = time.thread_time()
    for _ in range(EVENTS):
        rendered = render(item)
        if not isinstance(rendered, bytes):
            await rendered
    return 1e6 * (time.thread_time() - began) / EVENTS


async def measure() -> bool:
    from backend import hub
    from backend.accounts.users import Person
    from backend.chat import events, facts, room_log
    from backend.chat.events import Logged
    from backend.chat.policies import Audience
    from chat_schema import documents, sharing
    from chat_schema.compiled import Compiled
    from chat_schema.context import Context
    from chat_schema.events import room_frame
    from chat_schema.nodes import global_id
    from chat_schema.schema import schema

    class Executed(Compiled):
        """In the place of what is compiled: refuses all."""

        def __call__(self, executor: object, root: object) -> None:
            return None

    now = datetime.now(UTC)
    author = Person(id=7, username="ana", display_name="Ana")
    message = facts.Message(
        id=17, room_id=3, author=author, body="Salaam", seq=5, version=5, sent_at=now, edited_at=None, deleted_at=None
    )
    said = Logged(room_id=3, seq=5, tag=5, at=now, event=events.MessageSent(message=17), message=message)
    item: hub.Item = room_log.entry(said)

    is_met = True
    for name, selection in DOCUMENTS.items():
        document = documents.check(
            schema._schema, f"subscription ($room: ID!) {{ roomEvents(room: $room) {{ {selection} }} }}"
        ).document
        assert document
        request = sharing.Request(document, None, {"room": global_id("Room", 3)})
        executor = sharing._executor(schema, request, Context(reader=None, origin=""))
        compiled = sharing._renderer(executor, Compiled(), Audience(3), None, room_frame)
        executed = sharing._renderer(executor, Executed(), Audience(3), None, room_frame)
        slowly = executed(item)
        assert compiled(item) == (slowly if isinstance(slowly, bytes) else await slowly)

        rounds = [[await us_per_event(run, item) for run in (compiled, executed)] for _ in range(ROUNDS)]
        fast, slow = (min(each) for each in zip(*rounds, strict=True))
        most = DEMAND_US if name == next(iter(DOCUMENTS)) else slow / DEMAND_TIMES
        met = fast <= most and slow >= DEMAND_TIMES * fast
        is_met &= met
        print(
            f"{name:30} compiled {fast:5.1f} us, graphql-core {slow:6.1f} us, {slow / fast:4.1f} times;"
            f" demand {DEMAND_TIMES} times, {most:.0f} us: {'met' if met else 'NOT MET'}"
        )
    return is_met


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "backend.settings"}
        import django

        django.setup()
        sys.exit(0 if asyncio.run(measure()) else 1)
