"""The chat as a person uses it: by what it shows, and how that is named in their language."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.explorer import SECONDS, until
from tests.browser.watch import Watch

expect.set_options(timeout=SECONDS * 1000)

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
PASSWORD = "a long enough secret"

_SOURCE = Path(__file__).parents[2] / "frontend" / "src"
_REGISTER = """
mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on Problem { detail } } }
"""

# Of each message that the server has, without the time that stands at its end.
_BODIES = """
(feed) => [...feed.querySelectorAll('article[data-message] p[dir=auto]')].map((body) =>
  [...body.childNodes].filter((node) => !node.querySelector?.('time')).map((node) => node.textContent).join(''))
"""


class Chat:
    """One page with the chat, and who sits before it."""

    def __init__(self, page: Page, origin: str, watch: Watch, *, language: str = "en") -> None:
        self.page = page
        self.watch = watch
        self.origin = origin
        self.name = ""
        self._language = language

    def word(self, key: str) -> str:
        """What the page says there, in their language: `room.feed.label` is `feed.label` of `room`."""
        namespace, *path = key.split(".")
        found: Any = _texts(namespace, self._language)
        for step in path:
            found = found[step]
        text: str = found
        return text

    # --- Coming and going

    def open(self, path: str = "/") -> Self:
        self.page.goto(f"{self.origin}{path}")
        return self

    def another_window(self) -> "Chat":
        """In the same browser: with the same cookies."""
        window = Chat(self.page.context.new_page(), self.origin, self.watch, language=self._language)
        window.name = self.name
        return window.open()

    def sign_up(self, name: str) -> Self:
        """As somebody new, from the first screen on."""
        self.name = name
        self.open()
        self.page.get_by_role("link", name=self.word("account.signUp.title")).click()
        self.page.get_by_label(self.word("account.username")).fill(name)
        self.page.get_by_label(self.word("account.password"), exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name=self.word("account.signUp.do")).click()
        expect(self.door).to_be_visible()
        return self

    def log_in(self, name: str) -> Self:
        self.name = name
        self.page.get_by_label(self.word("account.username")).fill(name)
        self.page.get_by_label(self.word("account.password"), exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name=self.word("account.logIn.title")).click()
        expect(self.page.get_by_role("main").locator("form")).not_to_be_attached()
        return self

    def arrive(self, name: str, address: str | None = None) -> Self:
        """As somebody new, but without what is shown on the way; in a room, if there is an address."""
        self.name = name
        variables = {"input": {"username": name, "password": PASSWORD}}
        answer = self.page.context.request.post(
            f"{self.origin}/graphql", data={"query": _REGISTER, "variables": variables}
        ).json()
        assert answer["data"]["register"]["__typename"] == "Registered", answer
        if not address:
            return self.open()
        self.open(f"/rooms/{address}")
        expect(self.box).to_be_visible()
        return self

    def enter(self, address: str) -> Self:
        """From the first screen."""
        self.door.fill(address)
        self.door.press("Enter")
        expect(self.box).to_be_visible()
        return self

    @property
    def door(self) -> Locator:
        """Where one types the address of a room."""
        return self.page.get_by_role("textbox", name=self.word("home.enter"), exact=True)

    @property
    def my_menu(self) -> Locator:
        return self.page.get_by_role("complementary").first.get_by_role("button", name=self.name)

    # --- In a room

    @property
    def feed(self) -> Locator:
        return self.page.get_by_role("region", name=self.word("room.feed.label"), exact=True)

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=_around("{{title}}", self.word("room.composer.label")))

    @property
    def people_button(self) -> Locator:
        return self.page.get_by_role("button", name=_around("{{number}}", self.word("room.head.people_other")))

    @property
    def unsent(self) -> Locator:
        return self.feed.get_by_role("article", name=self.word("room.pending.label"))

    @property
    def banner(self) -> Locator:
        return self.page.locator("[data-word]")

    def say(self, *texts: str) -> Self:
        for text in texts:
            self.box.fill(text)
            self.box.press("Enter")
            expect(self.box).to_have_value("")
        return self

    def message(self, text: str) -> Locator:
        """By what it says, not by what it answers: the whole of it, with what can be done to it."""
        return self.feed.get_by_role("article").filter(has=self.page.locator("p", has_text=text))

    def sees(self, *texts: str) -> Self:
        for text in texts:
            expect(self.message(text).last).to_be_visible()
        return self

    def do(self, text: str, action: str) -> Self:
        """Press a button of the bar beside a message."""
        message = self.message(text).last
        message.hover()
        message.get_by_role("button", name=action, exact=True).click()
        return self

    def choose(self, item: str) -> Self:
        """From the menu that is open."""
        self.page.get_by_role("menuitem", name=item).click()
        return self

    def bodies(self) -> list[str]:
        """Of what is in view, and a little around it."""
        bodies: list[str] = self.feed.evaluate(_BODIES)
        return bodies

    def reads(self, bodies: list[str]) -> Self:
        """All that was said, in this order, each once; and nothing is on its way."""
        until(self.page, self.bodies, lambda read: read == bodies)
        expect(self.unsent).to_have_count(0)
        return self


def _around(hole: str, text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split(hole))))


@cache
def _texts(namespace: str, language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((_SOURCE / namespace / "texts" / f"{language}.json").read_text())
    return texts
