"""How the web client feels in a real Chromium: `make bench-client`, or `python -m benchmarks.client`, once it is built.

What the first load weighs; how smoothly one scrolls through a long room, while its history comes in and when it is
there; and how soon a key is seen while others write. Exit status 1 if a demand is not met. Nothing else should run on
the machine meanwhile; with two cores, the server and whoever writes have one of them. One argument: how many messages
the room has.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from backend.management.progress import Progress
from benchmarks.client import feel, house
from benchmarks.engine.figures import Figure
from tests.browser.chat import DESK
from tests.browser.weight import BUDGET, first_load
from tests.services.chromium import chromium
from tests.services.server import ServerProcess

WORK_MS = 10.0
"""Of the 16.7 that a picture lasts. Unlike all times here, it is the same on a machine that does other things too."""
LATE_MS = 50.0
"""Longer than this between two pictures is seen as a halt: at 60 Hz, two of them were left out."""


def main() -> int:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else house.MESSAGES
    are_met = True
    for figure in measure(messages):
        print(figure, flush=True)
        are_met &= figure.met
    return 0 if are_met else 1


def measure(messages: int) -> Iterator[Figure]:
    room = house.long_room(messages)
    with ServerProcess(file=room) as server, chromium() as browser:
        yield from weigh(browser, server)
        with _open(browser, server, f"/rooms/{house.ADDRESS}") as page:
            yield from scroll(page, messages)
        with _open(browser, server, f"/rooms/{house.ADDRESS}") as page:
            yield from type_among_others(page, server)


def weigh(browser: Browser, server: ServerProcess) -> Iterator[Figure]:
    for name, path, is_in in (
        ("log-in", "/", False),
        ("first screen", "/", True),
        ("room", f"/rooms/{house.ADDRESS}", True),
    ):
        with _open(browser, server, is_in=is_in) as page:
            weight = first_load(page, f"{server.url}{path}")
        yield Figure(f"JavaScript of the first load, {name}", weight / 1000, "kB", BUDGET / 1000, "at most")


def scroll(page: Page, messages: int) -> Iterator[Figure]:
    page.get_by_text("message ").last.wait_for()
    with Progress("messages read", of=messages) as progress, feel.work_of(page) as worked:
        coming = feel.scroll_up(page, progress.add)
        work = worked()
    yield from _frames("scrolling up while history comes in", coming, work)
    with Progress("screens scrolled", of=feel.SCREENS) as progress, feel.work_of(page) as worked:
        there = feel.scroll_through(page, progress.add)
        work = worked()
    yield from _frames(f"scrolling through {messages:,} messages", there, work)


def _frames(name: str, took: Sequence[float], work: float) -> Iterator[Figure]:
    """Milliseconds from one picture to the next, and of work for all of them."""
    late = 100 * sum(ms > LATE_MS for ms in took) / len(took)
    yield Figure(f"{name}: pictures a second", 1000 * len(took) / sum(took), "")
    yield Figure(f"{name}: work for a picture", work / len(took), "ms", WORK_MS, "at most")
    yield Figure(f"{name}: later than {LATE_MS:g} ms", late, "%", 1, "at most")
    yield Figure(f"{name}: longest", max(took), "ms", 200, "at most")


def type_among_others(page: Page, server: ServerProcess) -> Iterator[Figure]:
    box = page.get_by_role("textbox")
    box.wait_for()
    with (
        house.others_write(server) as written,
        Progress("keys", of=feel.KEYS) as progress,
        feel.work_of(page) as worked,
    ):
        began = written()
        took, seconds = feel.type_keys(page, box, progress.add)
        came, work = written() - began, worked()
    yield Figure("messages that came meanwhile, a second", came / seconds, "", house.RATE * 0.95)
    yield Figure("work for a message, and what was typed beside it", work / came, "ms", WORK_MS, "at most")
    yield Figure("from a key to its letter, p50", feel.percentile(took, 50), "ms")
    yield Figure("from a key to its letter, p95", feel.percentile(took, 95), "ms", 50, "at most")
    yield Figure("from a key to its letter, longest", max(took), "ms", 150, "at most")


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
