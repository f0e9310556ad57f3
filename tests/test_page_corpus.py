"""The Corpus tab and the filters, as a person uses them."""

import re
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browsing import WAIT, ask, open_page, serving_lightly
from tests.conftest import article
from tests.samples import pdf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("corpus")
    corpus = place / "corpus"
    article(corpus, "port.md", "Acme owns the port of Halden.", title="Port", published="2026-03-04", publisher="Wire")
    article(corpus, "mine.md", "Borealis owns the mine of Ruk.", title="Mine", published="2026-05-01", publisher="Desk")
    article(
        corpus, "sold.md", "Carrow owns the port of Halden.", title="Sold", published="2026-08-01", publisher="Desk"
    )
    article(corpus, "note.md", "The ferry of Lonn has 14 cabins.", title="Ferry")
    article(corpus, "hall.md", "The hall of Lonn has 90 seats.", title="Hall", published="2026-01-05")
    for name in ("dam.md", "copy of dam.md"):
        article(corpus, name, "Delft owns the dam of Orr.", title="Dam", published="2026-01-02")
    return place


@pytest.fixture(scope="module")
def address(place: Path) -> Iterator[str]:
    with serving_lightly(place, ASSISTANT_CORPUS_DIR=str(place / "corpus")) as found:
        yield found


def open_corpus(page: Page, address: str) -> Page:
    open_page(page, address).get_by_role("tab", name="Corpus").click()
    expect(page.locator("#articles .status")).to_be_visible(timeout=WAIT)
    return page


def titles(page: Page) -> list[str]:
    return page.locator("#articles tbody .title").all_text_contents()


