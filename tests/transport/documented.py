"""The same as docs/protocol.md needs it: somebody who logs in a third time is too fast."""

from backend.limits import Rate
from tests.transport.settings import *  # noqa: F403  # all but what follows
from tests.transport.settings import RATES

RATES = {**RATES, "log in": Rate(burst=2, per_second=0.001)}
