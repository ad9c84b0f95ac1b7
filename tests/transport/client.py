"""Clients of the tests: one that speaks HTTP and keeps cookies, and a socket that speaks graphql-transport-ws."""

import asyncio
import json
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PASSWORD = "a long enough secret"
PROTOCOL = "graphql-transport-ws"
PATIENCE = 10.0  # seconds, for what has to come

EVENTS = """
subscription Events($room: ID!, $after: Cursor) {
  roomEvents(room: $room, after: $after) {
    cursor
    event {
      __typename
      ... on MessageSent { message { body } }
      ... on MemberLeft { member { user { username } } }
      ... on StreamEnded { problem { code } }
    }
  }
}
"""
VIEWER = "{ viewer { user { username } } }"
REGISTER = """
mutation ($account: RegisterInput!, $token: CreateTokenInput!) {
  register(input: $account) { __typename ... on Problem { detail } }
  createToken(input: $token) { ... on TokenCreated { secret } ... on Problem { detail } }
}
"""
PROBLEM = """
  ... on Problem { code detail }
  ... on InvalidProblem { fields { path code detail } }
  ... on RateLimitedProblem { retryAfterMs }
"""


class Answer(NamedTuple):
    """What an operation came to: `data` is absent (None) if it was refused."""

    data: Any
    errors: list[dict[str, Any]]

    @property
    def code(self) -> str:
        """The code of the only error."""
        [error] = self.errors
        code: str = error["extensions"]["code"]
        return code


class Http:
    """A client with a cookie jar of its own. A token, given, goes with every request."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # `verify` is for https. Getting ready for it takes longer than all that most tests ask for.
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE, verify=False)

    async def post(
        self, document: str | None, variables: object = None, *, headers: dict[str, str] | None = None, **more: object
    ) -> httpx.Response:
        """As it is, with nothing added: no CSRF token either."""
        body = {"query": document, "variables": variables, **more}
        return await self.http.post("/graphql", json=body, headers=headers)

    async def ask(self, document: str, **variables: Any) -> Answer:
        """As a browser does: with what the CSRF cookie says."""
        csrf = self.http.cookies.get("csrftoken")
        response = await self.post(document, variables, headers={"X-CSRFToken": csrf} if csrf else None)
        assert response.headers["Content-Type"] == "application/json", response.text
        answer = response.json()
        return Answer(answer.get("data"), answer.get("errors", []))

    async def upload(
        self,
        document: str,
        file: bytes,
        *,
        name: str = "../../picture.html",
        headers: dict[str, str] | None = None,
        **input: object,
    ) -> httpx.Response:
        """A multipart request: the file is `input.file`. As it is, with nothing added."""
        operations = {"query": document, "variables": {"input": {"file": None, **input}}}
        fields = {"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.file"]})}
        # Of its type nothing has to be true.
        files = {"0": (name, file, "text/html")}
        return await self.http.post("/graphql", data=fields, files=files, headers=headers)

    async def get(self, **params: str) -> httpx.Response:
        return await self.http.get("/graphql", params=params)

    async def close(self) -> None:
        await self.http.aclose()


class Socket:
    """A socket and what came on it, sorted by operation."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        # Whoever comes and goes in a room may be told at any time: only a test that is about it wants to hear of it.
        self.hears_of_presence = False
        self._waiting: defaultdict[str, deque[dict[str, Any]]] = defaultdict(deque)

    async def send(self, type: str, /, **fields: object) -> None:
        await self.raw(json.dumps({"type": type, **fields}))

    async def raw(self, text: str) -> None:
        await self.connection.send(text)

    async def receive(self) -> dict[str, Any]:
        """The next message, whatever it is."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.recv())
                if self.hears_of_presence or not is_of_presence(message):
                    return message

    async def init(self, **payload: object) -> dict[str, Any]:
        """Say hello; the acknowledgement."""
        await self.send("connection_init", **({"payload": payload} if payload else {}))
        message = await self.receive()
        assert message["type"] == "connection_ack"
        return message

    async def subscribe(
        self, document: str, *, id: str | None = None, operation_name: str | None = None, **variables: Any
    ) -> str:
        """Start an operation of any kind; its id."""
        op = id or secrets.token_hex(4)
        await self._start(op, query=document, variables=variables, operationName=operation_name)
        return op

    async def _start(self, id: str, **payload: object) -> None:
        await self.send("subscribe", id=id, payload=payload)

    async def message(self, id: str) -> dict[str, Any]:
        """The next message of this operation; those of others are kept for later."""
        while not self._waiting[id]:
            message = await self.receive()
            self._waiting[message.get("id", "")].append(message)
        return self._waiting[id].popleft()

    async def next(self, id: str) -> Any:
        """The `data` of the next result of this operation, which must have no errors."""
        message = await self.message(id)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def frame(self, id: str) -> dict[str, Any]:
        """The next frame of a `roomEvents`."""
        data = await self.next(id)
        [frame] = data.values()
        assert isinstance(frame, dict)
        return frame

    async def until(self, id: str, type_name: str) -> list[dict[str, Any]]:
        """Its frames up to the first event of this type."""
        frames = [await self.frame(id)]
        while frames[-1]["event"]["__typename"] != type_name:
            frames.append(await self.frame(id))
        return frames

    async def ask(self, document: str, **variables: Any) -> Answer:
        """A query or mutation, from its start to its end."""
        op = secrets.token_hex(4)
        await self._start(op, query=document, variables=variables)
        message = await self.message(op)
        if message["type"] == "error":
            return Answer(None, message["payload"])
        assert message["type"] == "next"
        assert await self.message(op) == {"id": op, "type": "complete"}
        return Answer(message["payload"]["data"], message["payload"].get("errors", []))

    async def so_far(self) -> list[dict[str, Any]]:
        """All that had been sent before the answer to a ping, except what was read already."""
        mark = {"mark": secrets.token_hex(4)}
        await self.send("ping", payload=mark)
        messages = [await self.receive()]
        while messages[-1] != {"type": "pong", "payload": mark}:
            messages.append(await self.receive())
        return messages[:-1]

    async def closed(self) -> int | None:
        """Waits until the server closes it, whatever comes before; with which code."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.connection.recv()
        except ConnectionClosed:
            return self.connection.close_code


def is_of_presence(message: dict[str, Any]) -> bool:
    payload = message.get("payload")
    frame = (payload.get("data") or {}).get("roomEvents") if isinstance(payload, dict) else None
    event = frame.get("event") if frame else None
    # It is empty if nothing but what others have was asked for.
    return event == {} or (event is not None and event.get("__typename") == "OnlineChanged")


def bodies(frames: list[dict[str, Any]]) -> list[str]:
    """Of the messages that were sent, by the frames of a `roomEvents`."""
    return [frame["event"]["message"]["body"] for frame in frames if "message" in frame["event"]]


@asynccontextmanager
async def open_socket(
    url: str, *, path: str = "/graphql", protocol: str | None = PROTOCOL, **more: Any
) -> AsyncIterator[Socket]:
    """A socket that nothing has been said on. `more` goes to `websockets.connect`."""
    protocols = [protocol] if protocol else None
    async with connect(url + path, subprotocols=protocols, close_timeout=1, **more) as connection:  # type: ignore[arg-type]
        yield Socket(connection)


async def do(client: "Http | Socket", mutation: str, selection: str, **input: Any) -> dict[str, Any]:
    """The result of a mutation that takes an `input`, with what is selected of it and of its problems."""
    type_name = mutation[0].upper() + mutation[1:] + "Input"
    document = f"mutation ($input: {type_name}!) {{ {mutation}(input: $input) {{ __typename {selection} {PROBLEM} }} }}"
    answer = await client.ask(document, input=input)
    assert not answer.errors, answer
    result: dict[str, Any] = answer.data[mutation]
    return result


class Person:
    """A new account, with a token, a client that uses it, and whatever sockets are opened for it."""

    def __init__(self, *, url: str, username: str, token: str) -> None:
        self.url = url
        self.username = username
        self.token = token
        self.http = Http(url, token=token)

    @classmethod
    async def register(cls, url: str, username: str | None = None) -> "Person":
        credentials = {"username": username or f"person.{secrets.token_hex(4)}", "password": PASSWORD}
        client = Http(url)
        answer = await client.ask(REGISTER, account=credentials, token={"name": "tests", "credentials": credentials})
        await client.close()
        assert not answer.errors, answer
        assert answer.data["register"]["__typename"] == "Registered", answer
        return cls(url=url, username=credentials["username"], token=answer.data["createToken"]["secret"])

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[Socket]:
        async with open_socket(self.url.replace("http", "ws", 1)) as socket:
            await socket.init(Authorization=f"Bearer {self.token}")
            yield socket

    async def enter(self, address: str) -> dict[str, Any]:
        selection = "... on RoomEntered { room { id address cursor } created cursor }"
        entered = await do(self.http, "enterRoom", selection, address=address)
        assert entered["__typename"] == "RoomEntered", entered
        return entered

    async def send(self, room: str, body: str) -> dict[str, Any]:
        selection = "... on MessageAccepted { message { id body } cursor duplicate }"
        sent = await do(self.http, "sendMessage", selection, room=room, body=body, key=secrets.token_hex(8))
        assert sent["__typename"] == "MessageAccepted", sent
        return sent

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()
