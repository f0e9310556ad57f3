"""Which sentences an answer is made of, where code chooses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from .asking import KIND_NOUNS, Asked
from .evidence import Evidence, in_order
from .grounding import plain
from .relations import relations
from .relevance import holds_name
from .senses import same_sense
from .syntax import Key, key, lemma, parse
from .terms import content

if TYPE_CHECKING:
    from spacy.tokens import Token

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
_POINTS_BACK = re.compile(r"(?:its?|they|their|he|she|his|her|this|these|such)\b", re.IGNORECASE)
_DIRECT = 0.1
"""What a sentence gains, 0..1, whose date or figure hangs on a word of the matter: "will launch it on 9 March"."""
_ALIKE, _AS_NEAR, _NEAR_COUNT = 0.05, 0.9, 0.8
"""Sentences of two articles answer alike when they say as much of the matter, within this, and are as near: score over
score, less where both count the very thing."""
_ALTERNATIVES = 3
_OF_KIND = frozenset({"a value", "a count", "a share", "a date"})
"""What a sentence may lack that tells what was before and what is now."""
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
        ranked = _ranked(part, wanted)
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


def alternatives(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[Evidence]:
    """The best sentences of other articles that answer as well as this one, and otherwise; the latest article first.

    Where the question names nobody they are about others; where it does, the articles do not agree or one came later.
    """
    good = [i for i, agrees in _as_good(wanted, best, part) if not agrees and not _of_a_part(wanted, i)]
    since = [(item, how) for item in later(wanted, best, part) if (how := _changes(wanted, best, item, part))]
    since.sort(key=lambda found: -found[1])
    found: dict[str, Evidence] = {}
    for item in [*(item for item, _ in since), *good]:
        found.setdefault(item.sentence.document.document_id, item)
    return latest_first(list(found.values()))[:_ALTERNATIVES]


def later(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[Evidence]:
    """The sentences of later articles that speak of what is asked and tell otherwise, those that say most first."""
    told = _answers_of(best, wanted)
    since = best.sentence.document.published
    if not (told and wanted.names and since):
        return []
    after = [
        i for i in part if (day := i.sentence.document.published) and day > since and (i.fits or _repeats(told, i))
    ]
    speaking = [item for item in after if item.relevance.share and _alike(told, item) - told]
    return sorted(speaking, key=lambda item: -item.relevance.share)


def _repeats(told: frozenset[Key], item: Evidence) -> bool:
    """Whether a sentence that is no answer by itself tells what was told: "raised it from 24.8 pence to 27.3"."""
    return set(item.relevance.misses) <= _OF_KIND and bool(told & _alike(told, item))


def _changes(wanted: Asked, best: Evidence, item: Evidence, part: Sequence[Evidence]) -> int:
    """How surely a later sentence changes what was told: it repeats that ("up from €640 million"), or has a figure of
    the very thing, or its article repeats it, or it speaks of enough of the matter where that is no figure.
    """
    told, here, share = _answers_of(best, wanted), _alike(_answers_of(best, wanted), item), item.relevance.share
    # A figure is hardly repeated by chance, a day may be, and a name stands in much that is no answer.
    if told & here and share >= {"value": 0, "date": SOME}.get(_kind(wanted), ENOUGH):
        return 3
    if _kind(wanted) == "value" and _measured(wanted, item) & (here - told):
        return 2
    article = [i for i in part if i.sentence.document.document_id == item.sentence.document.document_id]
    repeated = _kind(wanted) == "value" and share >= SOME and any(told & _alike(told, other) for other in article)
    return int(repeated or (_kind(wanted) != "value" and share >= ENOUGH))


def _alike(told: frozenset[Key], item: Evidence) -> set[Key]:
    """What a sentence holds of the kind of what was told: names, dates, or figures of the same unit."""
    kinds = {(kind, content[1].unit if kind == "value" else "") for kind, content in told}
    here = [key(t) for t in parse(plain(item.text)) if not _in_time(t)]
    return {k for k in here if (k[0], k[1][1].unit if k[0] == "value" else "") in kinds}


def _of_a_part(wanted: Asked, item: Evidence) -> bool:
    """Whether a sentence has its figure of a part of the thing that is asked about: "half-year revenue"."""
    measure = wanted.kind != "count"  # "14 turboprop aircraft" are aircraft; half-year revenue is no revenue of a year
    return measure and bool(_measured(wanted, item, parts=True)) and not _measured(wanted, item)


def _measured(wanted: Asked, item: Evidence, *, parts: bool = False) -> set[Key]:
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


def agreeing(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[Evidence]:
    """The best sentences of other articles that answer as well as this one, and the same."""
    return [item for item, agrees in _as_good(wanted, best, part) if agrees]


def _as_good(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[tuple[Evidence, bool]]:
    """For each other article that answers as well its best sentence, and whether it says the same; none later."""
    told = _answers_of(best, wanted)
    if not told or best.relevance.share < ENOUGH:
        return []
    since = best.sentence.document.published
    found: dict[tuple[str, bool], Evidence] = {}
    for item in _ranked([item for item in part if item.fits], wanted):
        document = item.sentence.document.document_id
        other = _answers_of(item, wanted)
        alike = min(item.relevance.share - best.relevance.share, item.relevance.own - best.relevance.own) >= -_ALIKE
        counts = item.relevance.own >= ENOUGH and _counts(wanted, item)  # however else the article puts it
        alike = alike or counts
        near = item.sentence.score >= (_NEAR_COUNT if counts else _AS_NEAR) * best.sentence.score
        day = item.sentence.document.published
        changed = bool(since and day and day > since and other - told)  # "to €103 million from €96 million"
        if document != best.sentence.document.document_id and alike and near and other:
            found.setdefault((document, bool(other & told) and not changed), item)
    return [(item, agrees) for (_, agrees), item in found.items()]


def latest_first(items: Sequence[Evidence]) -> list[Evidence]:
    """The sentences by the date of their article, undated ones last."""
    return sorted(items, key=lambda item: item.sentence.document.published or date.min, reverse=True)


def _answers_of(item: Evidence, wanted: Asked) -> frozenset[Key]:
    """What a sentence holds of the kind that is wanted, and the question does not say itself.

    Where a date or figure is said of the matter itself, only that: "The new date is 17 May, replacing 9 March".
    """
    given = wanted.names | wanted.dates | wanted.values
    here = list(parse(plain(item.text)))
    said_of_it = _said_of(wanted, item)
    told = [t for t in here if key(t)[0] == _kind(wanted) and key(t) not in given and not _in_time(t)]
    certain = frozenset(key(t) for t in told if t.i in said_of_it)
    return certain if certain or wanted.kind == "statement" else frozenset(map(key, told))


def _kind(wanted: Asked) -> str:
    """The kind of word that gives the answer; of a statement about a measure ("what revenue …") its figure."""
    return _KEYS.get(wanted.kind, "value" if wanted.kind == "statement" else "")


def _in_time(token: Token) -> bool:
    """Whether a name is a day's."""
    return key(token)[0] == "name" and token.ent_type_ in {"DATE", "TIME"}


def _counts(wanted: Asked, item: Evidence) -> bool:
    """Whether a sentence says how many there are of the thing that "how many" asks for: "900 jobs"."""
    doc = parse(plain(item.text))
    return wanted.kind == "count" and any(
        lemma(doc[head]) == wanted.wanted and key(doc[other])[0] == "value" and role == "mod"
        for head, others in relations(doc).items()
        for role, other in others
    )


def _ranked(part: Sequence[Evidence], wanted: Asked) -> list[Evidence]:
    """The strongest first; one whose date or figure is said of the matter itself, and of no part of it, gains by it."""

    def direct(item: Evidence) -> bool:
        return bool(_said_of(wanted, item)) and not _of_a_part(wanted, item)

    return sorted(part, key=lambda item: -(item.strength + _DIRECT * direct(item)))


def _said_of(wanted: Asked, item: Evidence) -> set[int]:
    """The dates or figures of a sentence that are said of a word of the matter, or to be the date or the amount."""
    doc = parse(plain(item.text))
    kind = _kind(wanted)
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
