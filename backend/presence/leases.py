"""Leases: a process has one for as long as it lives, and renews it. What a dead one held is taken away by the others.

All times are the database's: the clocks of the processes need not agree.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from backend import database
from backend.presence.models import Lease


class Lapsed(Exception):
    """The lease has gone, and with it all that was held by it."""


def acquire(lease_id: str) -> None:
    now = database.now()
    Lease.objects.create(pk=lease_id, renewed_at=now, expires_at=now + timedelta(seconds=settings.PRESENCE_LEASE))


def renew(lease_id: str) -> bool:
    """Hold it for so long again. False if it has gone.

    One that has expired, but was taken away by nobody yet, is as good as any.
    """
    now = database.now()
    expires_at = now + timedelta(seconds=settings.PRESENCE_LEASE)
    return bool(Lease.objects.filter(pk=lease_id).update(renewed_at=now, expires_at=expires_at))


def release(lease_id: str) -> None:
    """Give back one that holds nothing any more."""
    Lease.objects.filter(pk=lease_id).delete()


def expire(take_away: Callable[[Lease], None]) -> None:
    """End each lease that has expired, in a transaction of its own, with what is held by it.

    Whoever takes one keeps it from being renewed until then; one that others have in hand is left to them.
    """
    now = database.now()
    for lease_id in Lease.objects.filter(expires_at__lt=now).values_list("pk", flat=True).order_by("pk"):
        with transaction.atomic():
            expired = Lease.objects.select_for_update(skip_locked=True).filter(pk=lease_id, expires_at__lt=now).first()
            if expired is not None:
                take_away(expired)
                expired.delete()
