"""The messages of graphql-transport-ws that may come in, and what `next` messages begin with."""

import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.transport import frames

MALFORMED = {
    "nothing": "",
    "no JSON": "salam",
    "half of a message": '{"type":"ping"',
    "two messages": '{"type":"ping"}{"type":"ping"}',
    "null": "null",
    "a number": "1",
    "a string": '"ping"',
    "a list": '[{"type":"ping"}]',
    "no type": '{"id":"1"}',
    "a type that is no string": '{"type":1}',
    "an unknown type": '{"type":"start","id":"1"}',
    "a message that only servers send": '{"type":"next","id":"1","payload":{}}',
    "a payload that is a list": '{"type":"connection_init","payload":[]}',
    "a payload that is a string": '{"type":"ping","payload":"x"}',
    "a pong's payload that is a number": '{"type":"pong","payload":1}',
    "no id": '{"type":"subscribe","payload":{"query":"{x}"}}',
    "an id that is a number": '{"type":"subscribe","id":1,"payload":{"query":"{x}"}}',
    "an empty id": '{"type":"subscribe","id":"","payload":{"query":"{x}"}}',
    "an id without end": '{"type":"complete","id":"' + 257 * "x" + '"}',
    "an id that is null": '{"type":"complete","id":null}',
    "no payload": '{"type":"subscribe","id":"1"}',
    "a payload that is null": '{"type":"subscribe","id":"1","payload":null}',
    "no query": '{"type":"subscribe","id":"1","payload":{}}',
    "a query that is null": '{"type":"subscribe","id":"1","payload":{"query":null}}',
    "a query that is an object": '{"type":"subscribe","id":"1","payload":{"query":{}}}',
    "variables that are a list": '{"type":"subscribe","id":"1","payload":{"query":"{x}","variables":[]}}',
    "variables that are a string": '{"type":"subscribe","id":"1","payload":{"query":"{x}","variables":"{}"}}',
    "an operationName that is a number": '{"type":"subscribe","id":"1","payload":{"query":"{x}","operationName":1}}',
    "extensions that are a list": '{"type":"subscribe","id":"1","payload":{"query":"{x}","extensions":[]}}',
    "a lone surrogate": '{"type":"ping","payload":{"x":"\\ud800"}}',
    "a number that is none": '{"type":"ping","payload":{"x":NaN}}',
    "deep nesting": '{"type":"ping","payload":' + 20_000 * '{"x":' + "1" + 20_000 * "}" + "}",
    "deep nesting without an end": '{"type":"ping","payload":{"x":' + 50_000 * "[",
}
malformed = pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())


@malformed
def test_what_is_no_message_of_the_protocol_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        frames.decode(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"connection_init"}',
        '{"type":"connection_init","payload":null}',
        '{"type":"connection_init","payload":{"Authorization":"Bearer x"}}',
        '{"type":"ping"}',
        '{"type":"pong","payload":{}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{x}"}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{x}","variables":null,"operationName":null}}',
        '{"id":"1","payload":{"query":"{x}","extensions":{"a":1},"more":1},"type":"subscribe","more":1}',
        '{"type":"complete","id":"1"}',
    ],
)
def test_every_message_that_a_client_may_send_is_understood(text: str) -> None:
    message = frames.decode(text)
    assert json.loads(text)["type"] == message.__struct_config__.tag


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["connection_init", "ping", "pong", "subscribe", "complete"])},
    optional={"id": JSON, "payload": JSON | st.fixed_dictionaries({"query": JSON}, optional={"variables": JSON})},
)


@given(FIELDS | JSON)
def test_whatever_json_comes_is_a_message_or_a_value_error(value: object) -> None:
    """Nothing else is caught where frames are read. A message can be walked through, and sent back."""
    with suppress(ValueError):
        message = frames.decode(json.dumps(value))
        assert json.loads(msgspec.json.encode(msgspec.to_builtins(message)))["type"]


@given(id=st.text(min_size=1), payload=st.dictionaries(st.text(), st.integers()))
def test_a_next_message_is_its_prefix_its_payload_and_a_brace(id: str, payload: dict[str, int]) -> None:
    """Whatever the client has chosen as an id: it is quoted."""
    text = f"{frames.next_prefix(id)}{json.dumps(payload)}}}"
    assert json.loads(text) == {"id": id, "type": "next", "payload": payload}


@pytest.mark.parametrize("length", [1, 60, 61, 62, 125, 126, 127, 65_470, 65_535, 65_536, 70_000])
def test_frames_are_put_together_around_any_prefix(length: int) -> None:
    """As RFC 6455 has them: a length of 7, 16 or 64 bits."""
    payloads = [b"{}", b"x" * length, b"last"]
    prefix = frames.next_prefix("operation").encode()
    written = prefix.join(frames.around_prefix(payloads, len(prefix)))
    for payload in payloads:
        said = prefix + payload + b"}"
        size = 2 if len(said) < 126 else 4 if len(said) < 65_536 else 10
        head, written = written[:size], written[size:]
        assert head[0] == 0x81, "a whole text message"
        told = head[1] if size == 2 else int.from_bytes(head[2:])
        assert head[1] == {2: len(said), 4: 126, 10: 127}[size]
        assert told == len(said)
        assert written[:told] == said
        written = written[told:]
    assert written == b""
