"""Which of several is higher or earlier: worked out in code from quoted figures and dates. Pure but for the parser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from ..finding.relevance import Day, answers
from ..language.senses import CHANGES
from ..language.sentences import sentences
from ..language.syntax import key, parse
from ..language.terms import Value
from ..questions.asking import Asked, asked
from ..records import Derived

_MORE = "higher larger bigger greater more longer older most highest largest biggest greatest"
_LESS = "lower smaller less fewer shorter lowest smallest least fewest"
_EARLIER = "earlier sooner first before earliest"
_LATER = "later after latest last"
_ORDERS = "|".join(f"{_MORE} {_LESS} {_EARLIER} {_LATER}".split())
_COMPARES = re.compile(
    r"\b(?:compare|comparison|versus|vs\.?|difference between|the same)\b"
    rf"|\b(?:which|who|did|does|do|is|was|were|has|had)\b.*\b(?:{_ORDERS})\b",
    re.IGNORECASE,
)
_DATED = re.compile(rf"\b(?:times?|dates?|when|{'|'.join(f'{_EARLIER} {_LATER}'.split())})\b", re.IGNORECASE)


_COMPARING = frozenset(
    f"{_MORE} {_LESS} {_EARLIER} {_LATER} compare comparison difference company firm time date high low large"
    " small big great long old early late little few same amount value both have which experience"
    " make undergo conduct face complete".split()
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, amounts or dates, and in the question's word for which one is asked for."""

    of: Literal["value", "date"]
    word: str
    """"higher", "earlier" …; empty when it is only asked how they compare."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things compared: its name, and the figure or date quoted for it."""

    name: str
    written: str
    """The figure or date as it stands in the quote."""
    amount: Value | None
    day: Day | None
    citation: int


def comparison(question: str) -> Comparison | None:
    """What a question compares; None when it compares nothing."""
    if not _COMPARES.search(question):
        return None
    words = re.findall(r"[a-z]+", question.lower())
    dated = bool(_DATED.search(question))
    chosen = f"{_EARLIER} {_LATER}" if dated else f"{_MORE} {_LESS}"
    return Comparison("date" if dated else "value", next((w for w in words if w in chosen.split()), ""))


def about(part: str, asked_for: Comparison) -> list[Asked]:
    """What to look for on one side: an amount or a date, of what is compared.

    "Compare the changes at A. Which came earlier?" says twice what is compared: in whole, or sentence by
    sentence, it may be found.
    """
    whole = asked(part)
    told = [asked(span.of(part)) for span in sentences(part)]
    found: list[Asked] = []
    for this in [whole, *told] if len(told) > 1 else [whole]:
        changes = [word for word in whole.matter if word in CHANGES and word not in this.matter]
        matter = (*(word for word in this.matter if word not in _COMPARING), *changes)
        phrases = frozenset(pair for pair in this.phrases if not set(pair) & _COMPARING)
        if matter and matter not in [other.matter for other in found]:
            found.append(replace(whole, kind=asked_for.of, wanted="", matter=matter, phrases=phrases))
    return found or [replace(whole, kind=asked_for.of, wanted="")]


Figure = tuple[str, Value | None, Day | None]
"""A figure or date as it is written, and what it means."""
Quoted = TypeVar("Quoted")
"""Where a figure is quoted from."""


def figure(sentence: str, side: Asked, weights: Mapping[str, float]) -> Figure | None:
    """The figure (or date) of a sentence that is told of what is compared, as written; None without one."""
    found = answers(side, parse(sentence), weights)
    if not found:
        return None
    content = key(found[0])[1]
    return (found[0].text, content[1], None) if side.kind == "value" else (found[0].text, None, content)


def of_one_unit(candidates: Sequence[Sequence[tuple[Asked, Quoted, Figure]]]) -> list[tuple[Asked, Quoted, Figure]]:
    """The best candidate of each side, all in one unit; nothing when a side has none in a unit of the others."""
    for unit in dict.fromkeys(_unit(told) for side in candidates[:1] for *_, told in side):
        same = [next((found for found in side if _unit(found[2]) == unit), None) for side in candidates]
        if all(same):
            return [found for found in same if found]
    return []


def _unit(told: Figure) -> str:
    """The unit of a figure; dates have one of their own."""
    return told[1].unit if told[1] else "date"


