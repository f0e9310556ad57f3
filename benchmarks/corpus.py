"""What keeping a large folder in step costs: `python -m benchmarks.corpus [--articles 10000] [--bytes 4000]`.

Articles are made up of words drawn at random; vectors are random too, as embedding so many would take
more than half an hour. "adding
one" includes reading, parsing and writing it, and a process for parsing that may have to be started; its embedding is
measured with the bundled model beside it. Prints a Markdown table, one line a step, and the most memory held so far.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant import Settings
from assistant.indexing.sentence_transformer import SentenceTransformerEmbedder
from assistant.records import SyncReport
from assistant.service.engine import Engine

from .scale import RandomVectors

_VOCABULARY = 20_000
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo zu".split()


def article(draw: random.Random, words: Sequence[str], size: int) -> str:
    """An article of about so many bytes, in sentences and paragraphs."""
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < size:
        sentences = [" ".join(draw.choices(words, k=draw.randint(8, 22))).capitalize() + "." for _ in range(5)]
        paragraphs.append(" ".join(sentences))
    day = f"20{draw.randint(10, 26)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    title = " ".join(draw.choices(words, k=6)).capitalize()
    return f"---\ntitle: {title}\npublished: {day}\n---\n\n" + "\n\n".join(paragraphs)[:size] + "\n"


def fill(folder: Path, articles: int, size: int) -> Callable[[], str]:
    """Write the articles, a minute old; what makes a further one is returned."""
    draw = random.Random(1)  # noqa: S311 - the same articles every time
    words = ["".join(draw.choices(_SYLLABLES, k=draw.randint(1, 4))) for _ in range(_VOCABULARY)]
    then = time.time_ns() - 60_000_000_000
    for number in range(articles):
        path = folder / f"{number // 1000:02}" / f"{number:05}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(article(draw, words, size), encoding="utf-8")
        os.utime(path, ns=(then, then))
    return lambda: article(draw, words, size)


def step(name: str, act: Callable[[], SyncReport]) -> SyncReport:
    """Time one step and print its line."""
    began = time.perf_counter()
    report = act()
    taken = time.perf_counter() - began
    done = f"{len(report.added)} added, {len(report.removed)} removed, {len(report.unchanged)} unchanged"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {name} | {taken:.2f} | {memory:,.0f} | {done} |", flush=True)
    return report


def embedding_of_one(text: str) -> float:
    """Seconds that the bundled model takes for an article's chunks."""
    from assistant.indexing.chunking import chunk

    embedder = SentenceTransformerEmbedder(Settings().embedding_model)
    texts = [part.embedded(text) for part in chunk(text, "", None, embedder.count_tokens, embedder.window)]
    embedder.embed(texts[:1])
    began = time.perf_counter()
    embedder.embed(texts, [[(0, 10)]] * len(texts))
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=4_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        corpus = root / "corpus"
        corpus.mkdir()
        another = fill(corpus, given.articles, given.bytes)
        settings = Settings(corpus_dir=corpus, data_dir=root / "index", state_dir=root / "state", llm="extractive")
        engine = Engine(settings, RandomVectors(settings.embedding_model))
        print("| step | seconds | most memory, MB | done |\n|---|---|---|---|")
        step("first sync", engine.sync)
        step("nothing changed", engine.sync)
        (corpus / "one.md").write_text(another(), encoding="utf-8")
        step("one added", engine.sync)
        step("nothing changed", engine.sync)
        (corpus / "one.md").rename(corpus / "renamed.md")
        step("one renamed", engine.sync)
        for path in sorted(corpus.glob("*/*.md"))[:: max(1, given.articles // 1000)][:1000]:
            path.unlink()
        step("1,000 removed", engine.sync)
        engine.close()
        again = Engine(settings, RandomVectors(settings.embedding_model))
        step("opened again, nothing changed", again.sync)
        again.close()
        print(f"\nembedding one article takes {embedding_of_one(another()):.2f} s")


if __name__ == "__main__":
    main()
