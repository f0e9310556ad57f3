"""Answers about the corpus itself, made by code from the catalogue: greetings, what there is, which articles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..in_words import day_in_words
from ..indexing.catalogue import Catalogue
from ..language.terms import content
from ..records import Document, Filters

_SHOWN = 10
_THINGS = r"(?:articles?|documents?|briefings?|reports?|notes?|sources?)"
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?|bye|goodbye|ok(?:ay)?|help"
    r"|(?:who|what) are you|what (?:can|do) you do|how does this work)(?: there| very much)?[\s.!?,]*",
    re.IGNORECASE,
)
_HOLDINGS = re.compile(
    r"(?:what (?:can|could|should) i ask(?: you)?(?: about)?|what do you know(?: about)?|what(?: i|')s in (?:here|the"
    rf" corpus)|what {_THINGS} (?:do you have|are there)|what topics .*"
    rf"|how many {_THINGS} (?:do you have|are there).*)[\s.!?]*",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"(?:please )?(?:list|show|give)(?: me)?(?: all| the| all the)* {_THINGS}"
    r"(?: (?:you have|there are|we have))?(?: (?:about|on|that mention|mentioning|which mention) (?P<topic>.+?))?"
    rf"[\s.!?]*|(?:which|what) {_THINGS} (?:mention|are about|are there (?:about|on)|do you have (?:about|on))"
    r" (?P<other>.+?)[\s.!?]*",
    re.IGNORECASE,
)


def told_of_corpus(question: str, catalogue: Catalogue, filters: Filters | None) -> str | None:
    """What is said of the corpus where a question is about it; None for a question about what articles say."""
    asked = question.strip()
    if _GREETING.fullmatch(asked) or _HOLDINGS.fullmatch(asked):
        return _holdings(catalogue.documents(filters))
    listed = _LIST.fullmatch(asked)
    if not listed:
        return None
    topic = listed["topic"] or listed["other"]
    found = catalogue.words.mentioning(content(topic)) if topic else None
    documents = [d for d in catalogue.documents(filters) if found is None or d.document_id in found]
    if topic and not documents:
        return f"No article mentions {topic}. {_count(catalogue.documents(filters))}"
    return (f"{_number(documents)} mention{'s' * (len(documents) == 1)} {topic}: " if topic else "") + _titles(
        documents
    )


def _holdings(documents: Sequence[Document]) -> str:
    return (
        "I answer from the articles of this corpus and quote the sentence that each claim rests on. "
        f"{_count(documents)} Among them: {_titles(documents[:3])}"
    )


def _count(documents: Sequence[Document]) -> str:
    return f"The corpus holds {held_in_words(documents)}."


def held_in_words(documents: Sequence[Document], of_that_time: str = "") -> str:
    """How many articles there are, and from when to when: "3 articles, published from 4 June 2026 to 5 June 2026"."""
    days = sorted(document.published for document in documents if document.published)
    held = f"{_number(documents)}{of_that_time}"
    if not days:
        return held
    if days[0] == days[-1]:
        return f"{held}, published on {day_in_words(days[0])}"
    return f"{held}, published from {day_in_words(days[0])} to {day_in_words(days[-1])}"


def _number(documents: Sequence[Document]) -> str:
    return f"{len(documents)} article{'s' * (len(documents) != 1)}"


def _titles(documents: Sequence[Document]) -> str:
    """Titles with their dates, the newest first, as many as are read at a glance."""
    newest = sorted(documents, key=lambda d: (d.published is not None, str(d.published or "")), reverse=True)
    shown = "; ".join(f"{d.title} ({day_in_words(d.published)})" for d in newest[:_SHOWN])
    more = len(documents) - _SHOWN
    return f"{shown}; and {more} more." if more > 0 else f"{shown}."
