"""The same for clients that do not read: found out soon, and given the time to read how it ended."""

from tests.transport.settings import *  # noqa: F403  # all but what follows

UNSENT_MAX_BYTES = 32 * 1024
STALL_TIMEOUT = 1
CLOSE_TIMEOUT = 20.0
INBOUND_FRAMES_WAITING = 1000
