"""Which sentences speak of a question: nearest vectors and rarest words, put on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from ..indexing.embedding import Vector
from ..indexing.index import Index
from ..indexing.indexed import IndexedChunk
from ..indexing.selection import Selection
from ..language.sentences import Span
from ..language.terms import NEGATIONS, all_names, content, stem
from ..language.wording import acronyms, asked_acronyms, nearest
from ..questions.questions import parts
from ..records import Document, Filters, Passage
from .reranking import Reranker

LEFT_OUT = "left out"
"""How a note ends that undated articles were not searched."""
_CANDIDATES = 20
"""Chunks taken from each half of the index for each part of the question."""
_CHARACTERS_EACH = 250
"""A passage is one to three sentences: this many characters on average."""
_COMMON = 10
"""A word in more than a tenth of all chunks is not looked up while there are rarer ones."""
_RERANKED = 3
_SAME = 0.6
"""Chunks of two articles that share this much of their words tell the same in other words."""
_FEW = 10
"""Fewer words than this say too little to tell."""


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """A sentence that speaks of the question: its place in its document, and how much it does (0..1)."""

    document: Document
    section: str
    start: int
    end: int
    text: str
    score: float
    copies: tuple[Document, ...] = ()
    """Other articles that tell the same in nearly the same words: rewrites of one release."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search brought. `weights`: how telling each stem of the question is; `parts`: what it was searched as."""

    parts: list[str]
    sentences: list[FoundSentence]
    passages: list[Passage]
    weights: Mapping[str, float]
    undated: int = 0
    """How many articles the filters left out because their date is not known."""


@dataclass(frozen=True, slots=True)
class _Query:
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


@dataclass(frozen=True, slots=True)
class _Telling:
    """What a passage tells: the stems of its chunk, and its own words."""

    document_id: str
    stems: frozenset[str]
    text: str

    def same_as(self, other: _Telling) -> bool:
        """Whether two articles tell the same, as rewrites of one release do.

        They share most words, all figures and every "not", and neither has a name in place of another.
        """
        if self.document_id == other.document_id:
            return False
        common = len(self.stems & other.stems)
        if common < max(_FEW, _SAME * (len(self.stems) + len(other.stems) - common)):
            return False
        apart = self.stems ^ other.stems
        if any(term[0].isdigit() or term in NEGATIONS for term in apart):
            return False
        mine, theirs = (
            {stem(name.lower()) for name in all_names(one.text)} - another.stems
            for one, another in ((self, other), (other, self))
        )
        return not (mine and theirs)


_Place = tuple[str, int]
"""A chunk's id and a sentence's place in it."""


def search(
    index: Index, question: str, k: int, filters: Filters | None = None, reranker: Reranker | None = None
) -> Retrieval:
    """At most `k` passages, runs of the sentences that speak most of the question, best first.

    Every score is a mean of shares, 0..1 and comparable between questions: the cosine with the question,
    and the part of the question's words, weighted by how rare they are, that title, section and text
    hold. A sentence's score is the mean of its own and its chunk's. What a question lists is searched
    thing by thing, and each thing gets its share of the passages. A reranker, where there is one, orders
    three times as many passages and its scores take the place of these.
    """
    selection, undated = index.catalogue.selection(filters) if filters else (None, 0)
    asked = parts(question, lambda name: index.catalogue.words.is_one_name(content(name)))
    queries = _queries(index, asked)
    weights = _weights(index, content(question))
    chunks: dict[str, IndexedChunk] = {}
    near = _near(index, queries, selection)
    with index.catalogue.unchanging():
        scored = [_scores(index, query, ids, chunks) for query, ids in zip(queries, near, strict=True)]
        chosen = _choose(scored, chunks, _CHARACTERS_EACH * k * (_RERANKED if reranker else 1))
        passages, sentences = _passages(index, chosen, chunks)
    if reranker:
        passages = reranker.order(question, passages)
        sentences = _by_passage(sentences, passages[:k])
    return Retrieval(asked, sentences, passages[:k], weights, undated)


