"""How often something may happen: buckets of tokens against a clock that the test moves."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from backend import rates
from backend.errors import RateLimited
from backend.limits import Rate, TokenBuckets

RATE = Rate(burst=3, per_second=0.5)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _allowed(buckets: TokenBuckets, key: str = "ana", rate: Rate = RATE) -> bool:
    try:
        buckets.take(key, rate)
    except RateLimited:
        return False
    return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> TokenBuckets:
    return TokenBuckets(max_keys=3, clock=clock)


def test_a_burst_is_allowed_and_not_one_more(buckets: TokenBuckets) -> None:
    assert [_allowed(buckets) for _ in range(4)] == [True, True, True, False]


def test_tokens_come_back_at_the_rate(buckets: TokenBuckets, clock: Clock) -> None:
    for _ in range(3):
        buckets.take("ana", RATE)
    clock.now += 1.9
    assert not _allowed(buckets)
    clock.now += 0.2
    assert _allowed(buckets)
    assert not _allowed(buckets)


def test_a_refusal_costs_no_token(buckets: TokenBuckets, clock: Clock) -> None:
    for _ in range(3):
        buckets.take("ana", RATE)
    for _ in range(10):
        assert not _allowed(buckets)
    clock.now += 2
    assert _allowed(buckets)


def test_a_long_rest_saves_up_no_more_than_a_burst(buckets: TokenBuckets, clock: Clock) -> None:
    buckets.take("ana", RATE)
    clock.now += 1_000_000
    assert [_allowed(buckets) for _ in range(4)] == [True, True, True, False]


def test_each_key_has_a_bucket_of_its_own(buckets: TokenBuckets) -> None:
    for _ in range(3):
        buckets.take("ana", RATE)
    assert _allowed(buckets, "babak")


@settings(deadline=None)
@given(
    burst=st.integers(1, 100),
    per_second=st.floats(0.001, 1000),
    rest=st.floats(0, 1000),
)
def test_whoever_waits_as_long_as_told_is_let_through_and_not_much_sooner(
    burst: int, per_second: float, rest: float
) -> None:
    clock, rate = Clock(), Rate(burst, per_second)
    buckets = TokenBuckets(max_keys=1, clock=clock)
    for _ in range(burst):
        buckets.take("ana", rate)
    clock.now += min(rest, 0.99 / per_second)
    with pytest.raises(RateLimited) as refused:
        buckets.take("ana", rate)
    told = refused.value.retry_after_ms
    clock.now += max(0, told - 2) / 1000
    assert told < 3 or not _allowed(buckets, rate=rate)
    clock.now += min(told, 2) / 1000
    assert _allowed(buckets, rate=rate)


def test_of_more_keys_than_it_keeps_the_longest_unused_is_forgotten(buckets: TokenBuckets) -> None:
    for key in ("ana", "babak", "clara"):
        for _ in range(3):
            buckets.take(key, RATE)
    assert not _allowed(buckets, "ana")  # used again, so Babak is the longest unused
    buckets.take("david", RATE)
    assert not _allowed(buckets, "ana")
    assert _allowed(buckets, "babak")


class _Hesitant(float):
    """A number that lets another thread go first whenever something is multiplied by it."""

    def __rmul__(self, other: float) -> float:
        time.sleep(0)
        return other * float(self)


def test_threads_together_get_no_more_than_the_burst(buckets: TokenBuckets) -> None:
    rate = Rate(burst=200, per_second=_Hesitant(1))
    with ThreadPoolExecutor(8) as threads:
        taken = threads.map(lambda _: sum(_allowed(buckets, rate=rate) for _ in range(50)), range(8))
    assert sum(taken) == 200


def test_rates_are_those_of_the_settings_each_by_itself(settings: Settings) -> None:
    settings.RATES = {"send": Rate(2, 0.001), "enter": Rate(1, 0.001)}
    rates.take("send", 1)
    rates.take("send", 1)
    rates.take("enter", 1)
    rates.take("send", 2)
    for name in ("send", "enter"):
        with pytest.raises(RateLimited):
            rates.take(name, 1)
    rates.forget()
    rates.take("send", 1)
