"""Asking in the page, as a person does."""

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.api import Assistant
from tests.browsing import WAIT, answered, ask, begin, open_page, serving
from tests.conftest import CLONE, SAMPLE_CORPUS, Endless
from tests.waiting import DEADLINE

pytestmark = [pytest.mark.browser, pytest.mark.model]
OWNER = "who owns the model?"


def test_the_first_screen_says_what_the_corpus_holds_and_how_fresh_it_is(page: Page, address: str):
    open_page(page, address)
    articles = len(list(SAMPLE_CORPUS.glob("*.md")))
    expect(page.locator(".welcome .holds")).to_contain_text(f"{articles} articles, the newest of 10 September 2026")


def test_each_question_of_the_first_screen_is_answered(page: Page, address: str):
    open_page(page, address)
    offered = page.locator(".welcome .questions button")
    expect(offered).to_have_count(4, timeout=WAIT)
    for question in offered.all_text_contents():
        open_page(page, address)
        page.get_by_role("button", name=question, exact=True).click(timeout=WAIT)
        expect(answered(page, question).locator("a.cite").first).to_be_visible()


def test_a_question_is_answered_with_its_source_beside_it(page: Page, address: str):
    said = ask(open_page(page, address), OWNER)
    expect(said).to_contain_text("Mayo Clinic, not Microsoft, will own the model [1].")
    expect(page.locator("#s1-1 mark")).to_have_text("Mayo Clinic, not Microsoft, will own the model.")


def test_sources_are_there_before_the_model_has_said_a_word(page: Page, endless: Endless):
    begin(open_page(page, endless.address), OWNER)
    expect(page.locator("#sources .source").first).to_contain_text("Mayo Clinic", timeout=WAIT)
    expect(page.locator("#now .status")).to_contain_text("Reading the closest passages")
    assert endless.model.asked.acquire(timeout=DEADLINE)
    expect(page.locator("#now a.cite")).to_have_count(0)
    page.locator("#stop").click()
    assert endless.model.hung_up.acquire(timeout=DEADLINE)  # how soon is measured in benchmarks/streaming.py
    expect(page.locator("#now [data-testid=bot]")).to_contain_text("Stopped.", timeout=WAIT)
    expect(page.locator("#ask")).to_be_visible()
    page.reload()
    expect(page.locator("#now [data-testid=bot]")).to_contain_text("Stopped.", timeout=WAIT)


