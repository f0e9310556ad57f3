"""A question that names several things, taken apart, so that each of them is searched. Pure, no model."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..language.syntax import MONTHS

_MONTHS = "|".join(month.title() for month in MONTHS)
_DATE = re.compile(
    r"\b(?:(?:in|on|by|of|during|for|since|until)\s+(?:the\s+)?)?"
    rf"(?:(?:(?:{_MONTHS})\s+(?:\d{{1,2}},?\s+)?|(?:first|second|third|fourth)\s+(?:half|quarter)\s+of\s+|Q[1-4]\s+)?"
    rf"(?:19|20)\d\d\b|(?:{_MONTHS})\b(?!\s+\d)|(?:first|second|third|fourth)\s+(?:half|quarter)\b)"
)
_WORD = r"[A-Z][\w&’'-]*(?:(?<=\bInc)\.|(?<=\bLtd)\.|(?<=\bCo)\.|(?<=\bCorp)\.|(?<=\b[A-Z])\.)?"
_NAME = re.compile(rf"{_WORD}(?:(?:\s+(?:&|of|the|de|von))?\s+{_WORD})*")
_LINK = re.compile(r"\b(?:and|or|versus|vs|compared (?:to|with)|than)\b|[,&]", re.IGNORECASE)
_OF_TWO = re.compile(
    r"\b(?:merger|deal|agreement|contract|partnership|alliance|dispute|talks|war|relationship|border|link|combination"
    r"|match|tie-up) (?:of|between|with) (?:the )?$",
    re.IGNORECASE,
)
"""Nouns of what takes two: "the merger of A and B" is one thing."""
_NO_NAME = frozenset(
    """what which who whom whose when where why how compare did does do is are was were has have had can could will
    would in on at the a an based according list tell describe explain summarise summarize between""".split()
) | frozenset(_MONTHS.lower().split("|"))
_NEXT_QUESTION = re.compile(r"\.\s+(?:What|Which|Who|Whose|When|Where|How|Did|Does|Do|Is|Are|Was|Were)\b")
_BETWEEN_WORDS = 5
"""Two names are listed together when at most this many words, dates aside, stand between them."""


def parts(question: str, is_one_name: Callable[[str], bool] = lambda _: False) -> list[str]:
    """The question once for each thing it lists: "A in 2018 and B in 2020" gives one about A and one about B.

    Things are names with the date that follows them or, where there is at most one name, dates. A
    question that lists nothing comes back alone. Each part is the question without the other things.
    `is_one_name` tells that a phrase such as "Food and Drug Administration" is a name and no list.
    """
    named: list[tuple[int, int]] = []
    for start, end in _names(question):
        if named and is_one_name(question[named[-1][0] : end]):
            named[-1] = (named[-1][0], end)
        else:
            named.append((start, end))
    listed = _listed([(start, _with_date(question, end)) for start, end in named], question, _BETWEEN_WORDS)
    if len(listed) < 2:
        listed = _listed([found.span() for found in _DATE.finditer(question)], question, 3)
    if len(listed) < 2:
        return [question]
    return list(dict.fromkeys(_without(question, [span for span in listed if span != kept]) for kept in listed))


def _names(question: str) -> list[tuple[int, int]]:
    """Runs of capitalised words, less the question words that may open them and a possessive ending."""
    found = []
    for name in _NAME.finditer(question):
        start, end = name.span()
        if after := _NEXT_QUESTION.search(question, start, end):  # "… Enterprises Inc. Which company"
            end = after.start() + 1
        while start < end and (word := re.match(r"[\w’']+", question[start:end])) and word[0].lower() in _NO_NAME:
            start += word.end()
            start += len(question[start:end]) - len(question[start:end].lstrip(" .?!"))
        end -= len(question[start:end]) - len(re.sub(r"['’]s?$", "", question[start:end]))
        if start < end:
            found.append((start, end))
    return found


def _with_date(question: str, end: int) -> int:
    gap = re.compile(r"(?:['’]s?)?\s*").match(question, end)
    date = _DATE.match(question, gap.end() if gap else end)
    return date.end() if date else end


def _listed(spans: list[tuple[int, int]], question: str, between_words: int) -> list[tuple[int, int]]:
    """The longest run of spans that a list joins: "and", a comma, "compared with", and few words beside it."""
    best: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for span in spans:
        between = _DATE.sub(" ", question[run[-1][1] : span[0]]) if run else ""
        joined = (
            _LINK.search(between)
            and not (run and _OF_TWO.search(question[: run[-1][0]]))
            and len(re.findall(r"[\w']+", between)) <= between_words
            and not re.search(r"[.?!;]\s", between)
        )
        run = [*run, span] if joined else [span]
        best = run if len(run) > len(best) else best
    return best


def _without(question: str, spans: list[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        question = f"{question[:start]} {question[end:]}"
    return " ".join(question.split())
