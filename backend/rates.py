"""This process's token buckets: how often somebody may do what, by the rates named in settings."""

from collections.abc import Hashable

from django.conf import settings

from backend.limits import TokenBuckets

_buckets = TokenBuckets(max_keys=settings.RATE_KEYS)


def take(name: str, who: Hashable) -> None:
    """Raises `RateLimited` when `who` has done it too often."""
    _buckets.take((name, who), settings.RATES[name])


def forget() -> None:
    """Start afresh (tests)."""
    _buckets.clear()
