"""What is written while nobody answers is kept, and is said later: once, and in the order in which it was written."""

import re

from playwright.sync_api import Route, ViewportSize, expect

from tests.browser.conftest import Come
from tests.services.server import ServerProcess

# All that is said is in view: what is out of it is not in the page.
TALL: ViewportSize = {"width": 1280, "height": 1800}


def test_a_server_that_is_killed_while_two_write_loses_nothing_and_repeats_nothing(
    come: Come, server: ServerProcess
) -> None:
    vera, ali = (come(viewport=TALL).arrive(name, "samovar") for name in ("vera", "ali"))
    vera.say("before 1")
    ali.sees("before 1").say("before 2")
    vera.reads(["before 1", "before 2"])
    with vera.watch.outage(), ali.watch.outage():
        # It may have been told of these, and may have kept them, when it dies.
        vera.say("vera 1")
        ali.say("ali 1")
        server.kill()
        vera.say("vera 2", "vera 3")
        ali.say("ali 2", "ali 3")
        for each in (vera, ali):
            expect(each.banner).to_contain_text("The connection is lost. Reconnecting")
            expect(each.unsent.filter(has_text="3")).to_be_visible()
        server.start()
        vera.say("vera 4")
        ali.say("ali 4")
        for each in (vera, ali):
            expect(each.banner).to_have_attribute("data-word", re.compile("back|nothing"))
            for name in ("vera", "ali"):
                each.sees(f"{name} 4")
            expect(each.unsent).to_have_count(0)
    said = vera.bodies()
    assert said[:2] == ["before 1", "before 2"]
    for name in ("vera", "ali"):
        assert [body for body in said if body.startswith(name)] == [f"{name} {n}" for n in (1, 2, 3, 4)]
    assert len(said) == 10
    ali.reads(said)
    vera.page.reload()
    vera.reads(said)


def test_what_is_written_offline_is_said_once_and_in_order_when_one_is_back(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar")
    with vera.watch.outage():
        vera.page.context.set_offline(True)
        expect(vera.banner).to_contain_text("You are offline. What you write is sent when you are back.")
        vera.say("one", "two", "three")
        expect(vera.unsent).to_have_count(3)
        expect(vera.unsent.first).to_contain_text("waiting")
        ali.say("is vera there?").reads(["is vera there?"])
        vera.page.context.set_offline(False)
        vera.reads(["is vera there?", "one", "two", "three"])
        expect(vera.banner).to_have_attribute("data-word", "nothing")
    ali.reads(["is vera there?", "one", "two", "three"])


def test_what_waits_to_be_sent_is_there_after_a_reload_and_is_sent_once(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar")
    with vera.watch.outage():
        vera.page.route("**/graphql", _lose_what_is_sent)
        vera.say("salom")
        expect(vera.unsent).to_contain_text("salom")
        vera.page.reload()
        expect(vera.unsent).to_contain_text("salom")
        vera.page.unroute("**/graphql")
        vera.page.reload()
        vera.reads(["salom"])
    ali.reads(["salom"])


def _lose_what_is_sent(route: Route) -> None:
    if "SendMessage" in (route.request.post_data or ""):
        route.abort()
    else:
        route.continue_()
