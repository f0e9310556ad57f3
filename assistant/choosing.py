"""Which sentences an answer is made of, where code chooses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .asking import Asked
from .evidence import Evidence, in_order
from .grounding import plain
from .relations import relations
from .syntax import key, lemma, parse
from .terms import content

ENOUGH = 0.5
"""A sentence speaks of the question when it has half of what is asked about, by weight."""
SOME = 0.35
"""Less of the matter is not enough even where the model is sure."""
_ACCOUNT, _SUMMARY = 6, 16
"""Sentences of an account at most, shared out between the things it asks for; and of a summary."""
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
_POINTS_BACK = re.compile(r"(?:its?|they|their|he|she|his|her|this|these|such)\b", re.IGNORECASE)
_STRONG = 0.5
"""Without a model, an account needs a sentence of this strength to begin with."""


def chosen(wanted: Asked, parts: Sequence[Sequence[Evidence]], *, judged: bool = False) -> Iterator[Evidence]:
    """The sentences of each part that speak of it; less of the matter will do where a model judged that it is stated.

    One is enough where it says all that is asked. An account, and an open question of which it leaves something
    unsaid, have those near to it too.
    """
    least = SOME if judged else ENOUGH
    for part in parts:
        ranked = sorted(part, key=lambda item: -item.strength)
        if not ranked:
            continue
        if wanted.kind == "account":
            if judged or ranked[0].strength >= _STRONG:
                yield from in_order(_account(wanted, part, (_SUMMARY if wanted.summary else _ACCOUNT) // len(parts)))
            continue
        best = next((item for item in ranked if item.relevance.share >= least), None)
        if best is None and judged and len(parts) == 1:  # the article is about nothing else
            best = max(part, key=lambda item: item.sentence.score)
        if best is None:
            continue
        whole = best.relevance.share >= _WHOLE or _gives_figure(best, wanted)
        further = wanted.open and not whole and len(parts) == 1
        yield best
        if further:
            near = in_order(_near_best(part, _OPEN))
            yield from (item for item in near if item is not best and _linked(item, best, wanted))


def _account(wanted: Asked, part: Sequence[Evidence], at_most: int) -> list[Evidence]:
    """The sentences nearest to the question that say something of it; for "why", those that give a reason first."""
    near = _near_best(part, max(2, at_most))
    asked_of = set(content(wanted.text))
    best = next((item for item in near if asked_of & set(content(item.text))), near[0])
    said = [item for item in near if item.lead or (_says_something(item, near) and _linked(item, best, wanted))]
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
