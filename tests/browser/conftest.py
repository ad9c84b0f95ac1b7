"""A browser for all tests of this folder; for each a server that nobody has been to, and windows with evidence."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Response
from playwright.sync_api import Error as PlaywrightError

from tests import leaks
from tests.browser.explorer import SECONDS, VIEW, Explorer
from tests.browser.watch import Watch
from tests.services.chromium import chromium
from tests.services.server import ServerProcess

Visit = Callable[..., Explorer]

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
    with ServerProcess() as server:
        yield server


@pytest.fixture
def visit(browser: Browser, server: ServerProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open GraphiQL as somebody new, at localhost or the given origin; the rest goes to `Browser.new_context`.

    When the test is over, nothing may have been there to complain of. If it failed, what is left to see is kept.
    """
    opened: list[Explorer] = []
    responses: list[Response] = []
    with ExitStack() as contexts:

        def visit(origin: str = f"http://localhost:{server.port}", **options: Any) -> Explorer:
            context = contexts.enter_context(browser.new_context(viewport=VIEW, **options))
            context.set_default_timeout(SECONDS * 1000)
            watch = Watch(context, host=urlsplit(origin).netloc)
            _listen(context, responses)
            explorer = Explorer(context.new_page(), origin, watch)
            opened.append(explorer)
            return explorer.open()

        yield visit
        complaints = [complaint for explorer in opened for complaint in explorer.watch.complaints]
        if complaints or request.node.stash[_failed]:
            _keep_evidence(opened, tmp_path)
        for response in responses:
            with suppress(PlaywrightError):  # its page may have gone on to another
                leaks.look("an HTTP response", response.text())
        assert complaints == []


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


def _keep_evidence(opened: list[Explorer], folder: Path) -> None:
    for person, explorer in enumerate(opened, start=1):
        print(f"The console of browser {person}:", *explorer.watch.console, sep="\n  ")  # noqa: T201
        for window, page in enumerate(explorer.page.context.pages, start=1):
            path = folder / f"browser-{person}-window-{window}.png"
            with suppress(PlaywrightError):  # it may have crashed
                page.screenshot(path=path)
                print(f"What it showed: {path}")  # noqa: T201
