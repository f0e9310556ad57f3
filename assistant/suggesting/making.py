"""Questions made of the articles' own sentences, and whether each, asked for real, is answered with its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from ..answers.answering import answer
from ..answers.steps import Run
from ..checking.grounding import plain
from ..finding.reranking import Reranker
from ..indexing.index import Index
from ..language.asides import is_aside
from ..language.phrases import is_name
from ..language.sentences import sentences
from ..language.syntax import parse
from ..language.terms import all_names, content
from ..language_models.models import ChatModel
from ..language_models.stopping import Stop, Stopped, never
from ..records import Answer, Citation, Done, Filters, NoteKind
from .composing import Question
from .question_forms import questions

_IN_THE_NEWS = frozenset({"ORG", "PERSON", "PRODUCT", "FAC"})
_BEGINNING = 4_000
"""Characters of an article that are read for a first screen: what matters most stands first."""
_SAME_FACT, _SAME_QUESTION = 0.6, 0.8
"""Share of the words of the shorter of two sentences, or questions, that the other one has: from here on they are
about the same."""
_MOST_CITED = 4
"""Sentences of an answer to a question that asks for one thing; with more, it is another question that was answered."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the sentence that it was made of: document text[start:end]."""

    question: Question
    document_id: str
    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What questions are asked with, and until when."""

    filters: Filters | None
    open_model: Callable[[], ChatModel | None]
    """Gives a model of this machine, or None where the quick check has to do."""
    reranker: Reranker | None
    stop: Stop
    busy: Stop = never
    """Tells whether somebody is served, whom a further look would slow down."""


def of_article(index: Index, document_id: str) -> Iterator[Candidate]:
    """Candidates of an article, in the order of its text; none where it is gone."""
    for text in index.catalogue.texts([(document_id, 0, _BEGINNING)]):
        yield from _candidates(document_id, text, 0, cut=len(text) == _BEGINNING)


def after(said: Answer) -> Iterator[Candidate]:
    """Candidates of an answer's passages, about what it does not say yet."""
    for passage in said.passages:
        for candidate in _candidates(passage.document_id, passage.text, passage.start, cut=False):
            if _is_new(candidate, said):
                yield candidate


def further(index: Index, said: Answer) -> Iterator[Candidate]:
    """Candidates of the rest of the cited articles, about what an answer does not say yet."""
    passed = [(passage.document_id, passage.start, passage.end) for passage in said.passages]
    for document_id in dict.fromkeys(citation.document_id for citation in said.citations):
        for candidate in of_article(index, document_id):
            inside = any(i == document_id and start <= candidate.start < end for i, start, end in passed)
            if not inside and _is_new(candidate, said):
                yield candidate


def news(said: Answer) -> Iterator[Candidate]:
    """Questions for news of those that an answer's sources name."""
    for citation in said.citations:
        for token in parse(f"{citation.title}. {plain(citation.quote)}"):
            name = token.text.removesuffix("'s").removesuffix("’s")
            if is_name(token) and token.ent_type_ in _IN_THE_NEWS and " " in name and name.isprintable():
                yield Candidate(Question(f"What is new on {name}?", "news", name), "", 0, 0, name)


def passes(index: Index, candidate: Candidate, asking: Asking, said: Sequence[Citation] = ()) -> bool:
    """Whether the question, asked for real, is answered with the sentence that it was made of, and nothing is noted.

    News are answered with the main sentence of each article instead, one of which must be new.
    First by code alone, which takes a moment, then by the model, where nobody else has it or wants it: Stopped is
    raised otherwise. What is cited in `said` must not be cited again.
    """
    if not _answered(index, candidate, asking, None, said):
        return False
    model = asking.open_model()
    return model is None or _answered(index, candidate, asking, model, said)


def alike(one: str, other: str) -> bool:
    """Whether two questions ask nearly the same."""
    return _shared(_words(one), _words(other)) >= _SAME_QUESTION


def _is_new(candidate: Candidate, said: Answer) -> bool:
    """Whether a question is another one than was asked, of the same matter, and its answer was not told yet."""
    told = f" {' '.join(content(candidate.question.told))} "
    known = told.strip() and told in f" {' '.join(content(said.text))} "
    same = any(_shared(_words(candidate.sentence), _words(c.quote)) >= _SAME_FACT for c in said.citations)
    spoken_of = all_names(f"{said.question} {said.understood} {said.text}")
    cited = {citation.document_id for citation in said.citations}
    apart = candidate.document_id not in cited and not spoken_of & all_names(candidate.question.text)
    again = any(alike(candidate.question.text, former) for former in (said.question, said.understood))
    return not (known or same or apart or again or _cited(candidate, said.citations))


def _answered(
    index: Index, candidate: Candidate, asking: Asking, model: ChatModel | None, said: Sequence[Citation]
) -> bool:
    if asking.stop() or (model and model.queue.line):
        raise Stopped

    def stop() -> bool:
        return asking.stop() or bool(model and len(model.queue.line) > 1)

    found = None
    events = answer(candidate.question.text, index, asking.filters, lambda: model, asking.reranker, run=Run(stop))
    with closing(events):
        for event in events:
            found = event.answer if isinstance(event, Done) else None
    if found is None or found.kind != "claims" or len(found.citations) > _MOST_CITED:
        return False
    noted = [note for note in found.notes if not _harmless(found.note_kinds.get(note), asking.filters)]
    repeated = {(c.document_id, c.end) for c in said} & {(c.document_id, c.end) for c in found.citations}
    if candidate.question.form == "news":
        return not noted and len(found.citations) > len(repeated)
    return not noted and not repeated and _cited(candidate, found.citations)


def _harmless(kind: NoteKind | None, filters: Filters | None) -> bool:
    """Whether a remark casts no doubt on the question: that articles agree, or that undated ones are left out."""
    return kind == "agree" or bool(kind == "undated" and filters and filters.dated)


def _candidates(document_id: str, text: str, begins: int, *, cut: bool) -> Iterator[Candidate]:
    """Candidates of a text that begins within its document; the last sentence of one that is cut is not whole."""
    spans = sentences(text)
    for span in spans[:-1] if cut else spans:
        said = plain(span.of(text))
        if span.heading or span.leans or text.startswith("|", span.start):
            continue
        made = questions(said)
        if made and is_aside(said):
            continue
        for question in made:
            yield Candidate(question, document_id, begins + span.start, begins + span.end, said)


def _cited(candidate: Candidate, citations: Sequence[Citation]) -> bool:
    """Whether the sentence is quoted, from its article or from one that says the same words."""
    own = " ".join(content(candidate.sentence))
    return any(
        (c.document_id == candidate.document_id and c.start < candidate.end and candidate.start < c.end)
        or own in " ".join(content(plain(c.quote)))
        for c in citations
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(content(text))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
