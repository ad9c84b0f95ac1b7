"""Global ids: opaque to clients, a type's name and a key to us."""

from binascii import b2a_base64

import strawberry
from strawberry.relay.utils import from_base64

from backend.errors import Invalid, NotFound
from backend.languages import text

_MAX_KEY = 2**63 - 1


@strawberry.interface(description="Something with an id that is unique among everything.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque and lasting; `node(id:)` finds it again.")


def global_id(type_name: str, key: int) -> strawberry.ID:
    return strawberry.ID(b2a_base64(b"%b:%d" % (type_name.encode(), key), newline=False).decode())


def split(value: str) -> tuple[str, int] | None:
    """The type's name and the key in a global id; None for what is none."""
    try:
        type_name, key = from_base64(value)
        number = int(key)
    except ValueError:
        return None
    return (type_name, number) if 0 < number <= _MAX_KEY and global_id(type_name, number) == value else None


def key_of(type_name: str, value: str, field: str) -> int:
    """The key in an id of this type, given as `field`.

    Raises `Invalid` for what is no id, `NotFound` for that of another type.
    """
    found = split(value)
    if found is None:
        raise Invalid.field(field, "MALFORMED", text("This is no id."))
    if found[0] != type_name:
        raise NotFound(text("This is the id of something else."))
    return found[1]
