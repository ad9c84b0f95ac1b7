"""What a page must never do, noticed while somebody uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

# Console messages of the browser tell of violations too, but not of all kinds, nor always in these words.
_TELL_VIOLATIONS = """
addEventListener('securitypolicyviolation', (violation) =>
  console.error(`CSP: ${violation.violatedDirective} forbids ${violation.blockedURI}`))
"""


# How the browser itself tells that nobody answers: no page can keep it from that.
_UNANSWERED = ("Failed to load resource: net::ERR_", "WebSocket connection to ")


class Watch:
    """Of one browser context: `complaints` is what must not be, `console` all that was said."""

    def __init__(self, context: BrowserContext, *, host: str) -> None:
        """`host` is the one that may be asked, with its port."""
        self.complaints: list[str] = []
        self.console: list[str] = []
        self._host = host
        self._is_out = False
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("page", self._on_page)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """For as long as the server cannot be reached, and until the page says that it is reached again."""
        self._is_out = True
        yield
        self._is_out = False

    def _on_console(self, message: ConsoleMessage) -> None:
        said = f"{message.type}: {message.text} ({message.location['url']})"
        self.console.append(said)
        if self._is_out and message.text.startswith(_UNANSWERED):
            return
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"console {said}")

    def _on_error(self, error: WebError) -> None:
        self.complaints.append(f"page error: {error.error}")

    def _on_page(self, page: Page) -> None:
        page.on("websocket", self._on_request)

    def _on_request(self, request: Request | WebSocket) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != self._host:
            self.complaints.append(f"request to another host: {request.url}")
