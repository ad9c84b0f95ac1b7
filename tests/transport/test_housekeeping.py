"""What a process does by itself: again and again, whatever goes wrong, and once however many ask for it."""

import asyncio

import pytest
from pytest_django import Settings

from backend.chat import attachments
from backend.transport import housekeeping


@pytest.fixture(autouse=True)
def _often(settings: Settings) -> None:
    settings.ATTACHMENT_SWEEP_INTERVAL = 0.001


async def test_it_goes_on_as_long_as_there_is_more_and_after_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes: list[object] = [ConnectionError("the database is away"), True, True, False]
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def sweep() -> bool:
        if not outcomes:
            loop.call_soon_threadsafe(done.set)
            return False
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return bool(outcome)

    monkeypatch.setattr(attachments, "sweep", sweep)
    housekeeping.begin()
    async with asyncio.timeout(10):
        await done.wait()
    assert "again later" in caplog.text


async def test_it_is_begun_once_for_each_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "sweep", lambda: False)
    before = len(asyncio.all_tasks())
    for _ in range(3):
        housekeeping.begin()
    assert len(asyncio.all_tasks()) == before + 1
