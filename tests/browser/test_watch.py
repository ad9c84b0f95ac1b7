"""The watch notices all that a page must not do, and nothing else."""

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.watch import Watch

HOST = "chaikhana.test"


@pytest.mark.parametrize(
    ("event", "script", "complaint"),
    [
        ("request", "location = 'http://elsewhere.test/'", "request to another host: http://elsewhere.test/"),
        ("websocket", "new WebSocket('ws://elsewhere.test/')", "request to another host: ws://elsewhere.test/"),
        ("weberror", "setTimeout(() => { throw new Error('oh') })", "page error: oh"),
        ("console", "document.body.innerHTML = '<img src=/tea.png>'", f"CSP: img-src forbids http://{HOST}/tea.png"),
        ("console", "fetch('/missing')", "console error: Failed to load resource"),
        ("console", "console.warn('no workers')", "console warning: no workers"),
        ("console", "new Worker(URL.createObjectURL(new Blob(['console.error(1)'])))", "console error: 1"),
    ],
)
def test_it_notices(browser: Browser, event: str, script: str, complaint: str) -> None:
    with browser.new_context() as context:
        watch = Watch(context, host=HOST)
        context.route("**/*", _serve)
        page = context.new_page()
        page.goto(f"http://{HOST}/")
        assert watch.complaints == []
        heard_after_the_watch = page if event == "websocket" else context
        with heard_after_the_watch.expect_event(event, lambda _: any(complaint in each for each in watch.complaints)):
            page.evaluate(f"() => {{ {script} }}")


def _serve(route: Route) -> None:
    policy = {"Content-Security-Policy": "default-src * blob:; img-src 'none'"}
    if route.request.url == f"http://{HOST}/":
        route.fulfill(content_type="text/html", headers=policy, body="<title>tea</title>")
    else:
        route.fulfill(status=404)
