"""The page comes quickly: neither the door nor the first screen is much to load."""

from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.weight import BUDGET, first_load


def test_the_door_weighs_no_more_than_it_may(come: Come) -> None:
    nobody = come()
    assert first_load(nobody.page.context.new_page(), nobody.origin) <= BUDGET


def test_the_first_screen_weighs_no_more_than_it_may(come: Come) -> None:
    vera = come().arrive("vera")
    expect(vera.door).to_be_visible()
    assert first_load(vera.page.context.new_page(), vera.origin) <= BUDGET


def test_a_room_that_one_comes_to_by_its_link_weighs_no_more_than_it_may(come: Come) -> None:
    vera = come().arrive("vera").enter("tea")
    assert first_load(vera.page.context.new_page(), f"{vera.origin}/rooms/tea") <= BUDGET
