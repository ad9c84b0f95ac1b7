"""The product's settings, for the server that these tests talk to: cheap passwords, and nobody is ever too fast."""

from backend.limits import Rate
from backend.settings import *  # noqa: F403  # all but what follows
from backend.settings import RATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATES = dict.fromkeys(RATES, Rate(burst=100_000, per_second=1000))
