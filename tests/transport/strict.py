"""The same with rates that a test can use up, and that stay so for as long as it lasts."""

from backend.limits import Rate
from tests.transport.settings import *  # noqa: F403  # all but what follows
from tests.transport.settings import RATES

RATES = {**dict.fromkeys(RATES, Rate(burst=5, per_second=0.01)), "register": RATES["register"]}
