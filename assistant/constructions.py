"""A sentence in other constructions that say the same: what opens it put last, who says it put first. Pure.

The parser reads some constructions better than others, and a claim and its quote may use different ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .syntax import key, parse
from .terms import NUMBER_WORDS

_OPENING = re.compile(
    r"(?P<phrase>(?:In|On|At|Under|For|During|Since|After|Before|By|From|With|Until|Through|Throughout|Across|Within"
    r"|Among|Amid|Despite|Following) [^,;:]{2,90}), (?P<rest>[^;:]+?)\.?"
)
_SAID = r"(?:said|says|announced|reported|confirmed|added|told [^,]{3,40})"
_SPEAKER_LAST = re.compile(
    rf"[\"“]?(?P<said>[^\"“”]{{10,}}),[\"”]? (?P<who>[^,\"“”]{{2,60}}) (?P<verb>{_SAID})(?P<more>, (?:and|but) .+|\.)?"
)


_BACKSHIFTED = re.compile(r"\b(?:said|announced|told|confirmed|added|promised|pledged)\b.*\bwould\b")


def same_said(text: str) -> Iterator[str]:
    """The sentence itself, then the same in other constructions. Each says all that it says."""
    yield text
    yield from _opening_last(text)
    spoken = _SPEAKER_LAST.fullmatch(text)
    if spoken and not (spoken["more"] or ".").strip("."):
        yield _reported(spoken)
    if _BACKSHIFTED.search(text):  # "said it would" reports "will"
        yield re.sub(r"\bwould\b", "will", text)


_PARTITIVE = re.compile(
    r"Of (?:the|its|their) (?:[\d,]+ |\w+ hundred |\w+ thousand )?(?P<things>[a-z][^,;]+), "
    r"(?P<number>[\d,]+|\w+) (?P<rest>[a-z].+)"
)


def parts_said(text: str) -> Iterator[str]:
    """What a sentence says by itself besides all of it: who said what, without what is added after."""
    spoken = _SPEAKER_LAST.fullmatch(text)
    if spoken and (spoken["more"] or ".").strip("."):
        yield _reported(spoken)
    part = _PARTITIVE.fullmatch(text)
    if part and (part["number"][0].isdigit() or part["number"].lower() in NUMBER_WORDS):
        yield f"{part['number']} {part['things']} {part['rest']}"


def _reported(spoken: re.Match[str]) -> str:
    who = spoken["who"]
    return f"{who[:1].upper()}{who[1:]} {spoken['verb']} that {_within(spoken['said'])}."


def _opening_last(text: str) -> Iterator[str]:
    found = _OPENING.fullmatch(text)
    if found is None or re.match(r"(?:\S+ ){0,4}(?:and|or)\b|[^,]{1,25},", found["rest"]):
        return  # a list, or an apposition
    rest = found["rest"]
    yield f"{rest[:1].upper()}{rest[1:]} {_within(found['phrase'])}."


def _within(opening: str) -> str:
    """The beginning of a sentence as it stands within one."""
    first = parse(opening)[0]
    kept = key(first)[0] in {"name", "value", "date"} or first.text == "I"
    return opening if kept else f"{opening[:1].lower()}{opening[1:]}"
