"""A browser for all tests of this folder; for each a server that nobody has been to, and windows with evidence."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Response
from playwright.sync_api import Error as PlaywrightError

from tests import leaks
from tests.browser.chat import DESK, Chat
from tests.browser.explorer import SECONDS, VIEW, Explorer
from tests.browser.watch import Watch
from tests.services.chromium import chromium
from tests.services.server import ServerProcess, embedded


class Window(NamedTuple):
    page: Page
    origin: str
    watch: Watch


Open = Callable[..., Window]
Visit = Callable[..., Explorer]
Come = Callable[..., Chat]

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture(scope="package")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with ExitStack() as stack:
        with capture.global_and_fixture_disabled():  # fetching one is slow, and says so
            browser = stack.enter_context(chromium())
        yield browser


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    with ServerProcess(file=embedded()) as server:
        yield server


@pytest.fixture
def window(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open a browser of its own on nothing yet, for a site at an origin; the rest goes to `Browser.new_context`.

    When the test is over, nothing may have been there to complain of. If it failed, what is left to see is kept.
    """
    opened: list[Window] = []
    responses: list[Response] = []
    with ExitStack() as contexts:

        def window(origin: str, **options: Any) -> Window:
            context = contexts.enter_context(browser.new_context(**options))
            context.set_default_timeout(SECONDS * 1000)
            watch = Watch(context, host=urlsplit(origin).netloc)
            _listen(context, responses)
            opened.append(Window(context.new_page(), origin, watch))
            return opened[-1]

        yield window
        complaints = [complaint for each in opened for complaint in each.watch.complaints]
        if complaints or request.node.stash[_failed]:
            _keep_evidence(opened, tmp_path)
        for response in responses:
            with suppress(PlaywrightError):  # its page may have gone on to another
                leaks.look("an HTTP response", response.text())
        assert complaints == []


@pytest.fixture
def visit(server: ServerProcess, window: Open) -> Visit:
    """Open GraphiQL as somebody new, at localhost or the given origin."""

    def visit(origin: str = f"http://localhost:{server.port}", **options: Any) -> Explorer:
        opened = window(origin, viewport=VIEW, **options)
        return Explorer(opened.page, origin, opened.watch).open()

    return visit


@pytest.fixture
def come(server: ServerProcess, window: Open) -> Come:
    """A browser of its own for the chat, at localhost or the given origin: nobody is logged in, and no page open."""

    def come(origin: str = f"http://localhost:{server.port}", **options: Any) -> Chat:
        opened = window(origin, **{"viewport": DESK, "locale": "en", "reduced_motion": "reduce", **options})
        language = str(options.get("locale", "en"))[:2]
        return Chat(opened.page, origin, opened.watch, language=language)

    return come


def picture(name: str = "tea.png", *, noise: bool = False) -> FilePayload:
    """Of noise it is large."""
    file = BytesIO()
    (Image.effect_noise((320, 240), 99) if noise else Image.new("RGB", (320, 240), "teal")).save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def _listen(context: BrowserContext, responses: list[Response]) -> None:
    """To what the server says on its sockets, at once; the bodies of `responses` can be read later alone."""
    context.on("response", lambda response: responses.append(response) if _is_json(response) else None)
    context.on(
        "page",
        lambda page: page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda frame: leaks.look("a frame", str(frame))),
        ),
    )


def _is_json(response: Response) -> bool:
    return "json" in response.headers.get("content-type", "")


def _keep_evidence(opened: list[Window], folder: Path) -> None:
    for person, window in enumerate(opened, start=1):
        print(f"The console of browser {person}:", *window.watch.console, sep="\n  ")  # noqa: T201
        for number, page in enumerate(window.page.context.pages, start=1):
            path = folder / f"browser-{person}-window-{number}.png"
            with suppress(PlaywrightError):  # it may have crashed
                page.screenshot(path=path)
                print(f"What it showed: {path}")  # noqa: T201
