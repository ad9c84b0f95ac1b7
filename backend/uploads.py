"""Files that people send: bounded before anybody looks at them, and worked on where nothing else waits for it."""

import logging
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage

from backend import database
from backend.errors import Invalid
from backend.languages import plural

logger = logging.getLogger(__name__)

# Decoding takes the processor for as long as a hundred queries do, and much memory: few at a time, on threads that
# nothing else waits for. The rest of an upload is done there too, so that it stays one call.
workers = database.Workers("pictures", threads=settings.PICTURE_THREADS, queue=settings.PICTURE_QUEUE)


def read(file: IO[bytes]) -> bytes:
    """All of it. Raises `Invalid` for `file` if it is too long."""
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES
        raise Invalid.field("file", "TOO_LONG", plural("At most {n} byte.", "At most {n} bytes.", most))
    return content


def delete(path: str) -> bool:
    """Let nothing be stored there; whether nothing is. Never fails: what could not be deleted is logged."""
    try:
        default_storage.delete(path)
    except OSError:
        logger.warning("a file could not be deleted", exc_info=True)
        return False
    return True
