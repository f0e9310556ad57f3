"""Takes the pictures of the README: `make screenshots`. Needs Chromium and the development packages."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browsing import SWITCHES, WAIT, ask, chromium, open_page, serving

PICTURES = Path(__file__).parent / "screenshots"
LAUNCH = "When will Aurelisk launch the Petrel 4?"


def main() -> None:
    """Write them all."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        wide = window(browser, 1280, 760, "light")
        open_page(wide, address)
        expect(wide.locator(".welcome .questions button")).to_have_count(4, timeout=WAIT)
        wide.screenshot(path=PICTURES / "first-screen.png")
        ask(wide, "Who owns the model?")
        ask(wide, LAUNCH)
        expect(wide.locator("#next .questions")).to_be_visible(timeout=WAIT)
        wide.locator("#now a.cite", has_text="[1]").click()
        wide.mouse.move(0, 0)
        wide.screenshot(path=PICTURES / "answer.png")
        wide.locator("#sources").screenshot(path=PICTURES / "sources.png")
        wide.get_by_role("tab", name="Corpus").click()
        wide.locator("#articles .title").nth(1).click()
        expect(wide.locator(".preview")).to_be_visible(timeout=WAIT)
        wide.mouse.move(0, 0)
        wide.screenshot(path=PICTURES / "corpus.png")
        narrow = window(browser, 380, 760, "dark")
        ask(open_page(narrow, address), "Who owns the Eiffel Tower?")
        ask(narrow, LAUNCH)
        narrow.screenshot(path=PICTURES / "telephone.png")
        narrow.locator("#now a.cite", has_text="[2]").click()
        narrow.screenshot(path=PICTURES / "telephone-sources.png")
        browser.close()


def window(browser: Browser, width: int, height: int, scheme: str) -> Page:
    """A window of that size, in light or dark."""
    return browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()


if __name__ == "__main__":
    main()
