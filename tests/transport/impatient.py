"""The same with short timeouts, so that a test can wait for them."""

from tests.transport.settings import *  # noqa: F403  # all but what follows

CONNECTION_INIT_TIMEOUT = 0.5
ATTACHMENT_SWEEP_INTERVAL = 0.1
PING_INTERVAL = 1
PONG_TIMEOUT = 1
CREDENTIAL_SWEEP_INTERVAL = 0.5
