"""Words of a question that the corpus writes otherwise: misspelt names, and acronyms spelled out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from .terms import content

_ACRONYM = re.compile(r"\b[A-Z]{2,6}\b")
_NAME_RUN = re.compile(
    r"\b(?!(?:The|An?|In|On|At|For)\s)[A-Z][\w'’-]+"
    r"(?:\s+(?:(?:of|and|for|the|on|in|&)\s+){0,2}[A-Z][\w'’-]+){1,6}"
)
_SMALL = frozenset({"of", "and", "for", "the", "on", "in", "&"})
_EXPLAINED = re.compile(rf"(?P<name>{_NAME_RUN.pattern})\s+\((?P<acronym>[A-Z]{{2,6}})s?\)")
_UNEXPLAINED_LETTERS = 3
"""Initials of two words are too often something else; they count only where the text explains them."""
_SHORTEST, _LONG = 4, 6


@dataclass(frozen=True, slots=True)
class Acronym:
    """Letters, in lower case, and the stems of the name they stand for; `explained` where the text says so itself."""

    letters: str
    name: tuple[str, ...]
    explained: bool


def acronyms(text: str) -> set[Acronym]:
    """Names of a text with their acronym: explained in brackets, or the initials of three words or more."""
    found = set()
    for pair in _EXPLAINED.finditer(text):
        if _stands_for(pair["acronym"], pair["name"]):
            found.add(Acronym(pair["acronym"].lower(), tuple(content(pair["name"])), explained=True))
    for run in _NAME_RUN.finditer(text):
        letters = _initials(run[0])
        if len(letters) >= _UNEXPLAINED_LETTERS:
            found.add(Acronym(letters, tuple(content(run[0])), explained=False))
    return found


def asked_acronyms(question: str) -> list[str]:
    """Words of a question that could be acronyms, in lower case."""
    return [word.lower() for word in _ACRONYM.findall(question)]


def is_near(word: str, other: str) -> bool:
    """Whether one may be the other with a slip or two, as `nearest` takes them."""
    return bool(nearest(word, {other: 1}))


def nearest(word: str, vocabulary: Mapping[str, int]) -> str | None:
    """The word of the vocabulary that was probably meant, the more frequent of two as near; None where none is near.

    One slip (a letter added, left out, changed, or two swapped) in a word of four or five letters, two in a
    longer one (optimal string alignment; Damerau 1964).
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    slips = 2 if len(word) >= _LONG else 1
    near = ((OSA.distance(word, other, score_cutoff=slips), -count, other) for other, count in vocabulary.items())
    best = min((item for item in near if item[0] <= slips), default=None)
    return best[2] if best else None


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word not in _SMALL).lower()


def _stands_for(acronym: str, name: str) -> bool:
    return _initials(name).endswith(acronym.lower()) or "".join(w[0] for w in name.split()).lower() == acronym.lower()
