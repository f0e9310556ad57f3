"""The sentences of the passages found that a model may point at: few, whole, and numbered from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .grounding import fits
from .records import Citation, Passage
from .retrieval import Retrieval
from .sentences import sentences
from .terms import content

_AT_MOST = 10
_QUOTE_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, its place in its passage's document, and whether it speaks of the question."""

    passage: Passage
    start: int
    end: int
    text: str
    fits: bool

    def citation(self, number: int) -> Citation:
        """This sentence as the citation `[number]`."""
        p = self.passage
        return Citation(
            number=number,
            quote=self.text,
            document_id=p.document_id,
            source=p.source,
            title=p.title,
            start=self.start,
            end=self.end,
            publisher=p.publisher,
            published=p.published,
            section=p.section,
            page=p.page,
        )


def select(question: str, retrieval: Retrieval) -> list[Evidence]:
    """At most ten sentences, those with most of the question's words; a heading is no sentence.

    They come back article by article, the article of the best sentence first.
    """
    found: list[tuple[float, Evidence]] = []
    for passage in retrieval.passages:
        context = f"{passage.title} {passage.section}"
        for span in sentences(passage.text):
            text = span.of(passage.text)
            if span.heading or len(text) > _QUOTE_CHARACTERS or len(text.split()) < 2:
                continue
            evidence = Evidence(
                passage,
                passage.start + span.start,
                passage.start + span.end,
                text,
                fits(question, text, context, retrieval.weights),
            )
            found.append((_rank(evidence, retrieval), evidence))
    found.sort(key=lambda pair: -pair[0])
    best = [evidence for _, evidence in found[:_AT_MOST]]
    articles = list(dict.fromkeys(item.passage.document_id for item in best))
    return sorted(best, key=lambda item: articles.index(item.passage.document_id))


def numbered(evidence: Sequence[Evidence]) -> str:
    """The sentences as the model reads them, under the title and date of their article."""
    lines: list[str] = []
    for number, item in enumerate(evidence, start=1):
        article = item.passage
        if number == 1 or article.document_id != evidence[number - 2].passage.document_id:
            lines.append(f"{article.title} ({article.published or 'undated'}):")
        lines.append(f"[{number}] {' '.join(item.text.split())}")
    return "\n".join(lines)


def _rank(evidence: Evidence, retrieval: Retrieval) -> float:
    total = sum(retrieval.weights.values()) or 1.0
    held = set(content(evidence.text))
    share = sum(weight for term, weight in retrieval.weights.items() if term in held) / total
    return share + evidence.passage.score
