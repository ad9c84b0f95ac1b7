"""All that a room's log tells, page after page: by the document that anybody else can ask the same with."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from backend import languages
from backend.chat.policies import Audience
from backend.errors import Invalid, NotFound
from backend.languages import text
from chat_schema.context import Context
from chat_schema.nodes import global_id
from chat_schema.schema import schema

DOCUMENT = Path(__file__).with_suffix(".graphql").read_text()

# As `RoomFrame` is in JSON.
Frame = dict[str, Any]


class Failed(Exception):
    """The server's fault. Where it was logged, the incident is named."""


async def pages(room_id: int, *, after: str | None) -> AsyncGenerator[list[Frame], None]:
    """The frames after a cursor, else from the oldest that is kept, up to the head; no page is empty.

    They are what every member can see. Raises `Invalid` for a cursor that the log cannot go on from, `NotFound` for a
    room that is deleted meanwhile, `Failed`.
    """
    has_more = True
    while has_more:
        page = await _page(room_id, after)
        frames: list[Frame] = page["frames"]
        if frames and (reset := frames[-1]["event"])["__typename"] == "StreamReset":
            raise _refused(reset["cause"])
        if frames:
            yield frames
        after, has_more = page["endCursor"], page["hasMore"]


async def _page(room_id: int, after: str | None) -> dict[str, Any]:
    variables = {"room": global_id("Room", room_id), "after": after}
    # A context of its own for each page: loaders remember what they have loaded.
    context = Context(reader=Audience(room_id), origin="export", spoken=languages.ENGLISH)
    result = await schema.execute(DOCUMENT, variable_values=variables, context_value=context)
    for error in result.errors or ():
        told = error.extensions or {}
        if told.get("code") != NotFound.code:
            raise Failed(f"{error.message} Incident {told['incident']}." if "incident" in told else error.message)
    if not result.data or not result.data["room"]:
        raise NotFound(text("The room was deleted."))
    page: dict[str, Any] = result.data["room"]["events"]
    return page


def _refused(cause: str) -> Invalid:
    if cause == "EXPIRED":
        return Invalid.field("after", "UNSUPPORTED", text("The events after this cursor are no longer kept."))
    return Invalid.field("after", "MALFORMED", text("This is no cursor of this room's log."))
