"""The sentences that an answer may rest on: few, whole, each with how well it can answer, numbered from 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from ..checking.grounding import plain
from ..indexing.catalogue import Catalogue
from ..language.asides import is_aside
from ..language.sentences import LEANS, sentences
from ..language.syntax import look_at
from ..questions.asking import Asked
from ..records import Citation
from .relevance import Relevance, relevance
from .retrieval import FoundSentence
from .surroundings import Surroundings

AT_MOST = 8
"""Sentences that a model is shown."""
_QUOTE_CHARACTERS = 600
_FOLLOWING = 2
"""Sentences that follow on one and are told with it, at most."""
_FOLLOWED = re.compile(r"(?:this|these|that|those|such)\b", re.IGNORECASE)
_AROUND = 800
"""Characters read before and after a sentence: its paragraph, as a rule."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, what stands around it, and how well it can answer."""

    sentence: FoundSentence
    around: Surroundings
    relevance: Relevance
    lead: str = ""
    """The sentence that this one leans on ("It cost …") and what is between them, as the document has it."""

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

    def citation(self, number: int, *, lead: bool = True) -> Citation:
        """This sentence as the citation `[number]`, with the one that says what its "it" is where `lead` is set."""
        found, document = self.sentence, self.sentence.document
        before = self.lead if lead and len(self.lead) + len(self.text) <= _QUOTE_CHARACTERS else ""
        return Citation(
            number=number,
            quote=before + found.text,
            document_id=document.document_id,
            source=document.source,
            title=document.title,
            start=found.start - len(before),
            end=found.end,
            publisher=document.publisher,
            published=document.published,
            section=found.section,
            page=document.page_at(found.start),
        )


def gather(
    asked: Asked,
    found: Sequence[FoundSentence],
    weights: Mapping[str, float],
    catalogue: Catalogue,
    give_way: Callable[[], None] = lambda: None,
) -> list[Evidence]:
    """Every usable sentence, best first. For an account of something, a best one brings the one that follows on it.

    `give_way` is called between two sentences, and may wait.
    """
    told = [s for s in found if not s.text.startswith("|")]  # a row of a table is no sentence: see `looking_up`
    usable = [s for s in told if len(s.text) <= _QUOTE_CHARACTERS and len(s.text.split()) > 1]
    places = [(s.document.document_id, max(0, s.start - _AROUND), s.start) for s in usable]
    before = [part[part.rfind("\n") + 1 :] for part in catalogue.texts(places)]
    after = catalogue.texts([(s.document.document_id, s.end, s.end + _AROUND) for s in usable])
    look_at((text for s in usable for text in (s.text, plain(s.text))), give_way)
    stating = [x for x in zip(usable, before, after, strict=True) if not is_aside(x[0].text, x[1])]
    articles: dict[str, str] = {}
    for s in usable:
        articles[s.document.document_id] = f"{articles.get(s.document.document_id, '')} {s.text}"
    evidence = []
    for sentence, paragraph, behind in stating:
        give_way()
        article = articles[sentence.document.document_id]
        evidence.append(_weighed(asked, sentence, paragraph, behind.split("\n")[0], article, weights))
    evidence.sort(key=lambda item: -item.sentence.score)
    if asked.kind == "account":
        evidence = _with_following(evidence, catalogue)
    return evidence


def _weighed(
    asked: Asked, sentence: FoundSentence, before: str, after: str, article: str, weights: Mapping[str, float]
) -> Evidence:
    document = sentence.document
    spans = sentences(before) if LEANS.match(sentence.text) else []
    leans_on = spans[-1].of(before) if spans else ""
    lead = before[spans[-1].start :] if spans else ""
    followed = _FOLLOWED.match(after.lstrip())
    goes_on = sentences(after)[0].of(after) if followed else ""
    around = Surroundings(document.title, sentence.section, before, document.published, leans_on, article, goes_on)
    return Evidence(sentence, around, relevance(asked, plain(sentence.text), around, weights), lead)


def _with_following(evidence: Sequence[Evidence], catalogue: Catalogue) -> list[Evidence]:
    """After each of the best sentences the next ones, as far as they lean on it: "This improved …"."""
    best = [item for item in evidence if item.fits][: AT_MOST // 2]
    known = {(item.sentence.document.document_id, item.sentence.start) for item in evidence}
    places = [(i.sentence.document.document_id, i.sentence.start, i.sentence.end + _AROUND) for i in best]
    after = dict(zip(map(id, best), catalogue.texts(places), strict=True))
    found: list[Evidence] = []
    for item in evidence:
        found.append(item)
        for following in _leaning(item, after.get(id(item), "").split("\n")[0]):
            place = (following.sentence.document.document_id, following.sentence.start)
            if place not in known:
                known.add(place)
                found.append(following)
    return found


def _leaning(item: Evidence, text: str) -> Iterator[Evidence]:
    """The sentences right behind this one that lean on it or on each other. `text` begins with this one."""
    before, begun = item.text, 0
    spans = [span for span in sentences(text) if span.start >= len(item.text)]
    stating = takewhile(lambda span: not is_aside(span.of(text)), spans[:_FOLLOWING])
    for span in takewhile(lambda span: span.leans and span.end - span.start <= _QUOTE_CHARACTERS, stating):
        start, end = item.sentence.start + span.start, item.sentence.start + span.end
        following = replace(item.sentence, start=start, end=end, text=span.of(text))
        yield Evidence(following, replace(item.around, leans_on=before), item.relevance, text[begun : span.start])
        before, begun = span.of(text), span.start


def numbered(evidence: Sequence[Evidence]) -> str:
    """The sentences as the model reads them, under the title and date of their article."""
    lines: list[str] = []
    for number, item in enumerate(evidence, start=1):
        article = item.sentence.document
        if number == 1 or article.document_id != evidence[number - 2].sentence.document.document_id:
            lines.append(f"{article.title} ({article.published or 'undated'}):")
        lines.append(f"[{number}] {' '.join(item.text.split())}")
    return "\n".join(lines)


def in_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences article by article, each article's in the order in which it has them."""
    articles = list(dict.fromkeys(item.sentence.document.document_id for item in evidence))
    return sorted(evidence, key=lambda i: (articles.index(i.sentence.document.document_id), i.sentence.start))


def by_article(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences article by article, the article of the first one first."""
    articles = list(dict.fromkeys(item.sentence.document.document_id for item in evidence))
    return sorted(evidence, key=lambda item: articles.index(item.sentence.document.document_id))
