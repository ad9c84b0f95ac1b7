"""The short form of `manage.py verify_delivery`: one pair of processes, and one fault after the other."""

from tests.delivery.faults import SHORT
from tests.delivery.scenario import SHORT_LOAD
from tests.delivery.verify import verify


def test_nothing_is_lost_while_one_thing_after_the_other_breaks() -> None:
    assert verify(SHORT, processes=2, load=SHORT_LOAD, seed=1)
