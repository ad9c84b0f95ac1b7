"""Telling every process that some credential has stopped counting: sockets opened with it close."""

from django.db import transaction

from backend import hub

# No log: who misses the hint finds out by the sweep, within `CREDENTIAL_SWEEP_INTERVAL`.
TOPIC = "credentials"


def announce() -> None:
    """Once the change that revokes commits, make every process look."""
    transaction.on_commit(lambda: hub.publish(TOPIC, b""), robust=True)