def conclusion(asked_for: Comparison, sides: Sequence[Side]) -> tuple[str, Derived | None] | None:
    """One sentence that says how the sides compare, and the difference; None where they cannot be compared."""
    marks = "".join(f"[{n}]" for n in dict.fromkeys(side.citation for side in sides))
    order = _order(sides)
    if order is None:
        return None
    ahead = _ahead(asked_for, order)
    if ahead is None:
        first = order[0]
        together = "Both" if len(sides) == 2 else "All of"
        return f"{together} {' and '.join(side.name for side in sides)}: {first.written} {marks}.", None
    others = [side for side in order if side is not ahead]
    word = _comparative(asked_for, ahead)
    rest = " and ".join(f"{side.written} for {side.name}" for side in others)
    return f"{ahead.name} is {word}: {ahead.written}, against {rest} {marks}.", _difference(sides)


def same_order(asked_for: Comparison, sides: Sequence[Side], others: Sequence[Sequence[Side]]) -> bool:
    """Whether the same side is ahead whichever of its figures each side is given; also where nothing can be ordered.

    `others`: of each side those that speak of the matter as much. One without a year, or in another unit, decides
    nothing. False where a side is not cited: there is nothing to conclude from.
    """
    if not all(side.citation for side in sides):
        return False
    taken = _ahead_of(asked_for, sides)
    for place, figures in enumerate(others):
        for other in figures:
            instead = [*sides[:place], other, *sides[place + 1 :]]
            if taken and _order(instead) and _ahead_of(asked_for, instead) != taken:
                return False
    return True


def _ahead_of(asked_for: Comparison, sides: Sequence[Side]) -> str | None:
    """The name of the side that is asked for; None where none is, or they are equal."""
    order = _order(sides)
    ahead = _ahead(asked_for, order) if order else None
    return ahead.name if ahead else None


def _ahead(asked_for: Comparison, order: Sequence[Side]) -> Side | None:
    """The side that is asked for, of those from the smallest or earliest on; None where all are equal."""
    if _rank(order[0]) == _rank(order[-1]):
        return None
    lesser = asked_for.word in f"{_LESS} {_EARLIER}".split() or (not asked_for.word and order[0].day)
    return order[0] if lesser else order[-1]


def _comparative(asked_for: Comparison, ahead: Side) -> str:
    plain = {
        "more": "higher",
        "most": "highest",
        "less": "lower",
        "least": "lowest",
        "before": "earlier",
        "after": "later",
    }
    return plain.get(asked_for.word, asked_for.word) or ("earlier" if ahead.day else "higher")


def _order(sides: Sequence[Side]) -> list[Side] | None:
    """From the smallest or earliest; None when units differ or a date leaves the order open."""
    if len(sides) < 2:
        return None
    if all(side.amount for side in sides):
        if len({side.amount.unit for side in sides if side.amount}) > 1:
            return None
        return sorted(sides, key=_rank)
    days = [side.day for side in sides if side.day]
    if len(days) < len(sides) or any(day[0] is None for day in days):
        return None
    return None if _leave_open(days) else sorted(sides, key=_rank)


def _leave_open(days: Sequence[Day]) -> bool:
    """Whether two of them may come in either order, as 2 May and some day in May do. The same month is the same."""
    same_year = len({day[0] for day in days}) < len(days)
    same_month = len({day[:2] for day in days}) < len(days) and len(set(days)) > 1
    return (same_year and any(day[1] is None for day in days)) or (same_month and any(day[2] is None for day in days))


def _rank(side: Side) -> tuple[float, ...]:
    if side.amount:
        return (side.amount.number,)
    return tuple(float(part or 0) for part in side.day or ())


def _difference(sides: Sequence[Side]) -> Derived | None:
    """How much more one of two amounts is."""
    if len(sides) != 2 or not all(side.amount for side in sides):
        return None
    high, low = sorted(sides, key=_rank, reverse=True)
    if high.amount is None or low.amount is None:
        return None
    value = Value(high.amount.unit, round(high.amount.number - low.amount.number, 6))
    return Derived(_amount(value), f"{high.written} − {low.written}", [high.citation, low.citation])


def _amount(value: Value) -> str:
    """An amount as people write it: $475 million."""
    for scale, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if value.number >= scale:
            return f"{value.unit}{value.number / scale:.10g}{name}"
    return f"{value.number:.10g} percentage points" if value.unit == "%" else str(value)
