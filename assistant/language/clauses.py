"""The main clause of a sentence, where it states something outright: no doubt, report, wish or condition. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .doubt import HARD, doubts
from .governing import CONDITIONS, REPORTS
from .syntax import parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_MARKS = re.compile(r"[\"“”„«»|*_`#\[\]{}‹›~=^\\;:?!…@]|\(link\)|''|\.\.|\s[-–—]\s")
"""Quotations, markup and breaks of thought: a sentence with one is none to make a question of."""
_ENDS = re.compile(r"[\w%)]\.$")
_LEAST, _MOST = 5, 45
"""Words of a sentence."""
_SAID = re.compile(r"\b(?:said|says|may|might|could|would|should|according)\b")
"""What makes parsing needless: hearsay, and what is only possible."""
_OPEN = CONDITIONS | {"would-be"}
_DENIED = frozenset(
    "not no never none nor neither nobody nothing n't n’t without hardly barely scarcely cannot".split()
)
_NOT_PLAIN = frozenset(
    "ccomp csubj csubjpass expl parataxis dep acomp oprd dative preconj mark intj".split(),
)
"""What hangs on the verb of a clause that no question is made of."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement: subject, auxiliaries and verb."""

    doc: Doc
    subject: Token
    helping: tuple[Token, ...]
    verb: Token

    @property
    def objects(self) -> list[Token]:
        """What the verb is done to, or what the subject is said to be."""
        return [c for c in self.verb.rights if c.dep_ in {"dobj", "attr"}]

    @property
    def copula(self) -> bool:
        """Whether it says what something is."""
        return bool(self.verb.lemma_ == "be")

    @property
    def past(self) -> bool:
        """Whether it tells of what has ended: "launched", "was launched"; not "has launched"."""
        return "VBD" in {self.verb.tag_, *(t.tag_ for t in self.helping)}


def main_clause(sentence: str) -> Clause | None:
    """The main clause of a sentence that doubts, denies, reports and wishes nothing; None of any other."""
    whole = bool(_ENDS.search(sentence)) and sentence[:1].isupper() and not _MARKS.search(sentence)
    whole = whole and not _SAID.search(sentence)
    if not whole or not _LEAST <= len(sentence.split()) <= _MOST:
        return None
    doc = parse(sentence)
    if any(t.lower_ in _OPEN | _DENIED | HARD or t.dep_ == "neg" or doubts(t) for t in doc):
        return None
    roots = [t for t in doc if t.dep_ == "ROOT"]
    if len(roots) != 1:
        return None
    verb = roots[0]
    subjects = [c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"}]
    helping = tuple(c for c in verb.children if c.dep_ in {"aux", "auxpass"})
    if len(subjects) != 1 or not _finite(verb, helping) or not _plain(verb):
        return None
    before = subjects[0].pos_ in {"NOUN", "PROPN"} and subjects[0].i < min(t.i for t in (*helping, verb))
    return Clause(doc, subjects[0], helping, verb) if before else None


def _plain(verb: Token) -> bool:
    """Whether a verb takes things as its objects, and no clauses, and tells of no more than it says."""
    if verb.lemma_.lower() in REPORTS and not _own_figures(verb):
        return False
    hangs = [c.dep_ for c in verb.children]
    shared = "conj" in hangs and not {"dobj", "attr"} & set(hangs)  # "designed and built a ship"
    return not (shared or _NOT_PLAIN & set(hangs))


def _own_figures(verb: Token) -> bool:
    """Whether somebody reports a thing of their own and no hearsay: "reported revenue of €50 million"."""
    things = [c for c in verb.rights if c.dep_ == "dobj" and c.pos_ == "NOUN"]
    return verb.lemma_ == "report" and any(of.lower_ == "of" for thing in things for of in thing.rights)


def _finite(verb: Token, helping: tuple[Token, ...]) -> bool:
    """Whether the verb states something, now, in the past, or as sure to come."""
    if verb.pos_ not in {"VERB", "AUX"} or any(not t.text.isalpha() or t.i > verb.i for t in helping):
        return False
    if any(t.tag_ == "TO" or (t.tag_ == "MD" and t.lower_ != "will") for t in helping):
        return False
    return bool(helping) or verb.tag_ in {"VBD", "VBZ", "VBP"}
