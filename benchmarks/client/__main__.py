"""How the web client feels in a real Chromium: `make bench-client`, or `python -m benchmarks.client`, once it is built.

What the first load weighs; how smoothly one scrolls through a long room, while its history comes in and when it is
there; and how soon a key is seen while others write. Exit status 1 if a demand is not met. Nothing else should run on
the machine meanwhile; with two cores, the server and whoever writes have one of them. One argument: how many messages
the room has.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from backend.management.progress import Progress
from benchmarks.client import feel, house
from benchmarks.client.figures import Figure, Figures
from tests.browser.chat import DESK
from tests.browser.weight import BUDGET, first_load
from tests.services.chromium import chromium
from tests.services.server import ServerProcess


def main() -> int:
    figures = Figures()
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else house.MESSAGES
    room = house.long_room(messages)
    with ServerProcess(file=room) as server, chromium() as browser:
        weigh(browser, server, figures)
        with _open(browser, server, f"/rooms/{house.ADDRESS}") as page:
            scroll(page, messages, figures)
        with _open(browser, server, f"/rooms/{house.ADDRESS}") as page:
            type_among_others(page, server, figures)
    return 0 if figures.are_met else 1


def weigh(browser: Browser, server: ServerProcess, figures: Figures) -> None:
    for name, path, is_in in (
        ("log-in", "/", False),
        ("first screen", "/", True),
        ("room", f"/rooms/{house.ADDRESS}", True),
    ):
        with _open(browser, server, is_in=is_in) as page:
            weight = first_load(page, f"{server.url}{path}")
        figures.add(Figure(f"JavaScript of the first load, {name}", weight / 1000, "kB", at_most=BUDGET / 1000))


def scroll(page: Page, messages: int, figures: Figures) -> None:
    page.get_by_text("message ").last.wait_for()
    with Progress("messages read", of=messages) as progress:
        coming = feel.scroll_up(page, progress.add)
    figures.frames("scrolling up while history comes in", coming)
    with Progress("screens scrolled", of=feel.SCREENS) as progress:
        there = feel.scroll_through(page, progress.add)
    figures.frames(f"scrolling through {messages:,} messages", there)


def type_among_others(page: Page, server: ServerProcess, figures: Figures) -> None:
    box = page.get_by_role("textbox")
    box.wait_for()
    with house.others_write(server) as written, Progress("keys", of=feel.KEYS) as progress:
        began = written()
        took, seconds = feel.type_keys(page, box, progress.add)
        rate = (written() - began) / seconds
    figures.add(Figure("messages that came meanwhile, a second", rate, "", at_least=house.RATE * 0.95))
    figures.add(Figure("from a key to its letter, p50", feel.percentile(took, 50), "ms"))
    figures.add(Figure("from a key to its letter, p95", feel.percentile(took, 95), "ms", at_most=50))
    figures.add(Figure("from a key to its letter, longest", max(took), "ms", at_most=150))


@contextmanager
def _open(browser: Browser, server: ServerProcess, path: str = "", *, is_in: bool = True) -> Iterator[Page]:
    """A new browser of somebody who is in the room, or of nobody."""
    with browser.new_context(base_url=server.url, viewport=DESK, locale="en") as context:
        if is_in:
            house.log_in(context.request)
        page = context.new_page()
        if path:
            page.goto(path)
        yield page


if __name__ == "__main__":
    sys.exit(main())
