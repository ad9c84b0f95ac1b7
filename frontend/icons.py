"""Draws the icons of the installed app from the sign of the house: `python -m frontend.icons`. They are committed."""

from pathlib import Path

from tests.services.chromium import chromium

PUBLIC = Path(__file__).parent / "public"
PAPER = "#f6f3ee"  # as --page of app.css

# Name, pixels, how much of it the bowl fills, and the ground. Of a maskable one, a system may cut the edges off.
ICONS = (
    ("icon-192.png", 192, 0.92, "transparent"),
    ("icon-512.png", 512, 0.92, "transparent"),
    ("icon-maskable.png", 512, 0.6, PAPER),
    ("icon-apple.png", 180, 0.72, PAPER),
)


def main() -> None:
    sign = (PUBLIC / "favicon.svg").read_text()
    with chromium() as browser:
        for name, size, part, ground in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(
                f"<style>body {{ display: grid; place-content: center; height: 100vh; margin: 0 }}"
                f"html {{ background: {ground} }}"
                f"svg {{ width: {size * part}px }}</style>{sign}"
            )
            page.screenshot(path=PUBLIC / name, omit_background=True)
            page.close()


if __name__ == "__main__":
    main()
