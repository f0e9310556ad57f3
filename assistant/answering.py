"""From a question to a checked answer: retrieve, let the model propose, show what passes, or refuse."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date

from .catalogue import Catalogue
from .errors import EmptyCorpus, QuestionError
from .evidence import Evidence, select
from .grounding import carried, check_claim, plain
from .index import Index
from .models import EXTRACTIVE, ChatModel
from .proposing import Proposal, Usage, propose
from .records import Answer, Citation, Done, Event, Filters, Retrieved, Text
from .reranking import Reranker
from .retrieval import Retrieval, search
from .sentences import sentences
from .terms import names, stem

_PASSAGES = 8
_EXTRACTED = 1
_WORD = re.compile(r"[\w&.-]*\w")
_SAME_MATTER = 0.8
"""A sentence with less than this share of a claim is about something else."""


def checked_question(question: str, at_most: int) -> str:
    """The question without white space around it. Raises QuestionError when it is empty or too long."""
    asked = " ".join(question.split())
    if not asked:
        raise QuestionError("the question is empty; ask something, such as 'who owns the model?'")
    if len(asked) > at_most:
        raise QuestionError(f"the question has {len(asked):,} characters, over the limit of {at_most:,}; shorten it")
    return asked


def answer(
    question: str,
    index: Index,
    filters: Filters | None,
    open_model: Callable[[], ChatModel | None],
    reranker: Reranker | None = None,
) -> Generator[Event]:
    """The events of one answer: `Retrieved`, then `Text` as claims pass their check, then `Done`.

    The model is opened only when there is something to show it. Raises EmptyCorpus and ModelError.
    """
    began = time.perf_counter()
    if not index.catalogue.document_count():
        raise EmptyCorpus("the corpus is empty; put articles into its folder, or run 'assistant add PATH'")
    retrieval = search(index, question, _PASSAGES, filters, reranker)
    draft = _Draft(question, retrieval, began)
    draft.timings["retrieve"] = time.perf_counter() - began
    yield Retrieved(retrieval.passages)
    evidence = select(question, retrieval)
    if any(item.fits for item in evidence):
        model = open_model()
        draft.model = model.name if model else EXTRACTIVE
        with model.turn if model else nullcontext():
            for proposal in propose(model, question, evidence) if model else _extracted(evidence):
                if isinstance(proposal, Usage):
                    draft.usage = {"input": proposal.input, "output": proposal.output}
                elif piece := draft.admit(proposal, evidence):
                    yield Text(piece)
    if not draft.citations:
        yield Text(draft.refuse(index.catalogue))
    yield Done(draft.finished())


@dataclass(slots=True)
class _Draft:
    """An answer in the making. Text is only ever added."""

    question: str
    retrieval: Retrieval
    began: float
    text: str = ""
    citations: list[Citation] = field(default_factory=list)
    model: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)

    def admit(self, proposal: Proposal, evidence: Sequence[Evidence]) -> str:
        """The text that a proposal adds, with its marker; empty when nothing of it passes."""
        pointed = evidence[proposal.sentence - 1]
        fitting = [item for item in (pointed, *evidence) if item.fits]
        for item in fitting:
            if self._passes(proposal.claim, item):
                return self._show(proposal.claim, item)
        # No sentence carries the claim as it is put: the one that has most of it speaks for itself.
        fullest = max(fitting, key=lambda item: carried(proposal.claim, item.text), default=None)
        if (
            fullest
            and carried(proposal.claim, fullest.text) >= _SAME_MATTER
            and self._passes(plain(fullest.text), fullest)
        ):
            return self._show(plain(fullest.text), fullest)
        return ""

    def refuse(self, catalogue: Catalogue) -> str:
        """The text that says the corpus does not say, with what it holds."""
        self.text = _refusal(self.question, catalogue)
        self._first_token()
        return self.text

    def finished(self) -> Answer:
        """The record of all that was shown."""
        self.timings["total"] = time.perf_counter() - self.began
        answered = bool(self.citations)
        return Answer(
            question=self.question,
            understood=self.question,
            text=self.text,
            answered=answered,
            kind="claims" if answered else "refusal",
            citations=self.citations,
            notes=self.retrieval.notes,
            passages=self.retrieval.passages,
            model=self.model,
            usage=self.usage,
            timings={step: round(seconds, 4) for step, seconds in self.timings.items()},
        )

    def _passes(self, claim: str, item: Evidence) -> bool:
        one = len(sentences(claim)) == 1 and claim == plain(claim)
        return one and check_claim(claim, [item.citation(0)], self.question).supported

    def _show(self, claim: str, item: Evidence) -> str:
        place = (item.sentence.document.document_id, item.sentence.start)
        known = next((c for c in self.citations if (c.document_id, c.start) == place), None)
        if known and claim.rstrip(".!?") in self.text:
            return ""
        citation = known or item.citation(len(self.citations) + 1)
        if not known:
            self.citations.append(citation)
        piece = (" " if self.text else "") + _marked(claim, citation.number)
        self.text += piece
        self._first_token()
        return piece

    def _first_token(self) -> None:
        self.timings.setdefault("first_token", time.perf_counter() - self.began)


def _extracted(evidence: Sequence[Evidence]) -> Iterator[Proposal]:
    """The answer without a model: the best sentences that speak of the question, word for word."""
    fitting = [number for number, item in enumerate(evidence, start=1) if item.fits]
    for number in fitting[:_EXTRACTED]:
        yield Proposal(number, plain(evidence[number - 1].text))


def _marked(claim: str, number: int) -> str:
    body = claim.rstrip(".!?;:, ")
    ending = claim[len(body) :].strip(";:, ") or "."
    return f"{body} [{number}]{ending}"


def _refusal(question: str, catalogue: Catalogue) -> str:
    documents = catalogue.documents()
    days = sorted(document.published for document in documents if document.published)
    held = f"{len(documents)} article{'s' * (len(documents) != 1)}"
    if days:
        held += f", published from {_written(days[0])} to {_written(days[-1])}"
    named = [name for name in _WORD.findall(question) if name in names(question)]
    counts = catalogue.frequencies(stem(name.lower()) for name in named)
    absent = [f"“{name}”" for name in dict.fromkeys(named) if not counts[stem(name.lower())]]
    unsaid = f" None of them mentions {' or '.join(absent[:3])}." if absent else ""
    return f"The corpus does not say. It holds {held}.{unsaid}"


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
