"""The parts of a question as the index is asked for them: a vector each, and how telling each of its words is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..indexing.embedding import Vector
from ..indexing.index import Index
from ..language.terms import content, stem
from ..language.wording import acronyms, asked_acronyms, nearest

_COMMON = 10
"""A word in more than a tenth of all chunks is not looked up while there are rarer ones."""


@dataclass(frozen=True, slots=True)
class Query:
    """One part of the question: its vector and the weights of its stems."""

    vector: Vector
    weights: Mapping[str, float]
    total: float
    instead: Mapping[str, Sequence[set[str]]]
    """For a stem the sets of stems that say the same: an acronym's names, a name's acronym."""

    def share(self, terms: AbstractSet[str]) -> float:
        """The part of the weight that these stems hold, 0..1."""
        held = sum([weight for term, weight in self.weights.items() if term in terms])
        for term, others in self.instead.items():
            if term not in terms and any(other <= terms for other in others):
                held += self.weights[term]
        return held / self.total


def queries_of(index: Index, asked: Sequence[str]) -> list[Query]:
    """A query for each part of a question."""
    vectors = index.embedder.embed_questions(asked)
    queries = []
    for part, vector in zip(asked, vectors, strict=True):
        weights = weights_of(index, [_as_the_corpus_writes(index, term) for term in content(part)])
        queries.append(Query(vector, weights, sum(weights.values()) or 1.0, _instead(index, part, weights)))
    return queries


def _as_the_corpus_writes(index: Index, term: str) -> str:
    """The stem itself, or, where no article has it, the nearest that one has."""
    if index.catalogue.words.frequencies([term])[term]:
        return term
    return nearest(term, index.catalogue.words.like(term)) or term


def _instead(index: Index, asked: str, weights: Mapping[str, float]) -> dict[str, list[set[str]]]:
    found: dict[str, list[set[str]]] = {}
    for acronym in asked_acronyms(asked):
        if stem(acronym) in weights:
            found[stem(acronym)] = [set(name) for name in index.catalogue.words.named(acronym)]
    for named in acronyms(asked):
        for term in named.name:
            if term in weights:
                found.setdefault(term, []).append({stem(named.letters)})
    return found


def weights_of(index: Index, terms: Iterable[str]) -> dict[str, float]:
    """Inverse chunk frequency of each stem, as in BM25 (Robertson and Zaragoza 2009)."""
    total = index.catalogue.chunk_count()
    counts = index.catalogue.words.frequencies(dict.fromkeys(terms))
    return {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in counts.items()}


def telling_words(index: Index, weights: Mapping[str, float]) -> list[str]:
    """The stems worth looking up: those that are not common, or the rarest three."""
    rarest = sorted(weights, key=lambda term: -weights[term])
    counts = index.catalogue.words.frequencies(rarest)
    common = index.catalogue.chunk_count() / _COMMON
    return [term for place, term in enumerate(rarest) if counts[term] and (place < 3 or counts[term] <= common)]
