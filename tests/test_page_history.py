"""Conversations in the page: kept, found again, named, deleted."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.people.conversations import CONVERSATIONS
from tests.browsing import WAIT, answered, ask, begin, open_page, serving_lightly
from tests.conftest import Endless
from tests.waiting import DEADLINE

pytestmark = pytest.mark.browser
OWNER, RECALLED = "who owns the model?", "how many tumble dryers did Dunmarrow recall?"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    with serving_lightly(tmp_path_factory.mktemp("history")) as found:
        yield found


def test_a_conversation_is_there_again_after_a_reload_with_its_sources(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.reload()
    expect(page.locator("#now .asked")).to_have_text(OWNER, timeout=WAIT)
    expect(page.locator("#s1-1 mark")).to_contain_text("Mayo Clinic")
    ask(page, "and who hosts it?")
    expect(page.locator("#now .understood")).to_be_visible()


def test_a_conversation_is_named_by_its_first_question_and_opened_from_the_list(page: Page, address: str):
    ask(open_page(page, address), RECALLED)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "who owns the Eiffel Tower?")
    entry = page.locator("#conversations a", has_text=RECALLED).first
    entry.click()
    expect(page.locator("#now .asked")).to_have_text(RECALLED, timeout=WAIT)
    expect(entry).to_have_attribute("aria-current", "page")
    expect(page.locator("#head .name")).to_have_text(RECALLED)


def test_a_conversation_is_found_by_words_of_its_answers(page: Page, address: str):
    ask(open_page(page, address), RECALLED)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, OWNER)
    page.get_by_label("Search conversations").press_sequentially("tumble relay")
    expect(page.locator("#conversations a[aria-current]")).to_have_count(0, timeout=WAIT)  # the one of the model
    expect(page.locator("#conversations a").first).to_contain_text(RECALLED)
    page.get_by_label("Search conversations").fill("zeppelin")
    expect(page.locator("#conversations")).to_contain_text("No conversation has these words.")


def test_a_conversation_is_renamed(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.locator("#head").get_by_role("button", name="Rename").click()
    field = page.get_by_label("Name of this conversation")
    expect(field).to_be_focused()
    field.fill("Who owns <b>what</b>")
    field.press("Enter")
    expect(page.locator("#head .name")).to_have_text("Who owns <b>what</b>")
    expect(page.locator("#conversations [aria-current]")).to_contain_text("Who owns <b>what</b>")


def test_a_conversation_is_deleted_for_good_once_one_is_sure(page: Page, address: str):
    ask(open_page(page, address), "who owns the Eiffel Tower in Paris?")
    link = page.url
    head = page.locator("#head")
    head.get_by_role("button", name="Delete …").click()
    head.get_by_role("button", name="Keep it").click()
    expect(page.locator("#now .turn")).to_be_visible()
    head.get_by_role("button", name="Delete …").click()
    head.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#conversations")).not_to_contain_text("in Paris")
    assert "conversation=" not in page.url
    open_page(page, link)
    expect(page.locator("#head .failure")).to_contain_text("it was deleted")


def test_two_tabs_in_one_conversation_overwrite_nothing_of_each_other(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.wait_for_url("**/?conversation=*")
    other = page.context.new_page()
    open_page(other, page.url)
    ask(other, RECALLED)
    ask(page, "who owns the Eiffel Tower?")
    page.reload()
    expect(page.locator(".turn .asked")).to_have_text([OWNER, RECALLED, "who owns the Eiffel Tower?"], timeout=WAIT)
    other.get_by_role("button", name="Retry").click()  # of its newest, which is the second one
    answered(other, RECALLED)
    page.reload()
    expect(page.locator(".turn .asked")).to_have_text([OWNER, "who owns the Eiffel Tower?", RECALLED], timeout=WAIT)


def test_where_conversations_cannot_be_kept_answers_still_come_and_the_page_says_why(page: Page, tmp_path: Path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / CONVERSATIONS).write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    with serving_lightly(tmp_path) as address:
        said = ask(open_page(page, address), OWNER)
        expect(said).to_contain_text("Mayo Clinic")
        expect(page.locator("#head .failure")).to_contain_text("This conversation is not kept:")
        expect(page.locator("#head .failure")).to_contain_text("“Check and repair” in the Corpus tab mends it")
        ask(page, "and who hosts it?")
        expect(page.locator(".turn")).to_have_count(2)
        page.get_by_role("tab", name="Corpus").click()
        page.get_by_role("button", name="Upkeep").click()
        page.get_by_role("button", name="Check and repair").click()
        expect(page.locator("#findings li", has_text="conversations Begun anew")).to_be_visible(timeout=WAIT)
        page.get_by_role("tab", name="Ask").click()
        ask(page, "who owns the Eiffel Tower?")
        expect(page.locator("#head .failure")).to_have_count(0)
        page.wait_for_url("**/?conversation=*")
        page.reload()  # all three are kept by now
        expect(page.locator(".turn")).to_have_count(3, timeout=WAIT)


def test_back_and_forward_go_through_the_conversations(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.wait_for_url("**/?conversation=*")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible(timeout=WAIT)
    ask(page, RECALLED)
    page.go_back()
    expect(page.locator(".welcome")).to_be_visible(timeout=WAIT)
    page.go_back()
    expect(page.locator("#now .asked")).to_have_text(OWNER, timeout=WAIT)
    page.go_forward()
    page.go_forward()
    expect(page.locator("#now .asked")).to_have_text(RECALLED, timeout=WAIT)


def test_a_link_always_opens_its_conversation_and_never_the_first_screen(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.wait_for_url("**/?conversation=*")
    for _ in range(5):
        page.reload()
        expect(page.locator("#now .asked")).to_have_text(OWNER, timeout=WAIT)
        page.wait_for_timeout(400)  # nothing on the page tells that the search for a first screen, too, has ended
        expect(page.locator(".welcome")).to_have_count(0)


def test_an_answer_that_is_left_for_another_conversation_does_not_follow(page: Page, endless: Endless):
    begin(open_page(page, endless.address), OWNER)
    assert endless.model.asked.acquire(timeout=DEADLINE)
    page.get_by_role("button", name="New conversation").click()
    assert endless.model.hung_up.acquire(timeout=DEADLINE)
    expect(page.locator(".welcome")).to_be_visible(timeout=WAIT)
    begin(page, RECALLED)
    expect(page.locator("#now .asked")).to_have_text(RECALLED, timeout=WAIT)
    expect(page.locator("#past .turn")).to_have_count(0)
    page.locator("#conversations a", has_text=OWNER).first.click()
    expect(page.locator("#now .asked")).to_have_text(OWNER, timeout=WAIT)
    expect(page.locator("#now [data-testid=bot]")).to_contain_text("Stopped.")
    expect(page.locator("#past .turn")).to_have_count(0)


def test_a_question_in_a_conversation_that_was_deleted_elsewhere_begins_another(page: Page, address: str):
    ask(open_page(page, address), OWNER)
    page.wait_for_url("**/?conversation=*")
    other = page.context.new_page()
    open_page(other, page.url).locator("#head").get_by_role("button", name="Delete …").click()
    other.locator("#head").get_by_role("button", name="Delete", exact=True).click()
    expect(other.locator(".welcome")).to_be_visible(timeout=WAIT)
    ask(page, RECALLED)
    expect(page.locator("#head .failure")).to_contain_text("was deleted elsewhere; this is another one")
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, "and why?")
    page.locator("#t1 a.cite").first.click()
    expect(page.locator("#s1-1")).to_be_focused()
    expect(page.locator("#s1-1 mark")).to_contain_text("84,000 tumble dryers")


def test_a_page_whose_server_was_started_anew_asks_nothing_until_it_is_loaded_again(page: Page, tmp_path: Path):
    with serving_lightly(tmp_path) as address:
        ask(open_page(page, address), OWNER)
        page.wait_for_url("**/?conversation=*")
        page.wait_for_timeout(400)  # nothing on the page tells that the search for a first screen, too, has ended
    port = address.rsplit(":", 1)[1]
    with serving_lightly(tmp_path, "--port", port) as again:
        assert again == address
        begin(page, RECALLED)
        expect(page.locator("#head .failure")).to_contain_text("load it again", timeout=WAIT)
        page.reload()
        expect(page.locator("#now .asked")).to_have_text(OWNER, timeout=WAIT)
        ask(page, RECALLED)
        expect(page.locator(".turn")).to_have_count(2)


def test_a_page_that_hears_nothing_of_its_server_says_so(page: Page, tmp_path: Path):
    with serving_lightly(tmp_path) as address:
        page.clock.install()
        open_page(page, address)
        expect(page.locator(".welcome .questions button").first).to_be_visible(timeout=WAIT)
    begin(page, OWNER)
    page.clock.run_for(16_000)
    expect(page.locator("#lost")).to_contain_text("The server has not answered yet.")
