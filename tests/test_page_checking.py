"""Checking an answer in the page: from a number to the words, to their article, and out again with both."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import NARROW, WAIT, ask, is_in_view, open_page

pytestmark = [pytest.mark.browser, pytest.mark.model]
OWNER, LAUNCH = "who owns the model?", "when will Aurelisk launch the Petrel 4?"
RECALLED = "how many tumble dryers did Dunmarrow recall?"


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=NARROW, color_scheme="dark")
    yield context.new_page()
    context.close()


def conversation_of(page: Page) -> str:
    """The id that stands in the page's address."""
    page.wait_for_url(re.compile(r"\?conversation="))
    return page.url.split("conversation=")[1].split("#")[0]


def test_a_number_leads_to_its_card_with_the_exact_words_in_their_paragraph(page: Page, address: str):
    said = ask(open_page(page, address), OWNER)
    said.locator("a.cite", has_text="[1]").click()
    card = page.locator("#s1-1")
    expect(card).to_be_focused()
    expect(card.locator("mark")).to_have_text("Mayo Clinic, not Microsoft, will own the model.")
    expect(card.locator("blockquote")).to_contain_text("made public at Microsoft Build 2026. Mayo Clinic")
    expect(card.locator(".place")).to_have_text("Briefing Desk · 4 June 2026 · What's happening")


def test_numbers_of_earlier_turns_lead_to_their_own_cards(page: Page, address: str):
    for question in (LAUNCH, OWNER, RECALLED, "who owns the Eiffel Tower?"):
        ask(open_page(page, address) if question == LAUNCH else page, question)
    page.locator("#t1 a.cite", has_text="[2]").click()
    expect(page.locator("#s1-2")).to_be_focused()
    assert is_in_view(page.locator("#s1-2 mark"))
    expect(page.locator("#s1-2 mark")).to_contain_text("on 9 March 2026")
    page.locator("#t2 a.cite").click()
    expect(page.locator("#s2-1 mark")).to_contain_text("Mayo Clinic, not Microsoft")
    assert is_in_view(page.locator("#s2-1 mark"))
    page.locator("#sources .asked a", has_text="Aurelisk").click()
    assert is_in_view(page.locator("#t1 .asked"))


def test_on_a_telephone_the_card_comes_up_over_the_page_and_goes_again(narrow: Page, address: str):
    said = ask(open_page(narrow, address), LAUNCH)
    card = narrow.locator("#s1-2")
    expect(card).not_to_be_visible()
    said.locator("a.cite", has_text="[2]").click()
    expect(card).to_be_focused()
    assert is_in_view(card.locator("mark"))
    narrow.keyboard.press("Escape")
    expect(card).not_to_be_visible()
    expect(said.locator("a.cite", has_text="[2]")).to_be_focused()
    assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_article_opens_scrolled_to_the_same_words(page: Page, address: str):
    ask(open_page(page, address), RECALLED)
    with page.context.expect_page() as opened:
        page.locator("#s1-1").get_by_role("link", name="Read in the article").click()
    reader = opened.value
    expect(reader.locator("h1")).to_have_text("Dunmarrow Appliances recalls 84,000 tumble dryers over overheating risk")
    quoted = page.locator("#s1-1 mark").text_content()
    expect(reader.locator("mark")).to_have_text(quoted or "")
    expect(reader.locator("mark")).to_be_in_viewport()
    reader.get_by_role("link", name="Ask about this article").click()
    expect(reader.locator("#limits")).to_contain_text(
        "Only “Dunmarrow Appliances recalls 84,000 tumble dryers over overheating risk”: 1 article", timeout=WAIT
    )


def test_what_was_superseded_is_labelled_and_leads_to_what_holds_now(page: Page, address: str):
    ask(open_page(page, address), LAUNCH)
    expect(page.locator("#s1-1 .label")).to_have_count(0)
    page.locator("#s1-2").get_by_role("link", name="superseded by [1]").click()
    expect(page.locator("#s1-1")).to_be_focused()


def test_numbers_are_the_same_in_answer_panel_copy_export_and_print(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    said = ask(page, LAUNCH)
    conversation = conversation_of(page)
    quotes = {n: page.locator(f"#s2-{n} mark").text_content() or "" for n in (1, 2)}
    assert [a.text_content() for a in said.locator("a.cite").all()] == ["[1]", "[2]"]
    page.locator("#now").get_by_role("button", name="Copy with citations").click()
    expect(page.locator("#now").get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    markdown = httpx.get(f"{address}/conversations/{conversation}/markdown")
    assert "attachment" in markdown.headers["content-disposition"]
    plain = markdown.text.split("## ")[2].replace("\\", "")
    for number, quote in quotes.items():
        assert f"[{number}] “{quote}”" in copied
        assert f"[{number}] “{quote}”" in plain
    printed = page.context.new_page()
    printed.goto(f"{address}/conversations/{conversation}/print")
    for number, quote in quotes.items():
        expect(printed.locator(f"#f2-{number}")).to_contain_text(f"[{number}] “{quote}”")
    printed.locator("a.cite", has_text="[2]").click()
    assert printed.evaluate("document.querySelector(':target').id") == "f2-2"


def test_a_copied_link_leads_to_that_answer(page: Page, address: str):
    for question in (LAUNCH, OWNER, RECALLED, "who owns the Eiffel Tower?", "what did Halvoric Steel announce?"):
        ask(open_page(page, address) if question == LAUNCH else page, question)
    page.locator("#t3").get_by_role("button", name="Copy link").click()
    expect(page.locator("#t3").get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    other = page.context.new_page()
    open_page(other, link)
    expect(other.locator("#t3 .asked")).to_have_text(RECALLED)
    other.wait_for_function("document.getElementById('chat').scrollTop > 0")
    assert is_in_view(other.locator("#t3 .asked"))
    expect(other.locator("#s3-1 mark")).to_contain_text("84,000 tumble dryers")


def test_what_is_not_there_is_a_page_that_says_so(page: Page, address: str):
    for path in ("articles/nothing", "conversations/nothing/print"):
        answer = page.goto(f"{address}/{path}")
        assert answer
        assert answer.status == 404
        page.get_by_role("link", name="Back to the assistant").click()
        expect(page.locator("#question textarea")).to_be_visible(timeout=WAIT)
    assert httpx.get(f"{address}/conversations/nothing/text?turn=1").status_code == 404
    open_page(page, f"{address}/?conversation=nothing")
    expect(page.locator("#head .failure")).to_contain_text("There is no conversation 'nothing'")
