"""Plays the dialogues of docs/protocol.md: the client's lines are sent, the server's are what has to come."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed

from tests.transport.client import PATIENCE, Socket, open_socket

_NAME = re.compile(r"\$([a-z]+)")


@dataclass
class Line:
    number: int
    # ">" is the client, "<" the server.
    speaker: str
    text: str


@dataclass
class Dialogue:
    """A fenced block; `kind` is what stands after ``` beside `dialogue`."""

    kind: str
    lines: list[Line] = field(default_factory=list)


def read(path: Path) -> Iterator[Dialogue]:
    """The dialogues of a document. A line that is indented goes on with the one before."""
    dialogue: Dialogue | None = None
    for number, text in enumerate(path.read_text().splitlines(), start=1):
        if dialogue is None:
            if text.startswith("```dialogue"):
                dialogue = Dialogue(text.removeprefix("```dialogue").strip())
        elif text == "```":
            yield dialogue
            dialogue = None
        elif text.startswith(" "):
            dialogue.lines[-1].text += f" {text.strip()}"
        elif text:
            speaker, _, said = text.partition(" ")
            assert speaker in (">", "<"), f"line {number} is nobody's"
            dialogue.lines.append(Line(number, speaker, said))


class Player:
    """Names that were given to something in one dialogue are known in the next."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def play(self, dialogue: Dialogue, *, url: str) -> None:
        async with AsyncExitStack() as stack:
            socket: Socket | None = None
            lines = iter(dialogue.lines)
            for line in lines:
                match line.speaker, line.text.split(" ")[0]:
                    case ">", "GET" | "POST":
                        await self._request(url, line, lines)
                    case ">", "connect":
                        socket = await stack.enter_async_context(_socket(url))
                    case ">", "cut":
                        assert socket
                        socket.connection.transport.abort()
                        socket = None
                    case ">", _:
                        assert socket
                        await socket.raw(self._filled_in(line))
                    case "<", "closed":
                        assert socket
                        assert line.text == f"closed {await _close_code(socket)}", f"line {line.number}"
                        socket = None
                    case "<", _:
                        assert socket
                        self._compare(json.loads(line.text), await socket.receive(), line)
            if socket:
                assert await socket.so_far() == [], "the document is silent about these"

    async def _request(self, url: str, first: Line, lines: Iterator[Line]) -> None:
        """From its first line to the last of its answer, which ends with the body."""
        method, path = first.text.split(" ", 1)
        headers: dict[str, str] = {}
        body = None
        for line in lines:
            if line.speaker == "<":
                break
            if line.text.startswith("{"):
                body = self._filled_in(line)
            else:
                name, _, value = line.text.partition(": ")
                headers[name] = self._named(value)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, verify=False) as client:
            answer = await client.request(method, path, headers=headers, content=body)
        assert line.text == f"{answer.status_code} {answer.headers['Content-Type']}", f"line {line.number}"
        for line in lines:
            if line.text.startswith("{"):
                self._compare(json.loads(line.text), answer.json(), line)
                return
            self._see_header(answer, line)

    def _see_header(self, answer: httpx.Response, line: Line) -> None:
        name, _, value = line.text.partition(": ")
        pattern = _NAME.sub(r"(?P<\1>[^;]+)", value)
        found = [match for given in answer.headers.get_list(name) if (match := re.match(pattern, given))]
        assert found, f"line {line.number}: no header {line.text}"
        self.names |= found[0].groupdict()

    def _named(self, text: str) -> str:
        return _NAME.sub(lambda match: self.names[match[1]], text)

    def _filled_in(self, line: Line) -> str:
        """With names replaced: those that are a string, or the last word of one; others are GraphQL's variables."""
        return re.sub(r'"((?:Bearer )?)\$([a-z]+)"', lambda match: f'"{match[1]}{self.names[match[2]]}"', line.text)

    def _compare(self, expected: Any, actual: Any, line: Line) -> None:
        assert self._fits(expected, actual), f"line {line.number}: not\n{expected}\nbut\n{actual}"

    def _fits(self, expected: Any, actual: Any) -> bool:
        match expected:
            case "*":
                return True
            case dict():
                return (
                    isinstance(actual, dict)
                    and expected.keys() == actual.keys()
                    and all(self._fits(value, actual[key]) for key, value in expected.items())
                )
            case list():
                return (
                    isinstance(actual, list) and len(expected) == len(actual) and all(map(self._fits, expected, actual))
                )
            case str() if match := _NAME.fullmatch(expected):
                return bool(self.names.setdefault(match[1], actual) == actual)
        return bool(expected == actual)


@asynccontextmanager
async def _socket(url: str) -> AsyncIterator[Socket]:
    async with open_socket(url.replace("http", "ws", 1)) as socket:
        yield socket


async def _close_code(socket: Socket) -> int | None:
    """Raises `AssertionError` if something else comes."""
    try:
        raise AssertionError(await socket.receive())
    except ConnectionClosed:
        return socket.connection.close_code
