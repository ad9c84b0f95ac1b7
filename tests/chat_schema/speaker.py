"""Somebody who speaks to the server over one of its transports: what is answered must not depend on which."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.transport.client import Answer, Http, Person, Socket, do

MESSAGE = "id body version sentAt editedAt deletedAt author { username } room { id } viewer { canEdit canDelete }"


class Speaker:
    def __init__(self, client: Http | Socket, person: Person | None) -> None:
        self.client = client
        self._person = person

    @property
    def person(self) -> Person:
        assert self._person, "nobody"
        return self._person

    @property
    def username(self) -> str:
        return self.person.username

    async def ask(self, document: str, **variables: Any) -> Any:
        """`data`, of an operation that has no errors."""
        answer = await self.client.ask(document, **variables)
        assert not answer.errors, answer
        return answer.data

    async def fail(self, document: str, **variables: Any) -> Answer:
        answer = await self.client.ask(document, **variables)
        assert answer.errors, answer
        return answer

    async def do(self, mutation: str, selection: str = "", **input: Any) -> dict[str, Any]:
        return await do(self.client, mutation, selection, **input)

    async def refused(self, mutation: str, code: str, **input: Any) -> dict[str, Any]:
        """The problem that a mutation answers with: the type that belongs to this code."""
        problem = await self.do(mutation, **input)
        type_name = "".join(word.capitalize() for word in code.split("_")) + "Problem"
        assert (problem["__typename"], problem["code"]) == (type_name, code), problem
        assert problem["detail"]
        return problem

    async def invalid(self, mutation: str, field: str, code: str, **input: Any) -> None:
        """It is this field of the input that is bad, in this way, and no other."""
        problem = await self.refused(mutation, "INVALID", **input)
        assert [(each["path"], each["code"]) for each in problem["fields"]] == [([field], code)]

    async def enter(self, address: str) -> dict[str, Any]:
        selection = "... on RoomEntered { created cursor room { id address cursor } }"
        entered = await self.do("enterRoom", selection, address=address)
        assert entered["__typename"] == "RoomEntered", entered
        return entered

    async def send(self, room: str, body: str, key: str) -> dict[str, Any]:
        selection = f"... on MessageAccepted {{ cursor duplicate message {{ {MESSAGE} }} }}"
        sent = await self.do("sendMessage", selection, room=room, body=body, key=key)
        assert sent["__typename"] == "MessageAccepted", sent
        return sent


# Lets a person speak over the transport of this test.
Speak = Callable[[Person], Awaitable[Speaker]]
# The same with a new account.
NewSpeaker = Callable[[], Awaitable[Speaker]]
