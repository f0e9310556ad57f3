"""What a language model said, read as claims, while it is still being said. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.utils.json import parse_partial_json

from ..checking.grounding import plain
from ..language.visible import visible

MOST = 5
"""Claims that one answer may have."""
_LONGEST = 1_000
"""Characters of a claim. What is longer is none, and patterns would look at it for minutes."""
_LINKED_NUMBER = re.compile(r"\[\d+(?:\s?,\s?\d+)*\](?:\([^)\n]*\))?")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_STRUCTURE = re.compile(r'\{\s*"claims"')
_NUMBER_FIRST = re.compile(r"\W*(?:sentence\s+)?(\d{1,3})[\]).:*]+\W*\s(\S.*)", re.IGNORECASE)
_NUMBER_LAST = re.compile(r"\W*(?:\d{1,3}[).:]\s+)?(.+?)\s*\[(\d{1,3})\](?:\s*\[\d{1,3}\])*\W*")
_NONE = re.compile(r"\W*none\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A claim and the number of the sentence it is said to rest on."""

    sentence: int
    claim: str


def text_of(piece: BaseMessage) -> str:
    """The words of a message, or the arguments of the tool that it calls: with some models that is where JSON comes."""
    calls = getattr(piece, "tool_call_chunks", None) or []
    return piece.text or "".join(call["args"] or "" for call in calls)


def claims_of(said: str, *, ended: bool) -> list[Any] | None:
    """The claims of what was said: `{"claims": […]}`, whatever stands around it, or lines that begin with a number.

    As long as it has not `ended`, the last one may be half said and is left out. None where it is in neither form.
    """
    said = _THOUGHT.sub("", said)
    if begun := _STRUCTURE.search(said):
        return _in_structure(said[begun.start() :], ended=ended)
    lines = said.split("\n")
    read = [claim for line in (lines if ended else lines[:-1]) if (claim := _in_line(line))]
    return read if read or _NONE.match(said) else None


def _in_structure(said: str, *, ended: bool) -> list[Any] | None:
    try:
        parsed = json.loads(said[: said.rfind("}") + 1]) if ended else parse_partial_json(said)
    except (ValueError, RecursionError):  # brackets a thousand deep
        return None
    claims = parsed.get("claims") if isinstance(parsed, dict) else None
    if not isinstance(claims, list):
        return None
    return claims if ended else claims[:-1]


def _in_line(line: str) -> dict[str, Any] | None:
    if len(line) > _LONGEST:
        return None
    if found := _NUMBER_LAST.fullmatch(line):
        return {"sentence": int(found[2]), "claim": found[1]}
    if found := _NUMBER_FIRST.fullmatch(line):
        return {"sentence": int(found[1]), "claim": found[2]}
    return None


def proposals(claims: Sequence[Any], sentences: int) -> Iterator[Proposal]:
    """The claims that name one of so many sentences and say something."""
    for claim in claims:
        if not isinstance(claim, dict):
            continue
        number, text = claim.get("sentence"), claim.get("claim")
        if type(number) is not int or not 1 <= number <= sentences:  # true is an int, too
            continue
        if isinstance(text, str) and len(text) <= _LONGEST and (said := _words(text)):
            yield Proposal(number, said)


def _words(claim: str) -> str:
    """A claim without images, HTML, addresses and markers of its own: a model has no business to write them."""
    said = _LINKED_NUMBER.sub("", visible(claim)[0])
    said = plain(said).replace("(link)", "")
    return re.sub(r"[,\s]*([.,;:!?])(?:\s*\1)*", r"\1", " ".join(said.split())).strip(" ,;")
