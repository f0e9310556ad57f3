"""A claim that is its sentence with words left out: which of the sentence's words it keeps, if they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..language.phrases import before_in_list
from ..language.syntax import key
from .relations import relations

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_VERBS = frozenset({"VERB", "AUX"})
_NOUNS = frozenset({"NOUN", "PROPN"})


def kept_words(claim: Doc, quote: Doc) -> list[set[int]]:
    """The quote's words that the claim keeps, where it is the quote with words left out; else nothing."""
    told = [t for t in claim if spoken(t)]
    there = [t for t in quote if spoken(t)]
    places = _subsequence([_exact(t) for t in told], [_exact(t) for t in there])
    if places is None:
        return []
    kept = {there[p].i for p in places}
    return [kept] if _one_piece(quote, kept) else []


def spoken(token: Token) -> bool:
    """Whether a word counts: no article, no sign of punctuation or currency."""
    return not token.is_punct and not token.is_space and token.lower_ not in {"a", "an", "the"} and token.text != "$"


def _exact(token: Token) -> object:
    kind, content = key(token)
    return (kind, content) if kind in {"value", "date", "name"} else token.lower_


def _subsequence(wanted: Sequence[object], there: Sequence[object]) -> list[int] | None:
    """Places of `wanted` within `there`, in order and with as few gaps as can be; None where it is not all there."""

    @cache
    def best(w: int, t: int) -> tuple[int, tuple[int, ...]] | None:
        """The fewest gaps for wanted[w:] given that the word before stands just before t."""
        if w == len(wanted):
            return (0, ())
        found: tuple[int, tuple[int, ...]] | None = None
        for place in range(t, len(there)):
            if there[place] == wanted[w] and (rest := best(w + 1, place + 1)) is not None:
                gaps = rest[0] + (place != t and w > 0)
                if found is None or gaps < found[0]:
                    found = (gaps, (place, *rest[1]))
        return found

    if not wanted or len(wanted) > 120 or len(there) > 150:
        return None
    result = best(0, 0)
    return list(result[1]) if result else None


def _one_piece(quote: Doc, kept: set[int]) -> bool:
    """Whether the kept words hang together as one statement: a verb with its subject, or the whole of a fragment."""
    tops = [quote[i] for i in kept if not _held(quote[i], kept)]
    if len(tops) != 1:
        return False
    if any(_without_subject(quote[i], kept) for i in kept):
        return False
    top = tops[0]
    if top.pos_ in _VERBS:
        own = any(c.dep_ in {"nsubj", "nsubjpass", "expl", "csubj"} for c in top.children)
        return bool(
            top.dep_ == "ROOT"
            or any(role in {"agent", "patient"} and d in kept for role, d in relations(quote).get(top.i, []))
            or not own
        )
    return bool(top.dep_ == "ROOT")


def _without_subject(verb: Token, kept: set[int]) -> bool:
    """Whether a verb would get another subject than its own."""
    own = [c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"} and c.pos_ in _NOUNS | {"VERB"}]
    before = any(i in kept for i in range(verb.i))
    return bool(own) and before and not any(t.i in kept for c in own for t in c.subtree)


def _held(token: Token, kept: set[int]) -> bool:
    """Whether what a word hangs on is kept, or what it takes the place of in a list."""
    if token.dep_ == "ROOT":
        return False
    if token.head.i in kept:
        return True
    if token.dep_ in {"conj", "appos"}:
        return _held(token.head, kept) and token.pos_ not in _VERBS
    if token.dep_ in {"nsubj", "nsubjpass", "advmod", "prep", "npadvmod", "aux"}:  # shared by the verbs of a list
        return any(token.head in before_in_list(other) for other in token.doc if other.i in kept)
    return False
