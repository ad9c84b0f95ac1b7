"""Pictures of the main screens, into docs/screens: `make screenshots`. The people are those of the demo.

Emoji look as the fonts of this machine draw them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.chat import DESK, PHONE, Chat
from tests.browser.watch import Watch
from tests.services.chromium import chromium
from tests.services.server import ServerProcess

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
COLOURS = 256
# They speak when the doors open, and then not again while pictures are taken.
_DEMO = ("demo", "--pause", "3600")
_LOG_IN = "mutation ($input: LogInInput!) { logIn(input: $input) { __typename } }"
_TABLE = "/rooms/chaikhana"


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "backend.settings", "SECRET_KEY": "for tests"}
    django.setup()
    FOLDER.mkdir(exist_ok=True)
    with ServerProcess(command=_DEMO) as server, chromium() as browser:
        house = House(browser, server)
        with house.come("levan", _TABLE), house.come("oliver", _TABLE) as oliver, house.come("timur", _TABLE):
            with house.come("emma", _TABLE) as emma:
                _whisper(oliver, to="Emma", text="Don't look now, but the baklava is nearly gone.")
                emma.sees("Don't look now")
                emma.people_button.click()
                expect(emma.page.get_by_role("complementary", name="People").get_by_role("link")).not_to_have_count(0)
                _keep(emma.page, "room")
                _keep(emma.open("/rooms/reading corner/settings").page, "settings")
                _keep(emma.open("/profile").page, "profile")
                _keep(emma.open("/").page, "home")
            with house.come("emma", _TABLE, color_scheme="dark") as emma:
                emma.page.get_by_role("button", name="Search in this room").click()
                emma.page.get_by_label("Search messages").fill("pie")
                found = emma.page.get_by_role("complementary", name="Search").get_by_role("listitem")
                expect(found.first).to_be_visible()
                _keep(emma.page, "room-dark")
                _keep(emma.open("/").page, "home-dark")
            with house.come("babak", "/rooms/شعر و چای"), house.come("shirin", "/rooms/شعر و چای") as shirin:
                shirin.people_button.click()
                expect(shirin.page.get_by_role("complementary").get_by_role("link")).not_to_have_count(0)
                _keep(shirin.page, "room-farsi")
                _keep(shirin.open("/").page, "home-farsi")
            _keep_phones(house)
        with house.visitor() as page:
            _keep(page, "log-in")


class House:
    def __init__(self, browser: Browser, server: ServerProcess) -> None:
        self._browser = browser
        self._server = server

    @contextmanager
    def visitor(self, **options: Any) -> Iterator[Page]:
        defaults = {"viewport": DESK, "locale": "en", "reduced_motion": "reduce", "timezone_id": "Asia/Tbilisi"}
        with self._browser.new_context(base_url=self._server.url, **{**defaults, **options}) as context:
            page = context.new_page()
            page.goto("/")
            yield page

    @contextmanager
    def come(self, name: str, path: str, **options: Any) -> Iterator[Chat]:
        """Somebody of the demo, whose language the page soon speaks."""
        from backend.management.demo import script, stage

        locale = next(person.locale for person in script.read().people if person.username == name)
        with self.visitor(**options) as page:
            variables = {"input": {"username": name, "password": stage.password(name)}}
            page.context.request.post("/graphql", data={"query": _LOG_IN, "variables": variables})
            chat = Chat(page, self._server.url, Watch(page.context, host=""), language=locale).open(path)
            expect(page.locator("html")).to_have_attribute("lang", locale)
            if path != "/":
                expect(chat.feed.get_by_role("article").last).to_be_visible()
                chat.feed.hover()
                page.mouse.wheel(0, 100_000)  # from where they stopped to read, to the end
                page.mouse.move(0, 0)
            yield chat


def _whisper(chat: Chat, *, to: str, text: str) -> None:
    chat.people_button.click()
    line = chat.page.get_by_role("complementary").get_by_role("listitem").filter(has_text=to)
    line.get_by_role("button", name="Whisper").click()
    box = chat.page.get_by_role("textbox", name="Whisper to")
    box.fill(text)
    box.press("Enter")
    expect(box).to_have_value("")


def _keep_phones(house: House) -> None:
    """Three of them side by side: one picture of the size of the others."""
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    canvas = Image.new("RGB", (DESK["width"], DESK["height"]), "#e4ded4")
    gap = (DESK["width"] - 3 * PHONE["width"]) // 4
    shown = (("emma", "/", "light"), ("nino", "/rooms/სუფრა", "light"), ("shirin", "/rooms/شعر و چای", "dark"))
    for place, (name, path, scheme) in enumerate(shown):
        with house.come(name, path, color_scheme=scheme, **phone) as chat:
            shot = Image.open(BytesIO(_shot(chat.page)))
            x, y = gap + place * (PHONE["width"] + gap), (DESK["height"] - PHONE["height"]) // 2
            canvas.paste(shot, (x, y))
    _write(canvas, "phones")


def _keep(page: Page, name: str) -> None:
    _write(Image.open(BytesIO(_shot(page))), name)


def _shot(page: Page) -> bytes:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => undefined)")
    return page.screenshot(animations="disabled", caret="initial")


def _write(image: Image.Image, name: str) -> None:
    path = FOLDER / f"{name}.png"
    image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(Path.cwd())}: {path.stat().st_size // 1000} kB", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