def _by_passage(sentences: Sequence[FoundSentence], passages: Sequence[Passage]) -> list[FoundSentence]:
    """The sentences of these passages, each with its passage's score."""
    return [
        replace(sentence, score=passage.score)
        for passage in passages
        for sentence in sentences
        if sentence.document.document_id == passage.document_id and passage.start <= sentence.start < passage.end
    ]


def _queries(index: Index, asked: Sequence[str]) -> list[_Query]:
    vectors = index.embedder.embed_questions(asked)
    queries = []
    for part, vector in zip(asked, vectors, strict=True):
        weights = _weights(index, [_as_the_corpus_writes(index, term) for term in content(part)])
        queries.append(_Query(vector, weights, sum(weights.values()) or 1.0, _instead(index, part, weights)))
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


def _weights(index: Index, terms: Iterable[str]) -> dict[str, float]:
    """Inverse chunk frequency of each stem, as in BM25 (Robertson and Zaragoza 2009)."""
    total = index.catalogue.chunk_count()
    counts = index.catalogue.words.frequencies(dict.fromkeys(terms))
    return {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in counts.items()}


def _near(index: Index, queries: Sequence[_Query], selection: Selection | None) -> list[list[str]]:
    """For each query the chunks near it in either half of the index."""
    dense = index.vectors.search([query.vector for query in queries], _CANDIDATES, selection)
    found = []
    for query, near in zip(queries, dense, strict=True):
        others = {term for sets in query.instead.values() for other in sets for term in other}
        telling = _telling(index, {**query.weights, **_weights(index, others - query.weights.keys())})
        worded = index.catalogue.words.search(telling, _CANDIDATES, selection)
        found.append(list(dict.fromkeys([*near, *worded])))
    return found


def _telling(index: Index, weights: Mapping[str, float]) -> list[str]:
    """The stems worth looking up: those that are not common, or the rarest three."""
    rarest = sorted(weights, key=lambda term: -weights[term])
    counts = index.catalogue.words.frequencies(rarest)
    common = index.catalogue.chunk_count() / _COMMON
    return [term for place, term in enumerate(rarest) if counts[term] and (place < 3 or counts[term] <= common)]


def _scores(index: Index, query: _Query, ids: Sequence[str], chunks: dict[str, IndexedChunk]) -> dict[_Place, float]:
    """The score of every sentence of the best of these chunks; `chunks` is filled with them."""
    chunks |= index.catalogue.chunks([chunk_id for chunk_id in ids if chunk_id not in chunks])
    cosines = {i: (chunks[i].vectors @ query.vector).clip(min=0.0).tolist() for i in ids if i in chunks}
    whole = {i: (cosines[i][0] + query.share(chunks[i].stems)) / 2 for i in cosines}
    found = {}
    for chunk_id in sorted(whole, key=lambda i: -whole[i])[:_CANDIDATES]:
        chunk = chunks[chunk_id]
        before = 0.0
        for place, span in enumerate(chunk.spans):
            if span.heading:
                continue
            own = (cosines[chunk_id][place + 1] + query.share(chunk.span_stems[place])) / 2
            score = (whole[chunk_id] + own) / 2
            if span.leans:  # it speaks of what the sentence before speaks of
                score = max(score, (score + before) / 2)
            found[chunk_id, place] = before = score
    return found


