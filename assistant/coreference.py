"""What "it", "she" or "the company" at the start of a quote stands for, where the quote before it says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from .syntax import key, parse

if TYPE_CHECKING:
    from spacy.tokens import Token

_LEADING = re.compile(
    r"(?:(?P<person>He|She)|(?P<his>His|Her)|(?P<its>Its)"
    r"|(?P<thing>It|The (?:company|firm|group|business|bank|agency|maker|retailer)))\b"
)


def spelled_out(quotes: Sequence[str]) -> Iterator[str]:
    """Quotes that begin with a word for the subject of the one before, with that subject's name in its place.

    Only a name that is the subject of the sentence before is taken, a person's for "she", another's for "it".
    """
    for before, quote in pairwise(quotes):
        leading = _LEADING.match(quote)
        subject = _subject(before) if leading else None
        if leading is None or subject is None:
            continue
        alone = all(key(token)[0] != "name" or token == subject for token in subject.doc)  # then it is what is told of
        person = bool(leading["person"] or leading["his"])
        if (subject.ent_type_ == "PERSON") == person or (alone and not person):
            possessive = "'s" if leading["his"] or leading["its"] else ""
            yield f"{subject.text}{possessive}{quote[leading.end() :]}"


def _subject(sentence: str) -> Token | None:
    """The name that is the subject of a sentence; None where it is none or several."""
    root = next((token for token in parse(sentence) if token.dep_ == "ROOT"), None)
    subjects = [c for c in root.children if c.dep_ in {"nsubj", "nsubjpass"}] if root is not None else []
    if len(subjects) != 1 or key(subjects[0])[0] != "name" or any(c.dep_ == "conj" for c in subjects[0].children):
        return None
    return subjects[0]
