"""GraphiQL as a person uses it: what is read is what the page shows, what is written is typed or pasted."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from playwright.sync_api import Locator, Page, Request, ViewportSize, WebSocket

from tests.browser.watch import Watch

T = TypeVar("T")

SECONDS = 30.0
"""In which anything that happens at all happens."""

# What an editor holds is in the page only where it is in view, and whole only in lines that need no wrapping.
VIEW: ViewportSize = {"width": 2600, "height": 2000}

# How the operations and the variables of the tour end: one that has no such line is half drawn.
_END = "\n}"

# Lines are in the page in any order, and with spaces that do not break.
_READ = """
(editor) => [...editor.querySelectorAll('.view-line')]
  .sort((one, other) => parseFloat(one.style.top) - parseFloat(other.style.top))
  .map((line) => line.textContent.replaceAll('\\u00a0', ' '))
  .join('\\n')
"""

# By an event of our own, not by the keyboard: outside a secure context no page can put anything on the clipboard.
_PASTE = """
(text) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData('text/plain', text)
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }))
}
"""

# Of an element and of the nearest thing behind it that one cannot see through, painted to know them as RGB.
_COLOURS = """
(element) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  const paint = (colour) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const backgrounds = []
  for (let each = element; each; each = each.parentElement)
    backgrounds.push(paint(getComputedStyle(each).backgroundColor))
  const behind = backgrounds.find(([, , , alpha]) => alpha === 255) ?? [255, 255, 255]
  return [paint(getComputedStyle(element).color), behind].map((colour) => colour.slice(0, 3))
}
"""


class Explorer:
    """One page with GraphiQL."""

    def __init__(self, page: Page, origin: str, watch: Watch) -> None:
        self.page = page
        self.watch = watch
        self._origin = origin
        self._operation = page.get_by_label("Operation Editor")
        self._result = page.get_by_label("Result Window")

    def open(self) -> Self:
        response = self.page.goto(f"{self._origin}/graphql")
        assert response
        assert response.ok, response.text()
        until(self.page, lambda: self._read(self._operation), lambda text: _END in text)
        return self

    def another_window(self) -> "Explorer":
        """In the same browser: with the same cookies."""
        return Explorer(self.page.context.new_page(), self._origin, self.watch).open()

    # The panes

    def go_to(self, tab: str) -> Self:
        """By the name of the operation in it."""
        self.page.get_by_role("tablist").get_by_role("button", name=tab, exact=True).click()
        self._wait_until_taken_in(f"mutation {tab}", f"subscription {tab}")
        return self

    def write_operation(self, document: str) -> Self:
        """In a new tab."""
        self.page.get_by_label("New tab").click()
        self._write(self._operation, document)
        self._wait_until_taken_in(document)
        return self

    def _wait_until_taken_in(self, *texts: str) -> None:
        # A tenth of a second after an operation has changed, GraphiQL notes it down, and looks for its name. Whoever
        # is faster runs it by the name of the one before.
        noted = "texts => texts.some((text) => localStorage.getItem('graphiql:query')?.includes(text))"
        self.page.wait_for_function(noted, arg=texts)

    def change_operation(self, changes: Mapping[str, str]) -> Self:
        self._change(self._operation, changes)
        self._wait_until_taken_in(*changes.values())
        return self

    def paste(self, changes: Mapping[str, str]) -> Self:
        """Into the variables, each in the place of what stands there."""
        self._change(self._tool("Variables"), changes)
        return self

    def write_headers(self, headers: Mapping[str, str]) -> Self:
        self._write(self._tool("Headers"), json.dumps(headers))
        return self

    def _tool(self, name: str) -> Locator:
        self.page.get_by_role("button", name=name, exact=True).click()
        return self.page.get_by_label(name, exact=True).locator(".graphiql-editor:not(.hidden)")

    def _change(self, editor: Locator, changes: Mapping[str, str]) -> None:
        text = until(self.page, lambda: self._read(editor), lambda text: all(old in text for old in (*changes, _END)))
        for old, new in changes.items():
            text = text.replace(old, new)
        self._write(editor, text)

    def _write(self, editor: Locator, text: str) -> None:
        """In the place of all that is there. Pasted: what is typed, the editor indents, and closes brackets of."""
        editor.locator(".view-lines").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.evaluate(_PASTE, text)

    def _read(self, editor: Locator) -> str:
        text: str = editor.evaluate(_READ)
        return text

    # Running

    def run(self) -> Any:
        """A query or mutation: `data`, as the server answered and the page shows it."""
        with self.page.expect_response(lambda response: _is_operation(response.request)) as response:
            self.press_play()
        answer = response.value.json()
        self.shows(lambda shown: shown == answer)
        assert "errors" not in answer, answer
        return answer["data"]

    def subscribe(self) -> WebSocket:
        with self.page.expect_websocket() as socket:
            self.press_play()
        return socket.value

    def wait_until_closed(self, socket: WebSocket) -> None:
        if not socket.is_closed():
            socket.wait_for_event("close")

    def press_play(self) -> None:
        self.page.get_by_role("button", name="Execute query").click()

    def press_stop(self) -> None:
        self.page.get_by_role("button", name="Stop query").click()

    def shows(self, wanted: Callable[[Any], object]) -> Any:
        """The response pane, as soon as it is as wanted."""
        text = until(
            self.page, lambda: self._read(self._result), lambda text: _is_json(text) and wanted(json.loads(text))
        )
        return json.loads(text)


def until(page: Page, read: Callable[[], T], wanted: Callable[[T], object]) -> T:
    """What is read, as soon as it is as wanted: the page may draw between two looks."""
    deadline = time.monotonic() + SECONDS
    while not wanted(value := read()):
        assert time.monotonic() < deadline, f"What was waited for did not come. The page shows: {value}"
        page.evaluate("() => new Promise(requestAnimationFrame)")
    return value


def contrast(element: Locator) -> float:
    """How much lighter its text is than what is behind it, as WCAG counts; below 1 if it is darker."""
    text, behind = map(_luminance, element.evaluate(_COLOURS))
    return (text + 0.05) / (behind + 0.05)


def _luminance(colour: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _is_operation(request: Request) -> bool:
    return request.method == "POST" and "IntrospectionQuery" not in (request.post_data or "")


def _is_json(text: str) -> bool:
    """Not if it is half drawn."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
