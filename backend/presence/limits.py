"""Every bound and interval of presence that nobody outside can tell. Values come from settings; seconds unless said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    renew_interval: float
    flush_interval: float
    flush_size: int
    patience: float
    roster_interval: float
    roster_max: int
    crowd_interval: float
