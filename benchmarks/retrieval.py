"""What each mechanism of retrieval brings: `python -m benchmarks.retrieval --data DIR [SET ...]`.

Prints a Markdown table: a line for the product as it is, and one for each mechanism switched off.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from assistant import Settings
from assistant.finding import queries, retrieval
from assistant.indexing.catalogue import Catalogue
from assistant.indexing.index import Entry, Index
from assistant.indexing.sentence_transformer import open_embedder
from assistant.indexing.vectors import Vectors
from assistant.indexing.words import Words

from .questions import document, load, names, score

_K = 20


@contextmanager
def words_only() -> Iterator[None]:
    """No vectors: candidates and scores from words."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(Vectors, "search", lambda _, vectors, *__: [[] for _ in vectors]))
        kept = retrieval.queries_of
        stack.enter_context(
            patch.object(
                retrieval, "queries_of", lambda *a: [_replaced(q, vector=np.zeros_like(q.vector)) for q in kept(*a)]
            )
        )
        yield


@contextmanager
def vectors_only() -> Iterator[None]:
    """No words: candidates and scores from vectors."""
    with (
        patch.object(Words, "search", lambda *_: []),
        patch.object(queries.Query, "share", lambda *_: 0.0),
    ):
        yield


@contextmanager
def whole_question() -> Iterator[None]:
    """A question that lists several things is searched as a whole."""
    with patch.object(retrieval, "parts", lambda question, _: [question]):
        yield


@contextmanager
def whole_chunks() -> Iterator[None]:
    """Passages are chunks, in the order of their best sentence."""
    kept = retrieval._choose

    def choose(scored: Any, chunks: Any, characters: int) -> dict[tuple[str, int], float]:
        chosen: dict[tuple[str, int], float] = {}
        for (chunk_id, _), value in sorted(kept(scored, chunks, 10 * characters).items(), key=lambda item: -item[1]):
            for place in range(len(chunks[chunk_id].spans)):
                chosen.setdefault((chunk_id, place), value)
        return chosen

    with patch.object(retrieval, "_choose", choose):
        yield


@contextmanager
def no_leaning() -> Iterator[None]:
    """A sentence that leans on the one before stands alone."""
    kept = Catalogue.chunks

    def chunks(self: Catalogue, ids: Any) -> Any:
        found = kept(self, ids)
        return {i: _replaced(c, spans=tuple(_replaced(s, leans=False) for s in c.spans)) for i, c in found.items()}

    with patch.object(Catalogue, "chunks", chunks):
        yield


@contextmanager
def no_titles() -> Iterator[None]:
    """Title and section count for nothing in the words."""
    kept = Catalogue.chunks
    with patch.object(
        Catalogue, "chunks", lambda s, ids: {i: _replaced(c, terms=("", *c.terms[1:])) for i, c in kept(s, ids).items()}
    ):
        yield


@contextmanager
def no_wording() -> Iterator[None]:
    """Misspelt words and acronyms are looked up as they are."""
    with patch.object(queries, "nearest", lambda *_: None), patch.object(queries, "_instead", lambda *_: {}):
        yield


@contextmanager
def nothing_off() -> Iterator[None]:
    """The product as it is."""
    yield


VARIANTS: dict[str, Callable[[], Any]] = {
    "as it is": nothing_off,
    "words only": words_only,
    "vectors only": vectors_only,
    "questions searched whole": whole_question,
    "chunks for sentences": whole_chunks,
    "no leaning sentences": no_leaning,
    "no title in the words": no_titles,
    "no spelling and acronyms": no_wording,
}


def _replaced(item: Any, **values: Any) -> Any:
    from dataclasses import replace

    return replace(item, **values)


def main() -> None:
    """Index each set once, then ask all its questions in each variant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("sets", nargs="*")
    given = parser.parse_args()
    print("| set | variant | hit@1 | mrr@10 | evidence_recall |\n|---|---|---|---|---|")
    for name in given.sets or names(given.data):
        docs, questions = load(given.data, name)
        answerable = [q for q in questions if q["answerable"]]
        with tempfile.TemporaryDirectory() as folder:
            index = Index(Path(folder), open_embedder(Settings()))
            index.put([Entry(document(doc), "") for doc in docs], lambda _: None)
            for label, variant in VARIANTS.items():
                with variant():
                    found = score([(q, retrieval.search(index, q["question"], _K).passages) for q in answerable])
                figures = " | ".join(f"{found[key]:.3f}" for key in ("hit@1", "mrr@10", "evidence_recall"))
                print(f"| {name} | {label} | {figures} |", flush=True)
            index.close()


if __name__ == "__main__":
    main()
