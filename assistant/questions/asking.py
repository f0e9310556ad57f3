"""What a question wants: which kind of thing would answer it, and what it fixes: names, dates, the matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from ..checking.relations import CARRIERS
from ..language.senses import CHANGES
from ..language.syntax import Key, key, lemma, parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Kind = Literal["date", "name", "place", "value", "share", "count", "frequency", "statement", "account"]
"""What would answer: a day, somebody, somewhere, an amount, a percentage, a number, how often, whether, or an
account of it."""

KIND_NOUNS: dict[str, Kind] = {
    **dict.fromkeys("date day month year time quarter week".split(), "date"),
    **dict.fromkeys("city country place state location town region site".split(), "place"),
    **dict.fromkeys(
        "company firm person organisation organization institution agency author artist actor player team".split(),
        "name",
    ),
    **dict.fromkeys("percentage percent".split(), "share"),
    **dict.fromkeys("amount sum price cost value number".split(), "value"),
}
"""Nouns that name the kind of an answer."""
_ACCOUNTS = frozenset(
    """impact outcome effect result consequence reason cause measure decision change role purpose difference
    feature benefit challenge strategy step initiative event activity development plan aspect highlight
    implication""".split()
)
"""Nouns that stand for what the answer tells, so that no sentence need have them: "what were the impacts of"."""
_WANTS: dict[str, Kind] = {
    "when": "date",
    "who": "name",
    "whom": "name",
    "whose": "name",
    "where": "place",
    "why": "account",
}
_WHICH = re.compile(r"\b(?:what|which) (?!is\b|are\b|was\b|were\b|did\b|does\b|do\b|has\b|have\b)\w", re.IGNORECASE)
"""Asks for a thing of some kind by the kind's name, which the answer need not repeat: "which exchange": Nasdaq."""
_SPENDS = frozenset("pay cost earn spend charge owe".split())
_REVISES = frozenset("move set put bring postpone delay defer change revise fix agree".split())
"""What is done to a plan or a price, again and again: "when was the launch moved to?" asks how things stand."""
_VAGUE = frozenset("be do mean happen occur change say lead cause".split())
"""Verbs that leave open what the answer tells: "what happened", "what does it mean"."""
_TELL = re.compile(r"\b(?:summari[sz]e|describe|explain|outline|tell me about|list|give an overview)\b", re.IGNORECASE)
_WHY = re.compile(r"\bwhy\b|\b(?:reasons?|causes?)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"\b(?:summari[sz]e|summary|overview|recap)\b", re.IGNORECASE)
_EMPTY = frozenset(
    """be have do can could will would shall should may might must happen take get make what which who whom whose
    when where why how much many often there it they he she this that its their his her one thing way kind type sort
    occur respective respectively now today currently presently
    tell give please describe summarize summarise explain outline accord mean base report article briefing""".split()
)
_OFFICES = frozenset("ceo cfo coo cto chief chair chairman president director minister".split())
"""Capitalised words that name no one by themselves."""
_DOCUMENTS = frozenset("report reports outline article articles briefing briefings statement statements".split())


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, taken apart."""

    text: str
    kind: Kind
    wanted: str
    """The lemma of the noun that the question word asks for ("which city": city), or an empty string."""
    names: frozenset[Key]
    dates: frozenset[Key]
    values: frozenset[Key]
    matter: tuple[str, ...]
    """Lemmas of what is asked about, in order, names and dates apart."""
    verb: str = ""
    """The lemma of the verb that is asked about, where it says more than "be" or "do"."""
    phrases: frozenset[tuple[str, str]] = frozenset()
    """Words of the matter that belong together, the narrower first: ("total", "asset"), ("equity", "return")."""
    past: bool = False
    """Whether it asks for what happened once ("when was it founded?"), which later news corrects at most."""
    optional: frozenset[str] = frozenset()
    """Words of the matter that an answer need not have: in "which stock exchange", "Nasdaq" stands for both."""

    @property
    def open(self) -> bool:
        """Whether more than one sentence may be wanted: not one date, amount or number."""
        return self.kind in {"account", "statement", "name", "place"}

    @property
    def why(self) -> bool:
        """Whether it asks for the reason of something."""
        return self.kind == "account" and bool(_WHY.search(self.text))

    @property
    def summary(self) -> bool:
        """Whether an account is to leave out little."""
        return self.kind == "account" and bool(_SUMMARY.search(self.text))


@lru_cache(maxsize=512)
def asked(question: str) -> Asked:
    """What a question wants and fixes."""
    doc = parse(question)
    kind, wanted = _wanted(doc)
    keys = [key(token) for token in doc]
    skipped = {wanted} if wanted in KIND_NOUNS.keys() | _ACCOUNTS else set()
    which = {wanted} - skipped if _WHICH.search(question) else set()
    which |= {lemma(t) for t in doc if t.dep_ == "compound" and lemma(t.head) in which}
    return Asked(
        text=question,
        kind=kind,
        wanted=wanted,
        names=frozenset(k for k, t in zip(keys, doc, strict=True) if k[0] == "name" and _is_named(k, t)),
        dates=frozenset(k for k in keys if k[0] == "date"),
        values=frozenset(k for k in keys if k[0] == "value"),
        matter=tuple(dict.fromkeys(w for t in doc if _matters(t) for w in lemma(t).split() if w not in skipped)),
        verb=next((lemma(t) for t in doc if t.dep_ == "ROOT" and t.pos_ == "VERB" and _matters(t)), ""),
        phrases=frozenset(_phrases(doc, skipped)),
        past=_is_past(doc),
        optional=frozenset(which),
    )


def _phrases(doc: Doc, skipped: set[str]) -> Iterator[tuple[str, str]]:
    for token in doc:
        head = token.head if token.dep_ in {"compound", "amod"} else token.head.head if token.dep_ == "pobj" else None
        if head is None or head.pos_ != "NOUN" or not (_matters(token) and _matters(head)):
            continue
        if token.dep_ == "pobj" and token.head.head != head:
            continue
        if not {lemma(token), lemma(head)} & skipped:
            yield lemma(token), lemma(head)


def _is_past(doc: Doc) -> bool:
    """Whether the main verb tells of what happened once."""
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    if root is None or lemma(root).split("_")[0] in _REVISES | CHANGES:
        return False
    return root.tag_ == "VBD" or any(t.tag_ == "VBD" and t.dep_ in {"aux", "auxpass"} for t in root.children)


def _is_named(found: Key, token: Token) -> bool:
    """Whether this names something: not a single word that only opens the question, and no "2021 Annual Report"."""
    capitalised = token.text != token.text.lower() and (token.i > 0 or len(found[1]) > 1)
    return capitalised and not _DOCUMENTS & set(found[1]) and found[1][0] not in _OFFICES


def _matters(token: Token) -> bool:
    if token.pos_ == "VERB" and token.lemma_ in CARRIERS:  # "the sale completed by": the sale is what matters
        return False
    office = key(token)[0] == "name" and token.lower_ in _OFFICES
    if (key(token)[0] != "word" and not office) or token.pos_ in {
        "PUNCT",
        "SPACE",
        "DET",
        "ADP",
        "PRON",
        "CCONJ",
        "SCONJ",
        "PART",
        "AUX",
        "SYM",
    }:
        return False
    return lemma(token) not in _EMPTY and token.lower_ not in _EMPTY and len(token.text) > 1


def _wanted(doc: Doc) -> tuple[Kind, str]:
    if _TELL.search(doc.text):
        return "account", ""
    for token in doc:
        lower = token.lower_
        if lower == "how":
            return _how(token)
        if lower in {"what", "which"}:
            noun = _noun_asked_for(token)
            if noun in _ACCOUNTS and token.dep_ != "det":
                return "account", noun
            return KIND_NOUNS.get(noun, "statement" if noun else _of_the_verb(token)), noun
        if lower in _WANTS and token.tag_.startswith("W"):
            return _WANTS[lower], ""
    return "statement", ""


def _of_the_verb(what: Token) -> Kind:
    """What "what" stands for by its verb alone: "what did it pay", "what happened"."""
    if what.dep_ == "dobj" and what.head.lemma_ in _SPENDS:
        return "value"
    return "account" if what.head.lemma_ in _VAGUE else "statement"


def _how(token: Token) -> tuple[Kind, str]:
    following = token.nbor(1).lower_ if token.i + 1 < len(token.doc) else ""
    if following == "many":
        head = token.nbor(1).head
        return "count", lemma(head) if head.pos_ == "NOUN" else ""
    if following in {"much", "long", "old", "far", "big", "large", "high", "tall", "deep", "fast", "often"}:
        return ("value", "") if following != "often" else ("frequency", "")
    return "account", ""


def _noun_asked_for(token: Token) -> str:
    """In "which city" the city; in "what was the price" the price."""
    if token.dep_ == "det" and token.head.pos_ in {"NOUN", "PROPN"}:
        return _head_noun(token.head)
    following = [
        t for t in takewhile(lambda t: t.pos_ in {"NOUN", "ADJ"}, token.doc[token.i + 1 :]) if t.pos_ == "NOUN"
    ]
    if following:
        return _head_noun(following[-1])
    verb = token.head
    if verb.lemma_ == "be":
        for child in verb.children:
            if child.dep_ in {"nsubj", "attr"} and child != token and child.pos_ == "NOUN":
                return _head_noun(child)
    return ""


def _head_noun(noun: Token) -> str:
    """The noun itself, or in "which type of firm" the firm."""
    if lemma(noun) in {"type", "kind", "sort"}:
        below = next((t for p in noun.children if p.dep_ == "prep" for t in p.children if t.dep_ == "pobj"), None)
        return lemma(below) if below is not None else lemma(noun)
    return lemma(noun)
