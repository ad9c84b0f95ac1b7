"""The same, but a server that stops takes its time, so that a test can see how."""

from tests.transport.settings import *  # noqa: F403  # all but what follows

DRAIN_SECONDS = 20.0
DRAINED_PER_SECOND = 100