def _choose(
    scored: Sequence[dict[_Place, float]], chunks: Mapping[str, IndexedChunk], characters: int
) -> dict[_Place, float]:
    """The best sentences of each part in turn, until so many characters are chosen; best first."""
    waiting = [sorted(scores, key=lambda place: -scores[place]) for scores in scored]
    waiting.sort(
        key=lambda places: -max((scores.get(places[0], 0.0) for scores in scored), default=0.0) if places else 0.0
    )
    spent = [0] * len(waiting)
    chosen: dict[_Place, float] = {}
    while sum(spent) < characters and any(waiting):
        part = min((p for p, places in enumerate(waiting) if places), key=spent.__getitem__)
        chunk_id, at = waiting[part].pop(0)
        spans = chunks[chunk_id].spans
        score = max(scores.get((chunk_id, at), 0.0) for scores in scored)
        with_it = (at - 1, at) if spans[at].leans and at and not spans[at - 1].heading else (at,)
        for place in with_it:
            if (chunk_id, place) not in chosen:
                chosen[chunk_id, place] = score
                spent[part] += spans[place].end - spans[place].start
    return chosen


def _passages(
    index: Index, chosen: Mapping[_Place, float], chunks: Mapping[str, IndexedChunk]
) -> tuple[list[Passage], list[FoundSentence]]:
    """Chosen sentences that stand together as one passage, best first; and the sentences by themselves."""
    documents = index.catalogue.described(list({chunks[chunk_id].document_id for chunk_id, _ in chosen}))
    runs = sorted(_runs(chosen), key=lambda run: -max(chosen[place] for place in run))
    passages: list[Passage] = []
    sentences: list[FoundSentence] = []
    leading: list[_Telling] = []
    copies: list[list[Document]] = []
    texts = index.catalogue.texts([_place(chunks, run) for run in runs])
    for run, text in zip(runs, texts, strict=True):
        chunk = chunks[run[0][0]]
        document = documents[chunk.document_id]
        telling = _Telling(document.document_id, chunk.own_stems, text)
        same = next((n for n, other in enumerate(leading) if telling.same_as(other)), -1)
        if same >= 0:
            passages[same] = replace(
                passages[same], duplicates=passages[same].duplicates + max(1, len(document.sources))
            )
            copies[same].append(document)
            continue
        spans = [chunk.spans[place] for _, place in run]
        passage = _passage(text, chunk, document, spans, max(chosen[place] for place in run))
        passages.append(passage)
        leading.append(telling)
        copies.append([])
        for place, span in zip(run, spans, strict=True):
            words = passage.text[span.start - passage.start : span.end - passage.start]
            sentences.append(FoundSentence(document, chunk.section, span.start, span.end, words, chosen[place]))
    told = {(p.document_id, p.start): others for p, others in zip(passages, copies, strict=True) if others}
    return passages, [_with_copies(sentence, passages, told) for sentence in sentences] if told else sentences


def _with_copies(
    sentence: FoundSentence, passages: Sequence[Passage], told: Mapping[tuple[str, int], list[Document]]
) -> FoundSentence:
    around = next(
        p for p in passages if p.document_id == sentence.document.document_id and p.start <= sentence.start < p.end
    )
    return replace(sentence, copies=tuple(told.get((around.document_id, around.start), ())))


def _runs(chosen: Mapping[_Place, float]) -> list[list[_Place]]:
    """Places that follow each other in their chunk, together."""
    runs: list[list[_Place]] = []
    for chunk_id, place in sorted(chosen):
        if runs and runs[-1][-1] == (chunk_id, place - 1):
            runs[-1].append((chunk_id, place))
        else:
            runs.append([(chunk_id, place)])
    return runs


def _place(chunks: Mapping[str, IndexedChunk], run: Sequence[_Place]) -> tuple[str, int, int]:
    chunk = chunks[run[0][0]]
    return chunk.document_id, chunk.spans[run[0][1]].start, chunk.spans[run[-1][1]].end


def _passage(text: str, chunk: IndexedChunk, document: Document, spans: Sequence[Span], score: float) -> Passage:
    start, end = spans[0].start, spans[-1].end
    return Passage(
        document_id=document.document_id,
        source=document.source,
        title=document.title,
        text=text,
        start=start,
        end=end,
        score=round(min(1.0, score), 4),
        publisher=document.publisher,
        published=document.published,
        section=chunk.section,
        page=document.page_at(start),
        duplicates=max(0, len(document.sources) - 1),
    )
