"""From a question to a checked answer: retrieve, ask whether it is stated, show what passes, or refuse."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from ..checking.grounding import plain
from ..errors import EmptyCorpus, QuestionError
from ..finding.evidence import AT_MOST, Evidence, by_article
from ..finding.reranking import Reranker
from ..finding.retrieval import FoundSentence, search
from ..indexing.catalogue import Catalogue
from ..indexing.index import Index
from ..language.terms import spoken
from ..language_models.models import ChatModel
from ..language_models.stopping import Stop
from ..questions.asking import Asked, asked
from ..questions.conversation import Turn
from ..records import Answer, Done, Event, Filters, Retrieved, Text, Waiting
from ..settings import EXTRACTIVE
from .about_corpus import told_of_corpus
from .candidates import PASSAGES_FIRST, SEARCHED, Candidates
from .choosing import ENOUGH, SOME, SOME_OF_ACCOUNT, chosen
from .claimed import Proposal
from .comparing import Comparison, Figure, Side, about, comparison, conclusion, figure, of_one_unit, same_order
from .digest import digest
from .draft import Draft
from .looking_up import Told, looked_up
from .proposing import Usage, certainty, propose
from .showing import article_in_words, names_of, shown_by_code
from .steps import Run
from .understanding import meant

_PASSAGES = 8
_SURE = 0.45
"""The mean of the model's certainty, 0..1, and of how near and how strong the best sentences are, that an answer takes.

