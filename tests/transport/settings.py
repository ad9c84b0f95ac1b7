"""The product's settings, for the server that these tests talk to.

Passwords are cheap, nobody is ever too fast, and `/inside` tells what the process holds.
"""

from backend.limits import Rate
from backend.settings import *  # noqa: F403  # all but what follows
from backend.settings import RATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "tests.transport.urls"
RATES = dict.fromkeys(RATES, Rate(burst=100_000, per_second=1000))
