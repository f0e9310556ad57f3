"""What it costs to limit a search to what somebody may see: `python -m benchmarks.access --articles 1000`.

Made-up articles, every other one hidden from who asks, words in place of the embedding model: what is measured is the
limiting, and what it is compared with is the same search over everything, in the same run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.api import Assistant
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.fakes import WordEmbedder

_DICE = random.Random(1)  # noqa: S311 - nothing here is secret
_WORDS = [f"w{number}" for number in range(3_000)]
_SENTENCES, _LONG, _SEARCHES = 12, 12, 60


def main() -> None:
    """Print the medians, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    articles = parser.parse_args().articles
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for number in range(articles):
            write(place / "corpus" / ("board" if number % 2 else "all") / f"{number}.md", number)
        settings = Settings(
            corpus_dir=place / "corpus",
            data_dir=place / "index",
            state_dir=place / "state",
            llm="extractive",
            collections={"board": ("directors",)},
            questions_per_minute=1_000_000,
        )
        with Assistant(Engine(settings, WordEmbedder()), settings) as whole:
            whole.sync()
            limited = whole.as_user("anna")
            first = timed(limited)
            timed(whole)
            everything, some = (statistics.median(times(each)) for each in (whole, limited))
            write(place / "corpus" / "all" / "new.md", articles)
            whole.search("w1")
            after = timed(limited)
    print(f"{articles} articles, half of them hidden; milliseconds of a search:")
    print(f"of everything {everything * 1e3:.1f}, limited {some * 1e3:.1f}: {some / everything:.2f} times")
    print(f"the first one {first * 1e3:.0f}, the first after a change {after * 1e3:.0f}")


def write(path: Path, number: int) -> None:
    """A made-up article."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sentences = (" ".join(_DICE.choices(_WORDS, k=_LONG)).capitalize() + "." for _ in range(_SENTENCES))
    path.write_text(f"# Report {number}\n\n" + "\n\n".join(sentences) + "\n", encoding="utf-8")


def times(assistant: Assistant) -> Iterator[float]:
    """Seconds of many searches."""
    return (timed(assistant) for _ in range(_SEARCHES))


def timed(assistant: Assistant) -> float:
    """Seconds of a search for words that occur."""
    question = " ".join(_DICE.choices(_WORDS, k=4))
    began = time.perf_counter()
    assistant.search(question)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