docs/quality.md says on which questions it and SOME were chosen, and how they do on others.
"""
_EVERY_WORD = 0.999
"""Share of the matter: a sentence that speaks of all of it is told before a row of a table."""
_TABLE = 50_000
"""Characters around a row: its table, as a rule."""


def checked_question(question: str, at_most: int) -> str:
    """The question as words with a space between. Raises QuestionError when it is empty or too long."""
    given = " ".join(spoken(question).split())
    if not given:
        raise QuestionError("the question is empty; ask something, such as 'who owns the model?'")
    if len(given) > at_most:
        raise QuestionError(f"the question has {len(given):,} characters, over the limit of {at_most:,}; shorten it")
    return given


def answer(
    question: str,
    index: Index,
    filters: Filters | None,
    open_model: Callable[[], ChatModel | None],
    reranker: Reranker | None = None,
    turns: Sequence[Turn] = (),
    run: Run | None = None,
) -> Generator[Event]:
    """The events of one answer: `Retrieved`, then `Text` as claims pass their check, then `Done`.

    The conversation so far (`turns`) changes how the question is understood, and nothing else. The model is opened
    only when there is something to show it, and while others have it, `Waiting` tells how many. Raises EmptyCorpus,
    ModelError, and Stopped when the run's `stop` says so while the model is waited for.
    """
    began, run = time.perf_counter(), run or Run()
    if not index.catalogue.document_count():
        raise EmptyCorpus("the corpus is empty; put articles into its folder, or run 'assistant add PATH'")
    if told := told_of_corpus(question, index.catalogue, filters):
        yield from _said_by_code(question, question, told, began)
        return
    with PASSAGES_FIRST.quick(), run.steps.of("retrieve"):
        means = meant(index, question, turns, filters)
        told = told_of_corpus(means.text, index.catalogue, filters)
        found = told or search(index, means.text, SEARCHED, means.filters, reranker)
    if isinstance(found, str):
        yield from _said_by_code(question, means.understood, found, began)
        return
    retrieval = replace(found, passages=found.passages[:_PASSAGES])
    draft = Draft(means.text, retrieval, began, asked_as=question, understood=means.understood, steps=run.steps)
    draft.notes += means.notes
    draft.timings["retrieve"] = time.perf_counter() - began
    yield Retrieved(retrieval.passages)
    compared = comparison(means.text)
    candidates = Candidates(index, means.filters, retrieval)
    if means.topic is not None:
        draft.model = EXTRACTIVE
        yield from map(Text, digest(draft, index, means.topic, means.filters))
    elif compared and len(retrieval.parts) > 1:
        draft.model = EXTRACTIVE
        yield from map(Text, _compare(draft, compared, candidates))
    else:
        yield from _answer(draft, candidates, open_model, run.stop)
    if not draft.citations:
        yield from map(Text, _from_tables(draft, _rows_of(draft, index.catalogue)))
    if not draft.citations:
        yield Text(draft.refuse(index.catalogue, means.filters, means.article))
    yield Done(draft.finished())


def _from_tables(draft: Draft, parts: Iterable[Sequence[Told]]) -> Iterator[str]:
    """What rows of tables tell, a statement for each."""
    draft.model = EXTRACTIVE
    for told in parts:
        for each in told:
            yield from draft.show(each.statement, each.item)
        articles = list(dict.fromkeys(article_in_words(each.item) for each in told))
        if len(articles) > 1:
            draft.notes.append(f"several articles fit the question, name one to narrow it: {'; '.join(articles)}")


def _said_by_code(question: str, meant: str, told: str, began: float) -> Iterator[Event]:
    """An answer about the corpus itself: no model, no markers."""
    yield Retrieved([])
    yield Text(told)
    seconds = round(time.perf_counter() - began, 4)
    timings = {"retrieve": seconds, "first_token": seconds, "total": seconds}
    yield Done(Answer(question, told, answered=True, kind="catalogue", understood=meant, timings=timings))


def _answer(
    draft: Draft, candidates: Candidates, open_model: Callable[[], ChatModel | None], stop: Stop
) -> Iterator[Text | Waiting]:
    """An answer in quoted sentences."""
    with draft.steps.of("select"):
        wanted = asked(draft.question)
        parts = [
            candidates.of(replace(asked(part), kind=wanted.kind, wanted=wanted.wanted))
            for part in draft.retrieval.parts
        ]
        told = _rows_of(draft, candidates.index.catalogue)
        shown = by_article([item for part in parts for item in _best(part, max(2, AT_MOST // len(parts)))])
    if all(told) and not any(item.relevance.share >= _EVERY_WORD for part in parts for item in part):
        yield from map(Text, _from_tables(draft, told))
        return
    if not shown:
        return
    model = open_model()
    draft.model = model.name if model else EXTRACTIVE
    if model is None:
        yield from map(Text, shown_by_code(draft, wanted, parts, candidates, judged=False))
        return
    with model.queue.join() as place:
        with draft.steps.of("queue"):
            yield from map(Waiting, place.wait(stop))
        with draft.steps.of("judge"):
            certain, spent = certainty(model, draft.question, shown, stop)
        draft.usage = {"input": spent.input, "output": spent.output}
        stated = _stated(certain, wanted, shown)
        if stated and not model.judges:
            with draft.steps.of("write"):
                yield from map(Text, _written(draft, model, shown, wanted, stop))
    if stated and model.judges:  # what it would write is no better than the sentences, and takes as long again
        yield from map(Text, shown_by_code(draft, wanted, parts, candidates, judged=True))
    elif draft.citations and (wanted.open or len(parts) > 1):
        yield from map(Text, _filled(draft, wanted, parts))


def _rows_of(draft: Draft, catalogue: Catalogue) -> list[list[Told]]:
    """For each part of the question the rows of tables that answer it."""

    def around(row: FoundSentence) -> str:
        places = [(row.document.document_id, max(0, row.start - _TABLE), row.end + _TABLE)]
        return catalogue.texts(places)[0]

    return [looked_up(part, draft.retrieval.sentences, around) for part in draft.retrieval.parts]


def _written(draft: Draft, model: ChatModel, shown: Sequence[Evidence], wanted: Asked, stop: Stop) -> Iterator[str]:
    """What the model says, as far as its sentences carry it."""
    with closing(propose(model, draft.question, shown, stop)) as proposals:
        for proposal in proposals:
            if isinstance(proposal, Usage):
                draft.usage = {"input": proposal.input, "output": proposal.output}
            else:
                yield from _admitted(draft, proposal, shown, wanted)


def _best(part: Sequence[Evidence], at_most: int) -> list[Evidence]:
    """The sentences a model is shown: the nearest ones, less those that say nothing of what another one speaks of."""
    half = max((item.relevance.share for item in part), default=0.0) / 2
    speaking = [item for item in part if item.relevance.share >= half] if half >= ENOUGH / 2 else part
    return list(speaking[:at_most])


def _filled(draft: Draft, wanted: Asked, parts: Sequence[Sequence[Evidence]]) -> Iterator[str]:
    """What an account still lacks, and what is listed and not yet told, where the model stopped at the first thing."""
    for part in parts:
        told = any(draft.cites(item) for item in part)
        if wanted.open or not told:
            more = [item for item in chosen(wanted, [part]) if not draft.cites(item)]
            yield from draft.admit_all(more, wanted)


def _stated(certainty: float, wanted: Asked, shown: Sequence[Evidence]) -> bool:
    """Whether the answer is there: by the model's certainty and how near and how strong the best sentences are.

    A sentence must speak of a third of the matter, of a quarter for an account, whatever the model says, unless the
    question is about an article's very subject. A summary of what is told of somebody need not repeat its words.
    """
    least = SOME_OF_ACCOUNT if wanted.kind == "account" else SOME
    speaks = bool(wanted.summary and wanted.names) or any(
        item.relevance.share >= least or item.relevance.titled >= ENOUGH for item in shown
    )
    strongest = max(item.strength for item in shown)
    nearest = max(item.sentence.score for item in shown)
    return speaks and (certainty + (nearest + strongest) / 2) / 2 >= _SURE


def _admitted(draft: Draft, proposal: Proposal, shown: Sequence[Evidence], wanted: Asked) -> Iterator[str]:
    """The text that a proposal adds: the claim, if its sentence or another carries it, or else the sentence itself."""
    pointed = shown[proposal.sentence - 1]
    for item in (pointed, *shown):
        if draft.carries(proposal.claim, item, wanted):
            yield from draft.show(proposal.claim, item)
            return
    if draft.says_nothing_else(proposal.claim, pointed):
        yield from draft.admit_all([pointed], wanted)


def _compare(draft: Draft, compared: Comparison, candidates: Candidates) -> Iterator[str]:
    """The figures of all sides, each quoted, and which is ahead; nothing when a side has none, as a note says."""
    figures = []
    for part in draft.retrieval.parts:
        with_figure = [
            (place, -item.strength, side, item, told)
            for place, side in enumerate(about(part, compared))
            for item in candidates.of(side)
            if item.relevance.share >= ENOUGH
            and not (compared.of == "value" and item.relevance.parted)
            and (told := figure(plain(item.text), side, draft.retrieval.weights))
        ]
        if not with_figure:
            lacking = next(names_of(asked(part)), ("one of them",))[0]
            draft.notes.append(f"no {'date' if compared.of == 'date' else 'figure'} to compare was found for {lacking}")
        figures.append([found[2:] for found in sorted(with_figure, key=lambda found: found[:2])])
    chosen = of_one_unit(figures)
    for side, item, _ in chosen:
        yield from draft.admit_all([item], side)
    sides = [_side(draft, *found) for found in chosen]
    others = [
        [_side(draft, *other) for other in side if other[1].relevance.share >= taken[1].relevance.share]
        for side, taken in zip(figures, chosen, strict=False)
    ]
    if not same_order(compared, sides, others):
        draft.notes.append("not compared: the articles give several figures or dates that speak of it as much")
    elif ended := conclusion(compared, sides):
        yield draft.add(ended[0])
        draft.derived += [ended[1]] if ended[1] else []


def _side(draft: Draft, side: Asked, item: Evidence, told: Figure) -> Side:
    """One side of a comparison, with the number under which it is cited; 0 where it is not."""
    written, amount, day = told
    name = max((" ".join(found) for found in names_of(side)), key=len, default=item.sentence.document.title)
    dated = (day[0] or next((k[1][0] for k in side.dates), None), day[1], day[2]) if day else None
    return Side(name, written, amount, dated, draft.number_of(item) or 0)
