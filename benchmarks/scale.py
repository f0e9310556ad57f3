"""Search time, memory and disk as the corpus grows: `python -m benchmarks.scale --data DIR [--chunks N …] [--server]`.

With `--server`, vectors and contents lie on a Chroma server that is started on this machine.

The texts are those of the question sets, copied under other titles until there are enough; up to 5,000
chunks the vectors are real, above that they are random. Beside each search the same question, or the parts
it is searched in, is embedded with sentence-transformers' own `encode`, in the same run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Document, Progress
from assistant.finding import retrieval
from assistant.indexing.embedding import Embedding, Spans
from assistant.indexing.index import Entry, Index
from assistant.indexing.sentence_transformer import SentenceTransformerEmbedder
from assistant.indexing.shared_index import SharedIndex
from assistant.questions.questions import parts
from tests.chroma_running import RunningChroma

from .questions import document, load, names

_REAL_UP_TO = 5_000
_QUESTIONS = 200


class RandomVectors(SentenceTransformerEmbedder):
    """Real tokens and questions, random vectors for texts."""

    def embed(
        self, texts: Sequence[str], spans: Sequence[Spans] = (), progress: Callable[[Progress], None] = lambda _: None
    ) -> list[Embedding]:
        """Vectors of length 1; a question's (no spans) is real."""
        if not spans:
            return super().embed(texts)
        random = np.random.default_rng(len(texts))
        made = []
        for within in spans:
            drawn = random.standard_normal((1 + len(within), 384), dtype=np.float32)
            drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
            made.append(Embedding(drawn[0], drawn[1:]))
        return made


@contextmanager
def _place(folder: Path, *, server: bool) -> Iterator[Callable[[SentenceTransformerEmbedder], Index]]:
    """Opens an index in a folder, or one whose server has its own folder in there."""
    if not server:
        yield lambda embedder: Index(folder, embedder)
        return
    running = RunningChroma(folder / "server")
    try:
        yield lambda embedder: SharedIndex(
            folder / "index", embedder, url=running.url, state_dir=folder / "state", collections=()
        )
    finally:
        running.stop()


def copies(docs: Sequence[Document]) -> Iterator[Document]:
    """The documents again and again, each time with an id and a title of its own."""
    for turn in count():
        for doc in docs:
            yield Document(f"{doc.title} {turn}" if turn else doc.title, doc.text, f"{turn}-{doc.document_id}")


def fill(index: Index, docs: Iterator[Document], chunks: int) -> float:
    """Add documents until there are so many chunks; seconds taken."""
    began = time.perf_counter()
    while index.catalogue.chunk_count() < chunks:
        group = [next(docs) for _ in range(max(1, (chunks - index.catalogue.chunk_count()) // 12))]
        index.put([Entry(doc, "") for doc in group], lambda _: None)
    return time.perf_counter() - began


def times(action: Callable[[str], Any], questions: Sequence[str]) -> list[float]:
    """Milliseconds of each call, in rising order."""
    taken = []
    for question in questions:
        began = time.perf_counter()
        action(question)
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)


def main() -> None:
    """One line of a Markdown table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--chunks", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--server", action="store_true", help="share the index on a Chroma server")
    given = parser.parse_args()
    measure(given.data, given.chunks, server=given.server)


def measure(data: Path, sizes: Sequence[int], *, server: bool = False) -> None:
    """Print the table."""
    sets = [load(data, name) for name in names(data)]
    docs = [document(doc, prefix=f"{n}-") for n, (found, _) in enumerate(sets) for doc in found]
    questions = [q["question"] for _, asked in sets for q in asked if q["answerable"]]
    questions = questions[:: max(1, len(questions) // _QUESTIONS)][:_QUESTIONS]
    print("| chunks | search p50 ms | p95 | encode p50 ms | ratio | filled in s | memory MB | disk MB |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, _place(Path(folder), server=server) as open_index:
            kind = SentenceTransformerEmbedder if size <= _REAL_UP_TO else RandomVectors
            embedder = kind("all-MiniLM-L6-v2")
            index = open_index(embedder)
            took = fill(index, copies(docs), size)
            for warm in questions[:5]:
                retrieval.search(index, warm, 20)
            embedder._questions.clear()
            search = times(lambda q, index=index: retrieval.search(index, q, 20), questions)
            encode = times(lambda q, e=embedder: e._model.encode(parts(q), show_progress_bar=False), questions)
            middle, late = len(search) // 2, int(0.95 * len(search))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            disk = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 1e6
            chunks = index.catalogue.chunk_count()
            print(
                f"| {chunks:,} | {search[middle]:.1f} | {search[late]:.1f} | {encode[middle]:.1f} |"
                f" {search[middle] / encode[middle]:.2f} | {took:.0f} | {memory:,.0f} | {disk:,.0f} |",
                flush=True,
            )
            index.close()


if __name__ == "__main__":
    main()
