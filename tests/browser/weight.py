"""What a page has to load before anything is seen."""

import gzip

from playwright.sync_api import Page, Response

BUDGET = 200_000
"""Bytes of JavaScript, compressed, of a first load."""


def first_load(page: Page, url: str) -> int:
    """Of all scripts that it takes until a heading stands there: what they weigh, compressed."""
    scripts: list[Response] = []
    page.on("response", lambda each: scripts.append(each) if each.request.resource_type == "script" else None)
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    return sum(len(gzip.compress(each.body(), 9)) for each in scripts)
