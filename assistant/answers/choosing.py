"""Which sentences an answer is made of, where code chooses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from ..checking.grounding import plain
from ..checking.relations import relations
from ..finding.evidence import Evidence, in_order
from ..finding.who import holds_name, holds_place
from ..language.senses import same_sense
from ..language.syntax import Key, key, lemma, parse
from ..language.terms import content
from ..questions.asking import KIND_NOUNS, Asked

ENOUGH = 0.5
"""A sentence speaks of the question when it has half of what is asked about, by weight."""
SOME, SOME_OF_ACCOUNT = 0.35, 0.25
"""Less of the matter is not enough even where the model is sure."""
_ACCOUNT, _SUMMARY = 6, 16
"""Sentences of an account at most, shared out between the things it asks for; and of a summary."""
_PARAGRAPHS = 4
"""The paragraphs of so many of its best sentences stand in a summary whole, as far as search found their sentences."""
_CLOSE = 0.75
"""A sentence belongs to an account when it is this near to the nearest one: score over score."""
_OPEN, _WHOLE = 5, 0.9
"""Sentences of an answer whose best one leaves a part of an open question's matter unsaid; and when it says all."""
_REASON = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a result|resulted from|caused|causes|led to|so that|in order to"
    r"|reasons?|blamed?|attributed|driven by|after|citing)\b",
    re.IGNORECASE,
)
_REASONS = 3
"""Sentences with a reason that an answer to "why" takes at most."""
_OF_THE_PAST = re.compile(r"\b(?:former(?:ly)?|previous(?:ly)?|ago|used to|once|at the time|until)\b", re.IGNORECASE)
"""Says that something was so, and may be so no more."""
_POINTS_BACK = re.compile(r"(?:its?|they|their|he|she|his|her|this|these|such)\b", re.IGNORECASE)
ALIKE, AS_NEAR = 0.05, 0.9
"""Sentences of two articles answer alike when they say as much of the matter, within this, and are as near: score over
score."""
_DIRECT = 0.1
"""What a sentence gains, 0..1, whose date or figure hangs on a word of the matter: "will launch it on 9 March"."""
_KEYS = {"date": "date", "name": "name", "place": "name", "value": "value", "count": "value", "share": "value"}
"""By the kind of an answer the kind of word that gives it."""
_STRONG = 0.5
"""Without a model, an account needs a sentence of this strength to begin with."""


