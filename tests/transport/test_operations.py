"""Operations on a socket: what they answer, that they end by themselves alone, and what their ids mean."""

import asyncio
import json

import pytest

from tests.transport.client import EVENTS, VIEWER, Person, Socket, bodies, do
from tests.transport.served import address


async def test_a_query_is_a_next_and_a_complete(anonymous: Socket) -> None:
    op = await anonymous.subscribe(VIEWER)
    assert await anonymous.receive() == {"id": op, "type": "next", "payload": {"data": {"viewer": None}}}
    assert await anonymous.receive() == {"id": op, "type": "complete"}


@pytest.mark.parametrize(
    ("document", "operation_name"),
    [
        ("", None),
        ("   # nothing but a comment", None),
        ("{ viewer { id }", None),
        ("salam", None),
        ("{" * 700, None),
        ("{ nothing }", None),
        ("{ viewer }", None),
        ("fragment F on Query { viewer { id } }", None),
        ("type A { b: Int }", None),
        ("query A { viewer { id } } query B { viewer { id } }", None),
        ("query A { viewer { id } } query B { viewer { id } }", "C"),
        ("{ viewer { id } }", "A"),
        ("subscription { viewer { id } }", None),
        ("query ($x: Int!) { rooms(first: $x) { nodes { id } } }", None),
        ("subscription A { __typename }", None),
        ('subscription { roomEvents(room: "x") @skip(if: true) { cursor } }', None),
        ("{ " + "a: viewer { id } " * 400 + "}", None),
    ],
)
async def test_a_bad_document_ends_its_own_operation_alone(
    anonymous: Socket, document: str, operation_name: str | None
) -> None:
    """With an error that has a code; the socket stays, and the id is free again."""
    await anonymous.subscribe(document, id="bad", operation_name=operation_name)
    message = await anonymous.receive()
    assert (message["id"], message["type"]) == ("bad", "error")
    assert [each["extensions"]["code"] for each in message["payload"]] == ["BAD_REQUEST"] * len(message["payload"])
    await anonymous.subscribe(VIEWER, id="bad")
    assert await anonymous.next("bad") == {"viewer": None}


async def test_the_operation_that_is_named_is_run(anonymous: Socket) -> None:
    document = "query A { a: viewer { id } } query B { b: viewer { id } }"
    op = await anonymous.subscribe(document, operation_name="B")
    assert await anonymous.next(op) == {"b": None}


async def test_an_error_while_executing_comes_with_the_result(anonymous: Socket) -> None:
    answer = await anonymous.ask('{ viewer { id } node(id: "x") { id } }')
    assert answer.data == {"viewer": None, "node": None}
    assert answer.code == "UNAUTHENTICATED"


async def test_an_id_in_use_closes_with_4409(ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        await socket.subscribe(EVENTS, id="x", room=room)
        await socket.frame("x")
        await socket.subscribe(VIEWER, id="x")
        assert await socket.closed() == 4409


async def test_an_id_of_a_query_that_goes_on_is_in_use_too(ali: Person) -> None:
    """Whatever kind of operation it is. One that changes much, in turn, is not over when the second one is read."""
    changes = [f'bio{number}: updateProfile(input: {{ bio: "{number}" }}) {{ __typename }}' for number in range(20)]
    async with ali.socket() as socket:
        message = json.dumps(
            {"type": "subscribe", "id": "x", "payload": {"query": f"mutation {{ {' '.join(changes)} }}"}}
        )
        await asyncio.gather(socket.raw(message), socket.raw(message))
        assert await socket.closed() == 4409


async def test_an_id_is_free_after_its_complete(ali: Person) -> None:
    """Whoever ended it, and at whatever moment: what comes under it belongs to the new operation."""
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        for _ in range(20):
            await socket.subscribe(EVENTS, id="x", room=room)
            await socket.send("complete", id="x")
        for _ in range(3):
            await socket.subscribe(VIEWER, id="x")
            messages = [await socket.message("x")]
            while messages[-1]["type"] != "complete":
                messages.append(await socket.message("x"))
            results = [each["payload"]["data"] for each in messages[:-1]]
            assert results[-1] == {"viewer": {"user": {"username": ali.username}}}
        await socket.subscribe(EVENTS, id="x", room=room)
        assert (await socket.frame("x"))["event"]["__typename"] == "CaughtUp"
        await ali.send(room, "salam")
        assert bodies([await socket.frame("x")]) == ["salam"]
        assert await socket.so_far() == []


async def test_a_complete_for_nothing_is_ignored(socket: Socket) -> None:
    """Also before anybody is let in, and for what has ended by itself meanwhile."""
    await socket.send("complete", id="never heard of")
    await socket.init()
    await socket.send("complete", id="never heard of")
    for document, ends_with in ((VIEWER, "complete"), ("{ nothing }", "error")):
        await socket.subscribe(document, id="x")
        while (await socket.message("x"))["type"] != ends_with:
            pass
        await socket.send("complete", id="x")
    assert await socket.so_far() == []


async def test_a_query_may_be_given_up_before_it_is_answered(anonymous: Socket) -> None:
    for number in range(20):
        await anonymous.subscribe(VIEWER, id=str(number))
        await anonymous.send("complete", id=str(number))
    messages = await anonymous.so_far()
    # It may have been quicker. But nothing is answered by halves, and nothing more comes.
    assert [each["type"] for each in messages] == ["next", "complete"] * (len(messages) // 2)
    assert await anonymous.so_far() == []


async def test_a_mutation_may_be_given_up_while_it_is_made(ali: Person) -> None:
    """It may have been made, and nothing is said of it any more."""
    document = "mutation ($input: EnterRoomInput!) { enterRoom(input: $input) { __typename } }"
    async with ali.socket() as socket:
        await socket.subscribe(document, id="x", input={"address": address()})
        await socket.send("complete", id="x")
        assert await socket.so_far() == []
        assert (await socket.ask(VIEWER)).data["viewer"]


async def test_more_operations_than_allowed_are_refused_one_by_one(ali: Person) -> None:
    room = (await ali.enter(address()))["room"]["id"]
    async with ali.socket() as socket:
        for number in range(100):
            await socket.subscribe(EVENTS, id=str(number), room=room)
            assert (await socket.frame(str(number)))["event"]["__typename"] == "CaughtUp"
        await socket.subscribe(EVENTS, id="one more", room=room)
        refused = await socket.message("one more")
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
        await socket.send("complete", id="0")
        assert (await socket.ask(VIEWER)).data["viewer"]


@pytest.mark.parametrize("name", ["register", "logIn"])
async def test_who_must_be_given_a_cookie_is_told_of_create_token(anonymous: Socket, name: str) -> None:
    result = await do(anonymous, name, "", username="somebody", password="a long enough secret")
    assert result["__typename"] == "InvalidProblem"
    assert "createToken" in result["detail"]


async def test_logging_out_on_a_socket_points_to_create_token(ali: Person) -> None:
    async with ali.socket() as socket:
        answer = await socket.ask("mutation { logOut { __typename ... on Problem { detail } } }")
    assert answer.data["logOut"]["__typename"] == "InvalidProblem"
    assert "createToken" in answer.data["logOut"]["detail"]
