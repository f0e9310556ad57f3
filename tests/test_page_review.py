"""People say what is wrong with an answer, maintainers see it, and who asked in vain is told of an answer."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import findings
from tests.browsing import NARROW, WAIT, WIDE, ask, open_page, serving_lightly
from tests.conftest import article

pytestmark = [pytest.mark.browser, pytest.mark.processes]
OWNER, UNKNOWN = "who owns the port?", "who runs the lighthouse?"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review") / "corpus"
    folder.mkdir()
    article(folder, "port.md", "Acme owns the port. Acme bought it in May 2024.", title="The port")
    return folder


@pytest.fixture(scope="module")
def address(corpus: Path):
    with serving_lightly(corpus.parent, ASSISTANT_CORPUS_DIR=str(corpus)) as found:
        yield found


def review(page: Page) -> None:
    page.get_by_role("tab", name="Review").click()
    expect(page.locator("#review h2").first).to_be_visible(timeout=WAIT)


def test_a_complaint_reaches_the_maintainers_with_its_reason(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    bad = page.locator("#now").get_by_role("button", name="Not useful")
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    page.locator("#now .reason textarea").fill("It was sold in June.")
    page.locator("#now .reason").get_by_role("button", name="Send").click()
    expect(page.locator("#now .reason q")).to_have_text("It was sold in June.")
    page.reload()
    expect(page.locator("#now .reason q")).to_have_text("It was sold in June.", timeout=WAIT)
    review(page)
    complaint = page.locator(".complaint", has_text="It was sold in June.")
    complaint.locator("summary").click()
    expect(complaint.locator("li q")).to_have_text("Acme owns the port.")
    expect(complaint).to_contain_text("llm = extractive")
    complaint.get_by_role("button", name="Settled").click()
    expect(complaint).to_have_count(0)


def test_a_verdict_of_an_earlier_answer_is_taken_back_by_a_second_press(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    ask(page, "when did Acme buy it?")
    good = page.locator("#past").get_by_role("button", name="Useful", exact=True)
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#now").get_by_role("button", name="Useful", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    good.click()
    expect(good).to_have_attribute("aria-pressed", "false")


def test_who_asked_in_vain_is_told_when_there_is_an_answer(page: Page, address: str, corpus: Path):
    answer = ask(open_page(page, address), UNKNOWN)
    expect(answer).to_contain_text("Not in the articles")
    review(page)
    expect(page.locator(".asked-for .words", has_text=UNKNOWN)).to_be_visible()
    article(corpus, "light.md", "Borealis runs the lighthouse.", title="The lighthouse")
    page.get_by_role("button", name="Ask them all again").click()
    expect(page.locator("#review .told")).to_contain_text("1 found an answer", timeout=WAIT)
    expect(page.locator(".asked-for .words", has_text=UNKNOWN)).to_have_count(0)
    open_page(page, address)
    page.locator("#news a", has_text=UNKNOWN).click()
    expect(page.locator("#now .said")).to_contain_text("Borealis runs the lighthouse", timeout=WAIT)
    expect(page.locator("#news .news")).to_have_count(0)
    page.get_by_role("tab", name="Review").click()
    expect(page.locator("#review")).to_contain_text("The lighthouse", timeout=WAIT)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (NARROW, "light")])
def test_everybody_can_say_it_and_review_it(browser: Browser, address: str, size: dict[str, int], scheme: str):
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = open_page(context.new_page(), address)
    ask(page, OWNER)
    page.locator("#now").get_by_role("button", name="Not useful").click()
    expect(page.locator("#now .reason textarea")).to_be_visible()
    assert findings(page) == []
    page.locator("#now .reason").get_by_role("button", name="Send").click()
    ask(page, "who painted the crane?")
    review(page)
    page.locator(".complaint summary").first.click()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
