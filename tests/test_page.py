"""The page in a real browser, as a person uses it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from assistant.client import stop
from assistant.settings import Settings
from tests.conftest import CLONE, SAMPLE_CORPUS
from tests.samples import pdf
from tests.stand_in import EndlessServer

pytestmark = [pytest.mark.browser, pytest.mark.model]
WAIT = 60_000
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """A Chromium that is there; Debian's is installed where this user may."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True, stdout=subprocess.DEVNULL)
        found = shutil.which("chromium")
    if found is None:
        pytest.fail("the browser tests need Chromium: run 'sudo apt-get install chromium' and run them again")
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page on a free port, on the sample corpus."""
    with serving(tmp_path_factory.mktemp("page"), ASSISTANT_LLM="extractive") as found:
        yield found


@contextmanager
def serving(place: Path, **environment: str) -> Iterator[str]:
    corpus = Path(environment.get("ASSISTANT_CORPUS_DIR", SAMPLE_CORPUS))
    settings = Settings(corpus_dir=corpus, data_dir=place / "index", state_dir=place / "state")
    variables = {
        **os.environ,
        "ASSISTANT_CORPUS_DIR": str(SAMPLE_CORPUS),
        "ASSISTANT_DATA_DIR": str(place / "index"),
        "ASSISTANT_STATE_DIR": str(place / "state"),
        **environment,
    }
    command = [sys.executable, "-m", "assistant", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=CLONE, env=variables, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            yield next(found[0] for line in process.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
        finally:
            process.terminate()
            stop(settings)


@pytest.fixture(scope="module")
def browser_page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield browser.new_page()
        browser.close()


@pytest.fixture
def page(browser_page: Page, address: str) -> Page:
    browser_page.goto(address)
    expect(browser_page.locator("#question textarea")).to_be_visible(timeout=WAIT)
    return browser_page


def ask(page: Page, question: str) -> None:
    before = page.locator("[data-testid=bot]").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(page.locator("[data-testid=bot]")).to_have_count(before + 1, timeout=WAIT)
    expect(page.locator("#ask")).to_be_visible(timeout=WAIT)


def test_a_question_is_answered_with_its_source_beside_it(page: Page):
    ask(page, "who owns the model?")
    expect(page.locator("[data-testid=bot]")).to_contain_text("Mayo Clinic, not Microsoft, will own the model [1].")
    card = page.locator("#c1-1")
    expect(card.locator("mark")).to_have_text("Mayo Clinic, not Microsoft, will own the model.")
    expect(card).to_contain_text("4 June 2026")


def test_a_marker_leads_to_its_source(page: Page):
    ask(page, "who owns the model?")
    page.locator("[data-testid=bot] a", has_text="[1]").click()
    assert page.evaluate("document.querySelector(':target').id") == "c1-1"


def test_a_refusal_says_so_and_cites_nothing(page: Page):
    ask(page, "who owns the Eiffel Tower?")
    expect(page.locator("[data-testid=bot]")).to_contain_text("The corpus does not say.")
    expect(page.locator("#sources")).to_contain_text("Closest passages")
    expect(page.locator("#sources mark")).to_have_count(0)


def test_markup_in_a_question_is_shown_and_not_obeyed(page: Page):
    ask(page, "<img src=x onerror='document.title=1'> ![x](http://127.0.0.1:1/x.png) {{1+1}} ${1+1}")
    expect(page.locator("[data-testid=user]")).to_contain_text("<img src=x onerror=")
    expect(page.locator("#sources")).to_contain_text("{{1+1}} ${1+1}")
    assert page.locator("[data-testid=user] img, #sources img").count() == 0
    assert page.title() == "Briefing assistant"


def test_the_page_says_what_the_corpus_holds(page: Page):
    articles = len(list(SAMPLE_CORPUS.glob("*.md")))
    expect(page.locator("#held")).to_contain_text(f"{articles} articles, the newest of 10 September 2026")


def test_clearing_the_conversation_clears_its_sources(page: Page):
    ask(page, "who owns the model?")
    page.get_by_label("Clear").click()
    expect(page.locator("#sources")).to_contain_text("Sources appear here")
    expect(page.locator("[data-testid=bot]")).to_have_count(0)


def test_uploaded_files_become_articles_and_what_fails_has_its_reason(browser_page: Page, tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "2026-03-04 port.pdf").write_bytes(pdf())
    (tmp_path / "bad.pdf").write_bytes(b"%PDF")
    with serving(tmp_path, ASSISTANT_LLM="extractive", ASSISTANT_CORPUS_DIR=str(tmp_path / "corpus")) as address:
        browser_page.goto(address)
        expect(browser_page.locator("#held")).to_contain_text("The corpus is empty", timeout=WAIT)
        with browser_page.expect_file_chooser() as chooser:
            browser_page.locator("#add").click()
        chooser.value.set_files([tmp_path / "2026-03-04 port.pdf", tmp_path / "bad.pdf"])
        told = browser_page.locator("#added")
        expect(told).to_contain_text("1 article added", timeout=WAIT)
        expect(told).to_contain_text("4 March 2026 · dated by its file name")
        expect(told).to_contain_text("bad.pdf: it is damaged or no PDF")
        expect(browser_page.locator("#held")).to_contain_text("1 article, the newest of 4 March 2026")
        ask(browser_page, "when was the port sold?")
        expect(browser_page.locator("[data-testid=bot]").last).to_contain_text("The port was sold in May")
    assert (tmp_path / "corpus" / "2026-03-04 port.pdf").read_bytes() == (tmp_path / "2026-03-04 port.pdf").read_bytes()


def asked_to_add(address: str, path: str) -> str:
    """What the server says to a request that names a file for the upload button, without any browser."""
    dependencies = httpx.get(f"{address}/config").json()["dependencies"]
    upload = next(each for each in dependencies if any(event == "upload" for _, event in each["targets"]))
    file = {"path": path, "orig_name": Path(path).name, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [[file]], "fn_index": upload["id"], "session_hash": "s", "event_data": None, "trigger_id": None}
    httpx.post(f"{address}/gradio_api/queue/join", json=body).raise_for_status()
    with httpx.stream("GET", f"{address}/gradio_api/queue/data?session_hash=s", timeout=WAIT / 1000) as events:
        return next(line for line in events.iter_lines() if "process_completed" in line)


def test_no_file_of_the_server_and_no_address_can_be_named_as_an_upload(tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    secret = tmp_path / "secret.md"
    secret.write_text("The secret is 42.", encoding="utf-8")
    with serving(tmp_path, ASSISTANT_LLM="extractive", ASSISTANT_CORPUS_DIR=str(tmp_path / "corpus")) as address:
        for path in (str(secret), f"{address}/config", str(tmp_path / "corpus/../secret.md")):
            assert '"success":false' in asked_to_add(address, path).replace(" ", "")
        assert httpx.get(f"{address}/gradio_api/file={secret}").status_code in (403, 404)
    assert list((tmp_path / "corpus").iterdir()) == []
    assert secret.exists()


def test_the_page_asks_no_other_host(browser_page: Page, address: str):
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto(address)
    ask(browser_page, "who owns the model?")
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_stop_ends_the_generation_while_the_model_is_silent(browser_page: Page, tmp_path: Path):
    with EndlessServer() as model:
        environment = {"ASSISTANT_LLM": "openai:endless", "ASSISTANT_LLM_BASE_URL": model.base_url}
        with serving(tmp_path, **environment) as address:
            browser_page.goto(address)
            browser_page.fill("#question textarea", "who owns the model?")
            browser_page.press("#question textarea", "Enter")
            assert model.asked.acquire(timeout=60)
            browser_page.locator("#stop").click()
            assert model.hung_up.acquire(timeout=2)  # ten times the limit that benchmarks/streaming.py measures
            expect(browser_page.locator("[data-testid=bot]")).to_contain_text("Stopped.", timeout=WAIT)
            expect(browser_page.locator("#ask")).to_be_visible()


def test_closing_the_tab_ends_the_generation(browser_page: Page, tmp_path: Path):
    with EndlessServer() as model:
        environment = {"ASSISTANT_LLM": "openai:endless", "ASSISTANT_LLM_BASE_URL": model.base_url}
        with serving(tmp_path, **environment) as address:
            assert browser_page.context.browser
            tab = browser_page.context.browser.new_page()
            tab.goto(address)
            tab.fill("#question textarea", "who owns the model?")
            tab.press("#question textarea", "Enter")
            assert model.asked.acquire(timeout=60)
            tab.close()
            assert model.hung_up.acquire(timeout=10)


def test_a_port_that_is_taken_is_one_line(address: str):
    command = [sys.executable, "-m", "assistant", "serve", "--port", address.rsplit(":", 1)[1]]
    done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr
