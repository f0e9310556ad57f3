"""Which sentences speak of a question: nearest vectors and rarest words, put on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..indexing.index import Index
from ..indexing.indexed import IndexedChunk
from ..indexing.selection import Selection
from ..language.sentences import Span
from ..language.terms import content
from ..questions.questions import parts
from ..records import Document, Filters, Passage
from .queries import Query, queries_of, telling_words, weights_of
from .reranking import Reranker
from .rewrites import Telling

_CANDIDATES = 20
"""Chunks taken from each half of the index for each part of the question."""
_CHARACTERS_EACH = 250
"""A passage is one to three sentences: this many characters on average."""
_RERANKED = 3


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
    queries = queries_of(index, asked)
    weights = weights_of(index, content(question))
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


def _near(index: Index, queries: Sequence[Query], selection: Selection | None) -> list[list[str]]:
    """For each query the chunks near it in either half of the index."""
    dense = index.vectors.search([query.vector for query in queries], _CANDIDATES, selection)
    found = []
    for query, near in zip(queries, dense, strict=True):
        others = {term for sets in query.instead.values() for other in sets for term in other}
        telling = telling_words(index, {**query.weights, **weights_of(index, others - query.weights.keys())})
        worded = index.catalogue.words.search(telling, _CANDIDATES, selection)
        found.append(list(dict.fromkeys([*near, *worded])))
    return found


def _scores(index: Index, query: Query, ids: Sequence[str], chunks: dict[str, IndexedChunk]) -> dict[_Place, float]:
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
    leading: list[Telling] = []
    copies: list[list[Document]] = []
    texts = index.catalogue.texts([_place(chunks, run) for run in runs])
    for run, text in zip(runs, texts, strict=True):
        chunk = chunks[run[0][0]]
        document = documents[chunk.document_id]
        telling = Telling(document.document_id, chunk.own_stems, text)
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
