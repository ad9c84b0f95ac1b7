"""What has come in on one connection and waits for its one reader. A queue of asyncio's would take 3 KB for each."""

import asyncio
from typing import Any


class Inbox:
    """Of `asyncio.Queue` as much as its users use."""

    __slots__ = ("_arrived", "_messages")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._arrived: asyncio.Future[None] | None = None

    def qsize(self) -> int:
        return len(self._messages)

    def put_nowait(self, message: Any) -> None:
        self._messages.append(message)
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    async def get(self) -> Any:
        while not self._messages:
            self._arrived = asyncio.get_running_loop().create_future()
            await self._arrived
            self._arrived = None
        return self._messages.pop(0)
