"""The sentences of the passages found that a model may point at: few, whole, and numbered from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .grounding import fits
from .records import Citation
from .retrieval import FoundSentence, Retrieval

_AT_MOST = 10
_QUOTE_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, and whether it speaks of the question."""

    sentence: FoundSentence
    fits: bool

    @property
    def text(self) -> str:
        """The sentence's exact words."""
        return self.sentence.text

    def citation(self, number: int) -> Citation:
        """This sentence as the citation `[number]`."""
        found, document = self.sentence, self.sentence.document
        return Citation(
            number=number,
            quote=found.text,
            document_id=document.document_id,
            source=document.sources[0] if document.sources else "",
            title=document.title,
            start=found.start,
            end=found.end,
            publisher=document.publisher,
            published=document.published,
            section=found.section,
            page=sum(begin <= found.start for begin in document.pages) or None,
        )


def select(question: str, retrieval: Retrieval) -> list[Evidence]:
    """At most ten of the sentences found, those that speak most of the question.

    They come back article by article, the article of the best sentence first.
    """
    usable = [s for s in retrieval.sentences if len(s.text) <= _QUOTE_CHARACTERS and len(s.text.split()) > 1]
    best = sorted(usable, key=lambda sentence: -sentence.score)[:_AT_MOST]
    articles = list(dict.fromkeys(sentence.document.document_id for sentence in best))
    best.sort(key=lambda sentence: articles.index(sentence.document.document_id))
    return [Evidence(s, fits(question, s.text, f"{s.document.title} {s.section}", retrieval.weights)) for s in best]


def numbered(evidence: Sequence[Evidence]) -> str:
    """The sentences as the model reads them, under the title and date of their article."""
    lines: list[str] = []
    for number, item in enumerate(evidence, start=1):
        article = item.sentence.document
        if number == 1 or article.document_id != evidence[number - 2].sentence.document.document_id:
            lines.append(f"{article.title} ({article.published or 'undated'}):")
        lines.append(f"[{number}] {' '.join(item.text.split())}")
    return "\n".join(lines)