def upload(page: Page, *files: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#add button").first.click()
    chooser.value.set_files(list(files))


def test_the_list_is_put_in_order_by_its_columns_and_narrowed_by_words_and_state(page: Page, address: str):
    open_corpus(page, address)
    newest_first = titles(page)
    assert newest_first.index("Sold") < newest_first.index("Mine") < newest_first.index("Port")
    page.get_by_role("button", name="Title").click()
    expect(page.locator("#articles th[aria-sort=ascending]")).to_contain_text("Title")
    assert titles(page) == sorted(titles(page))
    page.get_by_role("button", name="Title").click()
    expect(page.locator("#articles th[aria-sort=descending]")).to_contain_text("Title")
    page.get_by_label("Find articles").press_sequentially("desk")
    expect(page.locator("#articles .status")).to_contain_text("2 of")
    assert titles(page) == ["Sold", "Mine"]
    page.get_by_label("Find articles").fill("")
    page.get_by_label("Show").select_option("undated")
    expect(page.locator("#articles tbody tr")).to_have_count(1)
    assert titles(page) == ["Ferry"]
    page.get_by_label("Find articles").fill("zeppelin")
    expect(page.locator("#articles")).to_contain_text("No article fits.")


def test_files_are_added_each_with_what_came_of_it(page: Page, address: str, place: Path, tmp_path: Path):
    (tmp_path / "2026-03-04 berth.pdf").write_bytes(pdf())
    (tmp_path / "bad.pdf").write_bytes(b"%PDF")
    (tmp_path / "logo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "again.md").write_bytes((place / "corpus" / "mine.md").read_bytes())
    upload(open_corpus(page, address), *sorted(tmp_path.iterdir()))
    told = page.locator("#added")
    expect(told.locator(".status")).to_have_text("1 added, 1 already here, 2 not added.", timeout=WAIT)
    expect(told.locator("li.added")).to_contain_text("4 March 2026")
    expect(told.locator("li.added")).to_contain_text("Dated by its file name")
    expect(told.locator("li.failed", has_text="bad.pdf")).to_contain_text("It is damaged or no PDF")
    expect(told.locator("li.failed", has_text="logo.jpg")).to_contain_text(".jpg is not a format that is read")
    expect(told.locator("li.here", has_text="again.md")).to_contain_text("The corpus holds it already")
    expect(page.locator("#unread .unread")).to_contain_text("bad.pdf It is damaged or no PDF")
    assert (place / "corpus" / "2026-03-04 berth.pdf").read_bytes() == (tmp_path / "2026-03-04 berth.pdf").read_bytes()
    page.get_by_role("tab", name="Ask").click()
    expect(ask(page, "when was the port sold?")).to_contain_text("The port was sold in May")
    expect(page.locator("#s1-1 .place")).to_contain_text("page 1")


def test_where_fetching_is_switched_off_no_address_can_be_given(page: Page, address: str):
    open_corpus(page, address)
    expect(page.get_by_label("Add a web page")).to_be_disabled()
    expect(page.get_by_role("button", name="Add page")).to_be_disabled()


def test_a_web_page_is_added_by_its_address_and_one_that_fails_says_why(page: Page, tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "news.html").write_text(
        "<html><title>Quay sold</title><article><h1>Quay sold</h1><p>Zephyr bought the quay of Tarn on Monday.</p>"
        "<p>The quay has nine cranes and belongs to the harbour board of Tarn.</p></article></html>",
        encoding="utf-8",
    )
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    environment = {"ASSISTANT_FETCH_URLS": "true", "ASSISTANT_FETCH_PRIVATE": "true", "ASSISTANT_OFFLINE": "false"}
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        own = f"http://127.0.0.1:{site.server_port}"
        with serving_lightly(tmp_path, ASSISTANT_CORPUS_DIR=str(tmp_path / "corpus"), **environment) as address:
            open_corpus(page, address)
            page.get_by_label("Add a web page").fill(f"{own}/news.html")
            page.get_by_role("button", name="Add page").click()
            expect(page.locator("#added li.added")).to_contain_text("Quay sold", timeout=WAIT)
            expect(page.locator("#articles tbody tr")).to_have_count(1)
            page.get_by_label("Add a web page").fill(f"{own}/gone.html")
            page.get_by_label("Add a web page").press("Enter")
            expect(page.locator("#added li.failed")).to_contain_text("404", timeout=WAIT)
        site.shutdown()


def test_an_article_is_previewed_corrected_and_asked_alone(page: Page, address: str):
    open_corpus(page, address)
    page.get_by_role("button", name="Hall", exact=True).click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("The hall of Lonn has 90 seats.")
    preview.get_by_text("Correct title").click()
    preview.get_by_label("Publisher").fill("Harbour <b>Board</b>")
    preview.get_by_label("Published").fill("2026-02-03")
    preview.get_by_role("button", name="Save").click()
    expect(preview.locator(".told")).to_have_text("Corrected.", timeout=WAIT)
    expect(page.locator("#articles tr", has_text="Hall")).to_contain_text("2026-02-03")
    expect(page.locator("#articles tr", has_text="Hall")).to_contain_text("Harbour <b>Board</b>")
    preview.get_by_role("button", name="Ask only this article").click()
    expect(page.locator("#limits")).to_contain_text("Only “Hall”: 1 article")
    expect(ask(page, "who owns the mine of Ruk?")).to_contain_text("The corpus does not say. It holds 1 article")
    expect(page.locator("#now .limits")).to_contain_text("Only 1 chosen article")
    page.get_by_role("button", name="Clear filters").click()
    expect(ask(page, "who owns the mine of Ruk?")).to_contain_text("Borealis")


def test_a_removed_article_answers_no_more_and_is_brought_back_by_undo_or_from_the_trash(page: Page, address: str):
    open_corpus(page, address)
    page.get_by_role("button", name="Remove Mine").click()
    notice = page.locator("#notice")
    expect(notice).to_contain_text("Removed “Mine”.", timeout=WAIT)
    assert "Mine" not in titles(page)
    notice.get_by_role("button", name="Undo").click()
    expect(notice).to_contain_text("It is back.", timeout=WAIT)
    expect(page.get_by_role("button", name="Mine", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Mine").click()
    expect(notice).to_contain_text("Removed “Mine”.", timeout=WAIT)
    page.locator(".trash summary").click()
    page.locator(".trash li", has_text="mine.md").get_by_role("button", name="Restore").click()
    expect(notice).to_contain_text("It is back.", timeout=WAIT)
    expect(page.locator(".trash li", has_text="mine.md")).to_have_count(0)


def test_the_corpus_is_synced_checked_backed_up_and_restored(page: Page, address: str, place: Path, tmp_path: Path):
    open_corpus(page, address)
    page.get_by_role("button", name="Upkeep").click()
    found = page.locator("#findings")
    page.get_by_role("button", name="Make a backup").click()
    expect(found).to_contain_text("The backup is ready", timeout=WAIT)
    with page.expect_download() as download:
        page.locator("#download").click()
    backup = tmp_path / download.value.suggested_filename
    download.value.save_as(backup)
    with tarfile.open(backup) as archive:
        assert "corpus/port.md" in archive.getnames()
    new = article(place / "corpus", "new.md", "Zephyr owns the quay of Tarn.", title="Quay")
    page.get_by_role("button", name="Read the folder again").click()
    expect(found).to_contain_text("1 added", timeout=WAIT)
    expect(page.get_by_role("button", name="Quay", exact=True)).to_be_visible()
    page.get_by_role("button", name="Check everything").click()
    expect(found.locator("li", has_text="catalogue")).to_contain_text("OK", timeout=WAIT)
    shown, needed = page.locator("#upkeep").evaluate("element => [element.offsetHeight, element.scrollHeight]")
    assert shown + 2 >= needed  # its border
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Restore a backup").click()
    chooser.value.set_files(backup)
    expect(found).to_contain_text("Everything is as it was", timeout=WAIT)
    assert not new.exists()
    expect(page.get_by_role("button", name="Quay", exact=True)).to_have_count(0)


def test_questions_are_limited_to_days_and_publishers(page: Page, address: str):
    open_page(page, address)
    question = "who owns the port of Halden?"
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("As of").fill("2026-04-01")
    expect(page.locator("#limits")).to_contain_text("Only as of 1 April 2026")
    expect(ask(page, question)).to_contain_text("Acme")
    expect(page.locator("#now [data-testid=bot]")).not_to_contain_text("Carrow")
    expect(page.locator("#now .notes")).to_contain_text("undated")
    page.get_by_label("As of").fill("")
    page.get_by_label("Desk", exact=True).check()
    expect(page.locator("#limits")).to_contain_text("Only Desk")
    expect(ask(page, question)).to_contain_text("Carrow")
    expect(page.locator("#now [data-testid=bot]")).not_to_contain_text("Acme")
    page.get_by_label("Published from").fill("2026-09-01")
    expect(page.locator("#limits")).to_contain_text("Only from 1 September 2026 · Desk: 0 articles")
    expect(ask(page, question)).to_contain_text("The corpus does not say.")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_label("Desk", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Published from")).to_have_value("")
    page.get_by_label("Sources, one a line").fill("port.md")
    expect(page.locator("#limits")).to_contain_text("Only port.md")
    expect(ask(page, question)).to_contain_text("Acme")


def test_suggestions_of_the_first_screen_keep_to_the_filters(page: Page, address: str):
    open_page(page, address)
    expect(page.locator(".welcome")).to_contain_text("mine of Ruk", timeout=WAIT)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("to", exact=True).fill("2026-03-31")
    expect(page.locator("#limits")).to_contain_text("to 31 March 2026")
    expect(page.locator(".welcome")).not_to_contain_text("mine of Ruk", timeout=WAIT)


def test_filters_set_while_the_page_still_looks_for_questions_stay_as_they_are(page: Page, tmp_path: Path):
    with serving_lightly(tmp_path) as address:
        open_page(page, address)
        page.get_by_role("button", name="Filters").click()
        page.get_by_label("As of").fill("2026-02-20")
        page.get_by_label("Briefing Desk", exact=True).check()
        expect(page.locator(".welcome .status")).to_have_count(0, timeout=WAIT)
        page.get_by_role("tab", name="Corpus").click()
        expect(page.locator("#articles table")).to_be_visible(timeout=WAIT)
        page.get_by_role("tab", name="Ask").click()
        expect(page.get_by_label("As of")).to_have_value("2026-02-20")
        expect(page.get_by_label("Briefing Desk", exact=True)).to_be_checked()
        expect(page.locator("#limits")).to_contain_text("Only as of 20 February 2026 · Briefing Desk: 0 articles")


def test_an_empty_corpus_invites_documents_and_answers_once_it_has_some(page: Page, tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "port.md").write_text("Acme owns the port of Halden.", encoding="utf-8")
    with serving_lightly(tmp_path, ASSISTANT_CORPUS_DIR=str(tmp_path / "corpus")) as address:
        expect(open_page(page, address).locator(".welcome")).to_contain_text("The corpus is empty.")
        open_corpus(page, address)
        upload(page, tmp_path / "port.md")
        expect(page.locator("#added li.added")).to_be_visible(timeout=WAIT)
        expect(page.locator("#articles tbody tr")).to_have_count(1)
        page.get_by_role("tab", name="Ask").click()
        expect(page.locator(".welcome")).to_contain_text("1 article", timeout=WAIT)
        expect(ask(page, "who owns the port of Halden?")).to_contain_text("Acme")


def test_an_article_that_several_files_carry_is_labelled(page: Page, address: str):
    ask(open_page(page, address), "who owns the dam of Orr?")
    expect(page.locator("#s1-1 .label")).to_have_text("also in 1 other source")


def test_of_an_article_that_is_gone_no_words_are_shown(page: Page, address: str, place: Path):
    gone = article(place / "corpus", "gone.md", "Borealis owns the mine of Tolk.", title="Tolk")
    ask(open_page(page, address), "who owns the mine of Tolk?")
    expect(page.locator("#s1-1 mark")).to_be_visible()
    gone.unlink()
    ask(page, "who owns the dam of Orr?")
    expect(page.locator("#s1-1")).to_contain_text("no longer in the corpus")
    expect(page.locator("#s1-1")).not_to_contain_text("Borealis")


def asked_to_add(address: str, path: str) -> str:
    """What the server says to a request that names a file for the drop zone, without any browser."""
    dependencies = httpx.get(f"{address}/config").json()["dependencies"]
    upload = next(each for each in dependencies if any(event == "upload" for _, event in each["targets"]))
    file = {"path": path, "orig_name": Path(path).name, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [[file], None], "fn_index": upload["id"], "session_hash": "s"}
    httpx.post(f"{address}/gradio_api/queue/join", json=body).raise_for_status()
    with httpx.stream("GET", f"{address}/gradio_api/queue/data?session_hash=s", timeout=WAIT / 1000) as events:
        return next(line for line in events.iter_lines() if "process_completed" in line)


def test_no_file_of_the_server_and_no_address_can_be_named_as_an_upload(address: str, place: Path, tmp_path: Path):
    before = sorted((place / "corpus").iterdir())
    secret = tmp_path / "secret.md"
    secret.write_text("The secret is 42.", encoding="utf-8")
    uploaded = httpx.post(f"{address}/gradio_api/upload", files={"files": ("x.txt", b"theirs")}).json()[0]
    folder = str(Path(uploaded).parent.parent)  # of everybody's uploads
    for path in (str(secret), f"{address}/config", str(place / "corpus/../../secret.md"), folder):
        assert re.search(r'"success": ?false', asked_to_add(address, path))
    assert httpx.get(f"{address}/gradio_api/file={secret}").status_code in (403, 404)
    assert sorted((place / "corpus").iterdir()) == before
    assert secret.exists()
