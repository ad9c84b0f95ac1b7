"""The same with rates that a test can use up, and that stay so for as long as it lasts."""

from backend.limits import Rate
from tests.transport.settings import *  # noqa: F403  # all but what follows
from tests.transport.settings import RATES

RATES = {
    **RATES,
    "log in": Rate(burst=5, per_second=0.01),
    "profile": Rate(burst=5, per_second=0.01),
    "enter": Rate(burst=5, per_second=0.01),
    "send": Rate(burst=5, per_second=0.01),
}
