"""Scrolls and types as a person does, and has the page note down how long each frame and each key takes."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

SCREENS = 300
KEYS = 200
_STEP = 1_000  # pixels of one turn of the wheel: as fast as one can still see what passes
_PATIENCE_MS = 30_000
_BETWEEN_KEYS = 0.1

_WATCH_FRAMES = """
() => {
  window.frames = []
  let before = performance.now()
  const next = (now) => {
    window.frames.push(now - before)
    before = now
    window.watching = requestAnimationFrame(next)
  }
  window.watching = requestAnimationFrame(next)
}
"""
_FRAMES = "() => (cancelAnimationFrame(window.watching), window.frames.slice(1))"

# When the frame that shows a key has been drawn, what is next in line is run.
_WATCH_KEYS = """
() => {
  window.keys = []
  addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => window.keys.push(performance.now() - timeStamp)
    port2.postMessage(0)
  }), true)
}
"""

_NUMBERS = """
[...document.querySelectorAll('article[data-message] p')]
  .map((body) => Number(/message (\\d+):/.exec(body.textContent)?.[1]))
"""


@contextmanager
def work_of(page: Page) -> Iterator[Callable[[], float]]:
    """Yields what tells how many milliseconds the page's thread has worked: of a processor, whoever else wants one."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")

    began = worked()
    yield lambda: worked() - began
    session.detach()


def scroll_up(page: Page, told: Callable[[int], None]) -> list[float]:
    """To the very first message; milliseconds of each frame on the way."""
    _point_at_the_feed(page)
    page.evaluate(_WATCH_FRAMES)
    reached, deadline = None, time.monotonic() + 600
    while reached != 1:
        assert time.monotonic() < deadline, f"The first message was not reached, but {reached}."
        page.mouse.wheel(0, -_STEP)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        numbers = [number for number in page.evaluate(_NUMBERS) if number]
        if numbers and (reached is None or numbers[0] < reached):
            told((reached or numbers[0] + 1) - numbers[0])
            reached = numbers[0]
    frames: list[float] = page.evaluate(_FRAMES)
    return frames


def scroll_through(page: Page, told: Callable[[], None]) -> list[float]:
    """Down and up again, through what is there."""
    _point_at_the_feed(page)
    page.evaluate(_WATCH_FRAMES)
    for screen in range(SCREENS):
        page.mouse.wheel(0, _STEP if screen < SCREENS // 2 else -_STEP)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        told()
    frames: list[float] = page.evaluate(_FRAMES)
    return frames


def type_keys(page: Page, box: Locator, told: Callable[[], None]) -> tuple[list[float], float]:
    """Milliseconds from each key until it is seen, and the seconds that all of it took."""
    box.click()
    page.evaluate(_WATCH_KEYS)
    began = time.monotonic()
    for number in range(KEYS):
        page.keyboard.press("abcdefghij"[number % 10])
        time.sleep(max(0.0, began + (number + 1) * _BETWEEN_KEYS - time.monotonic()))
        told()
    seconds = time.monotonic() - began
    page.wait_for_function("(count) => window.keys.length === count", arg=KEYS, timeout=_PATIENCE_MS)
    keys: list[float] = page.evaluate("window.keys")
    return keys, seconds


def percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def _point_at_the_feed(page: Page) -> None:
    box = page.get_by_role("region", name="Messages", exact=True).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
