"""The page for everyone: by keyboard, with a screen reader, narrow and wide, light and dark, and at home."""

import socket
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import findings
from tests.browsing import NARROW, WAIT, WIDE, ask, begin, open_page

pytestmark = [pytest.mark.browser, pytest.mark.model]
OWNER = "who owns the model?"

Window = Callable[[dict[str, int], str], Page]


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    opened = []

    def open_one(size: dict[str, int], scheme: str) -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme)
        opened.append(context)
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()


def test_a_picture_without_words_would_be_found(page: Page):
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    assert findings(page)[0].startswith("image-alt")


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")])
def test_nothing_keeps_anybody_from_using_it(window: Window, address: str, size: dict[str, int], scheme: str):
    page = window(size, scheme)
    open_page(page, address)
    expect(page.locator(".questions")).to_be_visible(timeout=WAIT)
    assert findings(page) == []
    ask(page, "when will Aurelisk launch the Petrel 4?")
    ask(page, "who owns the Eiffel Tower?")
    page.locator("#t1 a.cite").first.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters").click()
    assert findings(page) == []
    page.get_by_role("tab", name="Corpus").click()
    page.locator("#articles .title").first.click(timeout=WAIT)
    expect(page.locator(".preview")).to_be_visible()
    read = page.locator(".preview").get_by_role("link", name="Read the article").get_attribute("href")
    assert findings(page) == []
    if size is NARROW:
        page.keyboard.press("Escape")
        expect(page.locator(".preview")).not_to_be_visible()
    page.get_by_role("button", name="Upkeep").click()
    assert findings(page) == []
    printed = page.locator("#head a[href$=print]").get_attribute("href")
    for path in (read, printed):
        page.goto(f"{address}/{path}")
        assert findings(page) == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_is_wider_than_the_window(window: Window, address: str, size: dict[str, int]):
    page = window(size, "light")
    ask(open_page(page, address), "when will Aurelisk launch the Petrel 4?")
    for tab in ("Ask", "Corpus"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator("#articles table") if tab == "Corpus" else page.locator("#now .turn")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]


def test_a_question_is_asked_checked_and_copied_by_keyboard_alone(page: Page, address: str):
    open_page(page, address)
    expect(page.locator(".questions")).to_be_visible(timeout=WAIT)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type(OWNER)
    page.keyboard.press("Enter")
    expect(page.locator("#now .doing")).to_be_visible(timeout=WAIT)
    for name in ("source 1", "1 source", "Copy with citations", "Copy link", "Retry", "Edit question"):
        tab_to(page, name)
    tab_to(page, "source 1", "Shift+Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#s1-1")).to_be_focused()
    tab_to(page, "Read in the article")
    tab_to(page, "Ask only this article")
    page.keyboard.press("Enter")
    expect(page.locator("#limits")).to_contain_text("Only “Mayo Clinic to own")
    tab_to(page, "Corpus", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#articles table")).to_be_visible(timeout=WAIT)


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press a key until what has the focus is called so."""
    reached = []
    for _ in range(90):
        page.keyboard.press(key)
        called = page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
        )
        if called == name:
            return
        reached.append(called)
    pytest.fail(f"{name} is not reached by {key}, but {reached}")


def test_light_and_dark_are_switched_and_kept(page: Page, address: str):
    open_page(page, address)
    dark = "document.body.classList.contains('dark')"
    assert not page.evaluate(dark)
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate(dark)
    page.reload()
    page.wait_for_function(dark)


def test_the_page_asks_no_other_host_and_could_not(page: Page, address: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ask(open_page(page, address), OWNER)
    page.get_by_role("tab", name="Corpus").click()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(1)
        url = f"http://127.0.0.1:{other.getsockname()[1]}/"
        page.evaluate("url => { fetch(url).catch(() => 0); new Image().src = url; }", url)
        with pytest.raises(TimeoutError):
            other.accept()
    policies = [httpx.get(f"{address}{path}").headers["content-security-policy"] for path in ("/", "/articles/x")]
    assert "default-src 'self'" in policies[0]
    assert "default-src 'none'" in policies[1]


def test_two_people_see_nothing_of_each_others_questions_while_they_are_asked(window: Window, address: str):
    one, other = window(WIDE, "light"), window(WIDE, "dark")
    open_page(one, address)
    open_page(other, address)
    begin(one, OWNER)
    begin(other, "how many tumble dryers did Dunmarrow recall?")
    expect(one.locator("#now .doing")).to_be_visible(timeout=WAIT)
    expect(other.locator("#now .doing")).to_be_visible(timeout=WAIT)
    expect(one.locator("#chat")).not_to_contain_text("Dunmarrow")
    expect(other.locator("#chat")).not_to_contain_text("Mayo")


def test_the_focus_goes_where_one_goes_on(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    box = page.locator("#question textarea")
    page.get_by_role("button", name="Edit question").click()
    expect(box).to_be_focused()
    page.locator("#editing").get_by_role("button", name="Cancel").press("Enter")
    expect(box).to_be_focused()
    page.get_by_role("button", name="Retry").press("Enter")
    expect(box).to_be_focused(timeout=WAIT)
    head = page.locator("#head")
    head.get_by_role("button", name="Delete …").press("Enter")
    expect(head.get_by_role("button", name="Keep it")).to_be_focused()
    head.get_by_role("button", name="Keep it").press("Enter")
    expect(head.locator(":focus")).to_have_count(1)


def test_on_a_telephone_the_focus_stays_in_the_panel_that_lies_over_the_page(window: Window, address: str):
    page = window(NARROW, "light")
    ask(open_page(page, address), OWNER)
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator("#new")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('#main')")
    page.keyboard.press("Escape")
    expect(page.locator("#new")).not_to_be_visible()
    page.locator("#now .show-sources").click()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("!document.activeElement.closest('#talk')")
