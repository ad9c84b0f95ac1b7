"""Every bound of the hub has a name in the settings."""

from dataclasses import fields

from django.conf import settings

from backend.hub import Limits


def test_the_settings_name_every_limit_and_no_other() -> None:
    assert set(settings.HUB) == {field.name for field in fields(Limits)}


def test_every_limit_is_a_bound() -> None:
    assert all(value > 0 for value in settings.HUB.values())


def test_the_intervals_fit_each_other() -> None:
    """A beat may be late without being missed, and what is wrong is found faster than what is not."""
    limits = Limits(**settings.HUB)
    assert limits.fast_sweep_interval < limits.sweep_interval
    assert 2 * limits.beat_interval < limits.beat_timeout
    assert limits.publish_timeout < limits.beat_interval
    assert limits.retry_min < limits.retry_max
    assert limits.beat_timeout < limits.linger < limits.rejoin_interval < 86400
