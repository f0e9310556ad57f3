"""What "it", "she", "the company" or "the chip" stands for, where the quote or claim before it says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..language.syntax import key, parse

if TYPE_CHECKING:
    from spacy.tokens import Token

_LEADING = re.compile(
    r"(?:(?P<person>He|She)|(?P<his>His|Her)|(?P<its>Its)"
    r"|(?P<thing>It|The (?:company|firm|group|business)))\b(?! (?:that|which|who|of|in|for|with|[a-z]+ing)\b)"
)
_NOUNS = frozenset({"NOUN", "PROPN"})
_PLURAL = frozenset({"NNS", "NNPS"})


def spelled_out(quotes: Sequence[str]) -> Iterator[str]:
    """Quotes that name again what the one before named, with that name in its place.

    The subject stands for "it", "she" and "the company" at the start of the next quote: a person's for "she",
    another's for "it". "The chip" is "its CX-4 chip" where the quote before has one chip only.
    """
    for before, quote in pairwise(quotes):
        subject = _subject(before)
        named = _named_again(before, subject, quote)
        if named != quote:
            yield named
        if subject is not None:
            for told in {quote, named}:
                yield from _with_subject(subject, told)


def resolved(parts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Parts of a claim that begin with "it" or "they", with each thing named before that it can stand for."""
    for n, part in enumerate(parts):
        leading = re.match(r"(?i)(it|they)\b", part)
        if leading is None or not n:
            continue
        for token in parse(" ".join(parts[:n])):
            if token.pos_ in _NOUNS and (token.tag_ in _PLURAL) == (leading[1].lower() == "they"):
                yield n, f"{_phrase(token)}{part[leading.end() :]}"


def _with_subject(subject: Token, quote: str) -> Iterator[str]:
    leading = _LEADING.match(quote)
    if leading is None or _somebody_else(subject):
        return
    alone = all(key(token)[0] != "name" or token in _whole(subject) or _is_place(token) for token in subject.doc)
    person = bool(leading["person"] or leading["his"])
    may_be_person = subject.ent_type_ in ({"PERSON", ""} if alone else {"PERSON"})
    if may_be_person if person else alone:
        possessive = "'s" if leading["his"] or leading["its"] else ""
        yield f"{_phrase(subject)}{possessive}{quote[leading.end() :]}"


def _is_place(token: Token) -> bool:
    return token.ent_type_ in {"GPE", "LOC", "DATE", "TIME"} or key(token)[0] == "date"


def _somebody_else(subject: Token) -> bool:
    """Whether the sentence does something to another thing that "he" or "it" could be as well: "hired a lawyer"."""
    objects = [c for c in subject.head.children if c.dep_ in {"dobj", "dative", "attr"} and c.pos_ == "NOUN"]
    objects += [
        t for p in subject.head.children if p.dep_ == "prep" and p.lower_ in {"from", "with"} for t in p.children
    ]
    own = {"a", "an", "his", "her", "their", "another", "its"}
    return any(c.lower_ in own for o in objects if o.pos_ == "NOUN" for c in o.children)


def _named_again(before: str, subject: Token | None, quote: str) -> str:
    """The quote with "the chip" as the quote before has it, "Corvid Labs' CX-4 chip"."""
    there = [t for t in parse(before) if t.pos_ == "NOUN"]
    for token in parse(quote):
        first = token.nbor(-1) if token.i else token
        if token.pos_ != "NOUN" or first.lower_ != "the" or first.head != token or len(list(token.children)) > 1:
            continue
        named = [t for t in there if t.lower_ == token.lower_]
        if len(named) == 1 and any(t.dep_ in {"compound", "poss", "amod"} for t in named[0].children):
            phrase = _phrase(named[0])
            if subject is not None:
                phrase = re.sub(r"^(?:its|their|his|her)\b", f"{_phrase(subject)}'s", phrase, flags=re.IGNORECASE)
            the = "" if any(t.dep_ == "poss" for t in named[0].children) else "the "
            there_again = re.search(rf"(?i)\bthe {re.escape(token.text)}\b", quote)
            if there_again:
                quote = f"{quote[: there_again.start()]}{the}{phrase}{quote[there_again.end() :]}"
    return quote


def _whole(noun: Token) -> set[Token]:
    return {noun, *(t for t in noun.lefts if t.dep_ in {"compound", "poss", "amod", "nmod", "nummod"})}


def _phrase(noun: Token) -> str:
    """A noun with what stands before it, but its article."""
    start = min((t.left_edge.i for t in _whole(noun) if t.dep_ != "det"), default=noun.i)
    words = noun.doc[start : noun.i + 1]
    text = words.text
    return re.sub(r"^(?:the|an?) ", "", text, flags=re.IGNORECASE)


def _subject(sentence: str) -> Token | None:
    """The name that is the subject of a sentence; None where it is none or several."""
    root = next((token for token in parse(sentence) if token.dep_ == "ROOT"), None)
    subjects = [c for c in root.children if c.dep_ in {"nsubj", "nsubjpass"}] if root is not None else []
    names = [s for s in subjects if key(s)[0] == "name"]
    if len(names) != 1 or any(c.dep_ == "conj" for s in subjects for c in s.children):
        return None
    return names[0]
