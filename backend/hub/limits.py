"""Every bound and interval of the hub. Values come from settings; seconds unless said otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    ring_bytes: int
    page_size: int
    batch_size: int
    batch_bytes: int
    ahead_bytes: int
    hole_patience: float
    sweep_interval: float
    fast_sweep_interval: float
    beat_interval: float
    beat_timeout: float
    rejoin_interval: float
    linger: float
    retry_min: float
    retry_max: float
    outbox_size: int
    inbox_size: int
    live_size: int
    publish_timeout: float
