"""Whether a sentence can answer a question: who and when it is about, and the kind of thing it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..checking.relations import relations
from ..language.clause_words import told_with
from ..language.senses import CHANGES, same_sense
from ..language.syntax import Key, dates, key, lemma, parse
from ..language.terms import Value, stem
from ..questions.asking import KIND_NOUNS, Asked
from ..questions.matter import Speaking, speaks_of, stems_of
from .surroundings import Surroundings
from .who import done_to_another, given, holds_name, is_about, names_place, names_somebody

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Day = tuple[int | None, int | None, int | None]
_ABOUT = 0.5
"""An article whose title says this much of the matter is about it."""
_POINTED = frozenset({"date", "value", "share", "count"})
"""Kinds of answer that are one figure or date, which must be told of what is asked about."""
_FREQUENCIES = frozenset(
    """hourly daily weekly fortnightly monthly quarterly annually yearly annual every each regularly occasionally rarely
    never always once twice times often seldom biweekly biannually semiannually""".split()
)
_NEAR = 2
"""Words of a phrase stand at most this far apart."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """How much of what is asked a sentence speaks of, 0..1, and what keeps it from being an answer."""

    share: float
    misses: tuple[str, ...] = ()
    whole: float = 0.0
    """The share with what title and section say counted in."""
    titled: float = 0.0
    """The share that title and section say by themselves: half or more where the article is about the very matter."""
    named: bool = True
    """Whether it is about everybody whom the question names."""
    timely: bool = True
    """Whether it, or its paragraph, speaks of the time that is asked about."""
    own: float = 0.0
    """The share of all the matter that the sentence says by itself."""
    parted: bool = False
    """Whether it has one half of a phrase of the question without the other: "equity" for "shareholder equity"."""


def relevance(asked: Asked, sentence: str, around: Surroundings, weights: Mapping[str, float]) -> Relevance:
    """How well a sentence answers. `weights`: how telling each stem of the question is.

    The share leaves out what title and section say already. A sentence misses when a name of the question
    is in neither, when it is about another time, or when it holds nothing of the kind that is wanted.
    """
    doc = parse(sentence)
    keys = [key(token) for token in doc]
    there = stems_of(around.heading)
    missed = [f"the name {' '.join(name[1])!r}" for name in asked.names if not is_about(name, asked, doc, around)]
    misses = list(missed)
    own = [k[1] for k in keys if k[0] == "date"]
    timely = not asked.dates or _at_the_time(asked, own, around)
    if not timely and (own or asked.kind != "account"):  # an account goes on from the sentence that names the time
        misses.append("the time")
    opening = doc[0].lower_ if len(doc) else ""  # a sentence of mere markup is empty
    named_before = opening in {"he", "she", "they"} and holds_name(asked, around.leans_on)
    if asked.kind == "name" and not (names_somebody(asked, doc) or named_before):
        misses.append("a name")
    if asked.kind == "name" and done_to_another(asked, doc):
        misses.append("what it was done to")
    if asked.kind == "place" and asked.wanted and not names_place(asked, doc):
        misses.append("a place")
    if asked.kind == "frequency" and not any(t.lower_ in _FREQUENCIES for t in doc):
        misses.append("how often")
    speaking = Speaking(asked)
    told: Sequence[Token] = list(doc)
    if asked.kind in _POINTED:
        found = _answers(asked, doc, speaking, weights, there)
        told = _words_with(found[0]) if found else told
        misses += [] if found else [f"a {asked.kind}"]
    told = [*parse(around.leans_on), *told] if around.leans_on else told

    titled = speaking.matter.share(speaking.matter.of_stems(there), (), weights, whole=True)
    if asked.kind in _POINTED and found and _named_as_such(asked, found[0]):
        told = [*told, *parse(around.sentence_before)]  # "The launch was put off. The new date is 17 September"
        if titled >= _ABOUT:
            told = [*told, *parse(around.title)]
            there = frozenset()
    further = told
    if around.goes_on and asked.kind in {"account", "date"}:  # a figure in it would be its own
        further = [*told, *parse(around.goes_on)]
        told = further if asked.kind == "account" else told
    kept_from_it = {"misses": tuple(misses), "named": not missed, "timely": timely}
    return _measured(speaking, told, further, there, weights, titled=titled, **kept_from_it)


def _measured(
    speaking: Speaking,
    told: Sequence[Token],
    further: Sequence[Token],
    there: frozenset[str],
    weights: Mapping[str, float],
    **found: Any,
) -> Relevance:
    """How much of the matter is spoken of by what is told: half of it counts with what goes `further`."""
    share, heading = speaking.matter.share, speaking.matter.of_stems(there)
    spoken = speaking.of(told)
    both = [spoken, spoken if further is told else speaking.of(further)]
    return Relevance(
        share=sum(share(each, there, weights) for each in both) / 2,
        whole=sum(share(each | heading, (), weights, whole=True) for each in both) / 2,
        own=share(spoken, (), weights),
        parted=_parted(speaking, told),
        **found,
    )


def _named_as_such(asked: Asked, answer: Token) -> bool:
    """Whether a date is said to be the date, an amount to be the amount: title or what stands before says whose."""
    return any(
        KIND_NOUNS.get(lemma(answer.doc[thing])) == asked.kind
        for thing, others in relations(answer.doc).items()
        if ("is", answer.i) in others
    )


def answers(asked: Asked, doc: Doc, weights: Mapping[str, float]) -> list[Token]:
    """The figures or dates of a sentence that can be what is wanted, the one told of most of the matter first."""
    return _answers(asked, doc, Speaking(asked), weights)


def _answers(
    asked: Asked, doc: Doc, speaking: Speaking, weights: Mapping[str, float], there: frozenset[str] = frozenset()
) -> list[Token]:
    """See `answers`; less of the matter is left where stems of it are `there` already, in title and section."""
    new = [t for t in doc if key(t) not in given(asked) or (asked.kind == "date" and key(t)[0] == "date")]
    fitting = [t for t in new if _of_the_kind(asked, [key(t)])]
    if asked.kind == "value":
        fitting = [t for t in fitting if key(t)[1][1].unit] or fitting
    beside = {t.i: _words_with(t) for t in fitting}
    whole = [
        t for t in fitting if not _torn(asked, speaking, beside[t.i]) and not _level_for_change(asked, t, beside[t.i])
    ]
    shares = {t.i: speaking.matter.share(speaking.of(beside[t.i]), there, weights) for t in whole}
    nearness = {t.i: min((abs(t.i - w.i) for w in doc if lemma(w) in asked.matter), default=0) for t in whole}
    return sorted(whole, key=lambda t: (-round(shares[t.i], 2), nearness[t.i]))


def _level_for_change(asked: Asked, token: Token, beside: Sequence[Token]) -> bool:
    """Whether a figure tells how much something is where the question wants how much it was reduced or raised."""
    changes = [word for word in asked.matter if word in CHANGES]
    if not changes:
        return False
    told = {lemma(t) for t in beside}
    levels = any(role == "is" and d == token.i for others in relations(token.doc).values() for role, d in others)
    return levels and not any(same_sense(word, other) for word in changes for other in told)


def _words_with(token: Token) -> list[Token]:
    return [token.doc[i] for i in sorted(told_with(token))]


def _torn(asked: Asked, speaking: Speaking, told: Sequence[Token]) -> bool:
    """Whether a thing of the question is another one here: "gross profit" for "net profit"."""
    for narrow, head in asked.phrases:
        heads, narrows = speaking.standing_for(head, told), speaking.standing_for(narrow, told)
        if asked.kind == "date" and (narrows or not heads):  # a date is told of what happened, however it is put
            continue
        if any(t.pos_ == "VERB" for t in heads):  # what hangs on a verb may stand anywhere around it
            continue
        if not heads:
            if narrows and all(t.pos_ == "NOUN" and _otherwise_narrowed(t, asked) for t in narrows):
                return True
            continue
        if narrows and not _together(narrows, heads):
            return True
        if not narrows and all(_otherwise_narrowed(t, asked) for t in heads):
            return True
    return False


def _parted(speaking: Speaking, told: Sequence[Token]) -> bool:
    stands_for = speaking.standing_for
    return any(bool(stands_for(one, told)) != bool(stands_for(other, told)) for one, other in speaking.phrases)


def _otherwise_narrowed(token: Token, asked: Asked) -> bool:
    """Whether a word is part of a phrase with a word that the question does not have."""
    beside = [c for c in token.children if c.dep_ in {"compound", "amod"}]
    beside += [token.head] if token.dep_ in {"compound", "amod"} else []
    beside += [t for p in token.children if p.lower_ == "in" for t in p.children if key(t)[0] == "word"]
    beside += [token.head.head] if token.dep_ == "pobj" and token.head.lower_ in {"on", "of"} else []
    return any(not speaks_of(lemma(t), set(asked.matter), {stem(w) for w in asked.matter}) for t in beside)


def _together(ones: Sequence[Token], others: Sequence[Token]) -> bool:
    """Whether two words hang on each other, or stand within a few words."""
    return any(
        abs(a.i - b.i) <= _NEAR or (abs(a.i - b.i) <= 3 * _NEAR and (a.is_ancestor(b) or b.is_ancestor(a)))
        for a in ones
        for b in others
    )


def holds_the_kind(asked: Asked, text: str) -> bool:
    """Whether a text holds something of the kind that is wanted, and that the question does not say itself."""
    return _of_the_kind(asked, [k for k in map(key, parse(text)) if k not in given(asked)])


def _at_the_time(asked: Asked, own: list[Day], around: Surroundings) -> bool:
    """Whether the sentence, or where it names no time its paragraph, speaks of the time that is asked about."""
    told = own or list(dates(around.before)) or list(dates(around.heading))
    if not told and around.published:
        told = [(around.published.year, None, None)]
    wanted: list[Day] = [k[1] for k in asked.dates]
    if not told:
        return all(month is None for _, month, _ in wanted)
    return any(_compatible(day, other) for day in wanted for other in told)


def _compatible(wanted: Day, told: Day) -> bool:
    """Whether a time told can be the time wanted: March 2021 for 20 March 2021, not 2021 for March 2021."""
    if wanted[1] and not told[1]:
        return False
    return all(w is None or t is None or w == t for w, t in zip(wanted, told, strict=True))


def _of_the_kind(asked: Asked, new: list[Key]) -> bool:
    """Whether something here, that the question does not say itself, is of the kind that is wanted."""
    amounts: list[Value] = [k[1][1] for k in new if k[0] == "value"]
    if asked.kind == "date":
        return any(k[0] == "date" for k in new)
    if asked.kind == "share":
        return any(value.unit == "%" for value in amounts)
    if asked.kind in {"value", "count"}:
        return bool(amounts)
    return True
