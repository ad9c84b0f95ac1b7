"""The page comes quickly: there is not much to load before anything is seen."""

from tests.browser.conftest import Come
from tests.browser.weight import BUDGET, first_load


def test_neither_the_door_nor_the_first_screen_nor_a_room_weighs_more_than_it_may(come: Come) -> None:
    vera = come()
    door = first_load(vera.page.context.new_page(), vera.origin)
    vera.arrive("vera").enter("tea")
    first_screen = first_load(vera.page.context.new_page(), vera.origin)
    room = first_load(vera.page.context.new_page(), f"{vera.origin}/rooms/tea")
    assert max(door, first_screen, room) <= BUDGET, (door, first_screen, room)
