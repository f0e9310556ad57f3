"""Text into blocks (headings, paragraphs, list items) and sentences, as exact character offsets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import sentencex

_MARKED_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$")
_BLOCK = re.compile(r"[^\n]+(?:\n(?![ \t]*(?:\n|$))[^\n]*)*")
_ITEM = re.compile(r"(?m)^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+|^[ \t]*\||^[ ]{0,3}#{1,6}[ \t]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # the splitter takes valid Unicode only
LEANS = re.compile(r"(?:it|its|he|she|his|her|they|their|this|these|those|that|such|both)\b", re.IGNORECASE)
_TITLE = re.compile(
    r"(?<=\bMr|\bMs|\bDr|\bSt|\bLt|\bNo)\.(?=\s)|(?<=\bMrs|\bGen|\bSen|\bRep|\bGov|\bCol|\bRev|\bHon|\bSgt)\.(?=\s+[A-Z])"
    r"|(?<=\bProf|\bCapt)\.(?=\s+[A-Z])"
)
"""Full stops behind a title or "No", which end no sentence."""
_MAY = re.compile(r"\bMay(?=\.\s)")
_QUOTATION = re.compile('["“”«»„]')
_LONGEST_QUOTED = 500
"""Characters: longer than this, a quotation mark is missing its pair."""
_HEADING_WORDS = 10
_ENDS_A_SENTENCE = re.compile(r"[.!?:;,。！？…][\"'”’)\]*_]*$")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start to end of a text.

    `heading` tells a section's name from a statement; `leans` marks a sentence that begins with "it",
    "this" or the like and says little without the one before it.
    """

    start: int
    end: int
    heading: bool = False
    leans: bool = False

    def of(self, text: str) -> str:
        """The characters themselves."""
        return text[self.start : self.end]


def heading_title(line: str) -> str:
    """The words of a heading, without the marks a Markdown heading has."""
    marked = _MARKED_HEADING.match(line)
    return (marked["title"] if marked else line).strip()


def sentences(text: str, language: str = "en") -> list[Span]:
    """Split `text` into sentences, headings included, in order and without overlap.

    Every character that is not white space lies in exactly one span, and no span begins or ends
    with white space. A blank line, a list item, a table row and a heading always end a sentence;
    within a paragraph the boundaries are those of sentencex (Wikimedia).
    """
    spans: list[Span] = []
    blocks = [part for block in _BLOCK.finditer(text) for part in _parts(text, block.start(), block.end())]
    for position, (start, end) in enumerate(blocks):
        if _is_heading(text[start:end], alone=position + 1 < len(blocks)):
            spans.append(Span(start, end, heading=True))
        else:
            spans.extend(_within(text, start, end, language))
    return spans


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A block cut before each list item, table row and marked heading, and after each such heading."""
    cuts = {start, end}
    for mark in _ITEM.finditer(text, start, end):
        cuts.add(mark.start())
        line_end = text.find("\n", mark.start(), end)
        if "#" in mark.group() and line_end != -1:
            cuts.add(line_end)
    edges = sorted(cuts)
    stripped = (_strip(text, a, b) for a, b in pairwise(edges))
    return [span for span in stripped if span[0] < span[1]]


def _is_heading(block: str, *, alone: bool) -> bool:
    if "\n" in block:
        return False
    if _MARKED_HEADING.match(block):
        return True
    short = alone and len(block.split()) <= _HEADING_WORDS and len(block) <= 80
    return short and block[:1].isupper() and ": " not in block and not _ENDS_A_SENTENCE.search(block)


def _within(text: str, start: int, end: int, language: str) -> list[Span]:
    found: list[Span] = []
    cursor = start
    for length in _lengths(_LONE_SURROGATE.sub("\ufffd", text[start:end]), language):
        first, last = _strip(text, cursor, cursor + length)
        cursor += length
        if first < last:
            found.append(Span(first, last, leans=bool(found) and bool(LEANS.match(text, first))))
    if cursor != end:  # the splitter changed a character: the block stays one sentence
        return [Span(start, end)]
    return found


def _lengths(block: str, language: str) -> Iterator[int]:
    """How long each sentence of a block is, white space behind it included.

    What the splitter would take amiss is masked, character for character: a possessive apostrophe opens no
    quotation, "Ms." ends no sentence, and a quotation mark without its pair hides no sentence ends.
    """
    masked = _TITLE.sub("·", block.replace("'", "ʼ").replace("’", "ʼ"))
    masked = _MAY.sub("Maz", masked)  # the splitter takes "May." for an abbreviation, which it never is
    for piece in sentencex.segment(language, masked):
        if len(piece) <= _LONGEST_QUOTED:
            yield len(piece)
        else:
            yield from map(len, sentencex.segment(language, _QUOTATION.sub("ʼ", piece)))


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
