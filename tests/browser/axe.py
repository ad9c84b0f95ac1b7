"""What axe finds wrong on a page, each in a line or two that say where."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.explorer import until

_SOURCE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ALL = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""What may be right in light and wrong in dark."""
# A menu and a tooltip belong to what they were opened from, wherever in the document they stand.
_CONFIGURE = """
axe.configure({ checks: [{ id: 'region', options: {
  regionMatcher: 'dialog, [role=dialog], [role=alertdialog], [role=menu], [role=tooltip], svg' } }] })
"""
# What fades in has not its colours yet. What goes on for ever has no end to wait for.
_MOVING = """
document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity).length
"""


def violations(page: Page, rules: tuple[str, ...] = ALL) -> list[str]:
    until(page, lambda: page.evaluate(_MOVING), lambda count: count == 0)
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{_script()};{_CONFIGURE}")
    options = {"resultTypes": ["violations"], "runOnly": rules}
    found: list[dict[str, Any]] = page.evaluate("(options) => axe.run(options)", options)["violations"]
    return [
        f"{violation['id']}: {violation['help']}\n    {node['html'][:300]}\n    {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@cache
def _script() -> str:
    return _SOURCE.read_text()
