"""Run a command as in a cluster: with a PostgreSQL and a Redis of its own in the environment.

python -m tests.services pytest tests/chat
"""

import os
import subprocess
import sys

from tests.services.postgres import postgres_url
from tests.services.redis import redis_url


def main(command: list[str]) -> int:
    with postgres_url() as database, redis_url() as redis:
        # Tests start services of their own beside these: they must not take these for the ones to use.
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": database, "REDIS_URL": redis})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
