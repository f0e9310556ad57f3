"""Which passages speak of a question: nearest vectors and best words, put on one scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .catalogue import ChunkRow
from .index import Index
from .records import Document, Filters, Passage
from .terms import content, search_terms, stem

_CANDIDATES = 40
"""Chunks taken from each half before they are put in order."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search brought: passages, best first, how telling each word of the question is, and remarks."""

    passages: list[Passage]
    weights: Mapping[str, float]
    notes: list[str]


def search(index: Index, question: str, k: int, filters: Filters | None = None) -> Retrieval:
    """The `k` passages that speak most of the question.

    A passage's score is the mean of two shares, each 0..1 and comparable between questions: the cosine
    of its vector and the question's, and the part of the question's words, weighted by how rare they
    are in the corpus, that it or its title holds.
    """
    ids, undated = index.catalogue.select(filters) if filters else (None, 0)
    notes = [f"{undated} undated article{'s' * (undated != 1)} left out"] if undated else []
    terms = search_terms(question)
    weights = _weights(index, terms)
    if ids == []:
        return Retrieval([], weights, notes)
    vector = index.embedder.embed_query(question)
    near = index.vectors.search(vector, _CANDIDATES, ids)
    worded = index.catalogue.lexical_search(terms, _CANDIDATES, ids)
    near |= index.vectors.similarities(vector, [chunk_id for chunk_id in worded if chunk_id not in near])
    documents: dict[str, Document] = {}
    found = []
    for row in index.catalogue.chunks(list(near)):
        if row.document_id not in documents:
            documents[row.document_id] = index.catalogue.document(row.document_id)
        document = documents[row.document_id]
        share = _share(weights, f"{document.title} {row.section} {row.text}")
        found.append(_passage(row, document, (max(0.0, near[row.chunk_id]) + share) / 2))
    found.sort(key=lambda passage: (-passage.score, passage.document_id, passage.start))
    return Retrieval(found[:k], weights, notes)


def _weights(index: Index, terms: Sequence[str]) -> dict[str, float]:
    """Inverse chunk frequency of each word, by stem (the weight of BM25's formula)."""
    counts, total = index.catalogue.chunk_frequencies(terms)
    return {
        stem(term): math.log(1 + (total - count + 0.5) / (count + 0.5))
        for term, count in zip(terms, counts, strict=True)
    }


def _share(weights: Mapping[str, float], text: str) -> float:
    held = set(content(text))
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0


def _passage(row: ChunkRow, document: Document, score: float) -> Passage:
    return Passage(
        document_id=row.document_id,
        source=document.sources[0] if document.sources else "",
        title=document.title,
        text=row.text,
        start=row.start,
        end=row.end,
        score=round(min(1.0, score), 4),
        publisher=document.publisher,
        published=document.published,
        section=row.section,
        page=sum(begin <= row.start for begin in document.pages) or None,
        duplicates=max(0, len(document.sources) - 1),
    )
