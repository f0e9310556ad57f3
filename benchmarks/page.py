"""What a person at the page waits for: `python -m benchmarks.page [--corpus DIR] [--llm SPEC] [--questions N]`.

Asks what each article's title says in a real browser and prints seconds, from just before it is sent, until its first
source can be seen, until the first words of the answer, and until it is whole: each in a conversation of its own,
then all in one. Needs two articles or more, Chromium and the development packages.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from assistant import Assistant, Settings
from tests.browsing import SWITCHES, WIDE, begin, chromium, open_page, serving

_WATCH = """question => new Promise(done => {
    const began = performance.now(), seen = {};
    const look = () => {
        const asked = [...document.querySelectorAll("#now .asked")].some(each => each.textContent === question);
        if (asked) {
            const newest = document.querySelector("#sources section");
            const there = newest?.querySelector(".asked").textContent === question && newest.querySelector(".source");
            seen.sources ??= there ? performance.now() - began : undefined;
            seen.words ??= document.querySelector("#now .said p:not(.status)") ? performance.now() - began : undefined;
            if (document.querySelector("#now .doing")) return done({...seen, whole: performance.now() - began});
        }
        requestAnimationFrame(look);
    };
    look();
})"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--llm", default="embedded")
    parser.add_argument("--questions", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        environment = {"ASSISTANT_LLM": given.llm, "ASSISTANT_CORPUS_DIR": str(given.corpus.absolute())}
        with serving(place, **environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
            page = browser.new_page(viewport=WIDE)
            settings = Settings(
                corpus_dir=given.corpus, data_dir=place / "index", state_dir=place / "state", llm=given.llm
            )
            with Assistant.open(settings) as assistant:
                documents = assistant.documents()
            questions = [f"What about “{document.title}”?" for document in documents][: given.questions + 1]
            _asked(open_page(page, address), questions.pop())  # the first answer loads what the others find loaded
            _print("first question of a conversation", questions, lambda q: _asked(open_page(page, address), q))
            open_page(page, address)
            _print("one conversation of them all", questions, lambda q: _asked(page, q))
            browser.close()


def _asked(page: Page, question: str) -> dict[str, float]:
    page.locator("#question textarea").fill(question)
    page.evaluate(f"question => void (window.watched = ({_WATCH})(question))", question)
    begin(page, question)
    seen: dict[str, float] = page.evaluate("window.watched")
    return {what: milliseconds / 1000 for what, milliseconds in seen.items()}


def _print(name: str, questions: list[str], ask: Callable[[str], dict[str, float]]) -> None:
    began = time.perf_counter()
    found = [ask(question) for question in questions]
    print(f"{name}: {len(found)} questions in {time.perf_counter() - began:.0f} s")
    for what in ("sources", "words", "whole"):
        seconds = [each[what] for each in found if what in each]
        print(f"  {what:8} median {np.median(seconds):5.2f} s · slowest {max(seconds):5.2f} s")


if __name__ == "__main__":
    main()
