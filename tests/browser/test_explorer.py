"""GraphiQL, as the server serves it, is a tour of the API that a newcomer can walk without help."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from backend import lan
from tests.browser.conftest import Visit
from tests.browser.explorer import Explorer, contrast, until
from tests.services.server import ServerProcess
from tests.system.person import Person

# What the tabs ask to be replaced, and what they say.
ROOM = "paste the room id here"
CURSOR = "paste a cursor here"
GREETING = "Salom! سلام! Привет! გამარჯობა!"


@pytest.fixture
def somebody(server: ServerProcess) -> Iterator[Person]:
    """Somebody else, who has no browser."""
    person = Person(server.url)
    yield person
    person.close()


def test_two_people_walk_the_tour_and_whoever_stops_listening_resumes_with_what_was_missed(visit: Visit) -> None:
    nargiza, otar = visit(), visit()
    assert nargiza.run()["register"]["viewer"]["user"]["username"] == "nargiza"
    assert otar.change_operation({"nargiza": "otar"}).run()["register"]["viewer"]["user"]["username"] == "otar"

    entered = nargiza.go_to("EnterRoom").run()["enterRoom"]
    room = entered["room"]["id"]
    found = otar.go_to("EnterRoom").run()["enterRoom"]
    assert found["room"] == entered["room"]
    assert (entered["created"], found["created"]) == (True, False)

    listening = nargiza.go_to("Subscribe").paste({ROOM: room}).subscribe()
    assert _told(nargiza.shows(_tells("CaughtUp"))) == ["CaughtUp"]
    sent = otar.go_to("SendMessage").paste({ROOM: room}).run()["sendMessage"]
    message = {"id": sent["message"]["id"], "body": GREETING, "author": {"username": "otar", "displayName": "otar"}}
    heard = nargiza.shows(_tells(GREETING))
    frames = [result["data"]["roomEvents"] for result in heard["newestFirst"]]
    last = next(frame for frame in frames if "message" in frame["event"])
    assert last == {"cursor": sent["cursor"], "event": {"__typename": "MessageSent", "message": message}}
    assert otar.run()["sendMessage"] == {**sent, "duplicate": True}

    nargiza.press_stop()
    nargiza.wait_until_closed(listening)
    otar.paste({"message-1": "message-2", GREETING: "missed"}).run()
    otar.paste({"message-2": "message-3", "missed": "missed too"}).run()
    assert _told(nargiza.shows(_tells(GREETING))) == _told(heard)

    nargiza.go_to("Resume").paste({ROOM: room, CURSOR: last["cursor"]}).subscribe()
    assert _told(nargiza.shows(_tells("CaughtUp"))) == ["missed", "missed too", "CaughtUp"]
    otar.paste({"message-3": "message-4", "missed too": "heard"}).run()
    assert _told(nargiza.shows(_tells("heard"))) == ["missed", "missed too", "CaughtUp", "heard"]


def test_leaving_the_tab_of_a_subscription_ends_it_and_a_wrong_cursor_does_not_resume_it(visit: Visit) -> None:
    nargiza = visit()
    room = _enter(nargiza)
    listening = nargiza.go_to("Subscribe").paste({ROOM: room}).subscribe()
    nargiza.shows(_tells("CaughtUp"))
    nargiza.go_to("Resume")
    nargiza.wait_until_closed(listening)

    nargiza.paste({ROOM: room}).subscribe()
    shown = nargiza.shows(_has_ended)
    assert (_told(shown), shown["ended"]) == (["StreamReset"], "Complete.")


def test_a_token_in_the_headers_stands_in_for_the_cookie(visit: Visit, somebody: Person) -> None:
    room = somebody.enter("samovar")["room"]["id"]
    nobody = visit()
    nobody.go_to("Subscribe").paste({ROOM: room}).subscribe()
    nobody.shows(_is_refused)

    nobody.write_headers({"Authorization": "Bearer of bad news"}).subscribe()
    assert "check the token" in nobody.shows(_has_ended)["ended"]

    nobody.write_headers({"Authorization": f"Bearer {somebody.token}"}).subscribe()
    nobody.shows(_tells("CaughtUp"))
    somebody.send(room, "salam")
    assert _told(nobody.shows(_tells("salam"))) == ["CaughtUp", "salam"]

    nobody.go_to("SendMessage").paste({ROOM: room}).write_headers({"Authorization": f"Bearer {somebody.token}"})
    assert nobody.run()["sendMessage"]["message"]["body"] == GREETING
    assert [cookie["name"] for cookie in nobody.page.context.cookies()] == ["csrftoken"]


def test_a_token_in_the_headers_is_not_stored(visit: Visit, somebody: Person) -> None:
    """Local storage outlives a logout, and is there for whoever sits down next."""
    person = visit()
    person.write_headers({"Authorization": f"Bearer {somebody.token}"})
    person.change_operation({"mutation Register": "mutation Join"})  # taken in after the headers
    person.run()
    assert somebody.token not in person.page.evaluate("JSON.stringify(localStorage)")


def test_logging_out_ends_the_subscription_in_the_other_window_until_one_logs_in(
    visit: Visit, server: ServerProcess, somebody: Person
) -> None:
    listener = visit(server.url)  # by address, where the others say localhost
    room = _enter(listener)
    somebody.enter("samovar")
    listener.go_to("Subscribe").paste({ROOM: room}).subscribe()
    listener.shows(_tells("CaughtUp"))
    somebody.send(room, "before")
    listener.shows(_tells("before"))

    window = listener.another_window().write_operation("mutation { logOut { __typename } }")
    assert window.run()["logOut"]["__typename"] == "LoggedOut"
    ended = listener.shows(_has_ended)
    assert "log in" in ended["ended"]
    assert _told(ended) == ["CaughtUp", "before"]
    listener.subscribe()
    listener.shows(_is_refused)

    log_in = {"  register(": "  logIn(", "on Registered {": "on LoggedIn {"}
    assert window.go_to("Register").change_operation(log_in).run()["logIn"]["viewer"]["user"]["username"] == "nargiza"
    listener.subscribe()
    assert _told(listener.shows(_tells("CaughtUp"))) == ["CaughtUp"]


def test_it_works_on_another_device_of_the_network(visit: Visit, server: ServerProcess, somebody: Person) -> None:
    """There, plain http is no secure context: the page must not need what only that has."""
    by_address_if_it_has_one = lan.own_hosts()[-1]
    nargiza = visit(f"http://{by_address_if_it_has_one}:{server.port}")
    assert not nargiza.page.evaluate("isSecureContext")
    room = _enter(nargiza)
    somebody.enter("samovar")
    nargiza.go_to("Subscribe").paste({ROOM: room}).subscribe()
    nargiza.shows(_tells("CaughtUp"))
    somebody.send(room, GREETING)
    nargiza.shows(_tells(GREETING))


def test_a_field_that_does_not_exist_is_underlined(visit: Visit) -> None:
    """By a worker, which the policy lets start, and which knows the schema."""
    nargiza = visit()
    wrong = nargiza.page.locator(".squiggly-error")
    nargiza.change_operation({"displayName": "shoeSize"})
    wrong.first.wait_for()
    nargiza.change_operation({"shoeSize": "displayName"})
    wrong.first.wait_for(state="detached")


def test_it_is_legible_in_light_and_in_dark(visit: Visit) -> None:
    """WCAG asks for 4.5 to 1. Monaco's comments on GraphiQL's dark ground have 3.6."""
    page = visit(color_scheme="light").page
    page.get_by_label("Show Documentation Explorer").click()
    _becomes_legible(page, lambda contrast: contrast < 1 / 4.5)
    page.emulate_media(color_scheme="dark")
    page.reload()
    _becomes_legible(page, lambda contrast: contrast > 3.5)


def _becomes_legible(page: Page, is_legible: Callable[[float], bool]) -> None:
    parts = {
        "a tab": page.get_by_role("tab", name="EnterRoom"),
        "the documentation": page.get_by_text("All Schema Types"),
        "the operation": page.get_by_label("Operation Editor").locator(".view-line span span"),
        "the result": page.get_by_label("Result Window").locator(".view-line span span"),
    }
    page.get_by_role("button", name="Execute query").click()
    until(
        page,
        read=lambda: {name: contrast(part.first) for name, part in parts.items()},
        wanted=lambda contrasts: all(map(is_legible, contrasts.values())),
    )


def _enter(person: Explorer) -> str:
    """The first two tabs, as they are; the room's id."""
    person.run()
    room: str = person.go_to("EnterRoom").run()["enterRoom"]["room"]["id"]
    return room


def _told(shown: Any) -> list[str]:
    """What was said, and the types of other events, in the order in which they happened; not who comes and goes."""
    events = [result["data"]["roomEvents"]["event"] for result in reversed(shown.get("newestFirst", []))]
    told = [event["message"]["body"] if "message" in event else event["__typename"] for event in events]
    return [each for each in told if each != "OnlineChanged"]


def _tells(what: str) -> Callable[[Any], bool]:
    return lambda shown: what in _told(shown)


def _has_ended(shown: Any) -> bool:
    return "ended" in shown


def _is_refused(shown: Any) -> bool:
    return "errors" in shown and shown["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