def chosen(wanted: Asked, parts: Sequence[Sequence[Evidence]], *, judged: bool = False) -> Iterator[Evidence]:
    """The sentences of each part that speak of it; less of the matter will do where a model judged that it is stated.

    One is enough where it says all that is asked. An account, and an open question of which it leaves something
    unsaid, have those near to it too.
    """
    least = SOME if judged else ENOUGH
    for part in parts:
        best_first = ranked(part, wanted)
        if not best_first:
            continue
        if wanted.kind == "account":
            if judged or best_first[0].strength >= _STRONG:
                yield from in_order(_account(wanted, part, (_SUMMARY if wanted.summary else _ACCOUNT) // len(parts)))
            continue
        best = next((item for item in best_first if item.relevance.share >= least), None)
        if best is None and judged and len(parts) == 1:  # the article is about nothing else
            best = max(part, key=lambda item: item.sentence.score)
        if best is None:
            continue
        best = _newest_of_equals(wanted, best, part)
        whole = best.relevance.share >= _WHOLE or _gives_figure(best, wanted)
        further = wanted.open and not whole and len(parts) == 1
        yield best
        if further:
            near = in_order(_near_best(part, _OPEN))
            yield from (item for item in near if item is not best and _linked(item, best, wanted))


def _newest_of_equals(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> Evidence:
    """Of sentences that speak of as much of the matter and are about as near, that of the latest article.

    Where the question names nobody or a day, or asks for what happened once, none is newer news.
    """
    if not wanted.names or wanted.dates or wanted.past:
        return best
    equals = [
        item
        for item in part
        if item.relevance.share >= best.relevance.share - ALIKE
        and item.relevance.own >= best.relevance.own - ALIKE
        and item.sentence.score >= AS_NEAR * best.sentence.score
        and item.sentence.document.published
        and bool(said_of(wanted, item)) >= bool(said_of(wanted, best))
        and not of_a_part(wanted, item)
        and (wanted.kind != "place" or holds_place(wanted, item.text))
        and not looks_back(item)
        and fullest(map(key, parse(plain(item.text)))) >= fullest(map(key, parse(plain(best.text))))
    ]
    return max(equals, key=lambda item: (item.sentence.document.published or date.min, item.strength), default=best)


def fullest(told: Iterable[Key]) -> int:
    """How much the fullest date says: year, month and day; 0 without dates."""
    return max((sum(part is not None for part in k[1]) for k in told if k[0] == "date"), default=0)


def looks_back(item: Evidence) -> bool:
    """Whether a sentence tells how things once were: "the former chief executive"."""
    return bool(_OF_THE_PAST.search(item.text))


def of_a_part(wanted: Asked, item: Evidence) -> bool:
    """Whether a sentence has its figure of a part of the thing that is asked about: "half-year revenue"."""
    measure = wanted.kind != "count"  # "14 turboprop aircraft" are aircraft; half-year revenue is no revenue of a year
    return measure and bool(measured(wanted, item, parts=True)) and not measured(wanted, item)


def measured(wanted: Asked, item: Evidence, *, parts: bool = False) -> set[Key]:
    """The figures that a sentence gives of a thing of the matter; with `parts`, of a part of it too."""
    doc = parse(plain(item.text))
    return {
        key(doc[other])
        for head, others in relations(doc).items()
        for _, other in others
        if key(doc[other])[0] == "value"
        and doc[head].pos_ in {"NOUN", "PROPN"}
        and any(same_sense(lemma(doc[head]), word) for word in wanted.matter)
        and (parts or not any(c.dep_ == "compound" and lemma(c) not in wanted.matter for c in doc[head].children))
    }


def with_lead(wanted: Asked, item: Evidence) -> list[Evidence]:
    """The sentence; before it the one that it leans on, where that has the name that is wanted: "She becomes …"."""
    before = item.around.leans_on
    if wanted.kind != "name" or not (item.lead and holds_name(wanted, before)) or holds_name(wanted, item.text):
        return [item]
    start = item.sentence.start - len(item.lead)
    named = replace(item.sentence, start=start, end=start + len(before), text=before)
    return [replace(item, sentence=named, lead="", around=replace(item.around, leans_on="")), item]


def answer_kind(wanted: Asked) -> str:
    """The kind of word that gives the answer; of a statement about a measure ("what revenue …") its figure."""
    return _KEYS.get(wanted.kind, "value" if wanted.kind == "statement" else "")


def ranked(part: Sequence[Evidence], wanted: Asked) -> list[Evidence]:
    """The strongest first; one whose date or figure is said of the matter itself, and of no part of it, gains by it."""

    def direct(item: Evidence) -> bool:
        return bool(said_of(wanted, item)) and not of_a_part(wanted, item)

    return sorted(part, key=lambda item: -(item.strength + _DIRECT * direct(item)))


def said_of(wanted: Asked, item: Evidence) -> set[int]:
    """The dates or figures of a sentence that are said of a word of the matter, or to be the date or the amount."""
    doc = parse(plain(item.text))
    kind = answer_kind(wanted)
    return {
        other
        for head, others in relations(doc).items()
        for _, other in others
        if kind in {"date", "value"}
        and key(doc[other])[0] == kind
        and (KIND_NOUNS.get(lemma(doc[head])) == kind or any(same_sense(lemma(doc[head]), w) for w in wanted.matter))
    }


def _account(wanted: Asked, part: Sequence[Evidence], at_most: int) -> list[Evidence]:
    """The sentences nearest to the question that say something of it; for "why", those that give a reason first.

    A summary has what else stands in the paragraphs of the best ones.
    """
    near = _near_best(part, max(2, at_most))
    asked_of = set(content(wanted.text))
    best = next((item for item in near if asked_of & set(content(item.text))), near[0])
    said = [item for item in near if item.lead or (_says_something(item, near) and _linked(item, best, wanted))]
    if wanted.summary:
        paragraphs = {_paragraph(item) for item in said[:_PARAGRAPHS]}
        return [item for item in _near_best(part, len(part)) if item in said or _paragraph(item) in paragraphs]
    if not wanted.why:
        return said
    reasons = [
        item for item in _near_best(part, len(part)) if _REASON.search(item.text) and _says_something(item, near)
    ]
    return reasons[:_REASONS] or said


def _gives_figure(item: Evidence, wanted: Asked) -> bool:
    """Whether a sentence says how much something of the matter is: "The return on equity was 16%"."""
    doc = parse(plain(item.text))
    return any(
        role == "is" and key(doc[other])[0] == "value" and lemma(doc[thing]) in wanted.matter
        for thing, others in relations(doc).items()
        for role, other in others
    )


def _paragraph(item: Evidence) -> tuple[str, int]:
    """Where the paragraph of a sentence begins."""
    return item.sentence.document.document_id, item.sentence.start - len(item.around.before)


def _linked(item: Evidence, best: Evidence, wanted: Asked) -> bool:
    """Whether a sentence shares a word of meaning with the best one or the question, or goes on from the best one."""
    shared = set(content(item.text)) & {*content(best.text), *content(wanted.text)}
    goes_on = _POINTS_BACK.match(item.text) and item.around.leans_on.strip() == best.text.strip()
    return item is best or bool(shared or goes_on)


def _says_something(item: Evidence, beside: Sequence[Evidence]) -> bool:
    """Whether a sentence speaks of half as much of the matter as the one beside it that speaks of most."""
    most = max(other.relevance.share for other in beside)
    return item.relevance.share > 0 and item.relevance.share >= most / 2


def _near_best(part: Sequence[Evidence], at_most: int) -> list[Evidence]:
    """The sentences nearest to the question, as far as they come close to the nearest."""
    nearest = sorted(part, key=lambda item: -item.sentence.score)[:at_most]
    return [item for item in nearest if item.sentence.score >= _CLOSE * nearest[0].sentence.score]
