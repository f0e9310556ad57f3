"""Which words of what is asked about a sentence speaks of: each word of the question is a bit, and each sentence a sum.

An answer compares thousands of pairs of words, most of them more than once, so what a word speaks of is looked up once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ..language.senses import alike, named_by
from ..language.syntax import lemma
from ..language.terms import content, stem
from .asking import Asked

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_WORD = re.compile(r"\w+")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_ROOT, _MOST = 5, 0.5
"""Letters that two words of one family share at least, and how much of the longer one they make up."""


class Matter:
    """The words of the matter of one question, and of its phrases. Safe to use from several threads.

    A set of its words is a number, the word at place n its bit n.
    """

    def __init__(self, asked: Asked) -> None:
        in_phrases = (word for phrase in sorted(asked.phrases) for word in phrase)
        self._words = tuple(dict.fromkeys((*asked.matter, *in_phrases)))
        self._stems = tuple(stem(word.split("_", maxsplit=1)[0]) for word in self._words)
        self._bits = {word: 1 << place for place, word in enumerate(self._words)}
        self._asked = asked
        self._named: dict[str, int] = {}
        for word, bit in self._bits.items():
            for said in named_by(word):
                self._named[said] = self._named.get(said, 0) | bit
        self._by_lemma: dict[str, int] = {}
        self._by_stem: dict[str, int] = {}

    def of_lemma(self, said: str) -> int:
        """The words that a dictionary form speaks of."""
        if (found := self._by_lemma.get(said)) is None:
            spoken = _sum(self._bits[word] for word in _said_by(said) if word in self._bits)
            found = self._by_lemma[said] = self._named.get(said, 0) | spoken
        return found

    def of_stem(self, said: str) -> int:
        """The words that a stem speaks of."""
        if (found := self._by_stem.get(said)) is None:
            found = self._by_stem[said] = _sum(1 << n for n, own in enumerate(self._stems) if is_akin(own, said))
        return found

    def of_stems(self, said: Iterable[str]) -> int:
        """The words that any of the stems speaks of."""
        return _sum(self.of_stem(one) for one in said)

    def bit(self, word: str) -> int:
        """The set of this word alone."""
        return self._bits[word]

    def share(self, spoken: int, there: Collection[str], weights: Mapping[str, float], *, whole: bool = False) -> float:
        """The weighted share of the matter that is spoken of, 0..1: of all of it, or less what is `there` already.

        `there`: stems that the title and section say. `weights`: how telling each stem of the question is.
        """
        asked = self._asked
        all_of_it = list(zip(asked.matter, self._stems, strict=False))  # words of phrases stand behind
        rest = [pair for pair in all_of_it if whole or pair[1] not in there] or all_of_it
        total = said = 0.0
        for word, own in rest:
            weight = weights.get(own, 1.0) * (1 + (word == asked.verb))
            if spoken & self._bits[word]:
                said += weight
                total += weight
            elif word not in asked.optional:
                total += weight
        return said / total if total else 1.0


@lru_cache(maxsize=64)
def matter(asked: Asked) -> Matter:
    """The matter of a question; what was looked up for it is remembered as long as the question is a recent one."""
    return Matter(asked)


class Speaking:
    """What words of sentences speak of, of one question's matter. Made anew for each sentence that is weighed."""

    def __init__(self, asked: Asked) -> None:
        self.matter = matter(asked)
        self.phrases = asked.phrases
        self._of: dict[int, list[tuple[int, int]]] = {}
        self._docs: list[Doc] = []

    def of(self, told: Sequence[Token]) -> int:
        """The words that these words speak of, those included that their initials do: "CEO"."""
        spoken = 0
        for token in told:
            spoken |= self._each(token.doc)[token.i][0]
        for initials in _initials(told):
            spoken |= self.matter.of_lemma(initials)
        return spoken

    def standing_for(self, word: str, told: Sequence[Token]) -> list[Token]:
        """Those of the words that, each taken as one, speak of a word of the matter or of a phrase."""
        bit = self.matter.bit(word)
        return [token for token in told if bit & self._each(token.doc)[token.i][1]]

    def _each(self, doc: Doc) -> list[tuple[int, int]]:
        """For each word of a sentence what its parts speak of, and what it does as one."""
        if (found := self._of.get(id(doc))) is None:
            self._docs.append(doc)  # while it is held no other one has its id
            found = self._of[id(doc)] = [self._one(token) for token in doc]
        return found

    def _one(self, token: Token) -> tuple[int, int]:
        of, lower = self.matter, token.lower_
        as_one = of.of_lemma(lemma(token)) | of.of_lemma(token.lemma_.lower())
        whole = of.of_stem(stem(lower))
        if lower.isalpha():
            return as_one | whole, as_one | whole
        return as_one | of.of_stems(map(stem, _WORD.findall(lower))), as_one | whole


@lru_cache(maxsize=4096)
def stems_of(text: str) -> frozenset[str]:
    """The stems of a text's words: those that carry meaning, and each as it stands between signs."""
    return frozenset(content(text)).union(stem(word.lower()) for word in _WORD.findall(text))


def speaks_of(word: str, lemmas: Collection[str], stems: Collection[str]) -> bool:
    """Whether any of the dictionary forms or stems stands for a word."""
    own = stem(word.split("_", maxsplit=1)[0])
    return any(is_akin(own, other) for other in stems) or any(
        word in _said_by(other) or other in named_by(word) for other in lemmas
    )


def is_akin(one: str, other: str) -> bool:
    """Whether two stems are the same, or begin alike for most of their length: "regulatori" and "regul"."""
    if one == other:
        return True
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    return len(shorter) >= _ROOT and longer.startswith(shorter) and len(shorter) >= _MOST * len(longer)


@lru_cache(maxsize=8192)
def _said_by(lemma: str) -> frozenset[str]:
    """The dictionary forms that one speaks of: what it names, and what somebody does who is called so."""
    return alike(lemma) | named_by(lemma) | _done_by(lemma)


def _done_by(noun: str) -> set[str]:
    """What somebody does: "own" for "owner", "operate" for "operator"."""
    does = noun.removesuffix("er").removesuffix("or")
    return {verb for verb in (does, f"{does}e") if len(verb) > 2} if does != noun else set()


def _initials(told: Sequence[Token]) -> set[str]:
    """The acronym that each run of capitalised words makes: "ceo" for "Chief Executive Officer"."""
    words = " ".join(token.text for token in told)
    return {"".join(w[0] for w in run.split()).lower() for run in _CAPITALISED.findall(words)}


def _sum(sets: Iterable[int]) -> int:
    """All words of any of the sets."""
    found = 0
    for one in sets:
        found |= one
    return found