def test_who_waits_sees_how_many_are_answered_first(page: Page, endless: Endless, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.service.owner_process.owner_module", "tests.fake_owner")
    with Assistant.open(endless.settings) as others:
        streams = [others.stream(OWNER) for _ in range(8)]  # as many as a provider is asked at a time
        for each in streams:
            threading.Thread(target=list, args=[each], daemon=True).start()
            assert endless.model.asked.acquire(timeout=DEADLINE)
        begin(open_page(page, endless.address), OWNER)
        expect(page.locator("#now .status")).to_contain_text("1 question is answered before yours", timeout=WAIT)
        streams[0].close()
        expect(page.locator("#now .status")).to_contain_text("Reading the closest passages", timeout=WAIT)
        page.locator("#stop").click()
        for each in streams:
            each.close()


def test_closing_the_tab_ends_the_generation(browser: Browser, endless: Endless):
    tab = browser.new_page()
    begin(open_page(tab, endless.address), OWNER)
    assert endless.model.asked.acquire(timeout=DEADLINE)
    tab.close()
    assert endless.model.hung_up.acquire(timeout=10)


def test_a_refusal_looks_like_one_and_shows_the_closest_passages_and_what_the_corpus_covers(page: Page, address: str):
    said = ask(open_page(page, address), "who owns the Eiffel Tower?")
    expect(said).to_have_class(re.compile("refusal"))
    expect(said.locator(".verdict")).to_have_text("Not in the articles")
    expect(said).to_contain_text("It holds 13 articles, published from 25 November 2025 to 10 September 2026.")
    expect(page.locator("#sources")).to_contain_text("The closest passages, which do not answer it")
    expect(page.locator("#sources .source")).to_have_count(3)
    expect(page.locator("#sources mark")).to_have_count(0)


def test_retry_asks_the_newest_question_again_in_its_place(page: Page, address: str):
    ask(open_page(page, address), "who owns the Eiffel Tower?")
    ask(page, OWNER)
    page.get_by_role("button", name="Retry").click()
    expect(answered(page, OWNER)).to_contain_text("Mayo Clinic")
    expect(page.locator(".turn .asked")).to_have_text(["who owns the Eiffel Tower?", OWNER])


def test_an_edited_question_takes_the_place_of_the_old_one_and_of_what_followed(page: Page, address: str):
    ask(open_page(page, address), "who owns the Eiffel Tower?")
    ask(page, OWNER)
    page.locator("#t1").get_by_role("button", name="Edit question").click()
    expect(page.locator("#editing")).to_contain_text("deletes the 1 question after it")
    expect(page.locator("#question textarea")).to_have_value("who owns the Eiffel Tower?")
    expect(answered_after_edit(page)).to_contain_text("84,000 tumble dryers")
    expect(page.locator(".turn .asked")).to_have_count(1)
    page.reload()
    expect(page.locator(".turn .asked")).to_have_text(["how many tumble dryers did Dunmarrow recall?"], timeout=WAIT)


def answered_after_edit(page: Page):
    return ask(page, "how many tumble dryers did Dunmarrow recall?")


def test_editing_can_be_given_up(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.get_by_role("button", name="Edit question").click()
    page.locator("#editing").get_by_role("button", name="Cancel").click()
    expect(page.locator("#question textarea")).to_have_value("")
    ask(page, "who owns the Eiffel Tower?")
    expect(page.locator(".turn .asked")).to_have_count(2)


def test_a_follow_up_says_how_it_was_understood(page: Page, address: str):
    ask(open_page(page, address), "how many tumble dryers did Dunmarrow recall?")
    ask(page, "and why?")
    expect(page.locator("#now .understood")).to_contain_text("Dunmarrow")
    expect(page.locator("#t1 .understood")).to_have_count(0)


def test_the_questions_suggested_after_an_answer_are_answered(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    first = page.locator("#next .questions button").first
    question = first.text_content(timeout=WAIT) or ""
    first.click()
    expect(answered(page, question).locator("a.cite").first).to_be_visible()


def test_an_empty_question_asks_nothing(page: Page, address: str):
    begin(open_page(page, address), "   ")
    expect(page.locator("#question textarea")).to_have_value("")
    expect(page.locator(".turn")).to_have_count(0)


def test_markup_in_a_question_is_shown_and_not_obeyed(page: Page, address: str):
    asked = "<img src=x onerror='document.title=1'> ![x](http://127.0.0.1:1/x.png) {{1+1}} ${1+1} </article><b>"
    ask(open_page(page, address), asked)
    expect(page.locator("#sources .asked")).to_have_text(asked)
    expect(page.locator("#conversations [aria-current] .name")).to_contain_text("<img src=x onerror=")
    assert page.locator(".turn img, #sources img, .turn b, #sources b").count() == 0
    assert page.title() == "Briefing assistant"


def test_the_page_says_that_questions_stay_on_this_machine(page: Page, address: str):
    expect(open_page(page, address).locator("#outside")).to_have_text("Everything stays on this machine.")


def test_the_embedded_model_answers_in_the_page(page: Page, tmp_path: Path):
    with serving(tmp_path, ASSISTANT_LLM="embedded") as address:
        open_page(page, address)
        offered = page.locator(".welcome .questions button")
        expect(offered.first).to_be_visible(timeout=120_000)
        question = offered.first.text_content() or ""
        offered.first.click()
        expect(answered(page, question).locator("a.cite").first).to_be_visible()
        expect(ask(page, "who owns the Eiffel Tower?")).to_contain_text("The corpus does not say.")


def test_a_port_that_is_taken_is_one_line(address: str):
    command = [sys.executable, "-m", "assistant", "serve", "--port", address.rsplit(":", 1)[1]]
    done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr
