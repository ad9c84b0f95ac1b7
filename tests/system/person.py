"""Somebody who uses the API over HTTP, with a personal token."""

import secrets
import time
from typing import Any

import httpx

PASSWORD = "a long enough secret"

_REGISTER = """
mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on Problem { detail } } }
"""
_TOKEN = """
mutation ($input: CreateTokenInput!) {
  createToken(input: $input) { __typename ... on TokenCreated { secret } ... on Problem { detail } }
}
"""
_ENTER = """
mutation ($input: EnterRoomInput!) {
  enterRoom(input: $input) {
    __typename ... on RoomEntered { room { id } cursor created } ... on Problem { detail }
  }
}
"""
_SEND = """
mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    __typename
    ... on MessageAccepted { message { id body } cursor duplicate }
    ... on RateLimitedProblem { retryAfterMs }
    ... on Problem { detail }
  }
}
"""


class Person:
    """A new account on the server at `url`, with a personal token."""

    def __init__(self, url: str) -> None:
        self.username = f"person.{secrets.token_hex(4)}"
        self._http = httpx.Client(timeout=30)
        self.at(url)
        self._do(_REGISTER, "register", username=self.username, password=PASSWORD)
        self._http.cookies.clear()
        credentials = {"username": self.username, "password": PASSWORD}
        self.token: str = self._do(_TOKEN, "createToken", name="tests", credentials=credentials)["secret"]
        self._http.headers["Authorization"] = f"Bearer {self.token}"

    def at(self, url: str) -> "Person":
        """From now on talk to this server process."""
        self._url = f"{url}/graphql"
        return self

    def gql(self, query: str, **variables: Any) -> Any:
        """`data`, of an operation that has no errors."""
        answer = self._http.post(self._url, json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def enter(self, address: str) -> dict[str, Any]:
        return self._do(_ENTER, "enterRoom", address=address)

    def send(self, room_id: str, body: str, key: str | None = None) -> dict[str, Any]:
        """Send once; wait and retry with the same key when told to, or when the server is away."""
        key = key or secrets.token_hex(8)
        while True:
            try:
                result = self.send_once(room_id, body, key)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if result["__typename"] != "RateLimitedProblem":
                return result
            time.sleep(result["retryAfterMs"] / 1000)

    def send_once(self, room_id: str, body: str, key: str) -> dict[str, Any]:
        """And fail if there is no answer within half a minute, or none that is one."""
        return self._do(_SEND, "sendMessage", room=room_id, body=body, key=key)

    def close(self) -> None:
        self._http.close()

    def _do(self, mutation: str, name: str, /, **input: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.gql(mutation, input=input)[name]
        return result
