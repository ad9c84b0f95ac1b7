"""What a process that serves does by itself from time to time: it deletes the files that nobody can have any more."""

import asyncio
import logging

from django.conf import settings

from backend import database
from backend.chat import attachments

logger = logging.getLogger(__name__)

_tasks: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}


def begin() -> None:
    """Once for the running loop; whoever comes later begins nothing."""
    loop = asyncio.get_running_loop()
    if loop not in _tasks:
        for closed in [each for each in _tasks if each.is_closed()]:
            del _tasks[closed]
        _tasks[loop] = loop.create_task(_run())


async def _run() -> None:
    while True:
        await asyncio.sleep(settings.ATTACHMENT_SWEEP_INTERVAL)
        try:
            while await database.run(attachments.sweep):
                pass
        except Exception:
            logger.warning("deleting files that nobody can have any more failed; again later", exc_info=True)
