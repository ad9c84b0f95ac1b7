"""The same with a hub that keeps nothing for those who may come back."""

from tests.transport.settings import *  # noqa: F403  # all but what follows
from tests.transport.settings import HUB

HUB = {**HUB, "linger": 0.1}
