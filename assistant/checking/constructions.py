"""A sentence in other constructions that say the same: what opens it put last, who says it put first. Pure.

The parser reads some constructions better than others, and a claim and its quote may use different ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..language.syntax import key, parse

_OPENING = re.compile(
    r"(?P<phrase>(?:In|On|At|Under|For|During|Since|After|Before|By|From|With|Until|Through|Throughout|Across|Within"
    r"|Among|Amid|Despite|Following) [^,;:]{2,90}), (?P<rest>[^;:]+?)\.?"
)
_SPOKEN = re.compile(r"\b(?:said|says?|told|heard|wrote|testified|believes?|claim(?:s|ed)|admitted|announced|that)\b")
"""With one of these, a phrase put last would be of what is said, not of the saying."""
_SAID = r"(?:said|says|announced|reported|confirmed|added|told [^,]{3,40})"
_SPEAKER_LAST = re.compile(
    rf"[\"“]?(?P<said>[^\"“”]{{10,}}),[\"”]? (?P<who>[^,\"“”]{{2,60}}) (?P<verb>{_SAID})(?P<more>, (?:and|but) .+|\.)?"
)
_BACKSHIFTED = re.compile(
    r"\b(?:said|announced|confirmed|promised|pledged|told \S+) (?:that )?(?:\S+ ){1,5}?would (?!have\b)"
)


def same_said(claim: str) -> Iterator[str]:
    """A claim itself, then the same in other constructions. Each says all that it says."""
    yield claim
    yield from (moved for moved, _ in opening_last(claim))
    yield from reported(claim)
    if _BACKSHIFTED.search(claim):  # what somebody said "would" be is "will" in his words
        yield re.sub(r"\bwould\b", "will", claim)


def opening_last(text: str) -> Iterator[tuple[str, str]]:
    """The sentence with what opens it put last, and what that is."""
    found = _OPENING.fullmatch(text)
    if found is None or _SPOKEN.search(found["rest"]):
        return
    if re.match(r"(?:\S+ ){0,4}(?:and|or)\b|[^,]{1,25},", found["rest"]):  # a list, or an apposition
        return
    rest = found["rest"]
    yield f"{rest[:1].upper()}{rest[1:]} {_within(found['phrase'])}.", found["phrase"]


def reported(text: str) -> Iterator[str]:
    """What somebody says by a sentence, the speaker first; what is added behind the speaker is left out."""
    spoken = _SPEAKER_LAST.fullmatch(text)
    if spoken:
        yield _reported(spoken)


def tells_who_says(claim: str) -> bool:
    """Whether a claim itself puts something in somebody's mouth."""
    return bool(re.search(_SAID, claim))


def _reported(spoken: re.Match[str]) -> str:
    who = spoken["who"]
    return f"{who[:1].upper()}{who[1:]} {spoken['verb']} that {_within(spoken['said'])}."


def _within(opening: str) -> str:
    """The beginning of a sentence as it stands within one."""
    first = parse(opening)[0]
    kept = key(first)[0] in {"name", "value", "date"} or first.text == "I"
    return opening if kept else f"{opening[:1].lower()}{opening[1:]}"
