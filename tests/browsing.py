"""The page in a real browser: Chromium, a server on a corpus of its own, and what a person does with both."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.service.owner_process import stop
from assistant.settings import Settings
from tests.conftest import CLONE, SAMPLE_CORPUS

WAIT = 60_000
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = {"width": 1600, "height": 900}, {"width": 380, "height": 800}


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


@contextmanager
def served(
    place: Path, *arguments: str, program: str = "assistant", **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page's server, and its address, on the sample corpus unless the environment names another."""
    corpus = Path(environment.get("ASSISTANT_CORPUS_DIR", SAMPLE_CORPUS))
    settings = Settings(corpus_dir=corpus, data_dir=place / "index", state_dir=place / "state")
    variables = {
        **os.environ,
        "ASSISTANT_LLM": "extractive",
        "ASSISTANT_CORPUS_DIR": str(corpus),
        "ASSISTANT_DATA_DIR": str(place / "index"),
        "ASSISTANT_STATE_DIR": str(place / "state"),
        **environment,
    }
    command = [sys.executable, "-m", program, "serve", *(arguments or ("--port", "0"))]
    with subprocess.Popen(command, cwd=CLONE, env=variables, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if found := re.search(r"http://[\d.]+:\d+", line):
                    break
            else:
                pytest.fail(f"the page did not start: {''.join(said)}")
            threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would halt it
            yield process, found[0]
        finally:
            process.terminate()
            stop(settings)


@contextmanager
def serving(place: Path, *arguments: str, program: str = "assistant", **environment: str) -> Iterator[str]:
    """The page's address; see `served`."""
    with served(place, *arguments, program=program, **environment) as (_, address):
        yield address


def serving_lightly(place: Path, *arguments: str, **environment: str) -> AbstractContextManager[str]:
    """The same with an embedder of words, which is there at once: for what does not hang on what is found."""
    return serving(place, *arguments, program="tests.light_page", **environment)


def open_page(page: Page, address: str) -> Page:
    """Go to an address of the page and wait until one can ask."""
    page.goto(address)
    expect(page.locator("#question textarea")).to_be_visible(timeout=WAIT)
    expect(page.locator("#now .welcome, #now .turn")).to_be_visible(timeout=WAIT)
    return page


def begin(page: Page, question: str) -> None:
    """Type a question and send it."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")


def ask(page: Page, question: str) -> Locator:
    """Ask a question and wait for its answer, which is returned."""
    begin(page, question)
    return answered(page, question)


def answered(page: Page, question: str) -> Locator:
    """The newest answer, once it is whole and is that of this question."""
    expect(page.locator("#now .asked")).to_have_text(question, timeout=WAIT)
    expect(page.locator("#now .doing")).to_be_visible(timeout=WAIT)
    expect(page.locator("#ask")).to_be_visible(timeout=WAIT)
    return page.locator("#now [data-testid=bot]")


def is_in_view(locator: Locator) -> bool:
    """Whether it can be seen without scrolling, and nothing lies over it."""
    seen: bool = locator.evaluate(
        """element => {
            const box = element.getBoundingClientRect();
            const found = document.elementFromPoint(box.x + Math.min(box.width, 20) / 2, box.y + box.height / 2);
            return !!found && (element.contains(found) || found.contains(element));
        }"""
    )
    return seen
