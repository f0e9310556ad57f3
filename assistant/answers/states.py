"""What other articles say of the same thing: the same, otherwise, or since then something new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ..checking.grounding import plain
from ..checking.relations import relations
from ..finding.evidence import Evidence
from ..language.syntax import Key, key, lemma, parse
from ..questions.asking import Asked
from .choosing import (
    ALIKE,
    AS_NEAR,
    ENOUGH,
    SOME,
    answer_kind,
    fullest,
    looks_back,
    measured,
    of_a_part,
    ranked,
    said_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

_NEAR_COUNT, _NEAR_SINCE = 0.8, 0.75
"""Sentences that both count the very thing, and days of later articles, may be less near: score over score."""
_CHANGED = re.compile(
    r"\b(?:now|new|instead|again|sooner|later|earlier than|brought forward|put off|pushed|moved?|shifted|slip(?:s|ped)"
    r"|postpon\w+|delay\w*|deferr\w+|reschedul\w+|revis\w+)\b",
    re.IGNORECASE,
)
"""Says that a plan is no longer what it was."""
_ALTERNATIVES = 3
_OF_KIND = frozenset({"a value", "a count", "a share", "a date"})
"""What a sentence may lack that tells what was before and what is now."""


def alternatives(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[Evidence]:
    """The best sentences of other articles that answer as well as this one, and otherwise; the latest article first.

    Where the question names nobody they are about others; where it does, the articles do not agree or one came later.
    """
    good = [i for i, agrees in _as_good(wanted, best, part) if not agrees and not of_a_part(wanted, i)]
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
    speaking = [i for i in after if (i.relevance.share or _is_near(wanted, best, i)) and _alike(told, i) - told]
    return sorted(speaking, key=lambda item: -item.relevance.share)


def about_it_since(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[Evidence]:
    """The sentences of later articles on the same, whether or not they are known to tell otherwise; latest first.

    What happened once has no later state.
    """
    since = best.sentence.document.published
    if wanted.past or not (wanted.names and since):
        return []
    least = _NEAR_SINCE * best.sentence.score
    near = [i for i in part if i.relevance.named and i.sentence.score >= least]
    speaking = [i for i in later(wanted, best, part) if i.relevance.share >= SOME]
    return latest_first([i for i in (*speaking, *near) if (i.sentence.document.published or date.min) > since])


def _is_near(wanted: Asked, best: Evidence, item: Evidence) -> bool:
    """Whether a later sentence tells another day of the same, however it is put: "will now fly on 11 June".

    It is near to the question, its date is as full, and it says that something has changed. A figure or a name that
    stands near has too often to do with something else.
    """
    near = item.sentence.score >= _NEAR_SINCE * best.sentence.score
    dated = wanted.kind == "date" and not wanted.past and item.fits and bool(_CHANGED.search(item.text))
    return near and dated and _says_as_much(wanted, best, item)


def _says_as_much(wanted: Asked, best: Evidence, item: Evidence) -> bool:
    """Whether a sentence tells a day as fully as another one does: "in March" does not take the place of 9 March."""
    return fullest(_answers_of(item, wanted)) >= fullest(_answers_of(best, wanted))


def _repeats(told: frozenset[Key], item: Evidence) -> bool:
    """Whether a sentence that is no answer by itself tells what was told: "raised it from 24.8 pence to 27.3"."""
    return set(item.relevance.misses) <= _OF_KIND and bool(told & _alike(told, item))


def _changes(wanted: Asked, best: Evidence, item: Evidence, part: Sequence[Evidence]) -> int:
    """How surely a later sentence changes what was told: it repeats that ("up from €640 million"), or has a figure of
    the very thing, or its article repeats it, or it speaks of enough of the matter where that is no figure, or is near.
    """
    kind, share, told = answer_kind(wanted), item.relevance.share, _answers_of(best, wanted)
    here = _alike(told, item)
    # A figure is hardly repeated by chance, a day may be, and a name stands in much that is no answer.
    if told & here and share >= {"value": 0, "date": SOME}.get(kind, ENOUGH):
        return 3
    if kind == "value" and measured(wanted, item) & (here - told):
        return 2
    article = [i for i in part if i.sentence.document.document_id == item.sentence.document.document_id]
    repeated = kind == "value" and share >= SOME and any(told & _alike(told, other) for other in article)
    speaks = kind != "value" and share >= ENOUGH and not looks_back(item) and _says_as_much(wanted, best, item)
    return int(repeated or speaks or _is_near(wanted, best, item))


def _alike(told: frozenset[Key], item: Evidence) -> set[Key]:
    """What a sentence holds of the kind of what was told: names, dates, or figures of the same unit."""
    kinds = {(kind, content[1].unit if kind == "value" else "") for kind, content in told}
    here = [key(t) for t in parse(plain(item.text)) if not _in_time(t)]
    return {k for k in here if (k[0], k[1][1].unit if k[0] == "value" else "") in kinds}


def agreeing(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[Evidence]:
    """The best sentences of other articles that answer as well as this one, and the same."""
    return [item for item, agrees in _as_good(wanted, best, part) if agrees]


def _as_good(wanted: Asked, best: Evidence, part: Sequence[Evidence]) -> list[tuple[Evidence, bool]]:
    """For each other article that answers as well its best sentence, and whether it says the same and nothing new."""
    told = _answers_of(best, wanted)
    if not told or best.relevance.share < ENOUGH:
        return []
    since = best.sentence.document.published
    found: dict[tuple[str, bool], Evidence] = {}
    for item in ranked([item for item in part if item.fits], wanted):
        document = item.sentence.document.document_id
        other = _answers_of(item, wanted)
        alike = min(item.relevance.share - best.relevance.share, item.relevance.own - best.relevance.own) >= -ALIKE
        counts = item.relevance.own >= ENOUGH and _counts(wanted, item)  # however else the article puts it
        alike = alike or counts
        near = item.sentence.score >= (_NEAR_COUNT if counts else AS_NEAR) * best.sentence.score
        day = item.sentence.document.published
        changed = bool(since and day and day > since and other - told)  # "to €103 million from €96 million"
        again = not (since and day and day > since) or (not looks_back(item) and _says_as_much(wanted, best, item))
        if document != best.sentence.document.document_id and alike and near and other and again:
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
    said_of_it = said_of(wanted, item)
    told = [t for t in here if key(t)[0] == answer_kind(wanted) and key(t) not in given and not _in_time(t)]
    certain = frozenset(key(t) for t in told if t.i in said_of_it)
    return certain if certain or wanted.kind == "statement" else frozenset(map(key, told))


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
