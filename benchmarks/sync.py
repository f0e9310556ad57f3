"""What indexing costs beside bare embedding: `python -m benchmarks.sync --data DIR SET`.

Indexes the set's first documents, then embeds the same chunk texts with sentence-transformers' own
`encode`, in turn, and prints the share of the time that embedding alone takes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from assistant import Settings
from assistant.indexing.chunking import chunk
from assistant.indexing.index import Entry, Index
from assistant.indexing.sentence_transformer import SentenceTransformerEmbedder

from .questions import document, load

_TURNS = 3


def main() -> None:
    """Print one line for each turn and the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("set")
    parser.add_argument("--documents", type=int, default=30)
    given = parser.parse_args()
    docs = [document(doc) for doc in load(given.data, given.set)[0][: given.documents]]
    embedder = SentenceTransformerEmbedder(Settings().embedding_model)
    texts = [
        part.embedded(doc.text)
        for doc in docs
        for part in chunk(doc.text, doc.title, doc.published, embedder.count_tokens, embedder.window)
    ]
    shares = []
    for turn in range(_TURNS):
        with tempfile.TemporaryDirectory() as folder:
            index = Index(Path(folder), embedder)
            began = time.perf_counter()
            index.put([Entry(doc, "") for doc in docs], lambda _: None)
            indexing = time.perf_counter() - began
            index.close()
        began = time.perf_counter()
        embedder._model.encode(texts, batch_size=32, show_progress_bar=False)
        embedding = time.perf_counter() - began
        shares.append(embedding / indexing)
        print(
            f"turn {turn + 1}: {len(texts)} chunks, indexed in {indexing:.1f} s, embedded in {embedding:.1f} s",
            flush=True,
        )
    print(f"embedding alone takes {median(shares):.2f} of indexing")


if __name__ == "__main__":
    main()
