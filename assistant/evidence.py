"""The sentences that an answer may rest on: few, whole, each with how well it can answer, numbered from 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .asking import Asked
from .catalogue import Catalogue
from .grounding import plain
from .records import Citation
from .relevance import Relevance, Surroundings, relevance
from .retrieval import FoundSentence
from .sentences import LEANS, sentences

AT_MOST = 8
"""Sentences that a model is shown."""
_QUOTE_CHARACTERS = 600
_AROUND = 800
"""Characters read before and after a sentence: its paragraph, as a rule."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, what stands around it, and how well it can answer."""

    sentence: FoundSentence
    around: Surroundings
    relevance: Relevance

    @property
    def text(self) -> str:
        """The sentence's exact words."""
        return self.sentence.text

    @property
    def fits(self) -> bool:
        """Whether nothing keeps it from being an answer."""
        return not self.relevance.misses

    @property
    def strength(self) -> float:
        """How near it is to the question and how much of it it speaks of, 0..1."""
        return (self.sentence.score + self.relevance.share) / 2

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


def gather(
    asked: Asked, found: Sequence[FoundSentence], weights: Mapping[str, float], catalogue: Catalogue
) -> list[Evidence]:
    """Every usable sentence, best first. For an account of something, a best one brings the one that follows on it."""
    usable = [s for s in found if len(s.text) <= _QUOTE_CHARACTERS and len(s.text.split()) > 1]
    places = [(s.document.document_id, max(0, s.start - _AROUND), s.start) for s in usable]
    before = [part[part.rfind("\n") + 1 :] for part in catalogue.texts(places)]
    evidence = [_weighed(asked, s, b, weights) for s, b in zip(usable, before, strict=True)]
    evidence.sort(key=lambda item: -item.sentence.score)
    if asked.kind == "account":
        evidence = _with_following(evidence, catalogue)
    return evidence


def _weighed(asked: Asked, sentence: FoundSentence, before: str, weights: Mapping[str, float]) -> Evidence:
    document = sentence.document
    spans = sentences(before) if LEANS.match(sentence.text) else []
    leans_on = spans[-1].of(before) if spans else ""
    around = Surroundings(document.title, sentence.section, before, document.published, leans_on)
    return Evidence(sentence, around, relevance(asked, plain(sentence.text), around, weights))


def _with_following(evidence: Sequence[Evidence], catalogue: Catalogue) -> list[Evidence]:
    """After each of the best sentences the next one, where it leans on it: "This improved …"."""
    best = [item for item in evidence if item.fits][: AT_MOST // 2]
    known = {(item.sentence.document.document_id, item.sentence.start) for item in evidence}
    places = [(i.sentence.document.document_id, i.sentence.start, i.sentence.end + _AROUND) for i in best]
    after = dict(zip(map(id, best), catalogue.texts(places), strict=True))
    found: list[Evidence] = []
    for item in evidence:
        found.append(item)
        text = after.get(id(item), "").split("\n")[0]
        spans = [span for span in sentences(text) if span.start >= len(item.text)]
        if spans and spans[0].leans and spans[0].end - spans[0].start <= _QUOTE_CHARACTERS:
            start, end = item.sentence.start + spans[0].start, item.sentence.start + spans[0].end
            if (item.sentence.document.document_id, start) not in known:
                known.add((item.sentence.document.document_id, start))
                following = replace(item.sentence, start=start, end=end, text=spans[0].of(text))
                found.append(Evidence(following, replace(item.around, leans_on=item.text), item.relevance))
    return found


def numbered(evidence: Sequence[Evidence]) -> str:
    """The sentences as the model reads them, under the title and date of their article."""
    lines: list[str] = []
    for number, item in enumerate(evidence, start=1):
        article = item.sentence.document
        if number == 1 or article.document_id != evidence[number - 2].sentence.document.document_id:
            lines.append(f"{article.title} ({article.published or 'undated'}):")
        lines.append(f"[{number}] {' '.join(item.text.split())}")
    return "\n".join(lines)


def by_article(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences article by article, the article of the first one first."""
    articles = list(dict.fromkeys(item.sentence.document.document_id for item in evidence))
    return sorted(evidence, key=lambda item: articles.index(item.sentence.document.document_id))
