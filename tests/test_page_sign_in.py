"""Signing in and out in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from assistant.people.users import Users
from tests.browsing import NARROW, WAIT, WIDE, answered, begin, serving_lightly
from tests.signing_in import PASSWORD, cheap

pytestmark = pytest.mark.browser
OWNER = "who owns the model?"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed-in")


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    users = Users(place / "state", cheap())
    users.add("Anna", PASSWORD, "admin")
    users.add("Rita", PASSWORD)
    users.close()
    with serving_lightly(place, ASSISTANT_SIGN_IN="true") as found:
        yield found


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#question textarea")).to_be_visible(timeout=WAIT)
    expect(page.locator("#now .welcome, #now .turn")).to_be_visible(timeout=WAIT)


def test_somebody_signs_in_asks_and_signs_out_and_nothing_is_left(page: Page, address: str):
    sign_in(page, address, "Anna")
    begin(page, OWNER)
    expect(answered(page, OWNER)).to_contain_text("Mayo Clinic")
    page.get_by_role("tab", name="Corpus").click()
    expect(page.get_by_role("button", name="Upkeep")).to_be_visible(timeout=WAIT)
    expect(page.locator("#add")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT)
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT)
    assert "Mayo" not in page.content()


def test_a_reader_is_shown_no_controls_that_change_anything(page: Page, address: str):
    sign_in(page, address, "Rita")
    page.get_by_role("tab", name="Corpus").click()
    expect(page.locator("#articles tbody tr").first).to_be_visible(timeout=WAIT)
    for name in ("Upkeep", "Add page"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    page.locator("#articles .title").first.click()
    expect(page.locator(".preview")).to_be_visible(timeout=WAIT)
    expect(page.locator(".preview summary")).to_have_count(0)


def test_a_page_whose_session_has_ended_says_so(page: Page, address: str, place: Path):
    sign_in(page, address, "Rita")
    users = Users(place / "state", cheap())
    users.sign_out_everywhere("Rita")
    users.close()
    begin(page, OWNER)
    expect(page.get_by_role("alert")).to_contain_text("You are signed out", timeout=WAIT)
    page.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_the_form_can_be_used_by_everybody(browser: Browser, address: str, size: dict[str, int], scheme: str):
    context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=True)
    page = context.new_page()
    try:
        for path in ("/sign-in", "/"):
            page.goto(address + path)
            assert Axe().run(page).response["violations"] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_label("Name").fill("Rita")
        page.get_by_label("Password").fill("another one that is wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
        assert Axe().run(page).response["violations"] == []
        assert page.get_by_label("Password").input_value() == ""
    finally:
        context.close()
