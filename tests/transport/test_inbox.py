"""What waits for the reader of a connection: in order, and nothing lost when the reader gives up."""

import asyncio

import pytest

from backend.transport.inbox import Inbox


async def test_messages_come_out_in_the_order_in_which_they_came() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put_nowait(number)
    assert inbox.qsize() == 3
    assert [await inbox.get() for _ in range(3)] == [0, 1, 2]
    assert inbox.qsize() == 0


async def test_a_reader_waits_for_the_next_message() -> None:
    inbox = Inbox()
    for number in range(3):
        reading = asyncio.create_task(inbox.get())
        await asyncio.sleep(0)
        assert not reading.done()
        inbox.put_nowait(number)
        inbox.put_nowait("at once")
        assert [await reading, await inbox.get()] == [number, "at once"]


async def test_what_comes_as_the_reader_gives_up_is_there_for_the_next_one() -> None:
    inbox = Inbox()
    for messages_come_first in (True, False):
        reading = asyncio.create_task(inbox.get())
        await asyncio.sleep(0)
        if messages_come_first:
            inbox.put_nowait("salam")
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        if not messages_come_first:
            inbox.put_nowait("salam")
        assert await inbox.get() == "salam"
