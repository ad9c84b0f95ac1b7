"""A client with a normalized cache of a room, which does what docs/protocol.md says under "Keeping a cache"."""

import re
from pathlib import Path
from typing import Any

Fields = dict[str, Any]

_PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol.md"


def _documented() -> str:
    [document] = re.findall(r"```graphql\n(query Snapshot.*?)```", _PROTOCOL.read_text(), re.DOTALL)
    assert isinstance(document, str)
    return document


# Its operations are Snapshot, Follow and Poll.
DOCUMENT = _documented()


class Cache:
    """What has an id is kept once, under it, with all fields that it came with; its id stands wherever it was shown.

    It begins with the room of a Snapshot, None if there is none, and goes on with frames.
    """

    def __init__(self, room: Fields | None) -> None:
        self.kept: dict[str, Fields] = {}
        self.cursor: str | None = None
        self.room: str | None = None
        if room is not None:
            fields = dict(room)
            self.cursor = fields.pop("cursor")
            self.room = self._keep(fields)

    def apply(self, frame: Fields) -> None:
        self.cursor = frame["cursor"]
        match frame["event"]:
            case {"__typename": "StreamEnded"}:
                self.room = None
            case {"__typename": "MessageSent", "message": message}:
                self._place("messages", self._keep(message), is_there=True)
            case {"message": message}:
                self._keep(message)
            case {"member": member}:
                self._place("members", self._keep(member), is_there=member["leftAt"] is None)
            case {"room": room}:
                self._keep(room)
            case {"__typename": "StreamReset"}:
                raise AssertionError("the log has everything since it was fetched")
            case _:
                pass  # what a client does not know

    def differences(self, fresh: "Cache") -> Fields:
        """What would be shown otherwise if it were fetched now: of each thing, the fields as they are and should be."""
        if self.room is None or fresh.room is None:
            return {} if self.room == fresh.room else {"room": (self.room, fresh.room)}
        found: Fields = {}
        for key, fields in fresh.kept.items():
            kept = self.kept.get(key, {})
            for name, value in fields.items():
                if _unordered(name, kept.get(name)) != _unordered(name, value):
                    found[f"{key} {name}"] = (kept.get(name), value)
        return found

    def _keep(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._keep(each) for each in value]
        if not isinstance(value, dict):
            return value
        fields = {name: self._keep(each) for name, each in value.items()}
        if "id" not in fields:
            return fields
        kept = self.kept.setdefault(fields["id"], {})
        if fields.get("version", 0) >= kept.get("version", 0):  # else it is older than what is here
            kept.update(fields)
        return fields["id"]

    def _place(self, list_name: str, key: str, *, is_there: bool) -> None:
        """Where it belongs in one of the room's lists: at the end, if it was not there, or nowhere."""
        assert self.room is not None, "an event of a room that has gone"
        nodes: list[str] = self.kept[self.room][list_name]["nodes"]
        if is_there and key not in nodes:
            nodes.append(key)
        elif not is_there and key in nodes:
            nodes.remove(key)


def _unordered(name: str, value: Any) -> Any:
    """The order of members is the client's own."""
    return sorted(value["nodes"]) if name == "members" and value else value
