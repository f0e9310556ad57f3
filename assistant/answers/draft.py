"""An answer in the making: what is shown is checked first, numbered once and never taken back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..checking.grounding import check_claim, plain
from ..finding.evidence import Evidence
from ..finding.relevance import holds_the_kind
from ..finding.retrieval import Retrieval
from ..indexing.catalogue import Catalogue
from ..language.sentences import sentences
from ..language.syntax import key, parse
from ..language.terms import content, figures, names
from ..questions.asking import Asked
from ..records import Answer, Citation, Derived, Document, Filters, NoteKind
from .about_corpus import held_in_words
from .shortening import shortened
from .steps import Steps

_WORD = re.compile(r"[\w&.-]*\w")


@dataclass(slots=True)
class Draft:
    """The text so far, its citations, and how it came about."""

    question: str
    retrieval: Retrieval
    began: float
    asked_as: str = ""
    """The question as it was typed, where `question` is how it was understood."""
    understood: str = ""
    """The same with everything that limits it written out."""
    text: str = ""
    citations: list[Citation] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)
    model: str = ""
    notes: list[str] = field(default_factory=list)
    note_kinds: dict[str, NoteKind] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)

    def __post_init__(self) -> None:
        if undated := self.retrieval.undated:
            self.note(f"{undated} undated article{'s' * (undated != 1)} left out", "undated")

    def note(self, remark: str, kind: NoteKind) -> None:
        """Add a remark on which something hangs."""
        self.notes.append(remark)
        self.note_kinds[remark] = kind

    def carries(self, claim: str, item: Evidence, wanted: Asked) -> bool:
        """Whether a sentence carries a claim, and the claim still holds what is wanted."""
        one = len(sentences(claim)) == 1 and claim == plain(claim)
        return one and holds_the_kind(wanted, claim) and self._supported(claim, item)

    def says_nothing_else(self, claim: str, item: Evidence) -> bool:
        """Whether a claim that its sentence does not carry word for word adds no figure and hardly a word to it."""
        around = f"{item.text} {item.around.heading} {self.question}"
        known = set(content(around))
        new = [word for word in content(claim) if word not in known]
        return figures(claim) <= figures(around) and len(new) <= len(set(content(claim))) / 2

    def admit_all(self, items: Iterable[Evidence], wanted: Asked, *, label: str = "") -> Iterator[str]:
        """Show each sentence in its own words, shortened where only one thing is wanted of it."""
        for item in items:
            whole = plain(item.text)
            answers = [key(token) for token in parse(whole) if key(token)[0] in {"date", "value", "name"}]
            brief = whole if wanted.kind == "account" else shortened(whole, wanted.matter, answers)
            yield from self.show(brief if self.carries(brief, item, wanted) else whole, item, label=label)

    def show(self, claim: str, item: Evidence, *, label: str = "", apart: bool = False) -> Iterator[str]:
        """The piece that a checked claim adds to the text; none when it is there already.

        A label is put before it, which is for code to say; `apart` makes it a paragraph of its own.
        """
        if not self._supported(claim, item):
            return
        number = self.number_of(item)
        if number is not None and (claim.rstrip(".!?") in self.text or self._told(item)):
            return
        citation = item.citation(number or len(self.citations) + 1, lead=not self._quoted(item))
        if number is None:
            self.citations.append(citation)
            self._warn_of(item.sentence.document)
        yield self.add(label + _marked(claim, citation.number), apart=apart)

    def add(self, sentence: str, *, apart: bool = False) -> str:
        """A sentence with its markers, as the piece that it adds."""
        piece = (("\n\n" if apart else " ") if self.text else "") + sentence
        self.text += piece
        self._first_token()
        return piece

    def number_of(self, item: Evidence) -> int | None:
        """The number under which a sentence is cited."""
        place = (item.sentence.document.document_id, item.sentence.end)
        return next((c.number for c in self.citations if (c.document_id, c.end) == place), None)

    def cites(self, item: Evidence) -> bool:
        """Whether a sentence is cited."""
        return self.number_of(item) is not None

    def supersede(self, older: Evidence, newer: Evidence) -> None:
        """Let the citation of one sentence say that another one tells the later state."""
        was, now = self.number_of(older), self.number_of(newer)
        if was and now and was != now:
            self.citations[was - 1] = replace(self.citations[was - 1], superseded_by=now)

    def refuse(self, catalogue: Catalogue, filters: Filters | None = None, article: str = "") -> str:
        """The text that says the corpus does not say, with what it holds of what the filters let pass.

        Where only one `article` was looked at, that is said in its place.
        """
        only = f"The corpus does not say. Looked at was “{article}” alone."
        self.text = only if article else _refusal(self.question, catalogue, filters)
        self._first_token()
        return self.text

    def finished(self) -> Answer:
        """The record of all that was shown."""
        self.timings["total"] = time.perf_counter() - self.began
        answered = bool(self.citations)
        return Answer(
            question=self.asked_as or self.question,
            understood=self.understood or self.question,
            text=self.text,
            answered=answered,
            kind="claims" if answered else "refusal",
            citations=[replace(cited, duplicates=self._duplicates(cited)) for cited in self.citations],
            notes=self.notes,
            note_kinds=self.note_kinds,
            derived=self.derived,
            passages=self.retrieval.passages,
            model=self.model,
            usage=self.usage,
            timings={step: round(seconds, 4) for step, seconds in self.timings.items()},
        )

    def _supported(self, claim: str, item: Evidence) -> bool:
        with self.steps.of("check"):
            return check_claim(claim, [item.citation(0)]).supported

    def _duplicates(self, cited: Citation) -> int:
        """How many other sources carry a passage with what is cited."""
        same = (p for p in self.retrieval.passages if p.document_id == cited.document_id)
        return max((p.duplicates for p in same if p.start < cited.end and cited.start < p.end), default=0)

    def _warn_of(self, document: Document) -> None:
        """Note that an article is quoted as it was before its file could no longer be read."""
        note = f"“{document.title}” is quoted as it was before: the newest version of its file cannot be read"
        if document.state == "stale" and note not in self.notes:
            self.notes.append(note)

    def _quoted(self, item: Evidence) -> bool:
        """Whether the sentence that this one leans on is quoted already."""
        document, begins = item.sentence.document.document_id, item.sentence.start - len(item.lead)
        return any(c.document_id == document and c.start <= begins < c.end for c in self.citations)

    def _told(self, item: Evidence) -> bool:
        """Whether a sentence is shown word for word already."""
        return plain(item.text).rstrip(".!?") in self.text

    def _first_token(self) -> None:
        self.timings.setdefault("first_token", time.perf_counter() - self.began)


def _marked(claim: str, number: int) -> str:
    """The claim with its marker, also before each semicolon: whoever reads half of it sees what it rests on.

    A full stop within it ends no sentence (it is one): it goes, so that nobody takes "Gen. Lee" for two.
    """
    body = claim.rstrip(".!?;:, ")
    ending = claim[len(body) :].strip(";:, ") or "."
    body = re.sub(r"\.(?=\s+[A-Z\"“])", "", body)
    body = re.sub(r"(;\s|[!?]\s+(?=[A-Z\"“]))", rf" [{number}]\1", body)
    return f"{body} [{number}]{ending}"


def _refusal(question: str, catalogue: Catalogue, filters: Filters | None) -> str:
    documents = catalogue.documents(filters)
    held = held_in_words(documents, " of that time" if filters and filters.dated else "")
    named = [name for name in _WORD.findall(question) if name in names(question)]
    allowed = {document.document_id for document in documents}
    named = [n for n in named if content(n)]
    absent = [f"“{n}”" for n in dict.fromkeys(named) if not allowed & catalogue.words.mentioning(content(n))]
    unsaid = f" None of them mentions {' or '.join(absent[:3])}." if absent else ""
    return f"The corpus does not say. It holds {held}.{unsaid}"
