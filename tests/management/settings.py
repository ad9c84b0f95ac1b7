"""The product's settings, for commands of these tests in processes of their own: on the tests' database."""

import os

from backend.settings import *  # noqa: F403  # all but what follows
from backend.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
