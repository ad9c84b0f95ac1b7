"""Messages of graphql-transport-ws: the closed set that may come in, and `next` messages going out.

Protocol: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
from django.conf import settings

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class ConnectionInit(msgspec.Struct, tag="connection_init"):
    payload: dict[str, Any] | None = None


class Ping(msgspec.Struct, tag="ping"):
    payload: dict[str, Any] | None = None


class Pong(msgspec.Struct, tag="pong"):
    payload: dict[str, Any] | None = None


class SubscribePayload(msgspec.Struct):
    query: str
    operationName: str | None = None  # noqa: N815  # as it is on the wire
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


class Subscribe(msgspec.Struct, tag="subscribe"):
    id: _Id
    payload: SubscribePayload


class Complete(msgspec.Struct, tag="complete"):
    id: _Id


Inbound = ConnectionInit | Ping | Pong | Subscribe | Complete
_inbound: msgspec.json.Decoder[Inbound] = msgspec.json.Decoder(Inbound)


def decode(text: str) -> Inbound:
    """Raises `ValueError` for whatever is no message of the protocol, however it is broken."""
    try:
        message = _inbound.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # What could just be decoded here may be too deep for whoever walks through it next, further up the stack.
    level: list[object] = [message]
    for _ in range(settings.FRAME_MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return message
    raise ValueError("nested too deeply")


def _inside(value: Any) -> list[object]:
    match value:
        case dict():
            inside: Iterable[object] = value.values()
        case list():
            inside = value
        case _:
            inside = msgspec.structs.astuple(value)
    return [each for each in inside if isinstance(each, dict | list | msgspec.Struct)]


def next_prefix(operation_id: str) -> str:
    """What comes before the payload in every `next` message of an operation. One `}` comes after it."""
    return f'{{"id":{msgspec.json.encode(operation_id).decode()},"type":"next","payload":'


def around_prefix(payloads: Sequence[bytes], prefix_length: int) -> list[bytes]:
    """What a prefix of this many bytes, put between these parts, makes the WebSocket frames of `next` messages of.

    `prefix.join(parts)` is all of them, ready to be sent: the parts are the same for all whose prefix is as long.
    """
    parts = [b""]
    for payload in payloads:
        parts[-1] += _text_header(prefix_length + len(payload) + 1)
        parts.append(payload + b"}")
    return parts


def text(message: object) -> bytes:
    """A message as JSON in a WebSocket frame of its own."""
    data = msgspec.json.encode(message)
    return _text_header(len(data)) + data


def _text_header(length: int) -> bytes:
    """Of an unmasked text message in one frame (RFC 6455, 5.2)."""
    if length < 126:
        return struct.pack("!BB", 0x81, length)
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length)
    return struct.pack("!BBQ", 0x81, 127, length)
