"""What a process that serves does by itself from time to time: it deletes the files that nobody can have any more."""

import asyncio
import logging

from django.conf import settings

from backend import database
from backend.chat import attachments
from backend.loops import PerLoop

logger = logging.getLogger(__name__)


async def _run() -> None:
    while True:
        await asyncio.sleep(settings.ATTACHMENT_SWEEP_INTERVAL)
        try:
            while await database.run(attachments.sweep):
                pass
        except Exception:
            logger.warning("deleting files that nobody can have any more failed; again later", exc_info=True)


# Once for the running loop; whoever comes later begins nothing.
begin = PerLoop(lambda: asyncio.create_task(_run()))
